"""Institutions as readers see them: today's facts in a list, all dated facts of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_COLUMNS = """
    SELECT v.institution_id, v.name_zh, v.name_en, v.credit_code,
           v.class AS class_code, k.name_zh AS class_zh, k.name_en AS class_en,
           v.roster_status, v.disclosure, v.area_m2, v.persons,
           v.region_id, r.name_zh AS region_zh, r.name_en AS region_en, v.level,
           v.department_line, d.name_zh AS line_zh, d.name_en AS line_en,
           v.location_region_id, p.name_zh AS location_zh, p.name_en AS location_en,
           ARRAY(SELECT DISTINCT t.carrier FROM account_term t
                  WHERE t.institution_id = v.institution_id AND t.known_until IS NULL
                  ORDER BY 1) AS carriers
      FROM report.institution v
      LEFT JOIN institution_class k ON k.code = v.class
      LEFT JOIN department_line d ON d.code = v.department_line
      LEFT JOIN region_now r ON r.region_id = v.region_id
      LEFT JOIN region_now p ON p.region_id = v.location_region_id
"""

_REGION_NOW = """
    region_now AS (
        SELECT region_id, parent_id, name_zh, name_en FROM region_fact
         WHERE known_until IS NULL AND storage.today() >= valid_from
           AND (valid_to IS NULL OR storage.today() < valid_to))
"""

_ASKED = f"""
    WITH RECURSIVE {_REGION_NOW}, below (region_id) AS (
        SELECT %(region)s::integer
         UNION
        SELECT n.region_id FROM region_now n JOIN below b ON n.parent_id = b.region_id)
    {{columns}}
     WHERE v.institution_id > %(after)s
       AND (%(region)s::integer IS NULL OR v.region_id IN (SELECT region_id FROM below))
       AND (%(line)s::text IS NULL OR v.department_line = %(line)s)
       AND (%(class_code)s::text IS NULL OR v.class = %(class_code)s)
       AND (%(like)s::text IS NULL OR v.name_zh ILIKE %(like)s OR v.name_en ILIKE %(like)s
            OR v.credit_code ILIKE %(like)s)
     ORDER BY v.institution_id LIMIT %(most)s
"""  # noqa: S608 - only our own text

_LIST = _ASKED.format(columns=_COLUMNS)
_IDS = _ASKED.format(columns="SELECT v.institution_id FROM report.institution v")
_SOME = f"WITH {_REGION_NOW} {_COLUMNS} WHERE v.institution_id = ANY(%s) ORDER BY v.institution_id"

_NAMES = """
    SELECT institution_id, name_zh, name_en FROM report.institution WHERE institution_id = ANY(%s)
"""
# By a name in either language, a credit code, or the code of a roster.
_NAMED = """
    SELECT name_zh, institution_id FROM report.institution WHERE name_zh = ANY(%(texts)s)
     UNION
    SELECT name_en, institution_id FROM report.institution WHERE name_en = ANY(%(texts)s)
     UNION
    SELECT credit_code, institution_id FROM report.institution WHERE credit_code = ANY(%(texts)s)
     UNION
    SELECT c.code, c.institution_id
      FROM institution_code c JOIN report.institution USING (institution_id)
     WHERE c.code = ANY(%(texts)s)
     ORDER BY 1, 2
"""
_ONE = f"WITH {_REGION_NOW} {_COLUMNS} WHERE v.institution_id = %(id)s"

_FACTS = """
    SELECT attribute, coalesce(value, number::text) AS value, valid_from, valid_to, source,
           known_since
      FROM institution_fact WHERE institution_id = %s AND known_until IS NULL
     ORDER BY attribute, valid_from
"""
# Area and persons as they were stated of some days: what an intensity was divided by.
_SIZES = """
    SELECT institution_id, attribute, coalesce(value, number::text) AS value, valid_from, valid_to,
           source, known_since
      FROM institution_fact
     WHERE institution_id = ANY(%s) AND attribute IN ('area_m2', 'persons') AND known_until IS NULL
       AND valid_from < %s AND (valid_to IS NULL OR valid_to > %s)
     ORDER BY institution_id, attribute, valid_from
"""
_AFFILIATIONS = """
    SELECT region_id, level, department_line, valid_from, valid_to, source
      FROM affiliation WHERE institution_id = %s AND known_until IS NULL ORDER BY valid_from
"""
_LOCATIONS = """
    SELECT region_id, latitude, longitude, valid_from, valid_to, source
      FROM location WHERE institution_id = %s AND known_until IS NULL ORDER BY valid_from
