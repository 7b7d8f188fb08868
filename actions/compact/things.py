"""The objects of this room that actions hang on: unions, targets with their bases, and runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from actions.compact.target_words import in_short
from actions.declared import Thing
from actions.fields import Acting, Lang, Option, Words
from actions.things import every_union
from storage.compact import agreements, memberships, runs, targets, unions
from storage.compact.agreements import AgreementRow
from storage.compact.memberships import MembershipRow
from storage.compact.runs import RunRow as Run
from storage.compact.targets import TargetRow
from storage.compact.unions import UnionRow

# Whose bases somebody plans: those of a whole union, or of a member in it.
_PLANS_SOME: Final = """
    EXISTS (SELECT FROM target t JOIN report.union_member m ON m.union_id = t.union_id
             WHERE t.id = %(on)s::integer
               AND (t.union_id IN (SELECT * FROM access.planned_unions())
                    OR access.plans_regions(ARRAY[m.region_id])))
"""

RowT = TypeVar("RowT")


def _within(table: str, unions: str) -> str:
    """Return whether the object of a union's table is of one of the unions that a function says."""
    of = f"SELECT union_id FROM {table} WHERE id = %(on)s::integer"  # noqa: S608 - only our text
    return f"({of}) IN (SELECT * FROM {unions})"  # noqa: S608


def _lock(table: str, union_id: str = "union_id") -> str:
    """Return the lock of an object's union: what moves its bases, books, members comes in turn."""
    return f"SELECT pg_advisory_xact_lock(12, {union_id}) FROM {table} WHERE id = %s"  # noqa: S608


def _union(at: Acting, union_id: int) -> UnionRow | None:
    return next(iter(unions.listed(at.connection, union_id)), None)


def _target(at: Acting, target_id: int) -> TargetRow | None:
    return targets.one(at.connection, target_id)


def _run(at: Acting, run_id: int) -> Run | None:
    return runs.one(at.connection, run_id)


def _option(row_id: int, of: Words, row: RowT, name: Callable[[RowT, Lang], str]) -> Option:
    """Return an object to choose, after what it is of."""
    return Option(
        str(row_id), Words(f"{of.zh} · {name(row, 'zh')}", f"{of.en} · {name(row, 'en')}")
    )


def _unions(at: Acting) -> dict[int, Words]:
    return {one.union_id: Words(one.name_zh, one.name_en) for one in unions.listed(at.connection)}


def proposals(at: Acting) -> Sequence[Option]:
    """Return the runs that the actor sees and that are not issued."""
    found = [one for one in runs.listed(at.connection) if one.issued_as is None]
    of = {one.target_id: in_short(one) for one in targets.listed(at.connection)}
    return [
        _option(one.run_id, of[one.target_id], one, _run_name)
        for one in found
        if one.target_id in of
    ]


def _run_name(one: Run, lang: Lang) -> str:
    return Words("分解方案 第 {n} 版", "Run, version {n}").say(lang, n=one.version)


def _member(at: Acting, membership_id: int) -> MembershipRow | None:
    return memberships.one(at.connection, membership_id)


def _member_name(one: MembershipRow, lang: Lang) -> str:
    name = one.name_zh if lang == "zh" else one.name_en or one.name_zh
    return name or str(one.region_id)


def own_seats(at: Acting) -> Sequence[Option]:
    """Return the seats of the members that the actor acts for, each with its union."""
    of = _unions(at)
    return [
        _option(one.membership_id, of[one.union_id], one, _member_name)
        for one in memberships.listed(at.connection)
        if one.own
    ]


def _agreement(at: Acting, agreement_id: int) -> AgreementRow | None:
    return agreements.one(at.connection, agreement_id)


def _agreement_name(one: AgreementRow, lang: Lang) -> str:
    return Words("协议 第 {n} 版", "Agreement, version {n}").say(lang, n=one.version)


def open_agreements(at: Acting) -> Sequence[Option]:
    """Return the agreements that are being written or signed, of the unions that the actor sees."""
    of = _unions(at)
    return [
        _option(one.agreement_id, of[one.union_id], one, _agreement_name)
        for one in agreements.listed(at.connection)
        if one.state in ("draft", "proposed")
    ]


def _union_name(one: UnionRow, lang: Lang) -> str:
    return one.name_zh if lang == "zh" else one.name_en


def _target_name(one: TargetRow, lang: Lang) -> str:
    return in_short(one).say(lang)


def every_target(at: Acting) -> Sequence[Option]:
    """Return the targets that the actor sees."""
    return [Option(str(one.target_id), in_short(one)) for one in targets.listed(at.connection)]


UNION: Final = Thing[UnionRow](
    "union",
    Words("区域联合体", "union"),
    UnionRow,
    find=_union,
    name=_union_name,
    page=lambda one: f"/unions/{one.union_id}",
    covered="%(on)s::integer IN (SELECT * FROM access.planned_unions())",
    lock=_lock("region_union", "id"),
    options=every_union,
)
# The same union, for who asks regions in and writes its agreement: any member, not planners of all.
PREPARED: Final = replace(
    UNION, covered="%(on)s::integer IN (SELECT * FROM access.prepares_unions())"
)
# The same union, for who guides it and for its members: who may say something of its results.
COMMENTED: Final = replace(
    UNION, covered="%(on)s::integer IN (SELECT * FROM access.comments_unions())"
)
# A member's seat: only a grant that names the member itself reaches it.
MEMBER: Final = Thing[MembershipRow](
    "member",
    Words("成员单位", "member"),
    MembershipRow,
    find=_member,
    name=_member_name,
    page=lambda one: f"/members/{one.membership_id}",
    covered="""(SELECT region_id FROM membership WHERE id = %(on)s::integer)
        IN (SELECT * FROM access.acts_for())""",
    lock=_lock("membership"),
    options=own_seats,
)
AGREEMENT: Final = Thing[AgreementRow](
    "agreement",
    Words("协议", "agreement"),
    AgreementRow,
    find=_agreement,
    name=_agreement_name,
    page=lambda one: f"/agreements/{one.agreement_id}",
    covered=_within("agreement", "access.prepares_unions()"),
    lock=_lock("agreement"),
    options=open_agreements,
)
TARGET: Final = Thing[TargetRow](
    "target",
    Words("节能目标", "target"),
    TargetRow,
    find=_target,
    name=_target_name,
    page=lambda one: f"/targets/{one.target_id}",
    covered=_within("target", "access.planned_unions()"),
    lock=_lock("target"),
    options=every_target,
)
# The same target, for whoever plans for one of its members: each answers for the own bases.
BASES: Final = replace(
    TARGET, page=lambda one: f"/targets/{one.target_id}/bases", covered=_PLANS_SOME
)
RUN: Final = Thing[Run](
    "run",
    Words("分解方案", "run"),
    Run,
    find=_run,
    name=_run_name,
    page=lambda one: f"/runs/{one.run_id}",
    covered=_within("run", "access.planned_unions()"),
    lock=_lock("run"),
    options=proposals,
)
