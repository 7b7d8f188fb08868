"""How years are expected to end for institutions: whose are to be made, kept, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from storage.whole import whole_row

KIND: Final = "forecasts.make"  # of tasks

_DUE: Final = """
    SELECT d.*, count(*) OVER ()::integer AS all FROM storage.forecasts_due(%s, %s) d LIMIT %s
"""
_WRITE: Final = """
    INSERT INTO year_forecast (institution_id, year, day, profile, used_g, known_days, rest_g,
                               lower_g, upper_g, quota_g, odds, peers, why, method)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (institution_id, year) DO UPDATE
       SET day = excluded.day, profile = excluded.profile, used_g = excluded.used_g,
           known_days = excluded.known_days, rest_g = excluded.rest_g, lower_g = excluded.lower_g,
           upper_g = excluded.upper_g, quota_g = excluded.quota_g, odds = excluded.odds,
           peers = excluded.peers, why = excluded.why, method = excluded.method,
           made_at = excluded.made_at
"""
_FIELDS: Final = """
    institution_id, name_zh, name_en, year, day, profile, used_g, known_days, rest_g, total_g,
    lower_g, upper_g, quota_g, odds, peers, why, method, made_at
"""
# Those most likely to exceed their quota first; then whoever has none, by id.
_LISTED: Final = f"""
    SELECT {_FIELDS} FROM report.year_forecast
     WHERE (-coalesce(odds, -1), institution_id) > (%(odds)s, %(id)s)
       AND year = coalesce(%(year)s::integer, (SELECT max(year) FROM report.year_forecast))
       AND (%(institution)s::integer IS NULL OR institution_id = %(institution)s)
       AND (%(least)s::float8 IS NULL OR odds >= %(least)s)
     ORDER BY -coalesce(odds, -1), institution_id LIMIT %(most)s
"""  # noqa: S608 - only our own text
_NEWEST: Final = f"""
    SELECT DISTINCT ON (institution_id) {_FIELDS} FROM report.year_forecast
     WHERE institution_id = ANY(%s) ORDER BY institution_id, year DESC
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Due:
    """An institution to forecast. quota_g: of the whole year, None for none. all: how many wait."""

    institution_id: int
    profile: str
    quota_g: Decimal | None
    all: int


class Made(NamedTuple):
    """A forecast to keep, as the table has it. [g of coal equivalent]"""

    institution_id: int
    year: int
    day: date
    profile: str
    used_g: int
    known_days: int
    rest_g: int | None
    lower_g: int | None
    upper_g: int | None
    quota_g: Decimal | None
    odds: float | None
    peers: int
    why: str | None
    method: str


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A forecast as readers see it. [g of coal equivalent]

    used_g: of the known days up to `day`; rest_g: of all other days, None where nothing tells.
    lower_g, upper_g: nine of ten years end between them. odds: that the year ends above quota_g.
    why: what a missing band lacks: `bills` (no days), `days`, `peers`.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    year: int
    day: date
    profile: str
    used_g: int
    known_days: int
    rest_g: int | None
    total_g: int | None
    lower_g: int | None
    upper_g: int | None
    quota_g: int | None
    odds: float | None
    peers: int
    why: str | None
    method: str
    made_at: datetime


def due(connection: Connection[Any], year: int, day: date, most: int) -> list[Due]:
    """Return whose forecasts from a day on are to be made, those of one region together."""
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(_DUE, [year, day, most]).fetchall()


def write(connection: Connection[Any], made: Sequence[Made]) -> None:
    """Keep forecasts, each in the place of its institution's last one of that year."""
    with connection.cursor() as cursor:
        cursor.executemany(_WRITE, made)


def listed(
    connection: Connection[Any],
    *,
    after: tuple[float, int],
    most: int,
    year: int | None = None,
    institution_id: int | None = None,
    least_odds: float | None = None,
) -> list[ForecastRow]:
    """Return forecasts that the viewer sees, of a year or the newest, the likeliest excess first.

    after: less the odds (1 for none) and the institution of the last one before.
    """
    asked = {
        "odds": after[0],
        "id": after[1],
        "year": year,
        "institution": institution_id,
        "least": least_odds,
        "most": most,
    }
    with connection.cursor(row_factory=whole_row(ForecastRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def newest(connection: Connection[Any], ids: Sequence[int]) -> dict[int, ForecastRow]:
    """Return each institution's forecast of the newest year that it has one of."""
    with connection.cursor(row_factory=whole_row(ForecastRow)) as cursor:
        found = cursor.execute(_NEWEST, [list(ids)]).fetchall()
    return {one.institution_id: one for one in found}
