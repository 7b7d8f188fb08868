"""The climate factor of bases: which region's degree days are near, and where none are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from actions.compact.starting import Start
from analytics.exact import Ints
from compact.climate import DegreeDays, Weather, parts_of, whole_years
from compact.corrections import Correction, by_climate
from storage.registry.weather import DegreeDayRow


@dataclass(frozen=True, slots=True)
class Climate:
    """The weather of a base year where some institutions stand; rows: of these, in the start.

    state: known, or what is missing of it: nothing is stated, no_year, no_reference.
    """

    region: int
    year: int
    rows: Ints
    state: str
    weather: Weather | None


def climates(start: Start) -> Iterator[Climate]:
    """Yield, by region and base year, whose base has which weather, of who is seen and has one."""
    ids = start.roster.institution
    where = np.array([start.stands.get(who, -1) for who in ids.tolist()], np.int64)
    counts = start.has & (where >= 0) & ~np.isin(ids, list(start.unseen.all))
    places = np.flatnonzero(counts)
    pairs = np.stack([where[places], start.base.year[places]], axis=1).reshape(-1, 2)
    for region, year in np.unique(pairs, axis=0).tolist():
        mine = places[(pairs[:, 0] == region) & (pairs[:, 1] == year)]
        yield _climate(start, region, year, mine)


def by_weather(start: Start) -> dict[int, Correction]:
    """Return the climate correction of each base that has one; of part of a year there is none."""
    found: dict[int, Correction] = {}
    for one in climates(start):
        if one.weather is None:
            continue
        base, ids = start.base.at(one.rows), start.roster.institution[one.rows]
        whole = np.flatnonzero(whole_years(base.months_g, base.known))
        parts = parts_of(base.months_g[whole], one.weather)
        for who, some in zip(ids[whole].tolist(), parts, strict=True):
            if (made := by_climate(one.weather, some)) is not None:
                found[who] = made
    return found


def _climate(start: Start, region: int, year: int, rows: Ints) -> Climate:
    """Return the weather that the nearest region states, itself or above, with both years whole."""
    state, at = "nothing", region
    while True:
        stated = start.weather.get(at, ())
        of_year, usual = _whole(stated, year), _whole(stated, None)
        if of_year is not None and usual is not None:
            (then, station), (often, usual_station) = of_year, usual
            known = Weather(at, year, then, often, station, usual_station)
            return Climate(region, year, rows, "known", known)
        if state == "nothing" and (of_year or usual):
            state = "no_reference" if of_year else "no_year"
        above = start.above.get(at)
        if above is None:
            return Climate(region, year, rows, state, None)
        at = above


def _whole(stated: Sequence[DegreeDayRow], year: int | None) -> tuple[DegreeDays, str] | None:
    rows = [one for one in stated if one.year == year]
    found = DegreeDays.of([(one.month, one.heating_tenths, one.cooling_tenths) for one in rows])
    return None if found is None else (found, rows[0].station)
