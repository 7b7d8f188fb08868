"""Check sheets of institutions that were drawn: what was seen, what was told, and their steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_SHEETS = """
    WITH page AS MATERIALIZED (
        SELECT s.id, s.plan_id, s.institution_id, s.state, s.round, s.due_on, s.moved_at
          FROM check_sheet s
         WHERE s.id > %(after)s
           AND (%(only)s::integer IS NULL OR s.id = %(only)s)
           AND (%(plan)s::integer IS NULL OR s.plan_id = %(plan)s)
           AND (%(state)s::text IS NULL OR s.state = %(state)s)
           AND (%(institution)s::integer IS NULL OR s.institution_id = %(institution)s)
         ORDER BY s.id LIMIT %(most)s
    )
    SELECT p.id AS sheet_id, p.plan_id, p.institution_id, n.name_zh, n.name_en, k.year, p.state,
           p.round, p.due_on, p.moved_at, coalesce(i.items, 0)::integer AS items,
           coalesce(i.wrong, 0)::integer AS wrong
      FROM page p
      JOIN check_plan k ON k.id = p.plan_id
      LEFT JOIN report.named(ARRAY(SELECT institution_id FROM page)) n USING (institution_id)
      LEFT JOIN LATERAL (
            SELECT count(*) AS items, count(*) FILTER (WHERE i.wrong) AS wrong FROM check_item i
             WHERE i.sheet_id = p.id AND i.round = p.round AND i.known_until IS NULL) i ON true
     ORDER BY p.id
"""
_NEWEST = "SELECT id FROM check_sheet ORDER BY moved_at DESC, id DESC LIMIT 1"
_SEE = """
    INSERT INTO check_item (sheet_id, what, carrier, channel_id, first, until, at, seen, document,
        note, made_by)
    VALUES (%(sheet)s, %(what)s, %(carrier)s, %(channel)s, %(first)s, %(until)s, %(at)s, %(seen)s,
            %(document)s, %(note)s, %(by)s)
    RETURNING id
"""
_ITEMS = """
    SELECT i.id AS item_id, i.sheet_id, s.institution_id, s.state, i.round, i.what, i.carrier,
           k.name_zh AS carrier_zh, k.name_en AS carrier_en, i.channel_id,
           coalesce(c.unit, k.unit) AS unit, coalesce(c.per_unit, k.per_unit) AS per_unit,
           i.first, i.until, i.at, i.seen, i.told, i.tolerance_millionths, i.wrong, i.document,
           i.note, i.made_at, i.made_by
      FROM check_item i
      JOIN check_sheet s ON s.id = i.sheet_id
      LEFT JOIN carrier k ON k.code = i.carrier
      LEFT JOIN report.channel c ON c.channel_id = i.channel_id
     WHERE i.known_until IS NULL
       AND (%(sheet)s::integer IS NULL OR i.sheet_id = %(sheet)s)
       AND (%(only)s::bigint IS NULL OR i.id = %(only)s)
     ORDER BY i.round, i.id
"""
_AGAIN = "SELECT item_id, told, wrong FROM access.told_again(%s)"
_RETIRE = "UPDATE check_item SET known_until = now() WHERE id = %s AND known_until IS NULL"
_STEP = """
    INSERT INTO check_step (sheet_id, act, words, due_on, document, made_by)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING after
"""
_STEPS = """
    SELECT id AS step_id, sheet_id, act, after, words, due_on, document, made_at, made_by
      FROM check_step WHERE sheet_id = %s ORDER BY id
"""
_CHANNELS = """
    SELECT channel_id, coalesce(name_zh, meter_code) AS name_zh,
           coalesce(name_en, meter_code) AS name_en, code, unit
      FROM report.channel WHERE institution_id = %s ORDER BY channel_id
"""
# What waits, of those that the viewer checks or whose accounts it keeps.
_WAITING = """
    SELECT k.kind, p.year, o.plan_id, min(o.due_on) AS due_on, count(*)::integer AS many
      FROM access.open_checks() o
      JOIN check_plan p ON p.id = o.plan_id
     CROSS JOIN LATERAL (
            SELECT CASE WHEN o.checked THEN CASE o.state WHEN 'drawn' THEN 'see'
                                            WHEN 'answered' THEN 'recheck' ELSE 'awaited' END
                        WHEN o.kept THEN CASE o.state WHEN 'drawn' THEN 'ready'
                                         WHEN 'wrong' THEN 'answer' END END AS kind) k
     WHERE k.kind IS NOT NULL
     GROUP BY k.kind, p.year, o.plan_id
     UNION ALL
    SELECT 'draw', p.year, p.id, p.seed_day, 1 FROM check_plan p
     WHERE p.seed_day <= %s AND access.plans_check(p.id)
       AND NOT EXISTS (SELECT FROM check_draw d WHERE d.plan_id = p.id)
     ORDER BY 4 NULLS LAST, 2, 3, 1
"""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A sheet; items, wrong: of its newest round. due_on: until when what is wrong is corrected."""

    sheet_id: int
    plan_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    year: int
    state: str
    round: int
    due_on: date | None
    moved_at: datetime
    items: int
    wrong: int


