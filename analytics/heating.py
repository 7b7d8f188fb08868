"""Heat that is bought by heated area: a season's heat per m², over the months that it fell in."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from analytics.rounding import cascade


def by_months(
    per_m2: Fraction, first: date, until: date, area: Callable[[date], Fraction]
) -> dict[date, tuple[int, Fraction]]:
    """Return by month what a season's supply comes to, and over which mean area. [m²]

    per_m2: of the whole season, in any unit. area: heated, of a day. until: not included. Every
    day has its equal part by its own area; months are whole units that add to the rounded season.
    """
    days = [first + timedelta(days=one) for one in range((until - first).days)]
    months = {
        month: [area(day) for day in some]
        for month, some in groupby(days, lambda day: day.replace(day=1))
    }
    parts = [per_m2 * sum(areas, Fraction(0)) / len(days) for areas in months.values()]
    return {
        month: (part, sum(areas, Fraction(0)) / len(areas))
        for (month, areas), part in zip(months.items(), cascade(parts), strict=True)
    }
