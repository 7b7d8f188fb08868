"""How many seconds complete accounts hold, and what share of them is enough."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.coverage import WHOLE, ChannelTerm, coverage, enough, expected_s

CASES = tomllib.loads((Path(__file__).parent.parent / "cases/coverage.toml").read_text("utf-8"))
DAY = date.fromisoformat


@pytest.mark.parametrize("case", CASES["expected"], ids=lambda case: case["name"])
def test_complete_accounts_hold_so_many_hours(case):
    known = {DAY(day): seconds for day, seconds in case.get("known", [])}
    terms = [
        ChannelTerm(DAY(since), DAY(to) if to else None, zone, {} if place else known)
        for place, (since, to, zone) in enumerate(case["terms"])
    ]
    found = expected_s(terms, DAY(case["first"]), DAY(case["until"]), DAY(case["today"]))
    assert found == case["hours"] * 3600


@pytest.mark.parametrize("case", CASES["held"])
def test_a_share_is_rounded_down_and_nine_tenths_are_enough(case):
    held, expected = case["held_s"], case.get("expected_s")
    assert coverage(held, expected) == case.get("coverage")
    assert enough(held, expected) is case["enough"]


def test_a_month_is_whole_from_ninety_nine_hundredths_on():
    month = 744 * 3600

    assert WHOLE * month == Decimal(2651616)
    assert enough(2_651_616, month, WHOLE)
    assert not enough(2_651_615, month, WHOLE)


def test_nothing_is_expected_nor_enough_where_no_time_is_over():
    for nothing in (None, 0, -1):
        assert coverage(1, nothing) is None
        assert enough(1, nothing) is False
    assert coverage(1, 1) == 1.0
    assert enough(1, 1) is True
