"""Submissions of a year: opened, and moved step by step; what offices ask of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

# The page first, and of its rows what people call them: names of a whole province cost seconds.
_LISTED = """
    WITH page AS MATERIALIZED (
        SELECT s.id, s.institution_id, s.year, s.state, s.round, s.received, s.opened_at,
               s.opened_by, s.moved_at
          FROM submission s
         WHERE s.id > %(after)s
           AND (%(only)s::integer IS NULL OR s.id = %(only)s)
           AND (%(year)s::integer IS NULL OR s.year = %(year)s)
           AND (%(state)s::text IS NULL OR s.state = %(state)s)
           AND (%(institution)s::integer IS NULL OR s.institution_id = %(institution)s)
         ORDER BY s.id LIMIT %(most)s
    )
    SELECT p.id AS submission_id, p.institution_id, n.name_zh, n.name_en, p.year, p.state, p.round,
           p.received,
           CASE WHEN p.state = 'approved'
                THEN ARRAY(SELECT t.at FROM access.awaited(p.institution_id, p.received) AS t(at))
                ELSE '{}' END
               AS awaited,
           storage.year_is_locked(p.institution_id, p.year) AS locked, p.opened_at, p.opened_by,
           p.moved_at
      FROM page p
      LEFT JOIN report.named(ARRAY(SELECT institution_id FROM page)) n USING (institution_id)
     ORDER BY p.id
"""
_NEWEST = "SELECT id FROM submission ORDER BY moved_at DESC, id DESC LIMIT 1"
_STEPPED = "SELECT submission_id FROM submission_step ORDER BY id DESC LIMIT 1"
# What the viewer may do next, by the rights of moves; the station is asked of the submission alone.
_MINE = """
    WITH may AS MATERIALIZED (
        SELECT m.before, m.act, c.id FROM submission_move m
         CROSS JOIN LATERAL access.covers(m.named_right) AS c(id)
         WHERE m.act IN ('fill', 'review', 'approve', 'receive')
    )
    SELECT DISTINCT s.id
      FROM submission s JOIN may ON may.id = s.institution_id AND may.before = s.state
     WHERE s.id = ANY(%s)
       AND (may.act <> 'receive'
            OR ARRAY(SELECT t.at FROM access.awaited(s.institution_id, s.received) AS t(at))
               && ARRAY(SELECT t.at FROM access.takes_at(s.institution_id) AS t(at)))
       AND (may.act NOT IN ('review', 'approve') OR NOT access.is_one_of(ARRAY(
            SELECT t.made_by FROM submission_step t
             WHERE t.submission_id = s.id AND t.round = s.round AND t.act = 'fill')))
"""
# Of those at authorities so many are looked into: each asks who its stations are.
_WAITING = """
    WITH may AS MATERIALIZED (
        SELECT m.before, m.act, c.id FROM submission_move m
         CROSS JOIN LATERAL access.covers(m.named_right) AS c(id)
         WHERE m.act IN ('fill', 'review', 'approve', 'receive')
    )
    SELECT s.year, s.state, count(*)::integer FROM submission s
      JOIN may ON may.id = s.institution_id AND may.before = s.state AND may.act <> 'receive'
     GROUP BY s.year, s.state
     UNION ALL
    SELECT w.year, 'approved', count(*)::integer
      FROM (SELECT s.year, s.institution_id, s.received FROM submission s
              JOIN may ON may.id = s.institution_id AND may.before = s.state AND may.act = 'receive'
             ORDER BY s.year, s.id LIMIT 200) w
     WHERE ARRAY(SELECT t.at FROM access.awaited(w.institution_id, w.received) AS t(at))
           && ARRAY(SELECT t.at FROM access.takes_at(w.institution_id) AS t(at))
     GROUP BY w.year
     ORDER BY 1, 2
"""
_OPEN = """
    INSERT INTO submission (institution_id, year, opened_by)
    SELECT u.id, %(year)s, %(by)s FROM unnest(%(ids)s::integer[]) AS u(id)
    ON CONFLICT DO NOTHING RETURNING id
"""
_COVERED = """
    SELECT u.id FROM unnest(%s::integer[]) AS u(id)
     WHERE u.id IN (SELECT c.id FROM access.covers('keep_accounts') AS c(id)) ORDER BY u.id
"""
_OPENED = "SELECT institution_id FROM submission WHERE year = %s AND institution_id = ANY(%s)"
_STEP = """
    INSERT INTO submission_step (submission_id, act, station, reason, made_by)
    VALUES (%s, %s, %s, %s, %s) RETURNING after
"""
_STEPS = """
    SELECT id AS step_id, submission_id, round, act, after, station, reason, made_at, made_by
      FROM submission_step WHERE submission_id = %s ORDER BY id
"""
_MINE_AT = "SELECT t.at FROM access.takes_at(%s) AS t(at)"
_RULE = "SELECT * FROM access.submission_rule_of(%s)"
_RETIRE_RULE = """
    UPDATE submission_rule SET known_until = now()
     WHERE known_until IS NULL AND region_id IS NOT DISTINCT FROM %s::integer
