"""Sparkplug B (Eclipse, version 3): births name metrics and give them aliases, data use these.

Keys are metrics' names; a route tells node and device: `spBv1.0/+/+/+/#`. A birth's values are
readings too. Data whose aliases no birth has named since the collector began is set aside until
the node's next birth, which `rebirth()` asks for.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from collector.codecs.parts import protobuf
from collector.codecs.parts.rows import NO_VALUE, Row, gathered, nothing
from collector.codecs.parts.times import within
from collector.codecs.payload import MAX_PAYLOAD_BYTES, PayloadError, malformed, too_large
from metering.messages import Decoded, Message
from metering.unit_names import unit_of

_CODEC: Final = "sparkplug_b"
_BITS: Final = {1: 8, 2: 16, 3: 32, 4: 64}  # signed types, in two's complement
_BOOLEAN: Final = 11
_GOOD: Final = 192
_MAX_METRICS: Final = 20_000  # of one edge node
_OF_THE_NODE: Final = ("bdSeq", "Node Control/", "Node Info/", "Device Control/", "Properties/")
_UNITS: Final = ("engUnit", "Engineering Units", "engineeringUnits", "unit", "Unit")


class Metric(NamedTuple):
    """One metric of a message; value: None where it is null, or no number."""

    name: str
    alias: int | None
    at_ms: int | None
    datatype: int
    value: float | None
    quality: int | None
    unit: str | None
    historical: bool = False


class Named(NamedTuple):
    """What a birth said of an alias."""

    name: str
    unit: str | None
    datatype: int
    at_ms: int | None


@dataclass(slots=True)
class _Nodes:
    """Aliases of edge nodes, by group and node."""

    births: dict[tuple[str, str], dict[int, Named]] = field(default_factory=dict)


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, weakref=True):
    """Which time counts.

    time: `metric` has each metric's own; where all stand still since the birth while the message's
    moves, as with some libraries, the message's counts; `payload` has that always.
    """

    time: Literal["metric", "payload"] = "metric"

    def decode(self, message: Message) -> Decoded:
        """Return the numbers that a message's metrics say."""
        levels = message.topic.split("/")
        if len(levels) < 4 or levels[0] != "spBv1.0":
            raise malformed(_CODEC, f"no topic spBv1.0/group/type/node: {message.topic}")
        group, kind, node = levels[1:4]
        if kind not in {"NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH"}:
            return nothing()
        known = _NODES.setdefault(self, _Nodes()).births
        if kind in {"NBIRTH", "NDEATH"}:
            known.pop((group, node), None)  # an alias holds until the node's next birth
        if kind == "NDEATH":
            return nothing()
        at_ms, metrics = _payload(message.payload)
        aliases = known.setdefault((group, node), {})
        if kind.endswith("BIRTH"):
            _born(aliases, metrics)
        rows = list(self._rows(metrics, aliases, at_ms))
        return gathered(_CODEC, rows) if rows else nothing()

    def encode(
        self, metrics: Sequence[tuple[str | int, float]], at_ms: int, seq: int, birth: bool = False
    ) -> bytes:
        """Return a message of doubles; in a birth the place of a metric is its alias."""
        parts = [protobuf.field(1, at_ms)]
        for place, (name, value) in enumerate(metrics):
            head = protobuf.field(1, name) if isinstance(name, str) else b""
            alias = place if birth else name
            if isinstance(alias, int):
                head += protobuf.field(2, alias)
            parts.append(
                protobuf.field(
                    2,
                    head
                    + protobuf.field(3, at_ms)
                    + protobuf.field(4, 10)
                    + protobuf.field(13, float(value)),
                )
            )
        return b"".join([*parts, protobuf.field(3, seq)])

    def _rows(
        self, metrics: list[Metric], aliases: dict[int, Named], at_ms: int | None
    ) -> Iterator[Row]:
        still = self.time == "payload" or _stand_still(metrics, aliases, at_ms)
        for one in metrics:
            known = aliases.get(one.alias) if one.alias is not None else None
            name = one.name or (known.name if known else "")
            if not name:
                raise _no_birth(one.alias)
            if one.value is None or name.startswith(_OF_THE_NODE):
                continue
            own = at_ms if still and not one.historical else one.at_ms
            good = one.quality in (None, _GOOD)
            yield Row(
                name,
                one.value if good else NO_VALUE,
                one.unit or (known.unit if known else None),
                at_ms if own is None else own,
                None if good else f"sparkplug.{one.quality}",
            )


