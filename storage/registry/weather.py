"""Degree days of regions, month by month; rows are retired, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_LISTED: Final = """
    SELECT d.region_id, d.year, d.month, d.heating_tenths, d.cooling_tenths, d.station, d.source,
           f.name_zh, f.name_en
      FROM degree_day d
      LEFT JOIN region_fact f ON f.region_id = d.region_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE d.known_until IS NULL AND (%(region)s::integer IS NULL OR d.region_id = %(region)s)
     ORDER BY d.region_id, d.year NULLS FIRST, d.month
"""
_RETIRE: Final = """
    UPDATE degree_day SET known_until = now()
     WHERE region_id = %(region)s AND year IS NOT DISTINCT FROM %(year)s::integer
       AND month = %(month)s AND known_until IS NULL
"""
_STATE: Final = """
    INSERT INTO degree_day (region_id, year, month, heating_tenths, cooling_tenths, station, source,
                            known_by)
    VALUES (%(region)s, %(year)s, %(month)s, %(heating)s, %(cooling)s, %(station)s, %(source)s,
            %(by)s)
"""
# Where institutions that the viewer sees stand today, else to whom they belong.
_PLACES: Final = """
    SELECT institution_id, coalesce(location_region_id, region_id)
      FROM report.institution WHERE institution_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class DegreeDayRow:
    """Degree days of a month in a region, in tenths; year: None is the reference year."""

    region_id: int
    year: int | None
    month: int
    heating_tenths: int
    cooling_tenths: int
    station: str
    source: str
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class NewDegreeDays:
    """What is stated of a month in a region."""

    region: int
    year: int | None
    month: int
    heating_tenths: int
    cooling_tenths: int
    station: str
    source: str


def listed(connection: Connection[Any], region_id: int | None = None) -> list[DegreeDayRow]:
    """Return what holds now, by region, the reference year first."""
    with connection.cursor(row_factory=class_row(DegreeDayRow)) as cursor:
        return cursor.execute(_LISTED, {"region": region_id}).fetchall()


def state(connection: Connection[Any], one: NewDegreeDays, by: str) -> None:
    """Let a month have these degree days from now on; those before stay on record."""
    asked = {
        "region": one.region,
        "year": one.year,
        "month": one.month,
        "heating": one.heating_tenths,
        "cooling": one.cooling_tenths,
        "station": one.station,
        "source": one.source,
        "by": by,
    }
    connection.execute(_RETIRE, asked)
    connection.execute(_STATE, asked)


def places(connection: Connection[Any], institutions: Sequence[int]) -> Mapping[int, int]:
    """Return the region in which each of them stands that the viewer sees."""
    rows = connection.execute(_PLACES, [list(institutions)])
    return {who: region for who, region in rows if region is not None}
