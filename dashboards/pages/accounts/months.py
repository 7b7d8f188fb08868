"""Twelve months of an institution as tables and charts have them, beside the year before."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from actions.accounts.overview import Year, months_before
from analytics.coverage import coverage, enough
from dashboards.pages import writing
from dashboards.pages.marks import marks
from storage.accounts.ledger import Account
from storage.registry.regions import Carrier

_ESTIMATE: Final = "estimate"  # which knows no time
_RESTS_ON: Final = (
    "carrier",
    "coefficient_profile",
    "kgce_per_unit",
    "coefficient_evidence",
    "coefficient_outside",
    "kgco2_per_unit",
    "grid_scope",
    "grid_code",
    "grid_year",
    "co2_evidence",
    "co2_outside",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One carrier in one month; account None where there is none.

    coverage: of its total; shape: of its curve, which a total over a gap does not show.
    """

    account: Account | None
    use: Decimal | None
    coverage: float | None
    shape: float | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A change against the year before, over the days that both years measured.

    days, of_days: 0 where months are compared as wholes, as bills are. lacking: there is something
    to compare, but not enough of it was measured.
    """

    change: str
    days: int = 0
    of_days: int = 0
    lacking: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A month of one carrier beside the same month a year before."""

    month: date
    now: Cell
    before: Cell
    kgce: Decimal | None
    co2: Decimal | None
    running: bool
    beside: Beside


@dataclass(frozen=True, slots=True)
class Sums:
    """What twelve months make together."""

    use: Decimal | None
    before: Decimal | None
    kgce: Decimal | None
    co2: Decimal | None
    coverage: float | None
    shape: float | None
    beside: Beside


@dataclass(frozen=True, slots=True)
class Factors:
    """What made standard coal and CO2 of a carrier; coalesced: the same in all months."""

    account: Account
    first: date
    last: date
    coalesced: bool

    def same(self, other: Account) -> bool:
        """Return whether an account rests on the same factors."""
        return all(getattr(self.account, name) == getattr(other, name) for name in _RESTS_ON)


