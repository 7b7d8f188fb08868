"""Who is counted where: the roster of a year is that of its first day, whatever moved since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from analytics.exact import Bools, Ints

ANY_DAY: Final = -(2**62)  # of somebody whose day nobody knows: counted as last known
_NO_END: Final = 2**62
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """What holds of institutions from a day to before another: row i is one such time.

    who: place of the institution, in order; its rows in order of days. value: (rows,) what holds.
    first, until: days since 1970, _NO_END where it has no end yet.
    """

    who: Ints
    value: Ints
    first: Ints
    until: Ints

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, date, date | None]]) -> Dated:
        """Return rows of place, value, and first day to before another."""
        last = [_NO_END if until is None else day_of(until) for *_, until in rows]
        return cls(
            np.array([who for who, *_ in rows], np.int64),
            np.array([value for _, value, *_ in rows], np.int64),
            np.array([day_of(first) for _, _, first, _ in rows], np.int64),
            np.array(last, np.int64),
        )

    def on(self, day: Ints) -> Ints:
        """Return (n,) the row that holds on each institution's day, −1 where none does."""
        holds = np.flatnonzero((self.first <= day[self.who]) & (day[self.who] < self.until))
        found = np.full(len(day), -1, np.int64)
        found[self.who[holds[::-1]]] = holds[::-1]  # of several the first stays
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Institutions in order of id, with where they counted and what they were, as dated.

    known_from: (n,) since when each is affiliated anywhere. places: a row's value is its own
    number in region, member and line, the line as a place in `lines`. classed: a row's value is a
    place in `classes`.
    """

    institution: Ints
    known_from: Ints
    places: Dated
    region: Ints
    member: Ints
    line: Ints
    lines: tuple[str, ...]
    classed: Dated
    classes: tuple[str, ...]

    def on(self, day: Ints) -> Located:
        """Return where each counted on its day.

        A day before anything was known takes the first place, and the first class.
        """
        row = self.places.on(np.maximum(day, self.known_from))
        first = np.full(len(day), _NO_END, np.int64)
        np.minimum.at(first, self.classed.who, self.classed.first)
        known = self.classed.on(np.maximum(day, first))
        none = np.full(1, -1, np.int64)
        return Located(
            here=(row >= 0) | (day == ANY_DAY),
            region=np.append(self.region, none)[row],
            member=np.append(self.member, none)[row],
            line=np.append(self.line, none)[row],
            classed=np.append(self.classed.value, none)[known],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Where institutions counted on their days: (n,) each.

    here: whether in any member. classed: −1 where nobody classed it.
    """

    here: Bools
    region: Ints
    member: Ints
    line: Ints
    classed: Ints


@dataclass(frozen=True, slots=True)
class Place:
    """In which member somebody counted from a day to before another.

    known_from: since when the institution is affiliated anywhere.
    """

    known_from: date
    member: int
    first: date
    until: date | None


def member_on(places: Sequence[Place], day: date) -> int | None:
    """Return in which member an institution counted on a day, None in none, as `Roster.on` does.

    A day before anything was known takes the first place.
    """
    return next(
        (
            one.member
            for one in places
            if one.first <= max(day, one.known_from)
            and (one.until is None or max(day, one.known_from) < one.until)
        ),
        None,
    )


def day_of(day: date) -> int:
    """Return a day since 1970."""
    return day.toordinal() - _EPOCH


def first_days(years: Ints) -> Ints:
    """Return the first day of each year, since 1970."""
    return (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
