"""How far members and institutions are on the path of their year, kept by day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.whole import whole_row

KIND: Final = "progress.record"  # of tasks; their key is the union

_RECORD = "SELECT access.record_progress(%s, %s, %s)"
_TODAY = "SELECT storage.union_today(%s)"
# Of what was worked out under an earlier run only those count that the run in force has dropped.
_NEWEST = """
    SELECT DISTINCT ON (s.union_id, s.indicator, s.year, s.member_id, s.institution_id)
           s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, f.run_id,
           CASE WHEN d.dropped THEN 'dropped' ELSE 'in_force' END AS state,
           CASE WHEN d.dropped THEN 0 ELSE s.quota_g END AS quota_g,
           CASE WHEN d.dropped THEN 0 ELSE s.path_g END AS path_g, s.used_g,
           CASE WHEN d.dropped THEN 0 ELSE coalesce(s.compared_path_g, s.path_g) END
               AS compared_path_g,
           CASE WHEN d.dropped THEN NULL WHEN s.compared_path_g IS NULL THEN s.used_g
                ELSE s.compared_used_g END AS compared_used_g,
           s.enough_permille, s.measured_s, coalesce(s.known_s, s.measured_s) AS known_s,
           s.expected_s, s.made_at AS as_of, s.institutions, s.unmeasured, s.months,
           s.compared_months
      FROM progress s
      JOIN run_in_force f USING (union_id, indicator, year)
     CROSS JOIN LATERAL (
            SELECT s.run_id <> f.run_id AS dropped) d
     WHERE (%(union)s::integer IS NULL OR s.union_id = %(union)s)
       AND (%(institution)s::integer IS NULL OR s.institution_id = %(institution)s)
       AND (%(day)s::date IS NULL OR s.day <= %(day)s)
       AND (s.institution_id IS NULL) = %(of_members)s
       AND (NOT d.dropped OR (s.institution_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM run_quota q
                WHERE q.run_id = f.run_id AND q.institution_id = s.institution_id
                  AND q.year = s.year)))
     ORDER BY s.union_id, s.indicator, s.year, s.member_id, s.institution_id, s.day DESC
"""


_WITHHELD = """
    SELECT union_id, indicator, year, member_id FROM report.member_withheld
     WHERE (%(union)s::integer IS NULL OR union_id = %(union)s)
       AND (%(day)s::date IS NULL OR since <= %(day)s)
     ORDER BY union_id, indicator, year, member_id
"""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A member whose progress is worked out, and would tell the viewer of a restricted one."""

    union_id: int
    indicator: str
    year: int
    member_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a member, or an institution in it, is on its path at the end of a day.

    institution_id: None of a member as a whole. run_id: the run in force. state: "dropped" where
    that run has no quota for the institution any more, else "in_force". path_g: of the quota, by
    that day. used_g: in months that have a quota; None where nothing was measured.
    compared_path_g, compared_used_g: path and use of the months that are enough measured.
    enough_permille: of the path, and of a month's expected time. as_of: when it was worked out.
    institutions: how many the sums hold, unmeasured: of which nothing is known of so many; months:
    that are due, of all of them together, compared_months: enough measured. None in old rows.
    """

    union_id: int
    indicator: str
    year: int
    day: date
    member_id: int
    institution_id: int | None
    run_id: int
    state: str
    quota_g: int
    path_g: int
    used_g: int | None
    compared_path_g: int
    compared_used_g: int | None
    enough_permille: int
    measured_s: int
    known_s: int
    expected_s: int
    as_of: datetime
    institutions: int | None
    unmeasured: int | None
    months: int | None
    compared_months: int | None

    @property
    def over_g(self) -> int | None:
        """Use less path over what was measured of both; None where that is too little to say."""
        enough = self.compared_path_g * 1000 >= self.path_g * self.enough_permille
        if self.compared_used_g is None or not enough or not self.path_g:
            return None
        return self.compared_used_g - self.compared_path_g


def today(connection: Connection[Any], union_id: int) -> date:
    """Return the civil day that is under way where a union's meters are."""
    row = connection.execute(_TODAY, [union_id]).fetchone()
    assert row is not None
    found: date = row[0]
    return found


def record(connection: Connection[Any], union_id: int, indicator: str, day: date) -> int:
    """Record how far all of a union are at the end of a day; return how many rows that are."""
    row = connection.execute(_RECORD, [union_id, indicator, day]).fetchone()
    return int(row[0]) if row else 0


def newest(
    connection: Connection[Any],
    *,
    of_members: bool,
    union_id: int | None = None,
    institution_id: int | None = None,
    day: date | None = None,
) -> list[Progress]:
    """Return the last progress of each year that the viewer sees, up to a day."""
    parameters = {
        "union": union_id,
        "institution": institution_id,
        "day": day,
        "of_members": of_members,
    }
    with connection.cursor(row_factory=whole_row(Progress)) as cursor:
        return cursor.execute(_NEWEST, parameters).fetchall()


def withheld(
    connection: Connection[Any], *, union_id: int | None = None, day: date | None = None
) -> list[Withheld]:
    """Return the members of whose progress the viewer is shown nothing, up to a day."""
    with connection.cursor(row_factory=class_row(Withheld)) as cursor:
        return cursor.execute(_WITHHELD, {"union": union_id, "day": day}).fetchall()
