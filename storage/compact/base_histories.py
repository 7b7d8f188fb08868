"""What bases are made of, of a few institutions: each one's history, without columns."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from psycopg import Connection

from compact.bases import CarrierMonth, Frozen, History, Size, history_of, month_of
from compact.rosters import Place, member_on
from compact.targets import MONTHS, Target
from storage.compact.bases import TargetInstitution

CARRIERS: Final = (
    "SELECT carrier FROM access.base_carriers(%(profile)s, %(quantity)s) ORDER BY place"
)
FROZEN: Final = "SELECT * FROM access.base_frozen(%(union)s, %(quantity)s, %(only)s)"
SIZES: Final = "SELECT * FROM access.base_sizes(%(union)s, %(only)s)"
TODAY: Final = "SELECT storage.today()"
# Days are counted from 2000.
_MONTHS: Final = """
    SELECT institution_id, place - 1, day, quanta, grams, how, by_act
      FROM access.base_columns(%(union)s, %(profile)s, %(quantity)s, %(only)s::integer[])
"""
_TERMS: Final = """
    SELECT institution_id, place - 1, first, last
      FROM access.base_terms(%(union)s, %(profile)s, %(quantity)s, %(only)s::integer[])
"""
_PLACES: Final = """
    SELECT institution_id, known_from, member_id, valid_from, valid_to
      FROM access.base_places_among(%(union)s, %(only)s::integer[])
     ORDER BY institution_id, valid_from
"""
_EPOCH: Final = date(2000, 1, 1)
_FEW: Final = 500  # institutions that are asked for by id; of more, all are read


def histories(
    connection: Connection[Any], union_id: int, target: Target, counted: Sequence[TargetInstitution]
) -> dict[int, History]:
    """Return the history of each of these institutions as a target counts it, in order of id."""
    ids = sorted(one.institution_id for one in counted)
    counts = {"profile": target.profile, "quantity": target.indicator.quantity.value}
    asked = {"union": union_id, "only": ids} | counts
    names = [name for (name,) in connection.execute(CARRIERS, counts)]
    known = _by_institution(connection.execute(_MONTHS, asked))
    terms = _by_institution(connection.execute(_TERMS, asked))
    frozen = _by_institution(connection.execute(FROZEN, asked))
    sizes = _by_institution(connection.execute(SIZES, asked))
    first, last = _span(connection, [row for rows in known.values() for row in rows])
    status = {one.institution_id: one.roster_status for one in counted}
    return {
        who: history_of(
            (
                (names[carrier], month)
                for carrier, since, until in terms[who]
                for month in range(max(_month(since), first), min(_month(until), last) + 1)
            ),
            (_known(names, row) for row in known[who]),
            [Frozen(*one) for one in frozen[who]],
            [Size(*one) for one in sizes[who]],
            status[who],
        )
        for who in ids
    }


def members(connection: Connection[Any], union_id: int, days: dict[int, date]) -> dict[int, int]:
    """Return the member in which each counted on its day; who was in none is absent."""
    only = list(days) if len(days) <= _FEW else None
    rows = _by_institution(connection.execute(_PLACES, {"union": union_id, "only": only}))
    found = {who: member_on([Place(*row) for row in rows[who]], day) for who, day in days.items()}
    return {who: member for who, member in found.items() if member is not None}


def _by_institution(rows: Any) -> dict[int, list[tuple[Any, ...]]]:
    """Return rows without their first column, by it."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for who, *rest in rows:
        found[who].append(tuple(rest))
    return found


def _known(names: Sequence[str], row: tuple[Any, ...]) -> tuple[str, int, CarrierMonth]:
    carrier, day, quanta, grams, how, by_act = row
    return names[carrier], _month(day), month_of(quanta, grams, how, by_act)


def _span(connection: Connection[Any], rows: Sequence[tuple[Any, ...]]) -> tuple[int, int]:
    """Return the first and last month of years with an account, none of them to come.

    A span that ends before it begins, where nobody has one.
    """
    months = [_month(day) for _, day, *_, by_act in rows if not by_act]
    row = connection.execute(TODAY).fetchone()
    if row is None or not months:
        return MONTHS, 0
    today: date = row[0]
    last = max(months) // MONTHS * MONTHS + MONTHS - 1
    return min(months) // MONTHS * MONTHS, min(last, today.year * MONTHS + today.month - 1)


def _month(day: int) -> int:
    """Return the month of a day that is counted from 2000, as months since year 0."""
    at = _EPOCH + timedelta(day)
    return at.year * MONTHS + at.month - 1
