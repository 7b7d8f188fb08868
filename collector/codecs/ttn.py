"""Uplinks of The Things Stack v3 (The Things Network; v2 too): what its formatter decoded.

Keys are paths in decoded_payload. Messages of other kinds (join, down, service) say nothing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from collector.codecs.parts.lora import Uplink, Uplinks, readings_of
from collector.codecs.parts.rows import nothing
from collector.codecs.parts.text import member, object_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message


class Codec(Uplinks, frozen=True, forbid_unknown_fields=True):
    """How to read what devices say; the network's time is when the uplink was received."""

    def decode(self, message: Message) -> Decoded:
        """Return the readings of one uplink."""
        said = object_of("ttn", message.payload)
        if "data" in said and "end_device_ids" not in said:  # as its event stream wraps it
            said = said["data"] if isinstance(said["data"], dict) else {}
        if "hardware_serial" in said:
            return self._of_version_2(said)
        if not isinstance(said.get("end_device_ids"), dict):
            raise malformed("ttn", "no end_device_ids, which every message has")
        up = said.get("uplink_message")
        if not isinstance(up, dict):
            return nothing()
        uplink = Uplink(
            up.get("decoded_payload") or _normalized(up.get("normalized_payload")),
            up.get("frm_payload"),
            up.get("f_port"),
            member(up, "settings", "time") or up.get("received_at") or said.get("received_at"),
        )
        return readings_of("ttn", uplink, self)

    def _of_version_2(self, said: Mapping[str, Any]) -> Decoded:
        """Return the readings of an uplink of version 2, which private networks still run."""
        time = member(said, "metadata", "time")
        uplink = Uplink(
            said.get("payload_fields"), said.get("payload_raw"), said.get("port"), time or None
        )
        return readings_of("ttn", uplink, self)

    def encode(self, device_id: str, time: str, values: Mapping[str, Any]) -> bytes:
        """Return an uplink of a device whose formatter decodes."""
        uplink = {"f_port": 1, "frm_payload": "AA==", "decoded_payload": dict(values)}
        return msgspec.json.encode(
            {
                "end_device_ids": {"device_id": device_id},
                "received_at": time,
                "uplink_message": {**uplink, "received_at": time},
            }
        )


def _normalized(measurements: Any) -> Any:
    """Return what a formatter said in the network's own names; several keep their places."""
    single = isinstance(measurements, list) and len(measurements) == 1
    return measurements[0] if single else measurements
