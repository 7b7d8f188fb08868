"""What a gateway may do at the broker: its own topics, by its name and the routes, and no more."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from collector.routing import Matching, Route
from metering.topics import holds

_PLACE: Final = re.compile(r"\{(\d+)\}")
_OURS: Final = "cw"  # the first level of the platform's own topics
_SERVICES: Final = "collector/"  # whose status lies at cw/v1/collector/{name}/status


@dataclass(frozen=True, slots=True)
class TopicRight:
    """A filter of topics that a gateway may publish to, be told of, or both."""

    topic_filter: str
    write: bool
    read: bool


def rights_of(gateway: str, routes: Iterable[Matching]) -> list[TopicRight]:
    """Return what a gateway may do: of our topics each one way, of those of its routes both.

    A route whose filter begins with a wildcard, or with the platform's own topics, opens none: what
    it holds is not the gateway's alone.
    """
    mine = f"cw/v1/{gateway}"
    rights = [TopicRight(f"{mine}/data", write=True, read=False)]
    if not gateway.startswith(_SERVICES):
        rights.append(TopicRight(f"{mine}/status", write=True, read=False))
    rights += [TopicRight(f"{mine}/{of}", write=False, read=True) for of in ("receipt", "command")]
    filters = (_narrowed(route, gateway) for route in routes)
    theirs = dict.fromkeys(one for one in filters if one is not None)
    return rights + [TopicRight(one, write=True, read=True) for one in theirs]


def allows(rights: Iterable[TopicRight], topic: str, *, publishes: bool) -> bool:
    """Return whether a topic may be published to, or a filter be subscribed to."""
    if publishes and {"+", "#"} & set(topic.split("/")):
        return False
    return any(
        (one.write if publishes else one.read) and holds(one.topic_filter, topic) for one in rights
    )


def _narrowed(route: Matching, gateway: str) -> str | None:
    """Return the route's filter with those levels filled in by which the gateway is known."""
    if not isinstance(route, Route):  # of what is pushed: no broker has its topics
        return None
    levels = route.topic_filter.split("/")
    if levels[0] in {"+", "#", _OURS} or levels[0].startswith("$"):
        return None
    known = re.fullmatch(_pattern(route.gateway), gateway)
    if known is None:
        return None
    values = {int(name[1:]): value for name, value in known.groupdict().items()}
    plus = 0
    for place, level in enumerate(levels):
        if level == "+":
            plus += 1
            levels[place] = values.get(plus, level)
    return "/".join(levels)


def _pattern(template: str) -> str:
    """Return a pattern of the names that a template of gateways may come to."""
    seen: set[str] = set()
    parts = []
    for literal, place in zip(*[iter([*_PLACE.split(template), ""])] * 2, strict=True):
        parts.append(re.escape(literal))
        if place:
            parts.append(f"(?P=p{place})" if place in seen else f"(?P<p{place}>[^/]+)")
            seen.add(place)
    return "".join(parts)
