"""Cells of the national survey's forms, and what fills them."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a form as of a year.

    kind: carrier (quanta of `carriers`), coal (their standard coal), area, persons, sum (of
    `parts`) or typed. within: the cell of which it is a part. price_of: the quantity whose cost it
    is, from price_low to price_high. [yuan per unit of that] asked: whether it may not be missing.
    """

    form: str
    code: str
    place: int
    name_zh: str
    name_en: str
    unit: str
    kind: str
    carriers: tuple[str, ...]
    quanta_per_unit: Decimal | None
    parts: tuple[str, ...]
    within: str | None
    price_of: str | None
    price_low: Decimal | None
    price_high: Decimal | None
    asked: bool
    lowest: Decimal | None
    highest: Decimal | None
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Source:
    """What accounts know of a carrier's year, or what is stated of the institution.

    amount: in quanta, or as stated; None where a month that is due is unknown. coal_g: None where
    a coefficient is missing.
    """

    amount: Decimal | None
    coal_g: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a cell, and where it is from: account, fact, sum or typed; None: nothing."""

    code: str
    amount: Decimal | None
    origin: str | None