@dataclass(frozen=True, slots=True)
class NewItem:
    """A figure that was seen.

    what: persons, area, quantity, cost or reading. seen: in quanta, fen, square metres or persons.
    first, until: months; at: of a reading. document: SHA-256 of a scan or photo.
    """

    sheet_id: int
    what: str
    seen: Decimal
    note: str
    document: str | None = None
    carrier: str | None = None
    channel_id: int | None = None
    first: date | None = None
    until: date | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A figure as it was seen, and as it was told in that round; unit, per_unit: of its carrier."""

    item_id: int
    sheet_id: int
    institution_id: int
    state: str
    round: int
    what: str
    carrier: str | None
    carrier_zh: str | None
    carrier_en: str | None
    channel_id: int | None
    unit: str | None
    per_unit: int | None
    first: date | None
    until: date | None
    at: datetime | None
    seen: Decimal
    told: Decimal | None
    tolerance_millionths: int
    wrong: bool
    document: str | None
    note: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a sheet, and where it led."""

    step_id: int
    sheet_id: int
    act: str
    after: str
    words: str
    due_on: date | None
    document: str | None
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """How many sheets of a plan wait; due_on: the first day among them.

    kind: ready, answer (of whom the viewer keeps accounts); see, recheck, awaited, draw (of whom it
    checks).
    """

    kind: str
    year: int
    plan_id: int
    due_on: date | None
    many: int


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A channel of an institution, as its meter is called."""

    channel_id: int
    name_zh: str
    name_en: str
    code: str
    unit: str


def sheets(
    connection: Connection[Any],
    *,
    plan: int | None = None,
    state: str | None = None,
    institution_id: int | None = None,
    only: int | None = None,
    after: int = 0,
    most: int = 1,
) -> list[SheetRow]:
    """Return the sheets that the viewer sees, in order of ids."""
    asked = {"plan": plan, "state": state, "institution": institution_id, "only": only,
             "after": after, "most": most}  # fmt: skip
    with connection.cursor(row_factory=class_row(SheetRow)) as cursor:
        return cursor.execute(_SHEETS, asked).fetchall()


def newest(connection: Connection[Any]) -> int | None:
    """Return the sheet that moved last."""
    row = connection.execute(_NEWEST).fetchone()
    return None if row is None else int(row[0])


def see(connection: Connection[Any], said: NewItem, by: str) -> ItemRow:
    """Write a figure onto a sheet, and return it beside what the platform tells."""
    row = connection.execute(_SEE, {
        "sheet": said.sheet_id, "what": said.what, "carrier": said.carrier,
        "channel": said.channel_id, "first": said.first, "until": said.until, "at": said.at,
        "seen": said.seen, "document": said.document, "note": said.note, "by": by,
    }).fetchone()  # fmt: skip
    assert row is not None
    return items(connection, only=row[0])[0]


def items(
    connection: Connection[Any], *, sheet_id: int | None = None, only: int | None = None
) -> list[ItemRow]:
    """Return the figures of a sheet in all rounds, or one."""
    with connection.cursor(row_factory=class_row(ItemRow)) as cursor:
        return cursor.execute(_ITEMS, {"sheet": sheet_id, "only": only}).fetchall()


def told_again(connection: Connection[Any], sheet_id: int) -> list[ItemRow]:
    """Return the figures of a sheet as the platform tells them now, and whether they are wrong."""
    now = {row[0]: row[1:] for row in connection.execute(_AGAIN, [sheet_id])}
    return [
        replace(one, told=now[one.item_id][0], wrong=now[one.item_id][1])
        for one in items(connection, sheet_id=sheet_id)
        if one.item_id in now
    ]


def retire(connection: Connection[Any], item_id: int) -> None:
    """Take a figure from a sheet; it stays on record."""
    connection.execute(_RETIRE, [item_id])


def step(
    connection: Connection[Any],
    sheet_id: int,
    act: str,
    words: str,
    by: str,
    *,
    due_on: date | None = None,
    document: str | None = None,
) -> str:
    """Take a step, and return where it leads; the database refuses a wrong one."""
    row = connection.execute(_STEP, [sheet_id, act, words, due_on, document, by]).fetchone()
    assert row is not None
    return str(row[0])


def steps(connection: Connection[Any], sheet_id: int) -> list[StepRow]:
    """Return all steps of a sheet, in order."""
    with connection.cursor(row_factory=class_row(StepRow)) as cursor:
        return cursor.execute(_STEPS, [sheet_id]).fetchall()


def waiting(connection: Connection[Any], today: date) -> Sequence[WaitingRow]:
    """Return what of checks waits for the viewer."""
    with connection.cursor(row_factory=class_row(WaitingRow)) as cursor:
        return cursor.execute(_WAITING, [today]).fetchall()


def meters(connection: Connection[Any], institution_id: int) -> list[MeterRow]:
    """Return the channels of an institution that the viewer sees."""
    with connection.cursor(row_factory=class_row(MeterRow)) as cursor:
        return cursor.execute(_CHANNELS, [institution_id]).fetchall()
