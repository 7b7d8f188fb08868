"""Area and persons with the parts that they are made of, as they were stated of institutions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede, supersede_in_turn

SIZES: Final = ("area_m2", "heated_m2", "cooled_m2", "persons")
_PART: Final = Dated(
    "size_part", ("institution_id", "kind", "part"), ("number", "days"), ends="number"
)
_SUM: Final = Dated(
    "institution_fact", ("institution_id", "attribute"), ("value", "number", "derived"),
    ends="number",
)  # fmt: skip
_KINDS: Final = """
    SELECT code, size, counts, name_zh, name_en, unit_zh, unit_en FROM size_kind
     WHERE known_until IS NULL AND valid_from <= %(day)s
       AND (valid_to IS NULL OR %(day)s < valid_to)
     ORDER BY place, code
"""
_PARTS: Final = """
    SELECT kind, part, number, days, valid_from, valid_to, source FROM size_part
     WHERE institution_id = %s AND known_until IS NULL AND number IS NOT NULL
     ORDER BY kind, part, valid_from
"""
# What was typed stays on record when parts take its place.
_SAID: Final = """
    SELECT id, number, derived, valid_from, valid_to, source, known_until IS NULL AS known
      FROM institution_fact WHERE institution_id = %s AND attribute = %s
     ORDER BY valid_from, id
"""
# Sums that are made of parts, where a file says something else.
_OTHERWISE: Final = """
    SELECT w.place - 1, f.number
      FROM unnest(%s::integer[], %s::text[], %s::date[], %s::numeric[]) WITH ORDINALITY
           AS w (id, name, day, number, place)
      JOIN institution_fact f ON f.institution_id = w.id AND f.attribute = w.name AND f.derived
           AND f.known_until IS NULL AND f.valid_from <= w.day
           AND (f.valid_to IS NULL OR w.day < f.valid_to) AND f.number <> w.number
     ORDER BY 1
"""
# Of institutions that have parts, or of the one asked for: sums first, then what they are made of.
_LISTED: Final = """
    WITH whose AS (
        SELECT p.institution_id FROM size_part p
         WHERE p.known_until IS NULL AND p.institution_id >= %(who)s
           AND (%(institution)s::integer IS NULL OR p.institution_id = %(institution)s)
         GROUP BY 1 ORDER BY 1 LIMIT %(most)s
    ), found AS (
        SELECT f.institution_id, f.attribute AS size, 0 AS place, f.attribute AS kind,
               '' AS part, f.number, NULL::numeric AS days, f.derived, f.valid_from, f.valid_to,
               f.source, f.known_since,
               (SELECT t.number FROM institution_fact t
                 WHERE f.derived AND t.institution_id = f.institution_id
                   AND t.attribute = f.attribute AND NOT t.derived
                   AND t.valid_from <= f.valid_from
                   AND (t.valid_to IS NULL OR f.valid_from < t.valid_to)
                 ORDER BY t.id DESC LIMIT 1) AS typed
          FROM institution_fact f
         WHERE f.known_until IS NULL AND f.attribute = ANY(%(sizes)s)
           AND (f.institution_id IN (SELECT institution_id FROM whose)
                OR f.institution_id = %(institution)s)
         UNION ALL
        SELECT p.institution_id, k.size, k.place, p.kind, p.part, p.number, p.days, false,
               p.valid_from, p.valid_to, p.source, p.known_since, NULL
          FROM size_part p
          JOIN size_kind k ON k.code = p.kind AND k.known_until IS NULL
               AND k.valid_from <= %(day)s AND (k.valid_to IS NULL OR %(day)s < k.valid_to)
         WHERE p.known_until IS NULL AND p.number IS NOT NULL
           AND p.institution_id IN (SELECT institution_id FROM whose)
    )
    SELECT i.institution_id, i.name_zh, i.name_en, r.size, r.place, r.kind, r.part, r.number,
           r.days, r.derived, r.typed, r.valid_from, r.valid_to, r.source, r.known_since
      FROM found r JOIN report.institution i USING (institution_id)
     WHERE (%(size)s::text IS NULL OR r.size = %(size)s)
       AND (r.institution_id, r.size, r.place, r.part, r.valid_from::text) > (
            %(who)s, %(after_size)s, %(place)s, %(part)s, %(from)s)
     ORDER BY r.institution_id, r.size, r.place, r.part, r.valid_from LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class SizeKind:
    """A kind of part; counts: as `analytics.sizes.Counts` has it."""

    code: str
    size: str
    counts: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str


