"""Laws of figures that SQL holds too, by the same cases: tests/storage/test_one_law.py."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from analytics.conversion import to_g
from analytics.exact import half_up
from analytics.grid import Edition, nearest
from analytics.rounding import shared
from analytics.sources import counted

CASES = tomllib.loads((Path(__file__).parent.parent / "cases/figures.toml").read_text("utf-8"))


def named(law: str):
    return pytest.mark.parametrize("case", CASES[law], ids=lambda case: case["name"])


@named("grams")
def test_grams_of_an_amount(case):
    assert to_g(case["quanta"], case["per_unit"], Decimal(case["kg_per_unit"])) == case["grams"]


@named("parts")
def test_a_part_of_a_whole_in_grams(case):
    if case["whole"]:
        assert half_up(Fraction(case["whole_g"] * case["part"], case["whole"])) == case["grams"]


@named("shares")
def test_shares_of_a_day(case):
    assert shared(case["used"], case["shares"]) == case["parts"]
    if sum(case["shares"]) == 10**6:
        assert sum(case["parts"]) == case["used"]


@named("grid")
def test_the_nearest_grid_factor(case):
    editions = [
        Edition(scope, code, year, Decimal(kg)) for scope, code, year, kg in case["editions"]
    ]
    for some in (editions, editions[::-1]):
        found = nearest(some, case.get("province"), case.get("grid_region"), case["year"])
        assert [[one.code, one.year] for one in found] == case["chain"]


@named("sources")
def test_the_source_that_counts(case):
    first = case.get("first", ())
    found = counted(case["known"], enough=case["enough"], first=first)
    assert found == case.get("counts")
