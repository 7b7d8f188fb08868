"""One institution: its accounts by carrier and month, and the hourly curve of a channel."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from actions.figures import coverage
from actions.overview import Year, months_before, year_of
from dashboards.pages import writing
from dashboards.pages.curve import curve_of
from dashboards.pages.visit import Reader, Visit
from storage.ledger import Account
from storage.regions import Carrier

router = APIRouter(include_in_schema=False)

SOURCES: Final = ("meter", "bill", "typed", "estimate")
ALL: Final = "all"
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Cell:
    """One carrier in one month; account None where there is none."""

    account: Account | None
    use: Decimal | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A month of one carrier beside the same month a year before."""

    month: date
    now: Cell
    before: Cell
    kgce: Decimal | None
    co2: Decimal | None

    @property
    def uneven(self) -> bool:
        """Whether the two months were not both measured whole."""
        return self.now.coverage != 1 or self.before.coverage != 1


@dataclass(frozen=True, slots=True)
class Sums:
    """What twelve months make together."""

    use: Decimal | None
    before: Decimal | None
    kgce: Decimal | None
    co2: Decimal | None
    coverage: float | None


class Months:
    """The accounts of a year by carrier and month, of one source."""

    def __init__(self, year: Year, source: str) -> None:
        self.year = year
        self.source = source
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
        )

    def sums(self, carrier: Carrier) -> Sums:
        """Return the sums of a carrier's months."""
        now = [self._now.get((carrier.code, month)) for month in self.year.months]
        before = [
            self._before.get((carrier.code, months_before(month, 12))) for month in self.year.months
        ]
        due = sum(self.year.due_s.get((carrier.code, month), 0) for month in self.year.months)
        measured = sum(one.measured_s for one in now if one)
        return Sums(
            writing.exact(_sum(now, "quanta"), carrier.per_unit),
            writing.exact(_sum(before, "quanta"), carrier.per_unit),
            writing.exact(_sum(now, "kgce_g"), 1000),
            writing.exact(_sum(now, "co2_g"), 1000),
            coverage(measured, due) if self.source == "meter" else None,
        )

    def places(self, carrier: Carrier) -> int:
        """Return the decimals of a carrier's column."""
        cells = [self.cell(carrier, month).use for month in self.year.months]
        return writing.places_for(cells)

    def factors(self, chosen: Carrier | None) -> list[Account]:
        """Return, for each carrier shown, the account whose factors are the newest."""
        newest = {}
        for (code, _), account in sorted(self._now.items()):
            if chosen is None or code == chosen.code:
                newest[code] = account
        return list(newest.values())

    def total(self, month: date | None, field: str = "kgce_g") -> Decimal | None:
        """Return grams of all carriers in a month, or in all of them, as kilograms."""
        rows = [one for one in self._now.values() if month is None or one.month == month]
        return writing.exact(_sum(rows, field), 1000)

    def _cell(self, carrier: Carrier, account: Account | None, month: date | None) -> Cell:
        if account is None:
            due = self.year.due_s.get((carrier.code, month), 0) if month else 0
            return Cell(None, None, 0.0 if due and self.source == "meter" else None)
        due = (month and self.year.due_s.get((carrier.code, month))) or account.expected_s or 0
        return Cell(
            account,
            writing.exact(account.quanta, account.per_unit),
            coverage(account.measured_s, due) if self.source == "meter" else None,
        )


@router.get("/institutions/{institution_id}")
def get_institution(
    institution_id: Id,
    visit: Reader,
    until: Annotated[str, Query(pattern=r"^((19|20)\d{2}-(0[1-9]|1[0-2]))?$")] = "",
    carrier: Annotated[str, Query(max_length=64)] = ALL,
    source: Annotated[str, Query(pattern="^(meter|bill|typed|estimate)$")] = "meter",
    profile: Annotated[str, Query(max_length=64)] = "",
    curve: Annotated[str, Query(max_length=80)] = "",
    span: Annotated[str, Query(pattern="^(day|week|month)$")] = "week",
    day: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
) -> Response:
    """Return the page; everything that can be chosen on it is in its address."""
    last = date.fromisoformat(f"{until}-01") if until else None
    year = year_of(visit.desk, institution_id, last=last, profile=profile or None)
    months = Months(year, source)
    chosen = next((one for one in months.carriers if one.code == carrier), None)
    return visit.page(
        "institution.html",
        year=year,
        one=year.institution,
        months=months,
        chosen=chosen,
        source=source,
        sources=[one for one in SOURCES if _has(year, one)] or ["meter"],
        chart=_chart(visit, months, chosen),
        curve=curve_of(visit, year, chosen=curve, span=span, day=day),
        step=_steps(year),
    )


def _steps(year: Year) -> dict[str, str | None]:
    """Return where twelve months earlier and later end, None where there is nothing."""
    if not year.months:
        return {"earlier": None, "later": None}
    last = year.months[-1]
    later = min(months_before(last, -12), year.newest) if year.newest else last
    return {
        "earlier": f"{months_before(last, 12):%Y-%m}" if year.before else None,
        "later": f"{later:%Y-%m}" if later > last else None,
    }


def _has(year: Year, source: str) -> bool:
    return any(one.source == source for one in (*year.accounts, *year.before))


def _sum(rows: list[Account | None] | list[Account], field: str) -> int | None:
    """Return the sum of what is known, None where nothing is."""
    known = [getattr(one, field) for one in rows if one and getattr(one, field) is not None]
    return sum(known) if known else None


def _chart(visit: Visit, months: Months, chosen: Carrier | None) -> dict[str, Any] | None:
    """Return the chart of the accounts as the browser draws it."""
    if not months.carriers:
        return None
    names = [f"{month:%Y-%m}" for month in months.year.months]
    if chosen is None:
        energy = [one for one in months.carriers if one.in_total_energy]
        series = [_stacked(visit, months, one) for one in energy]
        return {"stack": True, "unit": "kgce", "names": names, "series": series}
    lines = [months.line(chosen, month) for month in months.year.months]
    now = [line.now for line in lines]
    before = [line.before for line in lines]
    return {
        "stack": False,
        "unit": writing.unit_name(chosen.unit),
        "names": names,
        "series": [
            _series(visit.say("year_before"), "before", before),
            _series(visit.say("this_year"), chosen.code, now),
        ],
    }


def _stacked(visit: Visit, months: Months, carrier: Carrier) -> dict[str, Any]:
    lines = [months.line(carrier, month) for month in months.year.months]
    return {
        "name": visit.name(carrier),
        "key": carrier.code,
        "values": [_float(line.kgce) for line in lines],
        "partial": [_partial(line.now) for line in lines],
    }


def _series(name: str, key: str, cells: list[Cell]) -> dict[str, Any]:
    return {
        "name": name,
        "key": key,
        "values": [_float(cell.use) for cell in cells],
        "partial": [_partial(cell) for cell in cells],
    }


def _partial(cell: Cell) -> bool:
    return cell.coverage is not None and cell.coverage < 1


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
