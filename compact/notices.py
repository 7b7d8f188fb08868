"""Figures as a notice prints them, so that anybody can repeat the arithmetic by hand."""

from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol

from compact.targets import MILLION

_PLACES: Final = 6  # of real shares, where people read them
_MULTIPLIER_PLACES: Final = 15  # so that who multiplies by hand comes to the same gram


def in_thousands(grams: int) -> str:
    """Return grams as decimal kilograms, litres as cubic metres."""
    return format(Decimal(grams).scaleb(-3), "f")


def of_million(share: int) -> str:
    """Return whole millionths as a decimal."""
    return format((Decimal(share) / MILLION).normalize(), "f")


def in_percent(share: Fraction, places: int = 1) -> str:
    """Return a share in percent, to so many decimal places."""
    return f"{shown(share * 100, places)} %"


def shown(value: Fraction, places: int = _PLACES) -> str:
    """Return a number to so many decimal places."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format(round(exact, places), "f")


def multiplier_shown(value: Fraction) -> str:
    """Return λ with all the decimals that matter."""
    whole, _, part = shown(value, _MULTIPLIER_PLACES).partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


class OfRun(Protocol):
    """A run, as the number of a notice names it."""

    @property
    def run_id(self) -> int: ...
    @property
    def union_id(self) -> int: ...


def notice_number(document: str | None, run: OfRun, whose: str) -> str:
    """Return what a notice is called: once, for a document is of one run.

    document: of the authority that issues it; None: a proposal, under a number of the run's own.
    whose: whose notice it is, as `of_institution` and `of_member` say it.
    """
    first = document if document is not None else f"U{run.union_id}-R{run.run_id}"
    return f"{first}-{whose}"


def of_institution(institution: int) -> str:
    """Return how a notice's number names an institution."""
    return f"{institution:06d}"


def of_member(region: int) -> str:
    """Return how a notice's number names a member as a whole."""
    return f"M{region}"
