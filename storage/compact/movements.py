"""Movements: what is to enter the books, how far each is, and whom a giver trusts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.movements import Deed, Leg, Movement
from storage.compact.book_refusals import in_words, settle

DUE: Final = "movement.due"  # of tasks; their key is the movement

_LONG: Final = "SET LOCAL statement_timeout = '10min'"
_ADD: Final = """
    INSERT INTO movement (union_id, indicator, kind, year, member_id, institution_id, taker_id,
                          amount_g, reason, document_sha256, reverses, made_by)
    VALUES (%(union)s, %(indicator)s, %(kind)s, %(year)s, %(member)s, %(institution)s, %(taker)s,
            %(amount_g)s, %(reason)s, %(document)s, %(reverses)s, %(by)s)
    RETURNING id
"""
_ADD_LEGS: Final = """
    INSERT INTO movement_leg (movement_id, union_id, indicator, place, account, institution_id,
                              region_id, year, amount_g)
    SELECT %s, %s, %s, nth, account,
           CASE WHEN account IN ('holder', 'covered') THEN place END,
           CASE WHEN account IN ('reserve', 'pool') THEN place END, year, amount_g
      FROM unnest(%s::text[], %s::integer[], %s::integer[], %s::bigint[]) WITH ORDINALITY
           AS l (account, place, year, amount_g, nth)
"""
_DEED: Final = """
    INSERT INTO movement_deed (movement_id, deed, due_at, code, reason, made_by)
    VALUES (%(movement)s, %(deed)s, CASE WHEN %(deed)s = 'approve' THEN now() END, NULL,
            %(reason)s, %(by)s)
    RETURNING due_at
"""
_DO_DUE: Final = "SELECT storage.do_due(%s)"
_LISTED: Final = """
    SELECT m.movement_id, m.union_id, m.indicator, m.kind, m.year, m.member_id, m.institution_id,
           m.taker_id, m.amount_g, m.reason, m.document_sha256, m.reverses, m.made_at, m.made_by,
           m.state, m.code, m.due_at, m.said, m.since, m.by, m.second_person, m.reversed_by,
           m.into_pool, v.name_zh, v.name_en, t.name_zh AS taker_zh, t.name_en AS taker_en
      FROM report.movement m
      LEFT JOIN report.institution v ON v.institution_id = m.institution_id
      LEFT JOIN report.institution t ON t.institution_id = m.taker_id
     WHERE m.movement_id < %(before)s AND (%(only)s::integer IS NULL OR m.movement_id = %(only)s)
       AND (%(union)s::integer IS NULL OR m.union_id = %(union)s)
       AND (%(institution)s::integer IS NULL OR %(institution)s IN (m.institution_id, m.taker_id))
       AND (%(state)s::text IS NULL OR m.state = %(state)s)
       AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
     ORDER BY m.movement_id DESC LIMIT %(most)s
"""
_LEGS: Final = """
    SELECT account, coalesce(institution_id, region_id), year, amount_g
      FROM movement_leg WHERE movement_id = %s ORDER BY place
"""
_DEEDS: Final = """
    SELECT deed, due_at, code, reason, made_at, made_by FROM movement_deed
     WHERE movement_id = %s ORDER BY id
"""
# A cover moves between accounts that together are the quota, so it changes none.
_OF_QUOTA: Final = """
    SELECT l.institution_id, l.year, m.movement_id, m.kind, m.reason, m.since,
           sum(l.amount_g)::bigint AS amount_g
      FROM movement_leg l JOIN report.movement m ON m.movement_id = l.movement_id
     WHERE l.union_id = %s AND l.indicator = %s AND l.institution_id = ANY(%s)
       AND l.year = ANY(%s) AND m.state = 'done'
     GROUP BY l.institution_id, l.year, m.movement_id, m.kind, m.reason, m.since
    HAVING sum(l.amount_g) <> 0
     ORDER BY m.since, m.movement_id
"""
_PENDING: Final = """
    SELECT coalesce(sum(m.amount_g), 0)::bigint FROM report.movement m
     WHERE m.union_id = %s AND m.indicator = %s AND m.year = %s AND m.institution_id = %s
       AND m.kind = 'transfer' AND m.state IN ('proposed', 'waiting')
"""
_MEMBER_OF: Final = "SELECT storage.member_of(%s, %s, %s, %s)"
_TAKER: Final = "SELECT access.taker_member(%s, %s, %s, %s)"
_WAIT: Final = "SELECT storage.wait_hours(%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement with its last deed: since, by, said; code: why it ended, due_at: when it may.

    into_pool: whether the pool takes or gives; None of what moves no pool.
    """

    movement_id: int
    union_id: int
    indicator: str
    kind: str
    year: int
    member_id: int | None
    institution_id: int | None
    taker_id: int | None
    amount_g: int
    reason: str
    document_sha256: str | None
    reverses: int | None
    made_at: datetime
    made_by: str
    state: str
    code: str | None
    due_at: datetime | None
    said: str
    since: datetime
    by: str
    second_person: bool
    reversed_by: int | None
    into_pool: bool | None
    name_zh: str | None
    name_en: str | None
    taker_zh: str | None
    taker_en: str | None


