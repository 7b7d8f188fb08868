"""Taking messages whose topic had no route, once there is one for it."""

from collections.abc import Sequence
from typing import Final

from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, field, plain
from actions.kinds import Line
from actions.readings.routes_now import routes_now
from actions.readings.settle_rejected import (
    AgainSink,
    Taken,
    again,
    counts_of,
    no_sink,
    reasons_of,
    taken_of,
)
from actions.readings.waiting import waiting
from actions.rights import Right
from metering.errors import InputError
from metering.messages import AuditNote, Stored
from storage.readings import rejects

NO_ROUTE: Final = "topic.no_route"


def _topics(at: Acting) -> Sequence[Option]:
    """Return the topics without a route of which messages wait; they stand for gateways."""
    found = rejects.counted(at.connection)
    return [Option(one.gateway, plain(one.gateway)) for one in found if one.reason == NO_ROUTE]


class RouteRejected(Action[None, Taken]):
    """Take the waiting messages of a topic that has a route by now.

    Whose they are, and what they say, is by the route that holds for their arrival. What is
    refused for another reason then, such as an unknown key, waits on under its gateway.
    """

    about = About(
        code="rejected.route",
        right=Right.ADMINISTER,
        path="/rejects/route",
        tag="rejects and gateways",
        zh="按新路由收下报文",
        en="Take messages by a new route",
        done=("已收下,用量正在重新计算。", "Taken; the use is being computed anew."),
        by_file=False,  # the sink's transaction is not the file's
    )

    topic: Line = field(
        zh="主题",
        en="Topic",
        hint=(
            "没有路由、有报文等待的主题;先设置路由,或在路由文件中添加 [[route]]",
            "Without a route when its messages came; set one, or add it to the routes file, first",
        ),
        choices=_topics,
        examples=["dsmr/g1/raw"],
    )
    reason: Line = field(
        zh="原因",
        en="Why they can be taken now",
        hint=("例如:已添加路由", "Such as: a route was added"),
        examples=["A route was added"],
    )

    @classmethod
    def notes_itself(cls) -> bool:
        """Return that the sink writes the audit entry together with the readings."""
        return True

    @classmethod
    def where_to(cls, on: None, result: Taken) -> str:
        """Return the page of what else waits."""
        return "/rejects"

    def check(self, on: None, at: Acting) -> None:
        """Refuse a topic that has no route still."""
        if routes_now(at).gateway_of(self.topic) == self.topic:
            raise _no_route(self.topic)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what would be taken, and why the rest waits on."""
        done = self.written(at, dry_run=True)
        return [*counts_of(done), *reasons_of(done.reasons)]

    def do(self, on: None, at: Acting) -> Taken:
        """Take what can be taken."""
        return self.written(at, dry_run=False)

    def written(self, at: Acting, *, dry_run: bool) -> Taken:
        """Have the sink take it, or only try."""
        sink = at.sink
        if not isinstance(sink, AgainSink):
            raise no_sink()
        found = waiting(at.connection, self.topic, routes_now(at), reason=NO_ROUTE)

        def audit(stored: Stored) -> AuditNote:
            told = taken_of(found, stored).model_dump(mode="json")
            detail = {"topic": self.topic, "reason": self.reason, "replayed": told}
            return AuditNote(at.actor, self.about.code, "", detail)

        stored = again(sink, found, audit, dry_run=dry_run)
        return taken_of(found, stored)


def _no_route(topic: str) -> InputError:
    return InputError(
        "rejects.no_route_yet",
        zh=f"主题“{topic}”仍没有路由。",
        en=f"The topic “{topic}” has no route still.",
        next_zh="请在“路由”页面(/routes)为它设置路由,或在 COMMONWATT_ROUTES_FILE 指定的"
        "路由文件中添加 [[route]],再试一次。",
        next_en="Set one on the page of routes (/routes), or add a [[route]] to the file that "
        "COMMONWATT_ROUTES_FILE names, and try again.",
        where={"field": "topic", "value": topic},
    )
