"""What needs whoever logs in, of institutions, of unions and of the platform, by rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from psycopg import Connection
from psycopg.rows import TupleRow

from actions.accounts.findings import FINDING
from actions.accounts.overview import months_before
from actions.accounts.profiles import known_profile
from actions.actor import Actor
from actions.boards.unknown_steps import UnknownStep, unknown_steps
from actions.boards.waiting import OfBooks, OfYear, of_books, of_year
from actions.compact.issue_run import changes_of
from actions.compact.progress import Progress
from actions.declared import Effect
from actions.rights import Right, holds
from compact.indicators import Indicator
from compact.memberships import Standing
from storage import days, health
from storage.access import people
from storage.accounts import balances, findings, overview
from storage.accounts.balances import Balance
from storage.accounts.findings import FindingRow
from storage.boards import today
from storage.boards.today import Closed, Lacking, MonthOf, People, Silent
from storage.compact import memberships, progress, runs, targets, unions, year_forecasts
from storage.compact.memberships import MembershipRow
from storage.compact.runs import RunRow
from storage.compact.targets import TargetRow
from storage.compact.unions import UnionRow
from storage.compact.year_forecasts import ForecastRow
from storage.health import Queue, Rejects
from storage.readings import new_keys
from storage.readings.new_keys import NewKeys

_INSTITUTIONS: Final = 8
_LOOKED_INTO: Final = 40  # institutions, the largest, in whose hours use while closed is sought
_WASTES: Final = 3
_FEW: Final = 5

__all__ = ["Closed", "Lacking", "MonthOf", "Today", "Waiting", "today_of"]


@dataclass(frozen=True, slots=True)
class OfInstitutions:
    """The reader's institutions: a month beside the year before and quota, use while closed, gaps.

    month: the newest whole month. others: how many institutions beyond those looked into have used
    something. progress: of the institutions listed, in the newest year that has quotas.
    names: of the institutions looked into, zh and en. evidence: of the coefficients, the worst;
    outside: whether one of them is used outside its years. findings: the greatest that wait;
    answers: those of them that the reader may answer. forecasts: of the institutions listed, how
    their newest year will end. unknown: the newest steps whose use nobody knows.
    balances: main meters that do not agree with their sub-meters.
    """

    month: date
    rows: Sequence[MonthOf]
    progress: dict[int, Progress]
    wastes: Sequence[Closed]
    lacking: Sequence[Lacking]
    names: dict[int, tuple[str | None, str | None]]
    evidence: str | None
    outside: bool
    findings: Sequence[FindingRow] = ()
    answers: frozenset[int] = frozenset()
    forecasts: Mapping[int, ForecastRow] = field(default_factory=dict)
    unknown: Sequence[UnknownStep] = ()
    balances: Sequence[Balance] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run whose issue waits for another person than who asked for it.

    by: that person's name. own: whether it is the actor. effects: what the issue would change.
    """

    run: RunRow
    by: str
    own: bool
    effects: Sequence[Effect]


@dataclass(frozen=True, slots=True)
class OfUnion:
    """A union that the actor plans for: its members' progress, and what waits to be done.

    untried: targets without a run. proposed: runs that are no issue yet, the newest of each target.
    unanswered: targets of which nothing is issued, so that somebody answers for their bases.
    waiting: runs whose issue somebody asked for, of any version.
    """

    union: UnionRow
    members: Sequence[Progress]
    names: dict[int, tuple[str | None, str | None]]
    untried: Sequence[TargetRow]
    proposed: Sequence[RunRow]
    targets: Sequence[TargetRow]
    unanswered: Sequence[TargetRow]
    waiting: Sequence[Waiting] = ()


@dataclass(frozen=True, slots=True)
class OfMember:
    """A deed that a member owes: to answer, to prepare its signature, or to confirm that.

    action: the code of the declared action that settles it. by: who prepared the signature.
    """

    seat: MembershipRow
    union: UnionRow
    action: str
    by: str


@dataclass(frozen=True, slots=True)
class OfPlatform:
    """What an administrator looks after."""

    silent: Sequence[Silent]
    rejects: Sequence[Rejects]
    queues: Sequence[Queue]
    people: People


@dataclass(frozen=True, slots=True)
class Today:
    """What needs somebody; a part that is None is not for this reader.

    new_keys: of known gateways, for whoever registers channels. part_in: unions in which the actor
    acts for a member.
    """

    day: date
    institutions: OfInstitutions | None
    unions: Sequence[OfUnion] | None
    members: Sequence[OfMember]
    platform: OfPlatform | None
    corrects: bool
    books: OfBooks
    year: OfYear
    new_keys: Sequence[NewKeys] = ()
    part_in: Sequence[UnionRow] = ()


def today_of(actor: Actor) -> Today:
    """Return what needs the actor today, by the actor's roles."""
    with actor.look() as connection:
        plans = holds(connection, Right.PLAN)
        runs_it = holds(connection, Right.ADMINISTER)
        return Today(
            actor.today or days.today(connection),
            _of_institutions(connection),
            _of_unions(connection) if plans else None,
            _of_members(connection) if plans else (),
            _of_platform(connection) if runs_it else None,
            holds(connection, Right.CORRECT_READINGS),
            of_books(connection),
            of_year(connection, actor.today or days.today(connection)),
            new_keys.new_keys(connection, _FEW) if holds(connection, Right.REGISTER) else (),
            _part_in(connection) if plans else (),
        )


