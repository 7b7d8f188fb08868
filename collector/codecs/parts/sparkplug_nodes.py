"""What is known of a Sparkplug edge node: a value that each of its messages turns into the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from collector.codecs.parts.sparkplug_payload import Metric, Payload

MAX_METRICS: Final = 20_000  # of one edge node
_SEQS: Final = 256
_UNITS: Final = ("engUnit", "Engineering Units", "engineeringUnits", "units", "unit", "Unit")
_TYPES: Final = frozenset(
    {"NBIRTH", "NDEATH", "NDATA", "NCMD", "DBIRTH", "DDEATH", "DDATA", "DCMD"}
)


class Topic(NamedTuple):
    """spBv1.0/group/type/node/device, whatever a bridge puts before it; device: may be empty."""

    before: str
    group: str
    kind: str
    node: str
    device: str


class Known(NamedTuple):
    """What a birth said of a metric; unit: as it stands there."""

    name: str
    type: int
    unit: str | None
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class Node:
    """An edge node since its birth.

    known: metrics by device, and alias or name. seq: of the last message, None where none came.
    bd_seq: of the birth, which the death repeats.
    """

    known: Mapping[tuple[str, int | str], Known] = field(default_factory=dict)
    seq: int | None = None
    bd_seq: int | None = None

    def of(self, device: str, one: Metric, path: str | None = None) -> Known | None:
        """Return what its birth said of a metric. path: of what stands in a template."""
        name = path if path is not None else one.name
        if name is None and one.alias is not None:
            return self.known.get((device, one.alias))
        return self.known.get((device, name or ""))


def topic_of(topic: str) -> Topic | None:
    """Return the levels of a topic; None where it is none of Sparkplug's payloads."""
    levels = topic.split("/")
    for place, level in enumerate(levels[:-3]):
        if level == "spBv1.0" and levels[place + 2] in _TYPES and len(levels) <= place + 5:
            group, kind, node, *device = levels[place + 1 :]
            return Topic("/".join(levels[: place + 1]), group, kind, node, "".join(device))
    return None


def after(node: Node | None, topic: Topic, payload: Payload, *, numbered: bool) -> Node | None:
    """Return an edge node after a message; None where it has died.

    numbered: whether all its messages come this way, so that a number left out is one lost: then
    a birth may be missing, and aliases mean nothing until the next. ValueError: too many metrics.
    """
    if topic.kind == "NBIRTH":
        return _named(Node(seq=payload.seq, bd_seq=_bd_seq(payload)), topic.device, payload)
    if topic.kind == "NDEATH":
        return node if node is not None and _of_a_former_birth(node, payload) else None
    node = node or Node()
    if numbered:
        node = _counted(node, payload.seq)
    if topic.kind in {"DBIRTH", "DDEATH"}:
        others = {key: one for key, one in node.known.items() if key[0] != topic.device}
        node = replace(node, known=others)
    return _named(node, topic.device, payload) if topic.kind == "DBIRTH" else node


def members(metric: Metric, path: str) -> Iterator[tuple[str, Metric]]:
    """Yield a metric under its path, or what a template holds under theirs."""
    if metric.kind != "template":
        yield path, metric
        return
    for one in metric.members:
        yield from members(one, f"{path}/{one.name or ''}")


def unit_said(metric: Metric) -> str | None:
    """Return the unit among a metric's properties."""
    for name in _UNITS:
        said = metric.properties.get(name)
        if isinstance(said, str) and said.strip():
            return said.strip()
    return None


def _counted(node: Node, seq: int | None) -> Node:
    """Return a node after a numbered message; one that comes again changes nothing."""
    if seq is None or node.seq is None:
        return node if seq is None else replace(node, seq=seq)
    ahead = (seq - node.seq) % _SEQS
    if ahead == 0 or ahead >= _SEQS // 2:
        return node
    return replace(node, seq=seq) if ahead == 1 else replace(node, seq=seq, known={})


def _named(node: Node, device: str, payload: Payload) -> Node:
    """Return a node whose metrics a birth names."""
    known = dict(node.known)
    for metric in payload.metrics:
        if not metric.name:
            continue
        for path, one in members(metric, metric.name):
            said = Known(path, one.type, unit_said(one), one.at_ms)
            known[device, path] = said
            if one.alias is not None and one is metric:
                known[device, one.alias] = said
        if metric.alias is not None and metric.kind == "template":
            known[device, metric.alias] = Known(metric.name, metric.type, None, metric.at_ms)
    if len(known) > 2 * MAX_METRICS:
        raise ValueError(f"an edge node of more than {MAX_METRICS} metrics")
    return replace(node, known=known)


def _bd_seq(payload: Payload) -> int | None:
    for one in payload.metrics:
        if one.name == "bdSeq" and isinstance(one.value, int):
            return one.value
    return None


def _of_a_former_birth(node: Node, payload: Payload) -> bool:
    """Return whether a death is the will of a connection before the last birth."""
    said = _bd_seq(payload)
    return said is not None and node.bd_seq is not None and said != node.bd_seq
