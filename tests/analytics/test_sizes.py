"""Area and persons out of their parts, against the inputs that GB/T 40498-2021 prints."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.sizes import Counts, Part, Stated, rounded, said_on, together, turns

DAY = date(2025, 1, 1)
numbers = st.decimals(0, 100_000, places=2)
whose = st.sampled_from([Counts.PRESENT, Counts.VISITS])


def part(number, counts=Counts.PRESENT, days=None, since=DAY, until=None):
    return Part(Decimal(number), counts, None if days is None else Decimal(days), since, until)


# The numbers of people of A.1 and A.2 are the standard's. It prints no lengths of holidays in what
# could be read: 30 days of winter and 60 of summer are ours. Worked by hand, 365 days.
ORGAN = [
    part(800), part(235), part(80),  # establishment, hired, service staff
    part(300, Counts.VISITS, 2), part(100, Counts.VISITS, 3),  # two meetings
]  # fmt: skip
SCHOOL = [
    part(300, days=90), part(100),  # staff: absent in both holidays, and in neither
    part(175, days=90), part(65),
    part(2500, days=90), part(500, days=30),
    part(3000, Counts.VISITS, 2), part(5000, Counts.VISITS, 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "exact", "persons"),
    [
        (ORGAN, 1115 + Fraction(900, 365), "1117.47"),
        (
            SCHOOL,
            165 + Fraction(2975 * 275 + 500 * 335 + 21_000, 365),
            "2922.88",
        ),
    ],
)
def test_the_examples_of_the_standard(parts, exact, persons):
    assert sum(one.adds for one in parts) == exact
    assert together(parts, DAY) == Decimal(persons)


def test_a_day_visit_is_half_a_day_where_that_is_stated_and_beds_are_no_persons():
    outpatients = part(73_000, Counts.VISITS, "0.25")
    beds = part(400, Counts.APART)
    assert together([outpatients, beds], DAY) == 50
    assert together([beds], DAY) is None  # null is never zero


def test_a_leap_year_has_366_days():
    assert part(366, Counts.VISITS, 1, since=date(2024, 3, 1)).adds == 1
    assert part(365, Counts.VISITS, 1).adds == 1


def test_halves_of_a_hundredth_go_up():
    assert [rounded(Fraction(one, 200)) for one in (1, 2, 3)] == [
        Decimal("0.01"), Decimal("0.01"), Decimal("0.02"),
    ]  # fmt: skip


@given(st.lists(st.tuples(numbers, whose, st.integers(1, 366)), min_size=1, max_size=6))
def test_order_is_nothing_and_nobody_counts_more_than_present_all_year(drawn):
    parts = [part(*one) for one in drawn]
    assert together(parts, DAY) == together(parts[::-1], DAY)
    for one in parts:
        if one.counts is Counts.PRESENT:
            assert 0 <= one.adds <= one.number


def test_what_was_stated_last_holds_where_parts_say_nothing():
    first = Stated(Decimal(90), "roster", 1, DAY, None)
    later = Stated(Decimal(95), "letter", 2, date(2025, 3, 1), None)
    staff = part(100, since=date(2025, 6, 1), until=date(2026, 1, 1))
    days = turns([staff], [first, later])
    assert days == [DAY, date(2025, 3, 1), date(2025, 6, 1), date(2026, 1, 1)]
    assert [together([staff], day) for day in days] == [None, None, 100, None]
    assert [said_on([first, later], day).number for day in days] == [90, 95, 95, 95]
    assert said_on([later], DAY) is None
