"""The table of the audit trail: who did what, when, to which object."""

import json
from collections.abc import Sequence
from typing import Final

from actions.declared import ACTIONS
from actions.fields import Acting, Lang, Option, Words, field, plain
from actions.kinds import Day, Line
from actions.tables import Column, Filter, Table, page_of
from storage.access import listed
from storage.access.listed import TrailRow, WhichEntries
from storage.pages import Page, key_of

_MOST_SHOWN: Final = 160  # characters


def _words_of(act: str) -> Words:
    """Return what an act is called; its code where it is not declared."""
    kind = ACTIONS.get(act)
    return kind.about.words if kind else plain(act)


def _acts(at: Acting) -> Sequence[Option]:
    return [Option(one, _words_of(one)) for one in listed.acts(at.connection)]


class WhichTrail(Filter):
    """Which entries are wanted."""

    who: Line | None = field(zh="办理人", en="Who", default=None)
    act: Line | None = field(zh="事项", en="What", choices=_acts, default=None)
    subject: Line | None = field(zh="对象编号", en="Object", default=None)
    since: Day | None = field(zh="自", en="From", default=None)
    until: Day | None = field(zh="至", en="To", default=None)


def _ask(at: Acting, asked: WhichTrail, after: str | None, limit: int) -> Page[TrailRow]:
    (last,) = key_of(after, 0)
    wanted = WhichEntries(asked.who, asked.act, asked.subject, asked.since, asked.until)
    found = listed.trail(at.connection, wanted, int(last) or None, limit + 1)
    return page_of(found, limit, lambda one: one.id)


def _name(row: TrailRow, lang: Lang) -> str:
    return f"{row.name} ({row.login})" if row.login else row.actor


def _detail(row: TrailRow, lang: Lang) -> str:
    """Return what the entry tells beside, as much of it as a line of a table holds."""
    text = " · ".join(f"{name}: {value}" for name, value in row.detail.items())
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


AUDIT: Final = Table[TrailRow, WhichTrail](
    code="audit",
    path="/audit",
    page="/audit",
    words=Words("审计日志", "Audit trail"),
    about="Who did what, when, to which object, the newest first: all for an administrator, "
    "everybody else finds what they did themselves.",
    tag="people",
    columns=(
        Column("id", Words("编号", "Id"), lambda row: row.id, "whole", apart=True),
        Column("at", Words("时间", "When"), lambda row: row.at, "instant"),
        Column("actor", Words("办理人代码", "Actor"), lambda row: row.actor, apart=True),
        Column(
            "who",
            Words("办理人", "Who"),
            lambda row: row.login,
            shown=_name,
            link=lambda row: f"/people/{row.user_id}" if row.user_id else "",
        ),
        Column(
            "act",
            Words("事项", "What"),
            lambda row: row.act,
            shown=lambda row, lang: _words_of(row.act).say(lang),
        ),
        Column("subject", Words("对象编号", "Object"), lambda row: row.subject),
        Column(
            "detail",
            Words("内容", "Detail"),
            lambda row: json.dumps(row.detail, ensure_ascii=False),
            shown=_detail,
        ),
    ),
    filter=WhichTrail,
    ask=_ask,
)
