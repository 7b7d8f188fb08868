"""Ending a route: from an instant on nothing is read by it."""

from collections.abc import Sequence

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Option, field, plain
from actions.kinds import Instant, Line
from actions.readings import feeding
from actions.readings.ending import Ends, ending_field, since_of, source_field
from actions.readings.route_shown import (
    RoutePut,
    fed_effects,
    said_of,
    set_again,
    shown,
    span_effect,
)
from actions.readings.routes_now import routes_now
from actions.readings.waiting import Waiting, under
from actions.rights import Right
from collector.filters import pattern
from metering.errors import InputError
from storage.readings import routes
from storage.readings.routes import RouteRow


def _topics(at: Acting) -> Sequence[Option]:
    """Return the topics that have a route."""
    found = routes.listed(at.connection, most=10_000)
    return [Option(one, plain(one)) for one in dict.fromkeys(row.topic for row in found)]


class EndRoute(Ends, Action[None, RoutePut]):
    """Let nothing be read by a route that arrives from an instant on, until the next of its topic.

    A less exact route, or the routes file, may have its topics then; else their messages are kept.
    """

    about = About(
        code="route.end",
        right=Right.ADMINISTER,
        path="/routes/end",
        tag="rejects and gateways",
        zh="终止路由",
        en="End a route",
        done=("路由已终止,接收服务数秒内生效。", "Ended; the collectors follow within seconds."),
    )

    topic: Line = field(zh="主题", en="Topic", choices=_topics, examples=["shellies/+/status/#"])
    since: Instant = ending_field(
        "自何时到达的报文起", "For what arrives from", ("从未有效", "as if it had never been")
    )
    source: Line = source_field("The gateway was taken down")

    @classmethod
    def where_to(cls, on: None, result: RoutePut) -> str:
        """Return the page of all routes."""
        return "/routes"

    def held(self, at: Acting) -> RouteRow:
        """Return the route that holds then."""
        found = routes.at(at.connection, self.topic, since_of(self.since))
        if found is None:
            raise _none_then(self.topic)
        return found

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what is read by it no longer, and what would become of messages that wait."""
        held = self.held(at)
        self._end(at)
        return [
            Effect("route", plain(self.topic), said_of(shown(held)), None),
            span_effect(since_of(self.since), held.valid_to),
            *fed_effects(feeding.tried(at, self._waiting)),
        ]

    def do(self, on: None, at: Acting) -> RoutePut:
        """End it; what waits there is read by what holds now."""
        result = RoutePut(route=None, before=shown(self.held(at)), fed_in=None)
        self._end(at)
        detail = {"topic": self.topic, "source": self.source}

        def feed(later: Acting) -> None:
            result.fed_in = feeding.fed(later, self.about.code, detail, self._waiting)

        at.later[f"route {self.topic}"] = feed
        return result

    def opposite(self, on: None, result: RoutePut) -> Opposite:
        """Return what lets the route hold again."""
        assert result.before is not None
        return Opposite(set_again(result.before, self.since))

    def _end(self, at: Acting) -> None:
        since = since_of(self.since)
        routes.put(at.connection, self.topic, None, since, self.source, at.actor)

    def _waiting(self, at: Acting, after: int) -> Waiting:
        return under(at.connection, pattern(self.topic), routes_now(at), after)


def _none_then(topic: str) -> InputError:
    return InputError(
        "route.none_then",
        zh=f"该时刻没有主题“{topic}”的路由。",
        en=f"There is no route of the topic “{topic}” at that instant.",
        next_zh="请在路由列表中核对其起止时刻。",
        next_en="The list of routes says from when to when each is.",
        where={"field": "since"},
    )
