"""Two targets side by side: which is stricter, by how much a year, and which of them prevails."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from analytics.conversion import annual_rate
from analytics.exact import Exact
from metering.errors import InputError


class Stance(StrEnum):
    """How another target stands to this one."""

    STRICTER = "stricter"
    SAME = "same"
    LOOSER = "looser"
    NOT_COMPARABLE = "not_comparable"  # of another indicator, or an amount of other institutions


@dataclass(frozen=True, slots=True)
class Promise:
    """A fall from a base year to another, as a target states it."""

    indicator: str
    fall: Exact
    base_year: int
    target_year: int

    @property
    def yearly(self) -> Decimal:
        """The fall of each year that compounds to it."""
        return annual_rate(self.fall, self.target_year - self.base_year)


@dataclass(frozen=True, slots=True)
class Beside:
    """How another target stands to this one, and how much further it falls a year. [share]"""

    stance: Stance
    by: Decimal | None


def beside(this: Promise, other: Promise) -> Beside:
    """Return how another target of any years stands to this one, by what each asks a year."""
    for one in (this, other):
        if one.target_year <= one.base_year:
            raise InputError(
                "target.bad_target_year",
                zh="目标年应在基期年之后。",
                en="The target year lies after the base year.",
                next_zh="请改正后重试。",
                next_en="Correct it and try again.",
                where={"field": "target_year"},
            )
    if this.indicator != other.indicator:
        return Beside(Stance.NOT_COMPARABLE, None)
    by = other.yearly - this.yearly
    if by == 0:
        return Beside(Stance.SAME, by)
    return Beside(Stance.STRICTER if by > 0 else Stance.LOOSER, by)
