"""The table of people: who may log in, with which roles, where and since when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from actions.access.grant_words import words_of
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Line
from actions.tables import Column, Filter, Table, page_of
from actions.things import every_role
from storage.access import grants, listed
from storage.access.grants import GrantRow
from storage.access.people import User
from storage.pages import Page, key_of


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with the grants that hold today, those to come, and when they last did something."""

    user: User
    grants: list[GrantRow]
    last_act_at: datetime | None


class WhichPeople(Filter):
    """Which people are wanted."""

    search: Line | None = field(zh="姓名或用户名", en="Name or login", default=None)
    role: Line | None = field(zh="角色", en="Role", choices=every_role, default=None)
    ended: bool = field(zh="含已停用的账号", en="With ended ones", default=False)


def _ask(at: Acting, asked: WhichPeople, after: str | None, limit: int) -> Page[PersonRow]:
    (before,) = key_of(after, 0)
    found = listed.people(
        at.connection,
        text=asked.search,
        role=asked.role,
        ended=asked.ended,
        after=int(before),
        most=limit + 1,
    )
    page = page_of(found, limit, lambda one: one.user_id)
    held: dict[int, list[GrantRow]] = {}
    for one in grants.listed(at.connection, [row.user_id for row in page.rows]):
        if not one.ended:
            held.setdefault(one.user_id, []).append(one)
    last = listed.last_acts(at.connection, [row.user_id for row in page.rows])
    of = [PersonRow(one, held.get(one.user_id, []), last[one.user_id]) for one in page.rows]
    return Page(of, page.next)


def _grants_shown(row: PersonRow, lang: Lang) -> list[str]:
    since = {"zh": "自 {day} 起", "en": "since {day}"}[lang]
    return [f"{words_of(one).say(lang)} · {since.format(day=one.valid_from)}" for one in row.grants]


def trail_of(login: str) -> str:
    """Return the address of what somebody did, in the audit trail."""
    return f"/audit?{urlencode({'who': login})}"


def _coded(row: PersonRow) -> list[str]:
    """Return grants for programs: role, scope, and the id or code that the scope names."""
    return [
        " ".join(
            str(part)
            for part in (
                one.role,
                one.scope,
                one.region_id or one.department_line or one.union_id or one.institution_id,
            )
            if part is not None
        )
        for one in row.grants
    ]


PEOPLE: Final = Table[PersonRow, WhichPeople](
    code="people",
    path="/people",
    page="/people",
    words=Words("用户与授权", "People"),
    about="The people whom the reader may know of, with what they may see and do: all for an "
    "administrator, everybody else finds themselves alone.",
    tag="people",
    columns=(
        Column("user_id", Words("编号", "Id"), lambda row: row.user.user_id, "whole", apart=True),
        Column(
            "login",
            Words("用户名", "Login"),
            lambda row: row.user.login,
            link=lambda row: f"/people/{row.user.user_id}",
        ),
        Column("name", Words("姓名", "Name"), lambda row: row.user.name),
        Column("grants", Words("授权", "Grants"), _coded, "several", shown=_grants_shown),
        Column(
            "since",
            Words("最早授权", "First grant"),
            lambda row: min((one.valid_from for one in row.grants), default=None),
            "day",
            apart=True,
        ),
        Column(
            "last_act_at",
            Words("最近办理", "Last act"),
            lambda row: row.last_act_at,
            "instant",
            link=lambda row: trail_of(row.user.login) if row.last_act_at else "",
            hint=Words("链接到其审计日志", "Leads to what they did, in the audit trail"),
        ),
        Column("ended_at", Words("停用时间", "Ended"), lambda row: row.user.ended_at, "instant"),
        Column(
            "person_id",
            Words("自然人编号", "Person"),
            lambda row: row.user.person_id,
            "whole",
            apart=True,
        ),
    ),
    filter=WhichPeople,
    ask=_ask,
    actions=("user.add",),
)
