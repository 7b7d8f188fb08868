"""Closing a year: where institutions stand, what is locked of them, who verified it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection

from compact.closing import LockedLine, LockedYear
from storage.whole import whole_row

_LISTED: Final = """
    SELECT institution_id, state, known_months, missing_months, partial_months, estimated_months,
           wants, kgce_g, estimated_kgce_g, version_id, version, locked_kgce_g, difference_g,
           differs, sha256, reason, locked_at, locked_by, verified_at, verified_by, returned,
           answers
      FROM access.closing(%s, %s, %s) ORDER BY institution_id
"""
# Of a whole province one row for each state and each who locked it.
_GROUPED: Final = """
    SELECT state, answers, locked_by, missing_months + partial_months = 0 AS ready,
           array_agg(institution_id ORDER BY institution_id) AS institutions,
           array_agg(version_id ORDER BY institution_id) AS versions,
           sum(kgce_g) AS kgce_g, sum(locked_kgce_g) AS locked_kgce_g,
           sum(estimated_kgce_g) AS estimated_kgce_g, sum(difference_g) AS difference_g,
           count(*) FILTER (WHERE differs) AS differing,
           encode(sha256(convert_to(string_agg(coalesce(sha256, kgce_g::text, ''), ' '
                                               ORDER BY institution_id), 'UTF8')), 'hex') AS digest
      FROM access.closing(%s, %s, %s)
     GROUP BY state, answers, locked_by, missing_months + partial_months = 0
     ORDER BY state, answers, locked_by, ready
"""
_WITH_VERSION: Final = """
    SELECT DISTINCT institution_id FROM account_version
     WHERE year = %s AND answer IS DISTINCT FROM 'returned'
"""
_WAITS: Final = """
    SELECT EXISTS (SELECT FROM account_version
                    WHERE institution_id = %s AND year = %s AND answer IS NULL)
"""
# A whole province is worked out in one statement: 5,000 institutions take seconds.
_LONG: Final = "SET LOCAL statement_timeout = '10min'"
_LOCK: Final = "SELECT access.lock_year(%s::integer[], %s, %s)"
_ANSWER: Final = "SELECT access.answer_year(%s::bigint[], %s, %s)"
# The newest version verified by an instant is what was known then.
_VERIFIED: Final = """
    SELECT institution_id, year, version, verified_at, kgce_g, co2_g, water_quanta, reason, sha256
      FROM report.verified_use
     WHERE profile = %(profile)s AND institution_id = ANY(%(institutions)s)
       AND year = ANY(%(years)s)
     ORDER BY institution_id, year, version
"""
_VERSION: Final = """
    SELECT v.institution_id, v.year, v.version, v.kgce_g, v.co2_g, v.water_quanta, v.sha256
      FROM account_version v WHERE v.id = %s
"""
_LINES: Final = """
    SELECT carrier, quanta, source, known_s, expected_s FROM account_version_line
     WHERE version_id = %s ORDER BY carrier COLLATE "C"
