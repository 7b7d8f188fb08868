"""Which topics are listened to, in which format their messages are, and whose they are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final, Protocol

from collector.bounds import BOUNDS, MessageBounds
from collector.codecs import Codec, Decode, configured
from collector.codecs.payload import MAX_KEY_CHARACTERS, PayloadError
from metering.errors import InputError
from metering.messages import Decoded, Message

_PLACE: Final = re.compile(r"\{(\d+)\}")
_KEY: Final = "{key}"
_MAX_REMEMBERED_TOPICS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the routing table.

    topic_filter: of MQTT, with `+` for one level and `#` for the rest.
    codec: the name of its payload's format; settings: what that format may be told.
    gateway: "{province}/{gateway}" as channels are bound to it; {1}, {2} … stand for what the
        first, second … `+` matched.
    key: the same for the channel's key, in which {key} is what the payload calls it.
    only: the keys, as the payload calls them, that are wanted; empty means all.
    """

    topic_filter: str
    codec: str
    gateway: str
    key: str = _KEY
    only: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    _codec: Codec = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        levels = self.topic_filter.split("/")
        if not self.topic_filter or any(
            ("#" in level and (level != "#" or place < len(levels) - 1))
            or ("+" in level and level != "+")
            for place, level in enumerate(levels)
        ):
            raise _wrong("topic", self.topic_filter)
        for name, template in (("gateway", self.gateway), ("key", self.key)):
            places = {int(place) for place in _PLACE.findall(template)}
            if not template or not places <= set(range(1, levels.count("+") + 1)):
                raise _wrong(name, template)
        if self.gateway.count("/") != 1 or self.gateway.startswith("/"):
            raise _wrong("gateway", self.gateway)
        object.__setattr__(self, "_codec", configured(self.codec, self.settings))

    @property
    def remembers(self) -> bool:
        """Whether its format understands a message only by what the same collector had before."""
        return bool(getattr(self._codec, "remembers", False))

    def gateway_of(self, topic: str) -> str | None:
        """Return whose topic it is, None where the filter does not match."""
        matched = _matched(self.topic_filter.split("/"), topic.split("/"))
        return None if matched is None else _filled(self.gateway, matched)

    def decode_for(self, topic: str) -> Decode:
        """Return how messages of a topic that matches are decoded."""
        decode = self._codec.decode
        if self.key == _KEY and not self.only:
            return decode
        matched = _matched(self.topic_filter.split("/"), topic.split("/")) or []
        key = _filled(self.key, matched)
        return lambda message: _renamed(decode(message), key, self.only)


NATIVE: Final = Route("cw/v1/+/+/data", "native", "{1}/{2}")
# No broker has this topic: under it, messages that were pushed over HTTP are kept where refused.
PUSHED: Final = Route("http/v1/+/+/data", "native", "{1}/{2}")


class Matching(Protocol):
    """A line of the table, as the table asks it."""

    @property
    def topic_filter(self) -> str: ...

    def gateway_of(self, topic: str) -> str | None: ...

    def decode_for(self, topic: str) -> Decode: ...


class Routing:
    """The routing table: of several filters that match a topic, the first one counts."""

    def __init__(
        self, routes: Sequence[Matching] = (NATIVE,), bounds: MessageBounds = BOUNDS
    ) -> None:
        self.routes = tuple(routes)
        self._bounds = bounds
        self._known: dict[str, tuple[str, Decode] | None] = {}

    @property
    def filters(self) -> list[str]:
        """Return what to subscribe to, each once."""
        return list(dict.fromkeys(route.topic_filter for route in self.routes))

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
                next_zh="请在 COMMONWATT_ROUTES_FILE 指定的路由文件中为该主题添加 [[route]]"
                "(写法见 docs/gateway-guide.zh-CN.md),再在“拒收报文”页面办理“按新路由收下报文”,"
                "或运行 commonwatt replay-rejected。",
                next_en="Add a [[route]] for it to the file that COMMONWATT_ROUTES_FILE names "
                "(docs/gateway-guide.md shows how), then “Take messages by a new route” on the "
                "page of refused messages, or run commonwatt replay-rejected.",
                where={"topic": message.topic},
            )
        return self._bounds.decoded(found[1], message)

    def decode_for(self, topic: str) -> Decode | None:
        """Return how messages of a topic are decoded, None where no route matches."""
        found = self._find(topic)
        return None if found is None else found[1]

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
                return gateway, route.decode_for(topic)
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
