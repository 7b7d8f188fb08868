"""The table of routes: those that people keep, then those of the file and our own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from actions.fields import Acting, Lang, Words, field
from actions.kinds import Line
from actions.readings.end_route import EndRoute
from actions.readings.route_fields import lines_of
from actions.readings.set_route import SetRoute
from actions.rights import Right
from actions.tables import Column, Filter, Table
from collector.filters import exactness
from collector.routing import NATIVE, PUSHED, Route
from storage.readings import routes
from storage.readings.routes import RouteRow


class From(StrEnum):
    """Who says a route."""

    KEPT = "kept"
    FILE = "file"
    OURS = "ours"


_FROM: Final = {
    From.KEPT: Words("平台登记", "kept here"),
    From.FILE: Words("路由文件", "routes file"),
    From.OURS: Words("平台自带", "our own"),
}


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A route in the order in which it counts; route_id: of one that people keep."""

    place: int
    route_id: int | None
    of: From
    topic: str
    codec: str
    gateway: str
    key: str
    only: list[str]
    settings: str
    since: datetime | None
    until: datetime | None
    source: str
    known_since: datetime | None
    known_by: str


class WhichRoutes(Filter):
    """Which routes are wanted."""

    topic: Line | None = field(zh="主题", en="Part of the topic", default=None)


def _every(at: Acting, asked: WhichRoutes) -> Iterator[RouteLine]:
    rows = sorted(routes.listed(at.connection, most=10_000), key=lambda one: exactness(one.topic))
    lines = [_kept(place, one) for place, one in enumerate(rows, 1)]
    beneath = [one for one in at.routes.routes if isinstance(one, Route)]
    lines += [_beneath(place, one) for place, one in enumerate(beneath, len(lines) + 1)]
    wanted = (asked.topic or "").casefold()
    return (one for one in lines if wanted in one.topic.casefold())


def _kept(place: int, one: RouteRow) -> RouteLine:
    return RouteLine(
        place, one.route_id, From.KEPT, one.topic, one.codec, one.gateway, one.key, one.only_keys,
        lines_of(one.settings), one.valid_from, one.valid_to, one.source, one.known_since,
        one.known_by,
    )  # fmt: skip


def _beneath(place: int, one: Route) -> RouteLine:
    of = From.OURS if one in (NATIVE, PUSHED) else From.FILE
    return RouteLine(
        place, None, of, one.topic_filter, one.codec, one.gateway, one.key, sorted(one.only),
        lines_of(one.settings), None, None, "", None, "",
    )  # fmt: skip


def _change(row: RouteLine) -> str:
    said = {
        "topic": row.topic, "codec": row.codec, "gateway": row.gateway, "channel_key": row.key,
        "only": "\n".join(row.only), "settings": row.settings,
    }  # fmt: skip
    if row.of is From.OURS:
        return ""
    return f"/do/{SetRoute.about.code}?{urlencode({k: v for k, v in said.items() if v})}"


def _end(row: RouteLine) -> str:
    query = urlencode({"topic": row.topic})
    return f"/do/{EndRoute.about.code}?{query}" if row.of is From.KEPT else ""


def _word(words: Words, link: str, lang: Lang) -> str:
    return f"{words.say(lang)} ›" if link else ""


ROUTES: Final = Table[RouteLine, WhichRoutes](
    code="routes",
    path="/routes",
    page="/routes",
    words=Words("路由", "Routes"),
    about="Which topics are whose, in which format, in the order in which they count: routes that "
    "people keep, the more exact first, then those of the routes file, then our own.",
    hint=Words(
        "依次匹配,先匹配者有效:平台登记的路由在前(更具体的在先),随后是路由文件,最后是平台自带的主题",
        "The first that matches counts: routes kept here, the more exact first, then the routes "
        "file, then our own topics",
    ),
    tag="rejects and gateways",
    right=Right.ADMINISTER,
    columns=(
        Column("topic", Words("主题", "Topic"), lambda row: row.topic, look="code"),
        Column("place", Words("次序", "Place"), lambda row: row.place, "whole"),
        Column("codec", Words("格式", "Format"), lambda row: row.codec),
        Column("gateway", Words("采集网关", "Gateway"), lambda row: row.gateway),
        Column("key", Words("通道键", "Key"), lambda row: row.key),
        Column("only", Words("只收这些键", "Only these keys"), lambda row: row.only, "several"),
        Column(
            "settings",
            Words("格式设置", "Settings"),
            lambda row: row.settings,
            shown=lambda row, _: row.settings.splitlines(),
        ),
        Column(
            "since",
            Words("自到达时刻", "From"),
            lambda row: row.since,
            "instant",
            blank=Words("始终", "ever since"),
        ),
        Column(
            "until",
            Words("至", "Until"),
            lambda row: row.until,
            "instant",
            blank=Words("长期", "for good"),
        ),
        Column(
            "of", Words("来源", "Said by"), lambda row: row.of.value,
            shown=lambda row, lang: _FROM[row.of].say(lang), look="tag",
        ),
        Column("route_id", Words("编号", "Id"), lambda row: row.route_id, "whole", apart=True),
        Column("source", Words("依据", "Why"), lambda row: row.source, apart=True),
        Column(
            "known_since", Words("登记时间", "Said at"), lambda row: row.known_since, "instant",
            apart=True,
        ),
        Column("known_by", Words("登记人", "Said by whom"), lambda row: row.known_by, apart=True),
        Column(
            "change",
            Words("修改", "Change"),
            only="page",
            shown=lambda row, lang: _word(Words("修改", "Change"), _change(row), lang),
            link=_change,
        ),
        Column(
            "end",
            Words("终止", "End"),
            only="page",
            shown=lambda row, lang: _word(Words("终止", "End"), _end(row), lang),
            link=_end,
        ),
    ),
    filter=WhichRoutes,
    every=_every,
    actions=(SetRoute.about.code,),
)  # fmt: skip