class Months:
    """The accounts of a year by carrier and month, of one source."""

    def __init__(self, year: Year, source: str, today: date) -> None:
        self.year = year
        self.source = source
        self._today = today
        self._now = {(one.carrier, one.month): one for one in year.accounts if one.source == source}
        self._before = {
            (one.carrier, one.month): one for one in year.before if one.source == source
        }
        self.carriers = [
            year.words.carriers[code]
            for code in sorted(
                {code for code, _ in self._now} | {code for code, _ in self._before},
                key=lambda code: (code != "electricity", code == "water", code),
            )
        ]

    def cell(self, carrier: Carrier, month: date) -> Cell:
        """Return one month of a carrier."""
        return self._cell(carrier, self._now.get((carrier.code, month)), month)

    def line(self, carrier: Carrier, month: date) -> Line:
        """Return one month of a carrier with the year before."""
        earlier = months_before(month, 12)
        now, before = self.cell(carrier, month), self._before.get((carrier.code, earlier))
        account = now.account
        return Line(
            month,
            now,
            self._cell(carrier, before, None),
            writing.exact(account.kgce_g if account else None, 1000),
            writing.exact(account.co2_g if account else None, 1000),
            self.running(month),
            self._beside(carrier, [month]),
        )

    def sums(self, carrier: Carrier) -> Sums:
        """Return the sums of a carrier's months."""
        now = [self._now.get((carrier.code, month)) for month in self.year.months]
        before = [
            self._before.get((carrier.code, months_before(month, 12))) for month in self.year.months
        ]
        return Sums(
            writing.exact(_sum(now, "quanta"), carrier.per_unit),
            writing.exact(_sum(before, "quanta"), carrier.per_unit),
            writing.exact(_sum(now, "kgce_g"), 1000),
            writing.exact(_sum(now, "co2_g"), 1000),
            self.coverage([carrier]),
            self.shape([carrier]),
            self._beside(carrier, self.year.months),
        )

    def coverage(self, carriers: list[Carrier]) -> float | None:
        """Return of which share of these carriers' year the total is known; None of an estimate."""
        return self._covered(carriers, "known_s")

    def shape(self, carriers: list[Carrier]) -> float | None:
        """Return of which share of these carriers' year the curve is measured too."""
        return self._covered(carriers, "measured_s")

    def _beside(self, carrier: Carrier, months: list[date]) -> Beside:
        """Return the change of months against those a year before; a running one has none yet."""
        over = [month for month in months if not self.running(month)]
        now = [self._now.get((carrier.code, month)) for month in over]
        before = [self._before.get((carrier.code, months_before(month, 12))) for month in over]
        some = any(now) and any(before)
        if self.source != "meter":
            whole = bool(over) and all(now) and all(before)
            return Beside(_change(now, before) if whole else writing.DASH, lacking=some)
        rows = [self.year.compared.get((carrier.code, month)) for month in over]
        both = [one for one in rows if one is not None]
        days, of_days = sum(one.days for one in both), sum(one.of_days for one in both)
        if not enough(days, of_days, self.year.enough):
            return Beside(writing.DASH, days, of_days, lacking=some)
        change = writing.change(
            Decimal(sum(one.quanta or 0 for one in both)),
            Decimal(sum(one.before_quanta or 0 for one in both)),
        )
        return Beside(change, days, of_days)

    def _covered(self, carriers: list[Carrier], field: str) -> float | None:
        codes = {one.code for one in carriers}
        expected = [
            seconds
            for (code, month), seconds in self.year.expected_s.items()
            if code in codes and month in self.year.months
        ]
        held = [getattr(one, field) for one in self._now.values() if one.carrier in codes]
        return coverage(sum(held), sum(expected)) if self.source != _ESTIMATE else None

    def marks(self, of: str) -> tuple[str, ...]:
        """Return the marks of the year's factors; of: coefficient or co2."""
        known = self._now.values()
        return marks(
            [getattr(one, f"{of}_evidence") for one in known],
            any(getattr(one, f"{of}_outside") for one in known),
        )

    def without(self, field: str) -> list[str]:
        """Return the carriers with use of which a figure of total energy or CO2 is not known."""
        return sorted(
            {
                code
                for (code, _), one in self._now.items()
                if one.quanta is not None
                and getattr(one, field) is None
                and self.year.words.carriers[code].in_total_energy
            }
        )

    def running(self, month: date) -> bool:
        """Return whether a month has not ended yet."""
        return months_before(month, -1) > self._today

    def places(self, carrier: Carrier) -> int:
        """Return the decimals of a carrier's column."""
        cells = [self.cell(carrier, month).use for month in self.year.months]
        return writing.places_for(cells)

    def factors(self, chosen: Carrier | None) -> list[Factors]:
        """Return the factors behind what is shown, from month to month where they changed."""
        found: list[Factors] = []
        for (code, month), account in sorted(self._now.items()):
            if chosen is not None and code != chosen.code:
                continue
            last = found[-1] if found else None
            if last is not None and last.same(account):
                found[-1] = Factors(last.account, last.first, month, last.coalesced)
            else:
                changed = last is not None and last.account.carrier == code
                if changed and last is not None:
                    found[-1] = Factors(last.account, last.first, last.last, coalesced=False)
                found.append(Factors(account, month, month, coalesced=not changed))
        return found

    def total(self, month: date | None, field: str = "kgce_g") -> Decimal | None:
        """Return grams of all carriers in a month, or in all of them, as kilograms."""
        rows = [one for one in self._now.values() if month is None or one.month == month]
        return writing.exact(_sum(rows, field), 1000)

    def _cell(self, carrier: Carrier, account: Account | None, month: date | None) -> Cell:
        if account is None:
            expected = self.year.expected_s.get((carrier.code, month), 0) if month else 0
            none = 0.0 if expected and self.source != _ESTIMATE else None
            return Cell(None, None, none, none)
        timed = self.source != _ESTIMATE
        return Cell(
            account,
            writing.exact(account.quanta, account.per_unit),
            coverage(account.known_s, account.expected_s) if timed else None,
            coverage(account.measured_s, account.expected_s) if timed else None,
        )


def _change(now: list[Account | None], before: list[Account | None]) -> str:
    """Return the change of whole months, which a bill or a form knows as such."""
    used, earlier = _sum(now, "quanta"), _sum(before, "quanta")
    known = used is not None and earlier is not None
    return writing.change(Decimal(used or 0), Decimal(earlier or 0)) if known else writing.DASH


def _sum(rows: list[Account | None] | list[Account], field: str) -> int | None:
    """Return the sum of what is known, None where nothing is."""
    known = [getattr(one, field) for one in rows if one and getattr(one, field) is not None]
    return sum(known) if known else None