@dataclass(frozen=True, slots=True)
class SizePart:
    """A part as it was stated; days: of a year."""

    kind: str
    part: str
    number: Decimal
    days: Decimal | None
    valid_from: date
    valid_to: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class SizeSaid:
    """An area or number of persons as it is known, or was; derived: out of parts."""

    id: int
    number: Decimal
    derived: bool
    valid_from: date
    valid_to: date | None
    source: str
    known: bool

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class SizeRow:
    """A sum (place 0) or a part of it; typed: what was stated beside a sum of parts."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    size: str
    place: int
    kind: str
    part: str
    number: Decimal
    days: Decimal | None
    derived: bool
    typed: Decimal | None
    valid_from: date
    valid_to: date | None
    source: str
    known_since: datetime

    @property
    def key(self) -> tuple[int, str, int, str, str]:
        """Its place in the list."""
        return self.institution_id, self.size, self.place, self.part, f"{self.valid_from}"


def kinds(connection: Connection[Any], day: date) -> list[SizeKind]:
    """Return the kinds of parts as they hold on a day, in their order."""
    with connection.cursor(row_factory=class_row(SizeKind)) as cursor:
        return cursor.execute(_KINDS, {"day": day}).fetchall()


def parts(connection: Connection[Any], institution_id: int) -> list[SizePart]:
    """Return the parts of an institution that are known now."""
    with connection.cursor(row_factory=class_row(SizePart)) as cursor:
        return cursor.execute(_PARTS, [institution_id]).fetchall()


def said(connection: Connection[Any], institution_id: int, size: str) -> list[SizeSaid]:
    """Return what was ever known of one size of an institution."""
    with connection.cursor(row_factory=class_row(SizeSaid)) as cursor:
        return cursor.execute(_SAID, [institution_id, size]).fetchall()


def state_part(
    connection: Connection[Any], key: tuple[int, str, str], number: Decimal | None,
    days: Decimal | None, valid_from: date, source: str, by: str,
) -> None:  # fmt: skip
    """Let a part hold from a day on, until the next one known; None: it ends there."""
    supersede(connection, _PART, [(*key, number, days, valid_from, source)], by)


def write_sums(
    connection: Connection[Any], institution_id: int, size: str,
    rows: Sequence[tuple[date, Decimal | None, bool, str]], by: str,
) -> None:  # fmt: skip
    """Let sums hold from their days on; None: nothing is known from there.

    rows: in order, each day that any known sum begins on among them.
    """
    wanted = [
        (institution_id, size, None, number, derived, day, source)
        for day, number, derived, source in rows
    ]
    supersede_in_turn(connection, _SUM, wanted, by)


def otherwise(
    connection: Connection[Any], rows: Sequence[tuple[int, str, date, Decimal]]
) -> dict[int, Decimal]:
    """Return by place of (institution, size, day, number) what its parts come to instead."""
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []]
    return dict(connection.execute(_OTHERWISE, columns).fetchall())


def listed(
    connection: Connection[Any], *, after: tuple[int, str, int, str, str], most: int, day: date,
    institution: int | None = None, size: str | None = None,
) -> list[SizeRow]:  # fmt: skip
    """Return sums and parts in order of institution, size and place; after: the key before."""
    names = ("who", "after_size", "place", "part", "from")
    asked = dict(zip(names, after, strict=True)) | {
        "institution": institution, "size": size, "most": most, "day": day, "sizes": list(SIZES),
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(SizeRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()
