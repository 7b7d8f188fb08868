"""Which topics are listened to, in which format their messages are, and whose they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from collector.codecs import DECODERS, Decode
from collector.codecs.payload import PayloadError
from metering.errors import InputError
from metering.messages import Decoded, Message

_PLACE: Final = re.compile(r"\{(\d+)\}")
_MAX_REMEMBERED_TOPICS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the routing table.

    topic_filter: of MQTT, with `+` for one level and `#` for the rest.
    codec: the name of its payload's format.
    gateway: "{province}/{gateway}" as channels are bound to it; {1}, {2} … stand for what the
        first, second … `+` matched.
    """

    topic_filter: str
    codec: str
    gateway: str

    def __post_init__(self) -> None:
        levels = self.topic_filter.split("/")
        if not self.topic_filter or any(
            ("#" in level and (level != "#" or place < len(levels) - 1))
            or ("+" in level and level != "+")
            for place, level in enumerate(levels)
        ):
            raise _wrong("topic_filter", self.topic_filter)
        if self.codec not in DECODERS:
            raise _wrong("codec", self.codec)
        places = {int(place) for place in _PLACE.findall(self.gateway)}
        if not self.gateway or not places <= set(range(1, levels.count("+") + 1)):
            raise _wrong("gateway", self.gateway)

    def gateway_of(self, topic: str) -> str | None:
        """Return whose topic it is, None where the filter does not match."""
        matched = _matched(self.topic_filter.split("/"), topic.split("/"))
        if matched is None:
            return None
        return _PLACE.sub(lambda place: matched[int(place[1]) - 1], self.gateway)


NATIVE: Final = Route("cw/v1/+/+/data", "native", "{1}/{2}")
# No broker has this topic: under it, messages that were pushed over HTTP are kept where refused.
PUSHED: Final = Route("http/v1/+/+/data", "native", "{1}/{2}")


class Routing:
    """The routing table: of several filters that match a topic, the first one counts."""

    def __init__(self, routes: Sequence[Route] = (NATIVE,)) -> None:
        self.routes = tuple(routes)
        self._known: dict[str, tuple[str, Decode] | None] = {}

    def gateway_of(self, topic: str) -> str:
        """Return whose topic it is; the topic itself where no route matches."""
        found = self._find(topic)
        return found[0] if found else topic

    def decode(self, message: Message) -> Decoded:
        """Return what a message says, in the format of its topic."""
        found = self._find(message.topic)
        if found is None:
            raise PayloadError(
                "topic.no_route",
                zh=f"没有处理主题“{message.topic}”的路由。",
                en=f"No route handles the topic “{message.topic}”.",
                next_zh="请在路由表中添加该主题,再运行 commonwatt replay-rejected。",
                next_en="Add the topic to the routing table, then run commonwatt replay-rejected.",
                where={"topic": message.topic},
            )
        return found[1](message)

    def _find(self, topic: str) -> tuple[str, Decode] | None:
        if topic not in self._known:
            if len(self._known) >= _MAX_REMEMBERED_TOPICS:
                self._known.clear()
            self._known[topic] = self._search(topic)
        return self._known[topic]

    def _search(self, topic: str) -> tuple[str, Decode] | None:
        for route in self.routes:
            gateway = route.gateway_of(topic)
            if gateway is not None:
                return gateway, DECODERS[route.codec]
        return None


def _matched(wanted: list[str], levels: list[str]) -> list[str] | None:
    """Return what each `+` stands for, None where the levels do not match."""
    if levels[0].startswith("$") and wanted[0] in {"+", "#"}:
        return None  # topics of the broker itself are never meant by a wildcard
    rest = wanted[-1] == "#"
    if rest:
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    if len(wanted) != len(levels):
        return None
    pairs = list(zip(wanted, levels, strict=True))
    if any(want not in {"+", level} for want, level in pairs):
        return None
    return [level for want, level in pairs if want == "+"]


def _wrong(field: str, value: str) -> InputError:
    return InputError(
        "route.malformed",
        zh=f"路由的 {field} 无效:“{value}”。",
        en=f"The {field} of a route is not valid: “{value}”.",
        next_zh="过滤器用 + 与 #(# 只在末尾);网关模板用 {1}、{2} 引用各个 +;格式须为:"
        + "、".join(DECODERS),
        next_en="A filter uses + and a last #; the gateway refers to each + as {1}, {2}; "
        "formats are " + ", ".join(DECODERS) + ".",
        where={"field": field, "value": value},
    )
