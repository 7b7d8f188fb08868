"""Sparkplug B (Eclipse, version 3): births name metrics and give them aliases, data use these.

Keys are metrics' names, of a device `device/name`. A birth's values are readings too. Data whose
aliases no birth has named since the collector began, or since a message was lost, are set aside
until the node's next birth, which `rebirth_request()` asks for.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import ClassVar, Final, Literal

import msgspec

from collector.codecs.parts.quantities import named
from collector.codecs.parts.rows import NO_VALUE, Row, code_of, gathered, nothing
from collector.codecs.parts.sparkplug_nodes import (
    Known,
    Node,
    Topic,
    after,
    members,
    topic_of,
    unit_said,
)
from collector.codecs.parts.sparkplug_payload import Metric, Payload, Type, read
from collector.codecs.parts.sparkplug_writing import written
from collector.codecs.payload import (
    MAX_AT_MS,
    MAX_PAYLOAD_BYTES,
    PayloadError,
    malformed,
    too_large,
)
from metering.messages import Decoded, Message
from metering.unit_names import unit_of

_CODEC: Final = "sparkplug_b"
_NO_BIRTH: Final = "payload.no_birth"
_MAX_NODES: Final = 10_000
_ASK_MS: Final = 60_000
_GOOD: Final = 192
_QUALITIES: Final = {0: "bad", 500: "stale"}
_OF_THE_NODE: Final = ("bdSeq", "Node Control/", "Node Info/", "Device Control/", "Properties/")
_NO_NUMBERS: Final = frozenset(
    {Type.BOOLEAN, Type.STRING, Type.DATETIME, Type.TEXT, 15, Type.BYTES, 18}
)
_ARRAYS: Final = range(22, 35)
# Of voltages, temperatures and the like, as makers write them in engUnit.
_OTHER_UNITS: Final = """
v kv mv a ka ma hz °c c degc °f f k % pct rh var kvar mvar varh kvarh va kva mva vah kvah
pa kpa hpa mbar bar psi rpm ppm lx lux dbm db deg ° ω ohm s ms min h m/s pu
"""
_OTHER: Final = frozenset(_OTHER_UNITS.split())


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, dict=True):
    """Which time counts, and what the metrics themselves do not tell.

    time: `metric` has each metric's own; where all stand still since the birth while the message's
        moves, as with some libraries, the message's counts; `payload` has that always.
    units: by key. numbered: whether one route takes all messages of a node, so that a gap in
        their numbers tells of a loss.
    ask: whether a node without birth is asked for a rebirth, once a minute.
    """

    remembers: ClassVar[bool] = True  # so all messages of a node belong to one collector
    time: Literal["metric", "payload"] = "metric"
    units: dict[str, str] = {}
    numbered: bool = True
    ask: bool = True

    def __post_init__(self) -> None:
        """Name units as we do; refuse one that is none of ours."""
        msgspec.structs.force_setattr(self, "units", named(self.units))

    @cached_property
    def nodes(self) -> dict[tuple[str, str], Node]:
        """What is known of each edge node, by group and node."""
        return {}

    @cached_property
    def asked_ms(self) -> dict[tuple[str, str], int]:
        """When each edge node was asked for a rebirth."""
        return {}

    def decode(self, message: Message) -> Decoded:
        """Return the numbers that a message's metrics say."""
        topic = topic_of(message.topic)
        if topic is None:
            if "STATE" in message.topic.split("/"):
                return nothing()
            raise malformed(_CODEC, f"no topic spBv1.0/group/type/node: {message.topic}")
        if topic.kind in {"NCMD", "DCMD"}:
            return nothing()
        payload = _read(message.payload)
        node = self._after(topic, payload)
        if node is None or topic.kind in {"NDEATH", "DDEATH"}:
            return nothing()
        try:
            rows = list(self._rows(node, topic, payload))
        except PayloadError as refusal:
            if refusal.code == _NO_BIRTH:
                refusal.ask = self._asked(topic, message)
            raise
        return gathered(_CODEC, rows) if rows else nothing()

    def encode(
        self, metrics: Sequence[tuple[str | int, float]], at_ms: int, seq: int, birth: bool = False
    ) -> bytes:
        """Return a message of doubles; in a birth the place of a metric is its alias."""
        said = [
            Metric(
                name=name if isinstance(name, str) else None,
                alias=place if birth else name if isinstance(name, int) else None,
                at_ms=at_ms,
                type=Type.DOUBLE,
                kind="real",
                value=float(value),
            )
            for place, (name, value) in enumerate(metrics)
        ]
        return written(Payload(at_ms, seq, said))

    def _asked(self, topic: Topic, message: Message) -> tuple[str, bytes] | None:
        """Return the request for a rebirth, unless it was made within the last minute."""
        key, now_ms = (topic.group, topic.node), message.received_ms
        if not self.ask or 0 <= now_ms - self.asked_ms.get(key, -_ASK_MS) < _ASK_MS:
            return None
        if len(self.asked_ms) >= _MAX_NODES:
            self.asked_ms.clear()
        self.asked_ms[key] = now_ms
        return rebirth_request(message.topic)

    def _after(self, topic: Topic, payload: Payload) -> Node | None:
        """Return what is known of a node after a message, and remember it."""
        key = (topic.group, topic.node)
        try:
            node = after(self.nodes.get(key), topic, payload, numbered=self.numbered)
        except ValueError as error:
            raise malformed(_CODEC, str(error)) from error
        if node is None:
            self.nodes.pop(key, None)
        else:
            if len(self.nodes) >= _MAX_NODES and key not in self.nodes:
                self.nodes.pop(next(iter(self.nodes)))
            self.nodes[key] = node
        return node

    def _rows(self, node: Node, topic: Topic, payload: Payload) -> Iterator[Row]:
        still = self.time == "payload" or _stand_still(node, topic, payload)
        for metric in payload.metrics:
            named = node.of(topic.device, metric)
            name = metric.name or (named.name if named else None)
            if not name:
                raise _no_birth(topic, metric.alias)
            at_ms = None if still and not metric.historical else metric.at_ms
            at_ms = payload.at_ms if at_ms is None else at_ms
            for path, one in members(metric, name):
                known = named if one is metric else node.of(topic.device, one, path)
                if not path.startswith(_OF_THE_NODE):
                    key = f"{topic.device}/{path}" if topic.device else path
                    yield from self._row(key, one, known, at_ms)

    def _row(self, key: str, one: Metric, known: Known | None, at_ms: int | None) -> Iterator[Row]:
        """Yield a reading where a metric is a number, or would be one if it were good."""
        type_ = one.type or (known.type if known else 0)
        if type_ in _NO_NUMBERS or one.kind in {"text", "bool"}:
            return
        said = unit_said(one) or (known.unit if known else None)
        unit = self.units.get(key) or (unit_of(said) if said else None)
        if unit is None and said and said.casefold() in _OTHER:
            return
        bad = _fault(one, type_)
        if bad is None and (one.null or one.kind == "none"):
            return
        if bad is None and unit is None and said:
            bad = code_of("sparkplug", f"unit_{said}")
        value = one.number(type_)
        if bad is None and (value is None or not math.isfinite(value)):
            bad = "sparkplug.no_number"
        if at_ms is not None and not 0 <= at_ms <= MAX_AT_MS:
            at_ms, bad = None, bad or "sparkplug.no_time"
        yield Row(key, NO_VALUE if bad or value is None else value, unit, at_ms, bad)


