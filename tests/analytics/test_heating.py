"""Heat by area: a season over its months, to the unit."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analytics.heating import by_months


def test_a_season_as_by_hand():
    """1,000 m² until New Year and 1,100 m² after it, 365 MJ/m² over 121 days."""
    area = {2015: Fraction(1000), 2016: Fraction(1100)}
    months = by_months(
        Fraction(365), date(2015, 11, 15), date(2016, 3, 15), lambda day: area[day.year]
    )
    # 16 + 31 days of 1,000 m², 31 + 29 + 14 of 1,100 m²: 128,400 m² days of 121. Running sums are
    # 48264.46, 141776.86, 244640.50, 340867.77 and 387322.31, each rounded.
    assert [quanta for quanta, _ in months.values()] == [48264, 93513, 102863, 96228, 46454]
    assert sum(quanta for quanta, _ in months.values()) == round(Fraction(365 * 128_400, 121))
    assert months[date(2016, 1, 1)][1] == 1100


@given(st.integers(1, 10**6), st.integers(1, 366), st.integers(0, 10**4))
def test_months_add_to_the_season(per_m2, days, area):
    first = date(2015, 10, 20)
    months = by_months(
        Fraction(per_m2, 7), first, first + timedelta(days=days), lambda _: Fraction(area)
    )
    whole = sum(quanta for quanta, _ in months.values())
    assert abs(whole - Fraction(per_m2 * area, 7)) <= Fraction(1, 2)
