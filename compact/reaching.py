"""How far a target is reached: this year and since its base, over what both years measured."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from compact.targets import MILLION, Target


class Verdict(StrEnum):
    """What a year so far says; UNKNOWN where too little or nothing new enough is measured."""

    INCENTIVE = "incentive"  # as low as the incentive path: free of the total's assessment
    ON_PATH = "on_path"
    BEHIND = "behind"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why no percentage is given."""

    TOO_OLD = "too_old"
    TOO_LITTLE = "too_little"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Pair:
    """The same months of the same institutions in two years, where both are known.

    before, now: amounts. before_size, now_size: m² or persons × months, of an intensity; 1 of a
    total. months: institution-months compared.
    """

    before: Fraction
    now: Fraction
    before_size: Fraction = Fraction(1)
    now_size: Fraction = Fraction(1)
    months: int = 0

    @property
    def fall(self) -> Fraction | None:
        """How far the later year lies below the earlier; None where the earlier one has nothing."""
        if self.before <= 0 or self.before_size <= 0 or self.now_size <= 0:
            return None
        return 1 - (self.now / self.now_size) / (self.before / self.before_size)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is known of a target's year so far.

    cumulative: beside the base year. annual: beside the year before. due: institution-months that
    are over. upto: the last day of which anything is compared, None without any.
    """

    year: int
    cumulative: Pair
    annual: Pair
    due: int
    upto: date | None


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a target stands in a year; shares of the base, None where there is no percentage.

    fall, asked: below the base year, and by the path. annual_fall, annual_asked: below the year
    before. incentive_asked: by the incentive path. done: of the whole promise. compared: of the
    months that are over, how many are measured in both years. age_days: of the newest data.
    """

    verdict: Verdict
    doubt: Doubt | None
    age_days: int | None
    compared: Fraction
    asked: Fraction
    annual_asked: Fraction
    incentive_asked: Fraction | None
    fall: Fraction | None
    annual_fall: Fraction | None
    done: Fraction | None


def reached(target: Target, sums: Sums, today: date, enough_permille: int) -> Reached:
    """Return how far a target with years of its own is reached, or why nobody can say.

    today: how old data are is counted from the day before, the last that is over.
    enough_permille: how much of the months that are over has to be measured in both years.
    """
    left, before = target.remaining(sums.year), target.remaining(sums.year - 1)
    further = target.incentive_millionths
    incentive = None if further is None else 1 - target.remaining(sums.year, incentive=True)
    compared = Fraction(sums.cumulative.months, sums.due) if sums.due else Fraction(0)
    age = None if sums.upto is None else max((today - sums.upto).days - 1, 0)
    doubt = _doubt(target, age, compared, enough_permille, sums.cumulative.fall)
    fall = None if doubt else sums.cumulative.fall
    enough = sums.annual.months * 1000 >= sums.due * enough_permille
    whole = Fraction(target.fall_millionths, MILLION)
    return Reached(
        verdict=_verdict(fall, 1 - left, incentive),
        doubt=doubt,
        age_days=age,
        compared=compared,
        asked=1 - left,
        annual_asked=1 - left / before,
        incentive_asked=incentive,
        fall=fall,
        annual_fall=sums.annual.fall if not doubt and enough else None,
        done=fall / whole if fall is not None and whole > 0 else None,
    )


def _doubt(
    target: Target, age: int | None, compared: Fraction, enough: int, fall: Fraction | None
) -> Doubt | None:
    if age is None or fall is None:
        return Doubt.NOTHING
    if age > target.stale_days:
        return Doubt.TOO_OLD
    return Doubt.TOO_LITTLE if compared * 1000 < enough else None


def _verdict(fall: Fraction | None, asked: Fraction, incentive: Fraction | None) -> Verdict:
    if fall is None:
        return Verdict.UNKNOWN
    if incentive is not None and fall >= incentive:
        return Verdict.INCENTIVE
    return Verdict.ON_PATH if fall >= asked else Verdict.BEHIND
