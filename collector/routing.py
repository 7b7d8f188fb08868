"""Which topics are listened to, in which format their messages are, and whose they are."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final, Protocol

from collector import filters
from collector.bounds import BOUNDS, MessageBounds
from collector.codecs import Codec, Decode, configured
from collector.codecs.payload import MAX_KEY_CHARACTERS, PayloadError
from metering.errors import InputError
from metering.messages import Decoded, Message

_PLACE: Final = re.compile(r"\{(\d+)\}")
_KEY: Final = "{key}"
_MAX_REMEMBERED_TOPICS: Final = 100_000
FOREVER: Final = 9_000_000_000_000_000  # ms, after every instant; storage.ms of infinity


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the routing table.

    topic_filter: of MQTT, with `+` for one level and `#` for the rest.
    codec: the name of its payload's format; settings: what that format may be told.
    gateway: "{province}/{gateway}" as channels are bound to it; {1}, {2} … stand for what the
        first, second … `+` matched.
    key: the same for the channel's key, in which {key} is what the payload calls it.
    only: the keys, as the payload calls them, that are wanted; empty means all.
    since_ms, until_ms: it is for messages that arrived from the one to before the other.
    """

    topic_filter: str
    codec: str
    gateway: str
    key: str = _KEY
    only: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    since_ms: int = -FOREVER
    until_ms: int = FOREVER
    _codec: Codec = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        levels = self.topic_filter.split("/")
        if not filters.valid(self.topic_filter):
            raise _wrong("topic", self.topic_filter)
        for name, template in (("gateway", self.gateway), ("key", self.key)):
            places = {int(place) for place in _PLACE.findall(template)}
            if not template or not places <= set(range(1, levels.count("+") + 1)):
                raise _wrong(name, template)
        if self.gateway.count("/") != 1 or self.gateway.startswith("/"):
            raise _wrong("gateway", self.gateway)
        object.__setattr__(self, "_codec", configured(self.codec, self.settings))

    def with_codec(self, codec: Codec) -> "Route":
        """Have messages decoded by this codec, and return the route itself; before it is used."""
        object.__setattr__(self, "_codec", codec)
        return self

    def resuming(self, before: Iterable["Route"]) -> "Route":
        """Go on with the codec of a route of before, for it may know what came earlier."""
        mine = (self.topic_filter, self.codec, self.settings)
        for one in before:
            if (one.topic_filter, one.codec, one.settings) == mine:
                return self.with_codec(one._codec)
        return self

    @property
    def remembers(self) -> bool:
        """Whether its format understands a message only by what the same collector had before."""
        return bool(getattr(self._codec, "remembers", False))

    def gateway_of(self, topic: str) -> str | None:
        """Return whose topic it is, None where the filter does not match."""
        matched = filters.matched(self.topic_filter.split("/"), topic.split("/"))
        return None if matched is None else _filled(self.gateway, matched)

    def decode_for(self, topic: str) -> Decode:
        """Return how messages of a topic that matches are decoded."""
        decode = self._codec.decode
        if self.key == _KEY and not self.only:
            return decode
        matched = filters.matched(self.topic_filter.split("/"), topic.split("/")) or []
        key = _filled(self.key, matched)
        return lambda message: _renamed(decode(message), key, self.only)


NATIVE: Final = Route("cw/v1/+/+/data", "native", "{1}/{2}")
# No broker has this topic: under it, messages that were pushed over HTTP are kept where refused.
PUSHED: Final = Route("http/v1/+/+/data", "native", "{1}/{2}")


_Way = tuple[int, int, str, Decode]  # from when to when, whose, and how it is decoded


class Matching(Protocol):
    """A line of the table, as the table asks it."""

    @property
    def topic_filter(self) -> str: ...

    @property
    def since_ms(self) -> int: ...

    @property
    def until_ms(self) -> int: ...

    def gateway_of(self, topic: str) -> str | None: ...

    def decode_for(self, topic: str) -> Decode: ...


class Routing:
    """The routing table: of several routes that match a topic at an instant, the first counts."""

    def __init__(
        self, routes: Sequence[Matching] = (NATIVE,), bounds: MessageBounds = BOUNDS
    ) -> None:
        self.routes = tuple(routes)
        self._bounds = bounds
        self._known: dict[str, tuple[_Way, ...]] = {}

    @property
    def filters(self) -> list[str]:
        """Return what to subscribe to, each once; also for what will hold, or held."""
        return list(dict.fromkeys(route.topic_filter for route in self.routes))

    def after(self, first: Sequence[Route]) -> "Routing":
        """Return the table in which these come first."""
        return Routing((*first, *self.routes), self._bounds) if first else self

    def resuming(self, before: "Routing") -> "Routing":
        """Go on with the codecs of the table of before, where a route is in both."""
        known = [one for one in before.routes if isinstance(one, Route)]
        for route in self.routes:
            if isinstance(route, Route):
                route.resuming(known)
        return self

    def gateway_of(self, topic: str, at_ms: int | None = None) -> str:
        """Return whose topic it is; the topic itself where no route matches.

        at_ms: when its message arrived; None: as it will be in the end.
        """
        found = self._find(topic, FOREVER - 1 if at_ms is None else at_ms)
        return found[2] if found else topic

    def route_of(self, topic: str, at_ms: int) -> Route | None:
        """Return the route by which a message is read that arrives at an instant."""
        for route in self.routes:
            if not isinstance(route, Route) or not route.since_ms <= at_ms < route.until_ms:
                continue
            if route.gateway_of(topic) is not None:
                return route
        return None

    def decode(self, message: Message) -> Decoded:
        """Return what a message says, in the format that its topic had as it arrived."""
        found = self._find(message.topic, message.received_ms)
        if found is None:
            raise _no_route(message.topic)
        return self._bounds.decoded(found[3], message)

    def decode_for(self, topic: str) -> Decode | None:
        """Return how messages of a topic are decoded, None where no route matches."""
        found = self._find(topic, FOREVER - 1)
        return None if found is None else found[3]

    def _find(self, topic: str, at_ms: int) -> _Way | None:
        ways = self._known.get(topic)
        if ways is None:
            if len(self._known) >= _MAX_REMEMBERED_TOPICS:
                self._known.clear()
            ways = self._known[topic] = tuple(self._search(topic))
        for way in ways:
            if way[0] <= at_ms < way[1]:
                return way
        return None

    def _search(self, topic: str) -> Iterable[_Way]:
        """Yield the ways of a topic, up to one that always holds."""
        for route in self.routes:
            gateway = route.gateway_of(topic)
            if gateway is not None:
                yield route.since_ms, route.until_ms, gateway, route.decode_for(topic)
                if (route.since_ms, route.until_ms) == (-FOREVER, FOREVER):
                    return


