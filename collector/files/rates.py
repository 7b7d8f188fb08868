"""A meter's total and its rates (sharp, peak, flat, valley): reading both would count twice."""

from collections.abc import Mapping, Sequence

from collector.files.answers import Answers
from collector.files.headings import Heading
from collector.files.values import ValueColumn


def rate_columns(
    headings: Sequence[Heading],
    rates: Mapping[str, int],
    known: Mapping[str, int],
    answers: Answers,
) -> tuple[ValueColumn, ...]:
    """Return the total, unless a person wants the rates, or both, or there is no total.

    A rate's channel has the meter's key and the rate's name: `1100000000001.peak`.
    """
    total = known.get("total", known.get("value", known.get("current")))
    parts = tuple(
        ValueColumn(at, headings[at].text, suffix=f".{name}", unit=headings[at].unit)
        for name, at in rates.items()
    )
    if total is None or answers.rates == "rates":
        return parts
    whole = ValueColumn(total, headings[total].text, unit=headings[total].unit)
    return (whole, *parts) if answers.rates == "both" else (whole,)
