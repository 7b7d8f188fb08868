"""The roster of a year is that of its first day."""

from datetime import date

import pytest

from compact.rosters import Classed, Place, class_on, place_on
from compact.targets import Base, Indicator, Target

JULY = date(2026, 7, 1)
MOVED = (Place(1, 10, "admin", date(2020, 1, 1), JULY), Place(2, 20, "admin", JULY))


@pytest.mark.parametrize(
    ("day", "member"),
    [
        (date(2026, 1, 1), 10),
        (date(2026, 6, 30), 10),
        (JULY, 20),
        (date(2027, 1, 1), 20),
        (date(2019, 1, 1), 10),  # before anything was known: the first place
    ],
)
def test_a_place_is_that_of_the_day(day, member):
    place = place_on(MOVED, MOVED[0].valid_from, day)
    assert place is not None
    assert place.member == member


def test_who_was_elsewhere_on_the_day_is_in_no_roster():
    came = (Place(2, 20, "admin", JULY),)
    assert place_on(came, date(2020, 1, 1), date(2026, 1, 1)) is None
    assert place_on(came, JULY, date(2026, 1, 1)) == came[0]
    left = (Place(1, 10, "admin", date(2020, 1, 1), JULY),)
    assert place_on(left, left[0].valid_from, JULY) is None


def test_a_class_is_that_of_the_day():
    classes = (Classed("A", date(2020, 1, 1), JULY), Classed("B", JULY))
    days = (date(2019, 1, 1), date(2026, 6, 30), JULY)
    assert [class_on(classes, day) for day in days] == ["A", "A", "B"]
    assert class_on((), JULY) is None


def test_the_day_is_the_first_of_the_year_for_which_a_quota_is():
    own = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000)
    assert own.roster_day(None) is None
    assert own.roster_day(Base(2015, (1,) * 12)) == date(2016, 1, 1)
    path = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, 2025, 2030)
    assert path.roster_day(None) == date(2026, 1, 1)
    assert path.roster_day(Base(2025, (1,) * 12), 2028) == date(2028, 1, 1)