_NODES: Final["WeakKeyDictionary[Codec, _Nodes]"] = WeakKeyDictionary()


def rebirth() -> bytes:
    """Return the payload of the command (NCMD) that asks an edge node for its births."""
    metric = protobuf.field(1, "Node Control/Rebirth") + protobuf.field(4, _BOOLEAN)
    return protobuf.field(2, metric + protobuf.field(14, 1))


def _born(aliases: dict[int, Named], metrics: list[Metric]) -> None:
    for one in metrics:
        if one.alias is not None and one.name:
            aliases[one.alias] = Named(one.name, one.unit, one.datatype, one.at_ms)
    if len(aliases) > _MAX_METRICS:
        aliases.clear()
        raise malformed(_CODEC, f"an edge node of more than {_MAX_METRICS} metrics")


def _stand_still(metrics: list[Metric], aliases: dict[int, Named], at_ms: int | None) -> bool:
    """Return whether all metrics still carry the time of their birth, though time went on."""
    if at_ms is None or not metrics:
        return False
    born = [aliases.get(one.alias) if one.alias is not None else None for one in metrics]
    return all(
        birth is not None and birth.at_ms is not None and one.at_ms == birth.at_ms < at_ms
        for one, birth in zip(metrics, born, strict=True)
    )


def _payload(payload: bytes) -> tuple[int | None, list[Metric]]:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise too_large()
    at_ms: int | None = None
    metrics: list[Metric] = []
    try:
        for one in protobuf.fields(payload):
            if one.number == 1:
                at_ms = within(_CODEC, one.whole, one.whole)
            elif one.number == 2:
                metrics.append(_metric(one.raw))
    except (ValueError, UnicodeDecodeError, struct.error) as error:
        raise malformed(_CODEC, str(error)) from error
    return at_ms, metrics


def _metric(data: bytes) -> Metric:
    said: dict[str, Any] = {"name": "", "alias": None, "at_ms": None, "datatype": 0}
    value: protobuf.Field | None = None
    null = historical = False
    quality, unit = None, None
    for one in protobuf.fields(data):
        match one.number:
            case 1:
                said["name"] = one.raw.decode()
            case 2:
                said["alias"] = one.whole
            case 3:
                said["at_ms"] = within(_CODEC, one.whole, one.whole)
            case 4:
                said["datatype"] = one.whole
            case 5:
                historical = bool(one.whole)
            case 7:
                null = bool(one.whole)
            case 9:
                quality, unit = _properties(one.raw)
            case 10 | 11 | 12 | 13:
                value = one
    number = None if null or value is None else _number(value, said["datatype"])
    return Metric(**said, value=number, quality=quality, unit=unit, historical=historical)


def _number(value: protobuf.Field, datatype: int) -> float | None:
    """Return an int, long, float or double; None for what is not finite."""
    if value.number in (12, 13):
        (found,) = struct.unpack("<f" if value.number == 12 else "<d", value.raw)
        if value.number == 12:
            found = float(f"{found:.9g}")  # as many digits as a float tells
        return float(found) if abs(found) < float("inf") else None
    whole = value.whole
    if (bits := _BITS.get(datatype)) is not None:
        whole &= (1 << bits) - 1
        whole -= (whole >> (bits - 1)) << bits
    return None if datatype == 13 else float(whole)  # 13 is a time


def _properties(data: bytes) -> tuple[int | None, str | None]:
    """Return the quality and the unit among a metric's properties."""
    keys: list[str] = []
    values: list[bytes] = []
    for one in protobuf.fields(data):
        if one.number == 1:
            keys.append(one.raw.decode())
        elif one.number == 2:
            values.append(one.raw)
    quality, unit = None, None
    for key, raw in zip(keys, values, strict=False):
        inner = {one.number: one for one in protobuf.fields(raw)}
        if key == "Quality" and 3 in inner:
            quality = inner[3].whole
        elif key in _UNITS and 8 in inner:
            unit = unit_of(inner[8].raw.decode())
    return quality, unit


def _no_birth(alias: int | None) -> PayloadError:
    return PayloadError(
        "payload.no_birth",
        zh=f"别名 {alias} 未在出生报文中命名:接收服务启动后没有收到该边缘节点的出生报文。",
        en=f"No birth has named the alias {alias}: none of this edge node came since the "
        "collector began.",
        next_zh="请让该节点重新发送出生报文(Node Control/Rebirth):其中带有当前值,示数不会缺失。",
        next_en="Ask the node for a rebirth (Node Control/Rebirth): it carries the values of "
        "now, so that registers miss nothing.",
    )