def _of_institutions(connection: Connection[TupleRow]) -> OfInstitutions | None:
    month = overview.last_month(connection)
    if month is None:
        return None
    profile = known_profile(connection, None)
    found = today.months(connection, month, profile, _LOOKED_INTO)
    ids = [one.institution_id for one in found]
    lacking = today.lacking(connection, ids, _FEW)
    until = months_before(month, -1)
    greatest = findings.greatest(connection, _WASTES)
    return OfInstitutions(
        month,
        found[:_INSTITUTIONS],
        _progress(connection, ids[:_INSTITUTIONS]),
        today.closed(connection, ids, month, until, _WASTES),
        lacking,
        {one.institution_id: (one.name_zh, one.name_en) for one in found},
        *today.evidence(connection, ids, month, profile),
        greatest,
        frozenset(
            one.finding_id
            for one in greatest
            if holds(connection, Right.CORRECT_READINGS, FINDING.covered, one.finding_id)
        ),
        year_forecasts.newest(connection, ids[:_INSTITUTIONS]),
        unknown_steps(connection, ids, month, _FEW),
        balances.exceeded(connection, ids, month, until, _FEW),
    )


def _progress(connection: Connection[TupleRow], ids: Sequence[int]) -> dict[int, Progress]:
    """Return each institution's newest progress by a run in force, of energy before others."""
    newest: dict[int, Progress] = {}
    for one in ids:
        found = progress.newest(connection, of_members=False, institution_id=one)
        held = [row for row in found if row.state == "in_force"]
        if held:
            newest[one] = max(held, key=lambda row: (_is_energy(row), row.year, row.day))
    return newest


def _is_energy(row: Progress) -> bool:
    return row.indicator == Indicator.TOTAL_KGCE.value


def _of_unions(connection: Connection[TupleRow]) -> list[OfUnion]:
    return [
        _of_union(connection, one)
        for one in unions.listed(connection)
        if unions.plans(connection, one.union_id)
    ]


def _part_in(connection: Connection[TupleRow]) -> list[UnionRow]:
    """Return the unions in which the actor acts for a member."""
    own = {one.union_id for one in memberships.listed(connection) if one.own and one.sits}
    return [one for one in unions.listed(connection) if one.union_id in own]


def _of_members(connection: Connection[TupleRow]) -> list[OfMember]:
    """Return what members owe for whom the actor acts, but for what another person must do."""
    known = {one.union_id: one for one in unions.listed(connection)}
    found = []
    for seat in memberships.listed(connection):
        if seat.own and (action := _owed(connection, seat)):
            by = seat.prepared_by or ""
            name = people.called(connection, [by])[by] if by else ""
            found.append(OfMember(seat, known[seat.union_id], action, name))
    return found


def _owed(connection: Connection[TupleRow], seat: MembershipRow) -> str:
    """Return the action that waits for the actor, empty for none."""
    if seat.state == Standing.PROPOSED:
        return "member.accept"
    if seat.agreement_id is None or not seat.sits:
        return ""
    if seat.prepared_by is None:
        return "member.sign"
    return "" if people.is_one_of(connection, [seat.prepared_by]) else "member.confirm"


def _of_union(connection: Connection[TupleRow], union: UnionRow) -> OfUnion:
    aims = [
        one for one in targets.listed(connection, union.union_id) if one.target.indicator.shared
    ]
    made = runs.listed(connection, union_id=union.union_id)
    newest = {one.target_id: one for one in sorted(made, key=lambda one: one.version)}
    issued = {one.target_id for one in newest.values() if one.issued_as is not None}
    rows = progress.newest(connection, of_members=True, union_id=union.union_id)
    rows = [one for one in rows if _is_energy(one)] or rows
    year = max((one.year for one in rows), default=None)
    named = unions.members(connection, union.union_id)
    return OfUnion(
        union,
        [one for one in rows if one.year == year],
        {one.region_id: (one.name_zh, one.name_en) for one in named},
        [one for one in aims if one.target_id not in newest],
        [one for one in newest.values() if one.issued_as is None and not one.waits],
        aims,
        [one for one in aims if one.target_id not in issued],
        [_waiting(connection, one) for one in made if one.waits],
    )


def _waiting(connection: Connection[TupleRow], run: RunRow) -> Waiting:
    by = run.request_by or ""
    return Waiting(
        run,
        people.called(connection, [by])[by],
        people.is_one_of(connection, [by]),
        changes_of(connection, run),
    )


def _of_platform(connection: Connection[TupleRow]) -> OfPlatform:
    return OfPlatform(
        today.silent(connection, _FEW),
        health.rejects(connection),
        health.queues(connection),
        today.people(connection),
    )


def change_of(one: MonthOf) -> Decimal | None:
    """Return the change of a month against the year before, over what both years measured."""
    if not one.before_g or one.after_g is None:
        return None
    return Decimal(one.after_g - one.before_g) / one.before_g
