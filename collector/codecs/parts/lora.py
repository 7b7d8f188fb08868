"""What uplinks of LoRaWAN network servers share: a decoded object, or bytes for a named decoder."""

import base64
import binascii
from typing import Any, NamedTuple

import msgspec

from collector.codecs.parts.decoded import rows_of
from collector.codecs.parts.lorawan import decoder
from collector.codecs.parts.quantities import named
from collector.codecs.parts.rows import NO_VALUE, code_of, gathered, nothing
from collector.codecs.parts.times import instant
from collector.codecs.payload import PayloadError, malformed
from metering.messages import Decoded


class Uplink(NamedTuple):
    """One uplink; data: base64, for want of what the server decoded."""

    decoded: Any
    data: Any
    port: Any
    time: Any


class Uplinks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a route wants uplinks read: the settings of both codecs.

    payload_decoder: of bytes that the server did not decode. units: of paths whose names tell none.
    time: the field that says when the registers were read, else the network's time counts.
    """

    payload_decoder: str = ""
    units: dict[str, str] = {}
    time: str = ""

    def __post_init__(self) -> None:
        """Refuse a decoder that there is not, and a unit that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))
        if self.payload_decoder:
            decoder(self.payload_decoder)


def readings_of(codec: str, uplink: Uplink, how: Uplinks) -> Decoded:
    """Return the readings of an uplink; their time is the device's where it tells one."""
    thing, time_name, error_name = uplink.decoded, how.time, ""
    if not isinstance(thing, dict | list) or not thing:
        if not uplink.data:
            return nothing()  # without a payload: it only answers the network
        thing, time_name, error_name = _by_decoder(codec, uplink, how)
    at_ms = None if uplink.time is None else instant(codec, uplink.time)
    own = thing.get(time_name) if time_name and isinstance(thing, dict) else None
    if own is not None:
        at_ms = instant(codec, own)
        thing = {name: value for name, value in thing.items() if name != time_name}
    wrong = thing.get(error_name) if error_name else None
    rows = list(rows_of(thing, at_ms, how.units))
    if wrong:
        bad = code_of(codec, f"{error_name}_{wrong}")
        rows = [row._replace(value=NO_VALUE, quality=bad) for row in rows]
    return gathered(codec, rows) if rows else nothing()


def _by_decoder(codec: str, uplink: Uplink, how: Uplinks) -> tuple[Any, str, str]:
    if not how.payload_decoder:
        raise PayloadError(
            "payload.not_decoded",
            zh="上行消息只有字节,没有解码后的对象。",
            en="The uplink holds bytes alone, and nothing decoded.",
            next_zh="请在网络服务器上为该设备配置解码器,或在路由的 settings 中写 payload_decoder。",
            next_en="Set up a decoder for the device in the network server, or name one as "
            "payload_decoder in the settings of the route.",
        )
    found = decoder(how.payload_decoder)
    try:
        data = base64.b64decode(uplink.data, validate=True)
        port = int(uplink.port or 0)
        return found.decoded(port, data), how.time or found.TIME, found.ERROR
    except (binascii.Error, ValueError, TypeError) as error:
        raise malformed(codec, f"{how.payload_decoder}: {error}") from error