"""
_STATE_RULE = """
    INSERT INTO submission_rule (region_id, complete_millionths, other_reviews, other_approves,
        line_receives, source, known_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_PROGRESS = """
    SELECT p.year, p.region_id, r.name_zh AS region_zh, r.name_en AS region_en, p.department_line,
           d.name_zh AS line_zh, d.name_en AS line_en, p.opened, p.not_filled, p.returned, p.inside,
           p.approved, p.received
      FROM report.submission_progress p
      JOIN report.region r USING (region_id)
      JOIN department_line d ON d.code = p.department_line
     WHERE %(year)s::integer IS NULL OR p.year = %(year)s
     ORDER BY p.year DESC, p.region_id, p.department_line
"""
_ON_ITS_WAY = """
    SELECT institution_id FROM submission
     WHERE year = %s AND institution_id = ANY(%s) AND state <> 'received' ORDER BY institution_id
"""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A year's return. received, awaited: by stations; locked: whether its accounts are."""

    submission_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    year: int
    state: str
    round: int
    received: list[str]
    awaited: list[str]
    locked: bool
    opened_at: datetime
    opened_by: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that somebody took, and where it led."""

    step_id: int
    submission_id: int
    round: int
    act: str
    after: str
    station: str | None
    reason: str | None
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What an office asks of submissions."""

    complete_millionths: int
    other_reviews: bool
    other_approves: bool
    line_receives: bool


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How many submissions of a region's and line's institutions stand where."""

    year: int
    region_id: int
    region_zh: str | None
    region_en: str | None
    department_line: str
    line_zh: str
    line_en: str
    opened: int
    not_filled: int
    returned: int
    inside: int
    approved: int
    received: int


def listed(
    connection: Connection[Any],
    *,
    year: int | None = None,
    state: str | None = None,
    institution_id: int | None = None,
    only: int | None = None,
    after: int = 0,
    most: int = 1,
) -> list[SubmissionRow]:
    """Return the submissions that the viewer sees, in order of their ids."""
    asked = {
        "year": year,
        "state": state,
        "institution": institution_id,
        "only": only,
        "after": after,
        "most": most,
    }
    with connection.cursor(row_factory=class_row(SubmissionRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def newest(connection: Connection[Any], *, stepped: bool = False) -> int | None:
    """Return the submission that was opened or moved last; stepped: the one that moved last."""
    row = connection.execute(_STEPPED if stepped else _NEWEST).fetchone()
    return None if row is None else int(row[0])


def wait_for_me(connection: Connection[Any], ids: Sequence[int]) -> set[int]:
    """Return which of these submissions wait for a step that the viewer may take."""
    return {row[0] for row in connection.execute(_MINE, [list(ids)])}


def waiting(connection: Connection[Any]) -> list[tuple[int, str, int]]:
    """Return (year, state, how many) of submissions whose next step the viewer may take."""
    return [(year, state, many) for year, state, many in connection.execute(_WAITING)]


def covered(connection: Connection[Any], ids: Sequence[int]) -> list[int]:
    """Return those of some institutions whose accounts the viewer keeps, in order."""
    return [row[0] for row in connection.execute(_COVERED, [list(ids)])]


def opened(connection: Connection[Any], year: int, ids: Sequence[int]) -> set[int]:
    """Return those of some institutions that have a submission of the year."""
    return {row[0] for row in connection.execute(_OPENED, [year, list(ids)])}


def open_all(connection: Connection[Any], year: int, ids: Sequence[int], by: str) -> list[int]:
    """Open the submissions of these institutions that have none yet; return the new ones' ids."""
    asked = {"year": year, "ids": list(ids), "by": by}
    return [row[0] for row in connection.execute(_OPEN, asked)]


def step(
    connection: Connection[Any],
    submission_id: int,
    act: str,
    by: str,
    *,
    station: str | None = None,
    reason: str | None = None,
) -> str:
    """Take a step, and return where it leads; the database refuses a wrong one."""
    row = connection.execute(_STEP, [submission_id, act, station, reason, by]).fetchone()
    assert row is not None
    return str(row[0])


def steps(connection: Connection[Any], submission_id: int) -> list[StepRow]:
    """Return all steps of a submission, in order."""
    with connection.cursor(row_factory=class_row(StepRow)) as cursor:
        return cursor.execute(_STEPS, [submission_id]).fetchall()


def takes_at(connection: Connection[Any], institution_id: int) -> set[str]:
    """Return the stations for which the viewer takes an institution's submissions."""
    return {row[0] for row in connection.execute(_MINE_AT, [institution_id])}


def rule(connection: Connection[Any], institution_id: int) -> RuleRow:
    """Return what an institution's office asks of its submissions."""
    with connection.cursor(row_factory=class_row(RuleRow)) as cursor:
        found = cursor.execute(_RULE, [institution_id]).fetchone()
    return found or RuleRow(1_000_000, True, True, False)


def state_rule(
    connection: Connection[Any], region_id: int | None, said: RuleRow, source: str, by: str
) -> None:
    """Let a rule hold from now on; the one before it stays on record."""
    connection.execute(_RETIRE_RULE, [region_id])
    connection.execute(
        _STATE_RULE,
        [region_id, said.complete_millionths, said.other_reviews, said.other_approves,
         said.line_receives, source, by],
    )  # fmt: skip


def progress(connection: Connection[Any], year: int | None) -> list[ProgressRow]:
    """Return how submissions stand by region and line, the newest year first."""
    with connection.cursor(row_factory=class_row(ProgressRow)) as cursor:
        return cursor.execute(_PROGRESS, {"year": year}).fetchall()


def on_their_way(connection: Connection[Any], year: int, ids: Sequence[int]) -> list[int]:
    """Return those whose return of a year is opened, and not received yet."""
    return [row[0] for row in connection.execute(_ON_ITS_WAY, [year, list(ids)])]