@dataclass(frozen=True, slots=True)
class DeedRow:
    """What was done about a movement."""

    deed: str
    due_at: datetime | None
    code: str | None
    reason: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a movement in the books changed of a quota, and when. [g]"""

    movement_id: int
    kind: str
    reason: str
    since: datetime
    amount_g: int


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """Which movements are asked for; None asks for all."""

    union_id: int | None = None
    institution_id: int | None = None
    state: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a movement belongs, why, and on which document."""

    union_id: int
    indicator: str
    reason: str
    by: str
    document: str | None = None
    reverses: int | None = None


def propose(
    connection: Connection[Any], said: Proposal, what: Movement, legs: Iterable[Leg] = ()
) -> int:
    """Propose a movement, with its legs where it moves among many; return its id."""
    parameters = {
        "union": said.union_id,
        "indicator": said.indicator,
        "kind": what.kind.value,
        "year": what.year,
        "member": what.member,
        "institution": what.institution,
        "taker": what.taker,
        "amount_g": what.amount_g,
        "reason": said.reason,
        "document": said.document,
        "reverses": said.reverses,
        "by": said.by,
    }
    with in_words():
        row = connection.execute(_ADD, parameters).fetchone()
        assert row is not None
        made = int(row[0])
        columns = [(one.account, one.place, one.year, one.amount_g) for one in legs]
        if columns:
            several = [list(each) for each in zip(*columns, strict=True)]
            connection.execute(_ADD_LEGS, [made, said.union_id, said.indicator, *several])
    say(connection, made, Deed.PROPOSE, said.by)
    return made


def say(
    connection: Connection[Any], movement_id: int, deed: Deed, by: str, reason: str = ""
) -> datetime | None:
    """Do something about a movement; return when it is due, of an approval.

    What is done enters the books at once, or is refused in words.
    """
    asked = {"movement": movement_id, "deed": deed.value, "reason": reason, "by": by}
    with in_words():
        row = connection.execute(_DEED, asked).fetchone()
    if deed is Deed.DO:
        connection.execute(_LONG)
        settle(connection)
    return row[0] if row else None


def do_due(connection: Connection[Any], movement_id: int) -> str:
    """Do what has waited long enough, or end it with the name of what refused; return its state."""
    row = connection.execute(_DO_DUE, [movement_id]).fetchone()
    assert row is not None
    return str(row[0])


def listed(
    connection: Connection[Any],
    asked: MovementFilter,
    *,
    before: int = 2**31 - 1,
    only: int | None = None,
    most: int = 1000,
) -> list[MovementRow]:
    """Return movements that the viewer sees, the newest first; before: of lesser ids."""
    parameters = {
        "union": asked.union_id,
        "institution": asked.institution_id,
        "state": asked.state,
        "kind": asked.kind,
        "before": before,
        "only": only,
        "most": most,
    }
    with connection.cursor(row_factory=class_row(MovementRow)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()


def one(connection: Connection[Any], movement_id: int) -> MovementRow | None:
    """Return one movement, if the viewer sees it."""
    return next(iter(listed(connection, MovementFilter(), only=movement_id)), None)


def legs(connection: Connection[Any], movement_id: int) -> list[Leg]:
    """Return the entries that a movement makes, as far as the viewer sees the accounts."""
    return [Leg(*row) for row in connection.execute(_LEGS, [movement_id])]


def deeds(connection: Connection[Any], movement_id: int) -> list[DeedRow]:
    """Return all that was done about a movement."""
    with connection.cursor(row_factory=class_row(DeedRow)) as cursor:
        return cursor.execute(_DEEDS, [movement_id]).fetchall()


def of_quotas(
    connection: Connection[Any],
    of: tuple[int, str],
    institutions: Sequence[int],
    years: Sequence[int],
) -> dict[tuple[int, int], list[Moved]]:
    """Return what has moved quotas since they were issued, as far as the viewer sees it.

    of: union and indicator. By institution and year; of what did not move there is nothing.
    """
    asked = [*of, list(institutions), list(years)]
    found: dict[tuple[int, int], list[Moved]] = {}
    for whose, year, *rest in connection.execute(_OF_QUOTA, asked).fetchall():
        found.setdefault((whose, year), []).append(Moved(*rest))
    return found


def pending_g(connection: Connection[Any], of: tuple[int, str, int], institution_id: int) -> int:
    """Return what of a holder's quota is on its way to others. [g, of water L]

    of: union, indicator and year.
    """
    row = connection.execute(_PENDING, [*of, institution_id]).fetchone()
    assert row is not None
    return int(row[0])


def member_of(
    connection: Connection[Any], union_id: int, indicator: str, year: int, institution_id: int,
    *, takes: bool = False,
) -> int | None:  # fmt: skip
    """Return the member in whose total a holder's quota of a year was issued.

    takes: asked by whoever gives; what is guarded and not seen is none.
    """
    of = [union_id, indicator, year, institution_id]
    row = connection.execute(_TAKER if takes else _MEMBER_OF, of).fetchone()
    return row[0] if row else None


def wait_hours(connection: Connection[Any], union_id: int, giver: int, taker: int) -> int:
    """Return how long a transfer would wait once it is approved."""
    row = connection.execute(_WAIT, [union_id, giver, taker]).fetchone()
    assert row is not None
    return int(row[0])
