"""What is known of many institutions' energy as columns, and the bases about which nothing is odd.

A base of which columns can say that nothing is missing, partial or implausible is made of them;
every other one is reviewed alone, by `compact.findings`, from the history that its columns hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from compact.bases import HOWS, CarrierMonth, Frozen, History, Size, history_of, month_of
from compact.findings import BEYOND, Reviewed, reviewed
from compact.holders import NULL, STATES, Bases
from compact.targets import MONTHS, Base, State, Target

Ints: TypeAlias = "NDArray[np.int64]"
Flags: TypeAlias = "NDArray[np.bool_]"

_STATES: Final = (State.MISSING, State.ESTIMATED, State.BILLED, State.MEASURED)  # the worst first
_ABSENT: Final = len(_STATES)
_MOST: Final = 2.0**62  # of a month's grams together; beyond, integers of any size add them
_STATE_OF: Final = (
    _ABSENT,
    *(_STATES.index(CarrierMonth(None, None, how).state) for how in HOWS),
)
_AS_HELD: Final = (*(STATES.index(one) for one in _STATES), -1)


@dataclass(frozen=True, slots=True)
class Months:
    """Carriers' months with an account or a planner's figure: row i is one of them.

    who: place of the institution, in order. carrier: place of the carrier. month: since year 0.
    quanta, grams: NULL where nothing is known. how: as HOWS, from 1.
    """

    who: Ints
    carrier: Ints
    month: Ints
    quanta: Ints
    grams: Ints
    how: Ints
    by_act: Flags


@dataclass(frozen=True, slots=True)
class Terms:
    """The months, both included, in which a carrier is in account: what has no row is missing."""

    who: Ints
    carrier: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of some institutions, in order of id.

    first, last: the months in which terms say what is missing.
    """

    institutions: Sequence[int]
    carriers: Sequence[str]
    first: int
    last: int
    months: Months
    terms: Terms
    frozen: Mapping[int, Sequence[Frozen]] = field(default_factory=dict)
    sizes: Mapping[int, Sequence[Size]] = field(default_factory=dict)
    roster: Mapping[int, str | None] = field(default_factory=dict)

    @property
    def years(self) -> range:
        """The years that have months."""
        months = self.months.month
        lowest = min(self.first, int(months.min(initial=self.first)))
        highest = max(self.last, int(months.max(initial=self.last)))
        return range(lowest // MONTHS, highest // MONTHS + 1)

    def history(self, place: int) -> History:
        """Return what is known of the institution at a place."""
        who, one, names = self.institutions[place], self.months, self.carriers
        rows = slice(*np.searchsorted(one.who, [place, place + 1]).tolist())
        columns = (one.carrier, one.month, one.quanta, one.grams, one.how, one.by_act)
        known = zip(*(column[rows].tolist() for column in columns), strict=True)
        return history_of(
            ((names[carrier], month) for carrier, month in self._expected(place)),
            ((names[carrier], month, month_of(*said)) for carrier, month, *said in known),
            self.frozen.get(who, ()),
            self.sizes.get(who, ()),
            self.roster.get(who),
        )

    def _expected(self, place: int) -> list[tuple[int, int]]:
        one = self.terms
        rows = slice(*np.searchsorted(one.who, [place, place + 1]).tolist())
        spans = zip(*(c[rows].tolist() for c in (one.carrier, one.first, one.last)), strict=True)
        return [
            (carrier, month)
            for carrier, first, last in spans
            for month in range(max(first, self.first), min(last, self.last) + 1)
        ]


@dataclass(frozen=True, slots=True)
class _Grid:
    """One carrier, or all together: rows are institutions, columns months from `first` on."""

    first: int
    states: Ints  # place in _STATES, _ABSENT where there is no such month
    grams: Ints  # that may count, else 0
    by_act: Flags

    @property
    def known(self) -> Flags:
        return (self.states > 0) & (self.states < _ABSENT)


@dataclass(frozen=True, slots=True)
class _Plain:
    """Base years, and whose base is as columns have it: about the others something is odd."""

    years: Ints
    grams: Ints
    states: Ints
    plain: Flags


def reviewed_all(target: Target, known: Known) -> list[Reviewed]:
    """Return the base of each institution with its findings, as `findings.reviewed` would."""
    made = _made(target, known)
    grams, states = made.grams.tolist(), made.states.tolist()
    plain = made.plain.tolist()
    alike: dict[tuple[int, ...], tuple[State, ...]] = {}
    found = []
    for place, year in enumerate(made.years.tolist()):
        if not plain[place]:
            found.append(reviewed(target, known.history(place)))
            continue
        key = tuple(states[place])
        if key not in alike:
            alike[key] = tuple(_STATES[state] for state in key)
        found.append(Reviewed(Base(year, tuple(grams[place]), alike[key])))
    return found


def bases_of(target: Target, known: Known) -> tuple[Bases, Flags]:
    """Return the base of each institution with what is odd about it, and who has one at all."""
    made = _made(target, known)
    has = made.plain.copy()
    odd = np.flatnonzero(~made.plain)
    rows = [reviewed(target, known.history(place)).base for place in odd.tolist()]
    some = [(place, base) for place, base in zip(odd.tolist(), rows, strict=True) if base]
    single, at = Bases.of([base for _, base in some]), [place for place, _ in some]
    has[at] = True
    years, months = made.years.copy(), made.grams.copy()
    states = np.array(_AS_HELD, np.int8)[made.states]
    years[at], months[at], states[at] = single.year, single.months_g, single.states
    marks = {at[row]: marks_of for row, marks_of in single.marks.items()}
    return Bases(years, months, states, marks), has


def _made(target: Target, known: Known) -> _Plain:
    counts = [np.bincount(one.carrier, minlength=len(known.carriers))
              for one in (known.months, known.terms)]  # fmt: skip
    grids = [_grid(known, carrier) for carrier in np.flatnonzero(sum(counts)).tolist()]
    whole = _together(known, grids)
    years, has_base = _years(target, whole)
    at = (years * MONTHS)[:, np.newaxis] + np.arange(MONTHS) - whole.first
    odd = ~has_base | ~_of(whole.known, at, False).all(axis=1) | _uncertain(known, grids)
    for one in grids:
        odd |= _implausible(one, at)
    return _Plain(years, _of(whole.grams, at, 0), _of(whole.states, at, 0), ~odd)


def _grid(known: Known, carrier: int) -> _Grid:
    """Spread a carrier's rows over months; what its terms expect and has no row is missing."""
    count, first = len(known.institutions), known.years.start * MONTHS
    width = len(known.years) * MONTHS
    mine = known.months.carrier == carrier
    who, month = known.months.who[mine], known.months.month[mine] - first
    expected = _expected(known, carrier, first, width)
    states = np.where(expected, np.int64(0), np.int64(_ABSENT))
    states[who, month] = np.array(_STATE_OF, np.int64)[known.months.how[mine]]
    grams, by_act = np.zeros((count, width), np.int64), np.zeros((count, width), np.bool_)
    known_grams = known.months.grams[mine]
    grams[who, month] = np.where(known_grams == NULL, 0, known_grams)
    grams[(states == 0) | (states == _ABSENT)] = 0
    by_act[who, month] = known.months.by_act[mine]
    return _Grid(first, states, grams, by_act)


def _expected(known: Known, carrier: int, first: int, width: int) -> Flags:
    """Return in which months a carrier is in account."""
    one = known.terms
    since, until = np.maximum(one.first, known.first), np.minimum(one.last, known.last) + 1
    mine = (one.carrier == carrier) & (since < until)
    steps = np.zeros((len(known.institutions), width + 1), np.int64)
    np.add.at(steps, (one.who[mine], since[mine] - first), 1)
    np.add.at(steps, (one.who[mine], until[mine] - first), -1)
    return np.asarray(np.cumsum(steps[:, :width], axis=1) > 0)


def _together(known: Known, grids: Sequence[_Grid]) -> _Grid:
    """Return all carriers as one: a month is as certain as the least certain carrier."""
    if not grids:
        nothing = np.zeros((len(known.institutions), 0), np.int64)
        return _Grid(known.years.start * MONTHS, nothing, nothing, nothing.astype(np.bool_))
    states = np.minimum.reduce([one.states for one in grids])
    grams = np.add.reduce([one.grams for one in grids])
    return _Grid(grids[0].first, states, grams, np.zeros(states.shape, np.bool_))


def _years(target: Target, whole: _Grid) -> tuple[Ints, Flags]:
    """Return the base year of each, and whether anything of it is known."""
    count = len(whole.states)
    years_wide = whole.states.shape[1] // MONTHS
    in_year = whole.known.reshape(count, years_wide, MONTHS).sum(axis=2)
    if target.base_year is not None:
        place = target.base_year - whole.first // MONTHS
        years = np.full(count, target.base_year, np.int64)
        inside = 0 <= place < in_year.shape[1]
        return years, in_year[:, place] > 0 if inside else np.zeros(count, np.bool_)
    if not in_year.shape[1]:
        return np.zeros(count, np.int64), np.zeros(count, np.bool_)
    full = in_year == MONTHS
    years = np.where(full.any(axis=1), full.argmax(axis=1), (in_year > 0).argmax(axis=1))
    return years + whole.first // MONTHS, in_year.any(axis=1)


def _uncertain(known: Known, grids: Sequence[_Grid]) -> Flags:
    """Return whose meters stood still, whose size was stated twice, whose grams are too many."""
    places = {who: place for place, who in enumerate(known.institutions)}
    found = np.zeros(len(places), np.bool_)
    for who in known.frozen:
        found[places[who]] = True
    for who, sizes in known.sizes.items():
        attributes = [one.attribute for one in sizes]
        found[places[who]] |= len(attributes) != len(set(attributes))
    if grids:
        most = np.add.reduce([np.abs(one.grams.astype(np.float64)) for one in grids])
        found |= (most > _MOST).any(axis=1)
    return found


def _implausible(one: _Grid, at: Ints) -> Flags:
    """Return where a carrier's month may be beyond the years beside it, nothing at all, or less."""
    here = _of(one.known, at, False) & ~_of(one.by_act, at, False)
    grams = _of(one.grams, at, 0)
    near = np.full(at.shape, NULL, np.int64)
    for step in (-MONTHS, MONTHS):
        beside = np.where(_of(one.known, at + step, False), _of(one.grams, at + step, 0), NULL)
        near = np.maximum(near, beside)
    beyond = (near != NULL) & ((grams - 1) // BEYOND >= near)  # beyond three times, in integers
    nothing = (grams == 0) & (near != 0)
    return np.asarray((here & (beyond | nothing | (grams < 0))).any(axis=1))


def _of(grid: NDArray[Any], at: Ints, outside: int | bool) -> NDArray[Any]:
    """Return the cells of each row at some months, another value where there is no such month."""
    if not grid.shape[1]:
        return np.full(at.shape, outside, grid.dtype)
    inside = (at >= 0) & (at < grid.shape[1])
    found = np.take_along_axis(grid, np.clip(at, 0, grid.shape[1] - 1), axis=1)
    return np.where(inside, found, np.asarray(outside, grid.dtype))
