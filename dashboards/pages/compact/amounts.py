"""Grams as pages write them: kilograms, of water cubic metres of litres."""

from decimal import Decimal

from dashboards.pages import writing


def kilograms(grams: int | None) -> Decimal | None:
    """Return grams as kilograms, None where nothing is known."""
    return None if grams is None else Decimal(grams) / 1000


def kg(grams: int | None) -> str:
    """Return grams as a cell in whole kilograms; unknown is a dash, never zero."""
    return writing.number(kilograms(grams))


def percent(value: Decimal | float | None, places: int = 1) -> str:
    """Return a number of percent."""
    return writing.DASH if value is None else f"{writing.number(Decimal(value), places)}%"
