"""What a member's holders will need by the end of a year, and what that stands on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

from actions.compact.movement_things import Books
from actions.fields import Acting
from compact.forecasts import BACK, Rest, rest_of
from compact.rebalancing import Basis, Outlook, by_path, forecast
from storage.compact import energy_days, progress, runs, targets
from storage.compact.progress import Progress


@dataclass(frozen=True, slots=True)
class Outlooks:
    """Holders with their outlooks; peers: how many forecasts of a year that is over made the band.

    day: up to when use is known.
    """

    holders: tuple[Outlook, ...]
    peers: int
    day: date | None

    def by(self, basis: Basis) -> int:
        """Return how many stand on that."""
        return sum(one.basis is basis for one in self.holders)


def outlooks_of(at: Acting, of: Books, member_id: int) -> Outlooks:
    """Return the outlooks of a member's holders, by the newest progress of a year."""
    rows = [
        one
        for one in progress.newest(at.connection, union_id=of.union, of_members=False)
        if one.institution_id is not None
        and (one.indicator, one.year) == (of.indicator, of.year)
        and (one.member_id, one.state) == (member_id, "in_force")
        and one.over_g is not None
        and one.compared_path_g > 0
    ]
    if not rows:
        return Outlooks((), 0, None)
    day = max(one.day for one in rows)
    rest, place = _forecast(at.connection, rows, of.year, day)
    found = tuple(_outlook(one, rest, place) for one in rows)
    return Outlooks(found, 0 if rest is None else rest.peers, day)


def _forecast(
    connection: Connection[TupleRow], rows: Sequence[Progress], year: int, day: date
) -> tuple[Rest | None, dict[int, int]]:
    """Return forecasts, and the row of each holder that may go by its own; the bands are of all."""
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    run = runs.one(connection, rows[0].run_id)
    target = None if run is None else targets.one(connection, run.target_id)
    if target is None or not begins + timedelta(days=1) <= day < ends - timedelta(days=1):
        return None, {}
    ids = [one.institution_id for one in rows if one.institution_id is not None]
    first = begins - timedelta(days=BACK)
    counts = (target.target.profile, target.target.indicator.quantity.value)
    found = energy_days.energy_days(connection, ids, (first, day), counts)
    rest = rest_of(found.grams, (ends - begins).days)
    known = rest.known & ~found.billed
    return rest, {whose: i for i, whose in enumerate(found.institution) if known[i]}


def _outlook(one: Progress, rest: Rest | None, place: dict[int, int]) -> Outlook:
    whose, used_g = one.institution_id, one.compared_used_g
    assert whose is not None
    assert used_g is not None
    if rest is None or whose not in place:
        return by_path(whose, one.quota_g, one.compared_path_g, used_g)
    row = place[whose]
    said = (float(column[row]) for column in (rest.used, rest.rest, rest.upper))
    return forecast(whose, one.quota_g, *said)
