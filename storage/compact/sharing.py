"""What members show each other: their words, and the figures that follow from them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_ADD: Final = """
    INSERT INTO sharing_word (union_id, region_id, with_id, indicator, shown, level, grain,
                              lag_months, since, source, made_by)
    VALUES (%(union)s, %(region)s, %(with)s, %(indicator)s, %(shown)s, %(level)s, %(grain)s,
            %(lag)s, %(since)s, %(source)s, %(by)s)
    RETURNING id
"""
_TERMS: Final = """
    SELECT t.word_id, t.union_id, t.region_id, t.with_id, t.indicator, t.shown, t.level, t.grain,
           t.lag_months, t.held_lag_months, t.since, t.source, t.made_at, t.made_by, t.holds,
           g.name_zh, g.name_en, w.name_zh AS with_zh, w.name_en AS with_en
      FROM report.sharing_term t
      LEFT JOIN region_fact g ON g.region_id = t.region_id AND g.known_until IS NULL
           AND storage.today() >= g.valid_from
           AND (g.valid_to IS NULL OR storage.today() < g.valid_to)
      LEFT JOIN region_fact w ON w.region_id = t.with_id AND w.known_until IS NULL
           AND storage.today() >= w.valid_from
           AND (w.valid_to IS NULL OR storage.today() < w.valid_to)
     WHERE (%(union)s::integer IS NULL OR t.union_id = %(union)s)
       AND (NOT %(held)s OR t.holds)
     ORDER BY t.word_id DESC
"""
_FIGURES: Final = """
    SELECT f.union_id, f.region_id, f.indicator, f.level, f.grain, f.period, f.department_line,
           f.institution_id, f.institutions, f.amount,
           CASE WHEN f.indicator = 'total_kgce' THEN p.profile END AS profile, r.name_zh, r.name_en,
           f.institution_zh, f.institution_en, l.name_zh AS line_zh, l.name_en AS line_en
      FROM report.shared_figure f
      LEFT JOIN (SELECT m.region_id, report.shown_profile(m.region_id) AS profile
                   FROM (SELECT DISTINCT region_id FROM report.union_member) m) p
        ON p.region_id = f.region_id
      LEFT JOIN region_fact r ON r.region_id = f.region_id AND r.known_until IS NULL
           AND storage.today() >= r.valid_from
           AND (r.valid_to IS NULL OR storage.today() < r.valid_to)
      LEFT JOIN department_line l ON l.code = f.department_line
     WHERE (%(union)s::integer IS NULL OR f.union_id = %(union)s)
     ORDER BY f.union_id, f.region_id, f.indicator, f.period, f.department_line NULLS FIRST,
              f.institution_id NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class TermRow:
    """A member's word on what it shows; with_id: to whom, None to every member.

    held_lag_months: with what the agreement asks at least. holds: whether it is the newest word.
    """

    word_id: int
    union_id: int
    region_id: int
    with_id: int | None
    indicator: str
    shown: bool
    level: str | None
    grain: str | None
    lag_months: int | None
    held_lag_months: int | None
    since: date
    source: str
    made_at: datetime
    made_by: str
    holds: bool
    name_zh: str | None
    name_en: str | None
    with_zh: str | None
    with_en: str | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure that a member shows: kgce, kgCO2 or m³ of a month or year. amount: None if withheld.

    department_line, institution_id: None of the member as a whole. profile: of kgce.
    """

    union_id: int
    region_id: int
    indicator: str
    level: str
    grain: str
    period: date
    department_line: str | None
    institution_id: int | None
    institutions: int | None
    amount: Decimal | None
    profile: str | None
    name_zh: str | None
    name_en: str | None
    institution_zh: str | None
    institution_en: str | None
    line_zh: str | None
    line_en: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """What a member says: shown in such detail, or, without a level, no more."""

    union_id: int
    region_id: int
    with_id: int | None
    indicator: str
    since: date
    source: str
    level: str | None = None
    grain: str | None = None
    lag_months: int | None = None


def add(connection: Connection[Any], word: Word, by: str) -> int:
    """Keep a member's word; return its id."""
    fields = {
        "union": word.union_id,
        "region": word.region_id,
        "with": word.with_id,
        "indicator": word.indicator,
        "shown": word.level is not None,
        "level": word.level,
        "grain": word.grain,
        "lag": word.lag_months,
        "since": word.since,
        "source": word.source,
        "by": by,
    }
    row = connection.execute(_ADD, fields).fetchone()
    assert row is not None
    return int(row[0])


def terms(
    connection: Connection[Any], union_id: int | None = None, *, held: bool = False
) -> list[TermRow]:
    """Return what members said, the newest first; held: only what holds today."""
    with connection.cursor(row_factory=class_row(TermRow)) as cursor:
        return cursor.execute(_TERMS, {"union": union_id, "held": held}).fetchall()


def figures(connection: Connection[Any], union_id: int | None = None) -> list[FigureRow]:
    """Return the figures that members show to whoever reads."""
    with connection.cursor(row_factory=class_row(FigureRow)) as cursor:
        return cursor.execute(_FIGURES, {"union": union_id}).fetchall()