"""
_ESTIMATE: Final = """
    INSERT INTO account_estimate (institution_id, carrier, month, how, quanta, reason, made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_ESTIMATED: Final = """
    SELECT id AS estimate_id, how, quanta, reason, made_at, made_by FROM account_estimate
     WHERE institution_id = %s AND carrier = %s AND month = %s ORDER BY id DESC LIMIT 1
"""
_DAYS: Final = "SELECT day, quanta FROM access.whole_days(%s, %s, %s, %s)"
_COUNTED: Final = """
    SELECT source, quanta FROM report.account_figure
     WHERE institution_id = %s AND carrier = %s AND month = %s AND profile = %s
       AND (source <> 'meter' OR (quanta IS NOT NULL
            AND report.is_enough(known_s, expected_s, report.enough_of(institution_id))))
     ORDER BY before_meter DESC, storage.source_rank(source, true) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """Where an institution's year stands; state: as compact.closing.Closing.

    wants: what is missing or known in part, as "carrier month", "-" for no energy at all. kgce_g:
    as accounts are now; estimated_kgce_g: what of it no meter knew. Version, digest and what
    follows are those of what waits to be verified, else of what holds. difference_g: what accounts
    are beyond that; differs: also where only water or CO2 does. returned: why it was sent back.
    answers: whether the viewer acts for the authority that keeps its accounts.
    """

    institution_id: int
    state: str
    known_months: int
    missing_months: int
    partial_months: int
    estimated_months: int
    wants: list[str]
    kgce_g: int | None
    estimated_kgce_g: int | None
    version_id: int | None
    version: int | None
    locked_kgce_g: int | None
    difference_g: int | None
    differs: bool
    sha256: str | None
    reason: str | None
    locked_at: datetime | None
    locked_by: str | None
    verified_at: datetime | None
    verified_by: str | None
    returned: str | None
    answers: bool


@dataclass(frozen=True, slots=True)
class ClosingGroup:
    """Institutions of one state, locked by the same; sums of what ClosingRow has of each.

    ready: no month is wanting. digest: of all their digests, or of what accounts are.
    """

    state: str
    answers: bool
    locked_by: str | None
    ready: bool
    institutions: list[int]
    versions: list[int | None]
    kgce_g: int | None
    locked_kgce_g: int | None
    estimated_kgce_g: int | None
    difference_g: int | None
    differing: int
    digest: str


@dataclass(frozen=True, slots=True)
class VerifiedUse:
    """What a holder used in a year by a verified version; None where a part is unknown.

    Of several versions the newest one with verified_at up to an instant was known then; reason:
    why it replaced the one before. kgce_g: under the profile that was asked for.
    """

    institution_id: int
    year: int
    version: int
    verified_at: datetime
    kgce_g: int | None
    co2_g: int | None
    water_quanta: int | None
    reason: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """What was last said of a carrier's month; quanta None where it was taken back."""

    estimate_id: int
    how: str
    quanta: int | None
    reason: str
    made_at: datetime
    made_by: str


def listed(
    connection: Connection[Any], ids: Sequence[int], year: int, profile: str
) -> list[ClosingRow]:
    """Return where the year of these stands, in order; none of who has nothing to answer for."""
    with connection.cursor(row_factory=whole_row(ClosingRow)) as cursor:
        return cursor.execute(_LISTED, [list(ids), year, profile]).fetchall()


def with_version(connection: Connection[Any], year: int) -> set[int]:
    """Return the institutions of which a year is locked, verified or not, that the viewer sees."""
    return {row[0] for row in connection.execute(_WITH_VERSION, [year])}


def waits(connection: Connection[Any], institution_id: int, year: int) -> bool:
    """Return whether an institution's year is locked and neither verified nor sent back yet."""
    row = connection.execute(_WAITS, [institution_id, year]).fetchone()
    return row is not None and bool(row[0])


def grouped(
    connection: Connection[Any], ids: Sequence[int], year: int, profile: str
) -> list[ClosingGroup]:
    """Return the same summed: by state, who locked it, and whether all its months are known."""
    connection.execute(_LONG)
    with connection.cursor(row_factory=whole_row(ClosingGroup)) as cursor:
        return cursor.execute(_GROUPED, [list(ids), year, profile]).fetchall()


def lock(
    connection: Connection[Any], ids: Sequence[int], year: int, reason: str | None = None
) -> int:
    """Lock the year of these as it is now, all or none; reason: of those that were verified."""
    return _count(connection, _LOCK, [list(ids), year, reason])


def answer(
    connection: Connection[Any], versions: Sequence[int], word: str, reason: str | None = None
) -> int:
    """Say of what is locked that it is "verified", or "returned" and why; return of how many."""
    return _count(connection, _ANSWER, [list(versions), word, reason])


def verified_use(
    connection: Connection[Any], institutions: Sequence[int], years: Sequence[int], profile: str
) -> list[VerifiedUse]:
    """Return verified use by institution and year, all its versions in order, as the viewer sees.

    In SQL of a definition: storage.verified_use, which asks for no rights.
    """
    asked = {"institutions": list(institutions), "years": list(years), "profile": profile}
    with connection.cursor(row_factory=whole_row(VerifiedUse)) as cursor:
        return cursor.execute(_VERIFIED, asked).fetchall()


def version(connection: Connection[Any], version_id: int) -> tuple[LockedYear, str] | None:
    """Return a version as it stands, and the digest that it carries."""
    row = connection.execute(_VERSION, [version_id]).fetchone()
    if row is None:
        return None
    who, year, number, kgce_g, co2_g, water, sha256 = row
    lines = [LockedLine(*line) for line in connection.execute(_LINES, [version_id])]
    grams = [None if one is None else int(one) for one in kgce_g]
    return LockedYear(who, year, number, lines, grams, _whole(co2_g), _whole(water)), sha256


def estimate(
    connection: Connection[Any],
    place: tuple[int, str, date],
    said: tuple[str, int | None, str],
    by: str,
) -> int:
    """Keep what is said of (institution, carrier, month): how, quanta, reason; return its id."""
    return _count(connection, _ESTIMATE, [*place, *said, by])


def estimated(connection: Connection[Any], place: tuple[int, str, date]) -> EstimateRow | None:
    """Return what was last said of (institution, carrier, month)."""
    with connection.cursor(row_factory=whole_row(EstimateRow)) as cursor:
        return cursor.execute(_ESTIMATED, [*place]).fetchone()


def known(
    connection: Connection[Any], place: tuple[int, str, date], profile: str
) -> tuple[str, int] | None:
    """Return source and quanta of (institution, carrier, month), where enough of it is known."""
    row = connection.execute(_COUNTED, [*place, profile]).fetchone()
    return None if row is None or row[1] is None else (row[0], int(row[1]))


def days(
    connection: Connection[Any], institution_id: int, carrier: str, span: tuple[date, date]
) -> dict[date, int]:
    """Return what was used on the days of a span that are known whole."""
    return dict(connection.execute(_DAYS, [institution_id, carrier, *span]).fetchall())


def _count(connection: Connection[Any], statement: str, parameters: list[Any]) -> int:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return int(row[0])


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)
