"""Published leading values of intensity: what rule B may begin with, where its terms are alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

# A value counts electricity by its own coefficient: beside figures under another it says nothing.
_LEADING: Final = """
    WITH province AS (
        SELECT DISTINCT left(r.code, 2) || '0000' AS code FROM report.region r
         WHERE r.region_id = ANY(%(members)s) AND r.code IS NOT NULL
    ), used AS (
        SELECT kgce_per_unit FROM coefficient
         WHERE known_until IS NULL AND carrier = 'electricity' AND profile IN (%(profile)s, (
               SELECT code FROM report.profile WHERE is_default))
         ORDER BY (profile = %(profile)s) DESC, valid_from DESC NULLS LAST LIMIT 1
    )
    SELECT s.class_code, s.building_type, s.admin_level, s.climate_zone, s.guide_value,
           s.standard_no, s.electricity_kgce_per_kwh,
           s.electricity_kgce_per_kwh IS NOT DISTINCT FROM (SELECT kgce_per_unit FROM used)
           AS same_coefficient,
           s.indicator = 'energy_per_area' AS whole
      FROM quota_standard s
     WHERE s.known_until IS NULL AND s.value_type = 'quota' AND s.unit = 'kgce/(m2.a)'
       AND s.indicator LIKE 'energy\\_per\\_area%%' AND s.guide_value > 0 AND s.class_code <> ''
       AND s.province_code IN (SELECT code FROM province UNION SELECT '000000')
       AND s.valid_from <= %(day)s AND (s.valid_to > %(day)s) IS NOT FALSE
     ORDER BY s.class_code, s.guide_value, s.id
"""


@dataclass(frozen=True, slots=True)
class LeadingValue:
    """A leading value that a standard publishes. [kgce/m² a year]

    same_coefficient: it counts electricity as the target's profile does. whole: of all energy, not
    of what is used without heating.
    """

    class_code: str
    building_type: str
    admin_level: str
    climate_zone: str
    guide_value: Decimal
    standard_no: str
    electricity_kgce_per_kwh: Decimal | None
    same_coefficient: bool
    whole: bool

    @property
    def fits(self) -> bool:
        """Whether a base under the profile may be put beside it."""
        return self.same_coefficient and self.whole


def leading(
    connection: Connection[Any], members: Sequence[int], profile: str, day: date
) -> list[LeadingValue]:
    """Return the leading values in force for the members' provinces and the nation."""
    asked = {"members": list(members), "profile": profile, "day": day}
    with connection.cursor(row_factory=class_row(LeadingValue)) as cursor:
        return cursor.execute(_LEADING, asked).fetchall()
