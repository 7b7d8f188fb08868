"""The arithmetic of the survey's forms: what fills their cells, and what of it is doubtful."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final

from metering.survey import Cell, Filled, Source

_CENT: Final = Decimal("0.01")  # of every unit of the forms
_YEAR_ON_YEAR: Final = Decimal("0.2")  # beyond which the survey asks for a word
_G_PER_TCE: Final = 10**6


class Doubting(StrEnum):
    """Which check fails; MISSING makes a submission incomplete, YEAR and PRICE ask for words."""

    MISSING = "missing"
    RANGE = "range"
    SUM = "sum"
    WITHIN = "within"
    PRICE = "price"
    YEAR = "year"


WANT_A_WORD: Final = frozenset({Doubting.PRICE, Doubting.YEAR})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A check that a cell fails. than: what it was compared with; explained: somebody said why."""

    code: str
    check: Doubting
    amount: Decimal | None
    than: Decimal | None = None
    explained: bool = False

    @property
    def blocks(self) -> bool:
        """Whether a submission with it cannot be filled in."""
        return self.check is not Doubting.MISSING and not self.explained


def filled(
    cells: Sequence[Cell], sources: Mapping[str, Source], typed: Mapping[str, Decimal]
) -> list[Filled]:
    """Return what stands in each cell: what was typed, else accounts and facts, else sums.

    A sum of which a part is unknown is unknown. In hundredths of the cell's unit, half up.
    """
    told = {one.code: _told(one, sources, typed) for one in cells}
    for one in cells:
        if told[one.code].amount is None and one.parts:
            told[one.code] = _summed(one, told)
    return [told[one.code] for one in cells]


def doubts(
    cells: Sequence[Cell],
    found: Sequence[Filled],
    before: Mapping[str, Decimal],
    explained: Collection[str] = (),
) -> list[Doubt]:
    """Return the checks that fail, in order of the cells. before: amounts of the year before."""
    amounts = {one.code: one.amount for one in found}
    return [
        Doubt(one.code, check, amounts[one.code], than, wants and one.code in explained)
        for one in cells
        for check, than in _failed(one, amounts, before)
        for wants in (check in WANT_A_WORD,)
    ]


def complete_millionths(cells: Sequence[Cell], found: Sequence[Filled]) -> int:
    """Return how many of the cells that are asked for are known, in millionths, rounded down."""
    known = {one.code for one in found if one.amount is not None}
    asked = [one.code for one in cells if one.asked]
    return 1_000_000 * sum(one in known for one in asked) // len(asked) if asked else 1_000_000


def return_text(institution: int, year: int, found: Iterable[Filled]) -> str:
    """Return the text whose SHA-256 a submission carries; as storage.return_text."""
    lines = (f"{one.code} {_plain(one.amount)} {one.origin or '-'}\n" for one in found)
    return f"survey_return 1\n{institution} {year}\n{''.join(lines)}"


def return_digest(institution: int, year: int, found: Iterable[Filled]) -> str:
    """Return the SHA-256 of a submission, in hexadecimal."""
    return sha256(return_text(institution, year, found).encode()).hexdigest()


def _told(cell: Cell, sources: Mapping[str, Source], typed: Mapping[str, Decimal]) -> Filled:
    if cell.code in typed:
        return Filled(cell.code, typed[cell.code].quantize(_CENT, ROUND_HALF_UP), "typed")
    amount = _of_sources(cell, sources)
    if amount is None:
        return Filled(cell.code, None, None)
    origin = "fact" if cell.kind in ("area", "persons") else "account"
    return Filled(cell.code, amount.quantize(_CENT, ROUND_HALF_UP), origin)


def _of_sources(cell: Cell, sources: Mapping[str, Source]) -> Decimal | None:
    if cell.kind in ("area", "persons"):
        found = sources.get("area_m2" if cell.kind == "area" else "persons")
        return found.amount if found else None
    mine = [sources[one] for one in cell.carriers if one in sources]
    if cell.kind == "carrier" and cell.quanta_per_unit is not None:
        return _total([one.amount for one in mine], cell.quanta_per_unit)
    if cell.kind == "coal":
        known = [one.coal_g if one.amount is not None else None for one in mine]
        return _total(known, Decimal(_G_PER_TCE))
    return None


def _total(amounts: Sequence[Decimal | None], per_unit: Decimal) -> Decimal | None:
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)) / per_unit if known and len(known) == len(amounts) else None


def _summed(cell: Cell, told: Mapping[str, Filled]) -> Filled:
    parts = [told[one].amount for one in cell.parts if one in told]
    amount = _total(parts, Decimal(1))
    return Filled(cell.code, amount, None if amount is None else "sum")


def _failed(
    cell: Cell, amounts: Mapping[str, Decimal | None], before: Mapping[str, Decimal]
) -> Iterable[tuple[Doubting, Decimal | None]]:
    amount = amounts[cell.code]
    if amount is None:
        if cell.asked:
            yield Doubting.MISSING, None
        return
    if cell.lowest is not None and amount < cell.lowest:
        yield Doubting.RANGE, cell.lowest
    if cell.highest is not None and amount > cell.highest:
        yield Doubting.RANGE, cell.highest
    parts = _total([amounts.get(one) for one in cell.parts], Decimal(1))
    if parts is not None and parts != amount:
        yield Doubting.SUM, parts
    whole = amounts.get(cell.within) if cell.within else None
    if whole is not None and amount > whole:
        yield Doubting.WITHIN, whole
    yield from _priced(cell, amount, amounts)
    if (last := before.get(cell.code)) is not None and abs(amount - last) > _YEAR_ON_YEAR * last:
        yield Doubting.YEAR, last


def _priced(
    cell: Cell, cost: Decimal, amounts: Mapping[str, Decimal | None]
) -> Iterable[tuple[Doubting, Decimal | None]]:
    quantity = amounts.get(cell.price_of) if cell.price_of else None
    if quantity is None or cell.price_low is None or cell.price_high is None:
        return
    if cost < cell.price_low * quantity:
        yield Doubting.PRICE, cell.price_low * quantity
    if cost > cell.price_high * quantity:
        yield Doubting.PRICE, cell.price_high * quantity


def _plain(amount: Decimal | None) -> str:
    if amount is None:
        return "-"
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