def rebirth_request(topic: str) -> tuple[str, bytes] | None:
    """Return topic and payload of the command that asks a message's edge node for its births."""
    of = topic_of(topic)
    if of is None:
        return None
    ask = Metric(name="Node Control/Rebirth", type=Type.BOOLEAN, kind="bool", value=True)
    return f"{of.before}/{of.group}/NCMD/{of.node}", written(Payload(metrics=[ask]))


def _read(payload: bytes) -> Payload:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise too_large()
    try:
        return read(payload)
    except ValueError as error:
        raise malformed(_CODEC, str(error)) from error


def _fault(one: Metric, type_: int) -> str | None:
    """Return the code of why a metric is no reading, though it might have been."""
    quality = one.properties.get("Quality", one.properties.get("quality"))
    if isinstance(quality, int) and quality != _GOOD:
        return f"sparkplug.{_QUALITIES.get(quality, quality)}"
    if type_ == Type.DATASET or one.kind == "dataset":
        return "sparkplug.dataset"
    return "sparkplug.array" if type_ in _ARRAYS or one.kind == "bytes" else None


def _stand_still(node: Node, topic: Topic, payload: Payload) -> bool:
    """Return whether all metrics still carry the time of their birth, though time went on."""
    if payload.at_ms is None or not payload.metrics:
        return False
    births = [node.of(topic.device, one) for one in payload.metrics]
    return all(
        birth is not None and birth.at_ms is not None and one.at_ms == birth.at_ms < payload.at_ms
        for one, birth in zip(payload.metrics, births, strict=True)
    )


def _no_birth(topic: Topic, alias: int | None) -> PayloadError:
    return PayloadError(
        _NO_BIRTH,
        zh=f"别名 {alias} 未在出生报文中命名:接收服务启动或丢失报文之后,没有收到该边缘节点的"
        "出生报文。",
        en=f"No birth has named the alias {alias}: none of this edge node came since the "
        "collector began, or since a message was lost.",
        next_zh="请让该节点重新发送出生报文(Node Control/Rebirth):其中带有当前值,示数不会缺失。",
        next_en="Ask the node for a rebirth (Node Control/Rebirth): it carries the values of "
        "now, so that registers miss nothing.",
        where={"group": topic.group, "node": topic.node},
    )
