"""What is known by month of what an institution used, and the base that comes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from typing import Final

from analytics.means import DatedValue, days_mean
from compact.holders import NULL
from compact.targets import MONTHS, Base, State, Target

_OWN_DAYS: Final = 2
_SATURDAY: Final = 5

YearMonth = tuple[int, int]


class How(StrEnum):
    """What a carrier's month rests on."""

    METER = "meter"
    BILL = "bill"
    TYPED = "typed"
    ESTIMATE = "estimate"  # of the account
    YEAR_BEFORE = "year_before"
    YEAR_AFTER = "year_after"
    LIKE_DAYS = "like_days"
    PARTIAL = "partial"
    MISSING = "missing"
    NO_FACTOR = "no_factor"  # of CO2: what was used is known, and not what comes of it


_STATES: Final[Mapping[How, State]] = {
    How.METER: State.MEASURED,
    How.BILL: State.BILLED,
    How.TYPED: State.BILLED,
    How.PARTIAL: State.MISSING,
    How.MISSING: State.MISSING,
    How.NO_FACTOR: State.MISSING,
}
_WORST: Final = (State.MISSING, State.ESTIMATED, State.BILLED, State.MEASURED)


@dataclass(frozen=True, slots=True)
class CarrierMonth:
    """A carrier's month: quanta and grams are None where nothing is known at all."""

    quanta: int | None
    grams: int | None
    how: How
    by_act: bool = False  # a planner's estimate or bill, for the base alone

    @property
    def state(self) -> State:
        """How the base may use it."""
        return _STATES.get(self.how, State.ESTIMATED)

    @property
    def known_g(self) -> int | None:
        """The grams that may count; None where too little was measured."""
        return None if self.state is State.MISSING else self.grams


HOWS: Final = tuple(How)  # the database counts them from 1


def month_of(quanta: int, grams: int, how: int, by_act: bool) -> CarrierMonth:
    """Return a carrier's month as the database has it: NULL where nothing is known, how from 1."""
    known, known_g = (None if one == NULL else one for one in (quanta, grams))
    return CarrierMonth(known, known_g, HOWS[how - 1], by_act)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Days in a row on which a counted meter stood still, both included."""

    carrier: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Size:
    """Area or persons, as they were from a day to before another."""

    attribute: str
    number: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one institution's energy: by carrier, then by (year, month)."""

    carriers: Mapping[str, Mapping[YearMonth, CarrierMonth]]
    frozen: Sequence[Frozen] = ()
    sizes: Sequence[Size] = ()
    roster_status: str | None = None

    def area_m2(self, year: int) -> Decimal | None:
        """Return the floor area of a year, weighted by days; None where nobody stated one."""
        return area_m2(self.sizes, year)

    def state(self, at: YearMonth) -> State:
        """Return the state of a month: that of its least certain carrier."""
        found = {months[at].state for months in self.carriers.values() if at in months}
        return next((one for one in _WORST if one in found), State.MISSING)

    def known(self) -> dict[YearMonth, int]:
        """Return the months of which every carrier in account is known, in grams."""
        months = {at for one in self.carriers.values() for at in one}
        return {
            at: sum(one[at].known_g or 0 for one in self.carriers.values() if at in one)
            for at in sorted(months)
            if self.state(at) is not State.MISSING
        }


def history_of(
    expected: Iterable[tuple[str, int]],
    known: Iterable[tuple[str, int, CarrierMonth]],
    frozen: Sequence[Frozen] = (),
    sizes: Sequence[Size] = (),
    roster_status: str | None = None,
) -> History:
    """Return the history that rows make; months are counted since year 0.

    expected: carriers' months in account; one that is not among `known` is missing.
    """
    carriers: dict[str, dict[YearMonth, CarrierMonth]] = {}
    missing = CarrierMonth(None, None, How.MISSING)
    for carrier, month, one in chain(((*at, missing) for at in expected), known):
        year, before = divmod(month, MONTHS)
        carriers.setdefault(carrier, {})[year, before + 1] = one
    in_order = {name: dict(sorted(carriers[name].items())) for name in sorted(carriers)}
    return History(in_order, frozen, sizes, roster_status)


def area_m2(sizes: Sequence[Size], year: int) -> Decimal | None:
    """Return the floor area of a year, weighted by days; None where nobody stated one."""
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    stated = [
        DatedValue(one.number, one.valid_from, one.valid_to)
        for one in sizes
        if one.attribute == "area_m2"
    ]
    return days_mean(stated, first, until, until)


def base_of(target: Target, history: History) -> Base | None:
    """Return an institution's base with the state of each month, None where nothing is known."""
    base = target.base_of(history.known())
    if base is None:
        return None
    states = tuple(history.state((base.year, month)) for month in range(1, MONTHS + 1))
    return Base(base.year, base.months_g, states)


def plausible_g(history: History, carrier: str, at: YearMonth) -> int | None:
    """Return what a carrier's month would hold by its neighbours.

    The mean of the same month of the years beside it, else of the other months of its year, else
    of all months.
    """
    months = history.carriers[carrier]
    near = beside(months, at)
    own = [m.known_g for (year, month), m in months.items() if year == at[0] and month != at[1]]
    every = [m.known_g for place, m in months.items() if place != at]
    for some in (near, own, every):
        if known := [one for one in some if one is not None]:
            return int(Fraction(sum(known), len(known)))
    return None


def beside(months: Mapping[YearMonth, CarrierMonth], at: YearMonth) -> list[int]:
    """Return what is known of the same month in the year before and after."""
    near = (months.get((at[0] + step, at[1])) for step in (-1, 1))
    return [one.known_g for one in near if one is not None and one.known_g is not None]


def like_days_quanta(days: Mapping[date, int], at: YearMonth) -> int | None:
    """Return a month as the mean of known working days and weekends times how many it has.

    days: what was used on days that are known whole, of the month and of those beside it. The
    month's own are taken where it has two of each kind; None where a kind has none at all.
    """
    own = {day: used for day, used in days.items() if (day.year, day.month) == at}
    whole = Fraction(0)
    for weekend in (False, True):
        kind = [used for day, used in own.items() if _weekend(day) is weekend]
        if len(kind) < _OWN_DAYS:
            kind = [used for day, used in days.items() if _weekend(day) is weekend]
        if not kind:
            return None
        whole += Fraction(sum(kind), len(kind)) * _count(at, weekend=weekend)
    return int(whole + Fraction(1, 2))


def month_span(at: YearMonth, beside: int = 0) -> tuple[date, date]:
    """Return the first day of a month and the first after it, or of so many months around it."""
    place = at[0] * MONTHS + at[1] - 1
    first, until = divmod(place - beside, MONTHS), divmod(place + beside + 1, MONTHS)
    return date(first[0], first[1] + 1, 1), date(until[0], until[1] + 1, 1)


def _weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def _count(at: YearMonth, *, weekend: bool) -> int:
    first, until = month_span(at)
    every = (first + timedelta(days=n) for n in range((until - first).days))
    return sum(_weekend(day) is weekend for day in every)
