"""Setting a route: which topics are whose, in which format, from an instant on."""

from datetime import UTC, datetime

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Instant, Line, Text
from actions.readings import feeding
from actions.readings.end_route import EndRoute
from actions.readings.ending import since_of, source_field
from actions.readings.route_fields import checked, every_format, keys_of, settings_of
from actions.readings.route_shown import (
    RoutePut,
    fed_effects,
    said,
    said_of,
    set_again,
    shown,
    span_effect,
)
from actions.readings.routes_now import routes_now
from actions.readings.waiting import Waiting, under
from actions.rights import Right
from collector.filters import pattern
from collector.routing import Route
from metering.errors import InputError
from storage.readings import routes


class SetRoute(Action[None, RoutePut]):
    """Say which topics are whose, in which format, for what arrives from an instant on.

    It holds until the next that is known of the same topic. The collectors follow within seconds;
    messages that wait under it are taken, as far as they can be.
    """

    about = About(
        code="route.set",
        right=Right.ADMINISTER,
        path="/routes",
        tag="rejects and gateways",
        zh="设置路由",
        en="Set a route",
        done=("路由已设置,接收服务数秒内生效。", "Set; the collectors follow within seconds."),
    )

    topic: Line = field(
        zh="主题",
        en="Topic",
        hint=(
            "MQTT 过滤器:+ 代表一级,末尾 # 代表其余各级;多条匹配时取更具体的一条",
            "Of MQTT: + for one level, a last # for the rest; the more exact of several counts",
        ),
        examples=["shellies/+/status/#"],
    )
    codec: Line = field(zh="格式", en="Format", choices=every_format, examples=["shelly"])
    gateway: Line = field(
        zh="采集网关",
        en="Gateway",
        hint=(
            "省份/网关;{1}、{2} 为第一、第二个 + 的内容",
            "province/gateway; {1}, {2} are what the first, second + stood for",
        ),
        examples=["demo-a/{1}"],
    )
    channel_key: Line = field(
        zh="通道键",
        en="Key",
        hint=(
            "{key} 为报文中的键,也可用 {1}、{2}",
            "{key} is what the payload calls it; {1}, {2} may stand beside it",
        ),
        default="{key}",
    )
    only: Text | None = field(
        zh="只收这些键",
        en="Only these keys",
        hint=("每行一个;不填即全部", "One a line; left open: all"),
        default=None,
    )
    settings: Text | None = field(
        zh="格式设置",
        en="Settings of the format",
        hint=("每行一项,TOML", "One a line, as TOML"),
        default=None,
        examples=['zone = "Asia/Shanghai"'],
    )
    since: Instant | None = field(
        zh="自何时到达的报文起",
        en="For what arrives from",
        hint=(
            "不填即始终,暂存的报文也按它收下",
            "Left open: ever since, so that what waits is read by it, too",
        ),
        default=None,
    )
    source: Line = source_field("A gateway of another maker was installed")

    @classmethod
    def copies(cls) -> bool:
        """Return that dated facts come in by COPY."""
        return True

    @classmethod
    def where_to(cls, on: None, result: RoutePut) -> str:
        """Return the page of all routes."""
        return "/routes"

    def check(self, on: None, at: Acting) -> None:
        """Refuse what no collector could use, and what is so already."""
        route = self._route()
        before = routes.at(at.connection, self.topic, since_of(self.since))
        if before is not None and said_of(shown(before)) == plain(_said(route, self._only())):
            raise _the_same(self.topic)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what holds there now, and what would become of messages that wait."""
        known = (one for one in at.routes.routes if isinstance(one, Route))
        beneath = next((one for one in known if one.topic_filter == self.topic), None)
        put = self._put(at)
        held = said_of(put.before) if put.before else None
        return [
            Effect("route", plain(self.topic), held, plain(_said(self._route(), self._only()))),
            span_effect(since_of(self.since), put.route.until if put.route else None),
            *_over(beneath),
            *fed_effects(feeding.tried(at, self._waiting)),
        ]

    def do(self, on: None, at: Acting) -> RoutePut:
        """Set it; what waits is taken once it is committed."""
        result = self._put(at)
        detail = {"topic": self.topic, "source": self.source}

        def feed(later: Acting) -> None:
            result.fed_in = feeding.fed(later, self.about.code, detail, self._waiting)

        at.later[f"route {self.topic}"] = feed
        return result

    def opposite(self, on: None, result: RoutePut) -> Opposite | None:
        """Return what lets hold there what held before."""
        if result.before is None:
            since = self.since or datetime.fromtimestamp(0, UTC)
            return Opposite(EndRoute(topic=self.topic, since=since, source="undo"))
        return Opposite(set_again(result.before, self.since))

    def _put(self, at: Acting) -> RoutePut:
        route, since = self._route(), since_of(self.since)
        before = routes.at(at.connection, self.topic, since)
        how = (route.codec, route.gateway, route.key, self._only(), route.settings)
        routes.put(at.connection, self.topic, how, since, self.source, at.actor)
        now = routes.at(at.connection, self.topic, since)
        return RoutePut(
            route=shown(now) if now else None,
            before=shown(before) if before else None,
            fed_in=None,
        )

    def _waiting(self, at: Acting, after: int) -> Waiting:
        return under(at.connection, pattern(self.topic), routes_now(at), after)

    def _only(self) -> list[str]:
        return keys_of(self.only)

    def _route(self) -> Route:
        settings = settings_of(self.settings)
        return checked(
            self.topic, self.codec, self.gateway, self.channel_key, self._only(), settings
        )


def _said(route: Route, only: list[str]) -> str:
    return said(route.codec, route.gateway, route.key, only, route.settings)


def _over(beneath: Route | None) -> list[Effect]:
    """Return that a route of the file, or our own, counts there no longer."""
    if beneath is None:
        return []
    of = Words("路由文件或平台自带的同一主题", "The same topic in the routes file, or our own")
    before = plain(_said(beneath, sorted(beneath.only)))
    return [Effect("beneath", of, before, Words("不再使用", "counts no longer"), warns=True)]


def _the_same(topic: str) -> InputError:
    return InputError(
        "route.the_same",
        zh=f"主题“{topic}”已有同样的路由。",
        en=f"The topic “{topic}” has this very route.",
        next_zh="无需处理;暂存的报文可在“拒收报文”页面收下。",
        next_en="Nothing needs to be done; what waits is taken on the page of refused messages.",
        where={"field": "topic", "value": topic},
    )