"""


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution today; what is not known is None, never a guess.

    region_id: of its affiliation, which decides in whose total it counts; location_region_id is
    where it stands.
    carriers: those that its accounts are kept for.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    credit_code: str | None
    class_code: str | None
    class_zh: str | None
    class_en: str | None
    roster_status: str | None
    disclosure: str
    area_m2: Decimal | None
    persons: Decimal | None
    region_id: int | None
    region_zh: str | None
    region_en: str | None
    level: str | None
    department_line: str | None
    line_zh: str | None
    line_en: str | None
    location_region_id: int | None
    location_zh: str | None
    location_en: str | None
    carriers: list[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """What an attribute was in a span of days, and who says so; an open end is None."""

    attribute: str
    value: str
    valid_from: date
    valid_to: date | None
    source: str
    known_since: datetime


@dataclass(frozen=True, slots=True)
class Affiliation:
    """To whom an institution belonged in a span of days."""

    region_id: int
    level: str
    department_line: str
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where an institution stood in a span of days."""

    region_id: int
    latitude: float | None
    longitude: float | None
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class InstitutionFilter:
    """Which institutions are asked for; None asks for all.

    text: part of a name or credit code. region_id: with its lower regions, by affiliation.
    """

    text: str | None = None
    region_id: int | None = None
    department_line: str | None = None
    class_code: str | None = None

    @property
    def narrow(self) -> bool:
        """Whether it asks for some institutions alone."""
        return self != InstitutionFilter()


def listed(
    connection: Connection[Any], wanted: InstitutionFilter, *, after: int, most: int
) -> list[Institution]:
    """Return institutions in order of id, those after one."""
    parameters = _parameters(wanted) | {"after": after, "most": most}
    with connection.cursor(row_factory=class_row(Institution)) as cursor:
        return cursor.execute(_LIST, parameters).fetchall()


def matching(connection: Connection[Any], wanted: InstitutionFilter) -> list[int]:
    """Return the ids of all institutions that match, in order."""
    parameters = _parameters(wanted) | {"after": 0, "most": None}
    return [row[0] for row in connection.execute(_IDS, parameters)]


def some(connection: Connection[Any], ids: list[int]) -> list[Institution]:
    """Return these institutions in order of id, as far as the viewer sees them."""
    with connection.cursor(row_factory=class_row(Institution)) as cursor:
        return cursor.execute(_SOME, [ids]).fetchall()


def names(connection: Connection[Any], ids: list[int]) -> dict[int, tuple[str | None, str | None]]:
    """Return the names, in Chinese and English, of those of these that the viewer sees."""
    return {who: (zh, en) for who, zh, en in connection.execute(_NAMES, [ids])}


def named(connection: Connection[Any], texts: Sequence[str]) -> dict[str, list[int]]:
    """Return which institutions, of those that the viewer sees, a name or code may mean."""
    found: dict[str, list[int]] = {}
    for text, institution_id in connection.execute(_NAMED, {"texts": list(texts)}):
        found.setdefault(text, []).append(institution_id)
    return found


def one(connection: Connection[Any], institution_id: int) -> Institution | None:
    """Return one institution, if the viewer sees it."""
    with connection.cursor(row_factory=class_row(Institution)) as cursor:
        return cursor.execute(_ONE, {"id": institution_id}).fetchone()


def facts(connection: Connection[Any], institution_id: int) -> list[Fact]:
    """Return everything that is known of an institution now, with its validity."""
    with connection.cursor(row_factory=class_row(Fact)) as cursor:
        return cursor.execute(_FACTS, [institution_id]).fetchall()


def sizes_stated(
    connection: Connection[Any], ids: list[int], first: date, until: date
) -> dict[int, list[Fact]]:
    """Return area and persons of these institutions as they were stated of some days."""
    found: dict[int, list[Fact]] = {}
    for who, *fact in connection.execute(_SIZES, [ids, until, first]):
        found.setdefault(who, []).append(Fact(*fact))
    return found


def affiliations(connection: Connection[Any], institution_id: int) -> list[Affiliation]:
    """Return to whom an institution has belonged."""
    with connection.cursor(row_factory=class_row(Affiliation)) as cursor:
        return cursor.execute(_AFFILIATIONS, [institution_id]).fetchall()


def locations(connection: Connection[Any], institution_id: int) -> list[Location]:
    """Return where an institution has stood."""
    with connection.cursor(row_factory=class_row(Location)) as cursor:
        return cursor.execute(_LOCATIONS, [institution_id]).fetchall()


def like(text: str | None) -> str | None:
    """Return the pattern that finds a text as it is written, wherever it stands."""
    if not text or not text.strip():
        return None
    escaped = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _parameters(wanted: InstitutionFilter) -> dict[str, Any]:
    return {
        "region": wanted.region_id,
        "line": wanted.department_line,
        "class_code": wanted.class_code,
        "like": like(wanted.text),
    }