@dataclass(frozen=True, slots=True)
class _Unusable:
    """Stands for a format that cannot be had any more: refuses everything, and says why."""

    why: InputError

    def decode(self, message: Message) -> Decoded:
        """Refuse a message."""
        why = self.why
        raise PayloadError(
            "route.unusable",
            zh=f"主题“{message.topic}”的路由无法使用:{why.zh}",
            en=f"The route of the topic “{message.topic}” cannot be used: {why.en}",
            next_zh=f"{why.next_zh}之后在“路由”页面(/routes)重新设置该路由。",
            next_en=f"{why.next_en} Then set the route anew on the page of routes (/routes).",
            where={"topic": message.topic},
        )


def unusable(route: Route, why: InputError) -> Route:
    """Return a route that keeps its messages from being lost until its format is back."""
    return route.with_codec(_Unusable(why))


def _no_route(topic: str) -> PayloadError:
    return PayloadError(
        "topic.no_route",
        zh=f"没有处理主题“{topic}”的路由。",
        en=f"No route handles the topic “{topic}”.",
        next_zh="请在“路由”页面(/routes)或用 commonwatt do route.set 为该主题设置路由,"
        "其暂存的报文随即收下;或在 COMMONWATT_ROUTES_FILE 指定的路由文件中添加 [[route]]"
        "(写法见 docs/gateway-guide.zh-CN.md),再运行 commonwatt replay-rejected。",
        next_en="Set a route for it on the page of routes (/routes) or by commonwatt do route.set, "
        "which takes what waits, too; or add a [[route]] to the file that COMMONWATT_ROUTES_FILE "
        "names (docs/gateway-guide.md shows how), and run commonwatt replay-rejected.",
        where={"topic": topic},
    )


def _filled(template: str, matched: Sequence[str]) -> str:
    return _PLACE.sub(lambda place: matched[int(place[1]) - 1], template)


def _renamed(decoded: Decoded, key: str, only: frozenset[str]) -> Decoded:
    """Return the wanted readings under the keys that channels are bound by."""
    before, made, after = key.partition(_KEY)
    if only:
        decoded = _chosen(decoded, [one in only for one in decoded.channel_key])
    keys = [before + one + after if made else before for one in decoded.channel_key]
    if any(len(one) > MAX_KEY_CHARACTERS for one in keys):
        raise _long_key(decoded.seq)
    return decoded._replace(channel_key=keys)


def _chosen(decoded: Decoded, wanted: list[bool]) -> Decoded:
    """Return some of a message's readings; one with a number that holds none is refused."""
    if decoded.seq is not None and not any(wanted):
        raise _none_wanted(decoded.seq)

    def some(column: list[Any] | None) -> Any:
        return None if column is None else list(compress(column, wanted))

    return Decoded(
        decoded.seq,
        some(decoded.channel_key),
        some(decoded.at_ms),
        some(decoded.value),
        some(decoded.unit),
        some(decoded.quality),
    )


def _none_wanted(seq: int) -> PayloadError:
    refusal = PayloadError(
        "payload.no_wanted_key",
        zh="消息中没有该路由要的通道键。",
        en="The message holds none of the keys that its route wants.",
        next_zh="请核对路由文件中的 only。",
        next_en="Compare with `only` in the routes file.",
    )
    refusal.seq = seq
    return refusal


def _long_key(seq: int | None) -> PayloadError:
    refusal = PayloadError(
        "payload.long_key",
        zh=f"按路由的 key 模板得到的通道键超过 {MAX_KEY_CHARACTERS} 个字符。",
        en=f"A key has more than {MAX_KEY_CHARACTERS} characters by the template of its route.",
        next_zh="请缩短路由文件中的 key。",
        next_en="Shorten `key` in the routes file.",
    )
    refusal.seq = seq
    return refusal


def _wrong(field_name: str, value: str) -> InputError:
    return InputError(
        "route.malformed",
        zh=f"路由的 {field_name} 无效:“{value}”。",
        en=f"The {field_name} of a route is not valid: “{value}”.",
        next_zh="过滤器用 + 与 #(# 只在末尾);gateway 写成 省份/网关,gateway 与 key 用 {1}、{2} "
        "引用各个 +。",
        next_en="A filter uses + and a last #; the gateway is province/gateway; gateway and key "
        "refer to each + as {1}, {2}.",
        where={"field": field_name, "value": value},
    )
