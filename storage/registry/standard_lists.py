"""Quota standards with their words, formulas and corrections, as they hold on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.standard_answers import Lists
from compact.standards import Correction, Dimension, Indicator, Standard, Tier

_HOLDS: Final = """
    known_until IS NULL AND valid_from <= %(day)s AND (valid_to IS NULL OR %(day)s < valid_to)
"""
# An average is of one year, and goes on being the one to look at until a newer one is published.
_STANDARDS: Final = """
    SELECT id, standard_no, province_code, class_code, building_type, admin_level, climate_zone,
           indicator, unit, value_type = 'average', guide_value, baseline_value, constraint_value,
           electricity_kgce_per_kwh, document, clause, source, evidence, notes,
           nullif(valid_from, '-infinity'), nullif(valid_to, 'infinity')
      FROM quota_standard
     WHERE known_until IS NULL AND valid_from <= %(day)s
       AND (valid_to IS NULL OR %(day)s < valid_to OR value_type = 'average')
     ORDER BY province_code DESC, value_type = 'average', standard_no, class_code, indicator, id
"""
_WORDS: Final = f"""
    SELECT dimension, word, coalesce(means, ''), name_zh, name_en FROM quota_word WHERE {_HOLDS}
     ORDER BY id
"""  # noqa: S608 - only our own text
_INDICATORS: Final = f"""
    SELECT code, use, use_unit, per, unit, name_zh, name_en FROM quota_indicator WHERE {_HOLDS}
     ORDER BY id
"""  # noqa: S608 - only our own text
_CORRECTIONS: Final = f"""
    SELECT code, standard_no, indicator, building_type, version, factor, needed, place, name_zh,
           name_en, document, clause, source, evidence
      FROM quota_correction WHERE {_HOLDS} ORDER BY standard_no, place, code
"""  # noqa: S608 - only our own text
_INPUTS: Final = f"""
    SELECT code, name_zh, name_en, unit, origin, least, most, each_year = 'yes' AS each_year
      FROM quota_input WHERE {_HOLDS} ORDER BY id
"""  # noqa: S608 - only our own text

_DIMENSIONS: Final = frozenset(Dimension)  # words name standards, too

_RIVALS: Final = """
    WITH said AS (
        SELECT standard_no, indicator, province_code, class_code,
               CASE %(dimension)s WHEN 'kind' THEN building_type WHEN 'level' THEN admin_level
                                  ELSE climate_zone END AS word
          FROM quota_standard
         WHERE known_until IS NULL AND valid_from <= %(day)s
           AND (valid_to IS NULL OR %(day)s < valid_to)
    )
    SELECT DISTINCT o.word
      FROM said s JOIN said o USING (standard_no, indicator, province_code, class_code)
     WHERE s.word = %(word)s AND o.word NOT IN (s.word, '*', '')
"""

Names = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Input:
    """A name in a formula; each_year: it is an amount of the year of its first day alone."""

    code: str
    name_zh: str
    name_en: str
    unit: str | None
    origin: str
    least: Decimal | None
    most: Decimal | None
    each_year: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a correction stands."""

    document: str | None
    clause: str | None
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Published:
    """The lists that standards are answered by, with what each thing is called.

    names: by what kind of thing it is and its code, Chinese and English; words by dimension.
    """

    lists: Lists
    inputs: Mapping[str, Input]
    names: Mapping[tuple[str, str], Names]
    evidence: Mapping[str, Evidence]


def published(connection: Connection[Any], day: date) -> Published:
    """Return what holds on a day."""
    names: dict[tuple[str, str], Names] = {}
    meanings: dict[tuple[Dimension, str], frozenset[str]] = {}
    asked = {"day": day}
    for dimension, word, means, *called in connection.execute(_WORDS, asked):
        if dimension in _DIMENSIONS:
            stands_for = frozenset(one for one in means.split("|") if one)
            meanings[Dimension(dimension), word] = stands_for
        names[dimension, word] = (called[0], called[1])
    indicators = {}
    for code, use, use_unit, per, unit, *called in connection.execute(_INDICATORS, asked):
        indicators[code] = Indicator.of(code, use, use_unit, per, unit)
        names["indicator", code] = (called[0], called[1])
    corrections, evidence = [], {}
    for *row, zh, en, document, clause, source, grade in connection.execute(_CORRECTIONS, asked):
        corrections.append(Correction.of(*row))
        names["correction", row[0]] = (zh, en)
        evidence[row[0]] = Evidence(document, clause, source, grade)
    inputs = {one.code: one for one in inputs_of(connection, day)}
    names |= {("input", one.code): (one.name_zh, one.name_en) for one in inputs.values()}
    lists = Lists(_standards(connection, day), meanings, indicators, corrections)
    return Published(lists, inputs, names, evidence)


def inputs_of(connection: Connection[Any], day: date) -> list[Input]:
    """Return the names that formulas may ask for."""
    with connection.cursor(row_factory=class_row(Input)) as cursor:
        return cursor.execute(_INPUTS, {"day": day}).fetchall()


def words_of(connection: Connection[Any], day: date) -> list[tuple[str, str, Names]]:
    """Return words of standards, by dimension, with what they are called."""
    rows = connection.execute(_WORDS, {"day": day})
    return [(of, word, (zh, en)) for of, word, _, zh, en in rows if of in _DIMENSIONS]


def rivals(connection: Connection[Any], day: date, dimension: str, word: str) -> set[str]:
    """Return the words of which a standard lets an institution have only one beside another."""
    asked = {"day": day, "dimension": dimension, "word": word}
    return {row[0] for row in connection.execute(_RIVALS, asked)}


def _standards(connection: Connection[Any], day: date) -> list[Standard]:
    found = []
    for row in connection.execute(_STANDARDS, {"day": day}):
        values = zip(Tier, row[10:13], strict=True)
        tiers = {tier: Fraction(value) for tier, value in values if value is not None}
        electricity = None if row[13] is None else Fraction(row[13])
        made = [*row[:10], tiers, electricity, *row[14:]]
        found.append(Standard(*made))
    return found
