"""ChirpStack's uplinks (v4, JSON; `objectJSON` of v3 too): what its device profile decoded.

Keys are paths in the decoded object. Events that are no uplinks say nothing.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from collector.codecs.parts.lora import Uplink, Uplinks, readings_of
from collector.codecs.parts.rows import nothing
from collector.codecs.parts.text import member, object_of
from collector.codecs.payload import malformed
from metering.messages import Decoded, Message

_OTHER_EVENTS: Final = frozenset(
    {"join", "ack", "txack", "status", "log", "location", "integration", "error"}
)


class Codec(Uplinks, frozen=True, forbid_unknown_fields=True):
    """How to read what devices say; the network's time is the gateway's."""

    def decode(self, message: Message) -> Decoded:
        """Return the readings of one uplink."""
        if message.topic.rpartition("/")[2] in _OTHER_EVENTS:
            return nothing()
        said = object_of("chirpstack", message.payload)
        if not isinstance(said.get("deviceInfo", said.get("devEUI")), dict | str):
            raise malformed("chirpstack", "no deviceInfo, which every event has")
        uplink = Uplink(_object(said), said.get("data"), said.get("fPort"), _time(said))
        return readings_of("chirpstack", uplink, self)

    def encode(self, dev_eui: str, time: str, values: Mapping[str, Any]) -> bytes:
        """Return an uplink of a device whose profile decodes."""
        head = {"time": time, "deviceInfo": {"devEui": dev_eui}, "fPort": 1, "data": "AA=="}
        return msgspec.json.encode({**head, "object": dict(values)})


def _time(said: Mapping[str, Any]) -> Any:
    """Return when an uplink was received; version 3 tells it by gateway, or as it was published."""
    gateways = said.get("rxInfo")
    first = gateways[0] if isinstance(gateways, list) and gateways else None
    return said.get("time") or member(first, "time") or said.get("publishedAt") or None


def _object(said: Mapping[str, Any]) -> Any:
    """Return what was decoded; version 3 has it as a text of JSON."""
    text = said.get("objectJSON")
    if "object" in said or not isinstance(text, str) or not text:
        return said.get("object")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed("chirpstack", f"objectJSON: {error}") from error
