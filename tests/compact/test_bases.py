"""What a base is made of, and what about it somebody has to answer for."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from compact.bases import (
    CarrierMonth,
    Frozen,
    History,
    How,
    Size,
    base_of,
    like_days_quanta,
    month_span,
    plausible_g,
)
from compact.findings import reviewed
from compact.runs import digest_of
from compact.targets import Mark, State
from tests.compact.drawn import target

ANY = target(30_000)
YEAR = 2024


def year(grams, how=How.METER, of=YEAR) -> dict:
    """Return a year of a carrier; None is a month that nobody measured."""
    return {
        (of, month): CarrierMonth(one, one, how if one is not None else How.MISSING)
        for month, one in enumerate(grams, 1)
    }


def history(**carriers) -> History:
    return History(carriers)


def marks(of: History) -> list[Mark]:
    return [one.mark for one in reviewed(ANY, of).findings]


def test_a_whole_measured_year_has_nothing_to_answer_for():
    found = reviewed(ANY, history(electricity=year([100] * 12)))

    assert found.findings == ()
    assert found.base.months_g == (100,) * 12
    assert set(found.base.states) == {State.MEASURED}


def test_months_that_nobody_measured_are_missing_and_have_no_base():
    found = reviewed(ANY, history(electricity=year([100] * 9 + [None] * 3)))

    assert found.base.months_g == (100,) * 9 + (None,) * 3
    assert found.base.states[9:] == (State.MISSING,) * 3
    assert [one.mark for one in found.findings] == [Mark("missing", "electricity", month)
                                                    for month in (10, 11, 12)]  # fmt: skip
    assert found.effect_g == 300


def test_a_month_of_which_one_carrier_is_known_in_part_is_no_base():
    of = history(
        electricity=year([100] * 12),
        natural_gas=year([50] * 12) | {(YEAR, 4): CarrierMonth(7, 7, How.PARTIAL)},
    )
    found = reviewed(ANY, of)

    assert found.base.months_g[3] is None
    assert [one.mark for one in found.findings] == [Mark("partial", "natural_gas", 4)]
    assert (found.findings[0].grams, found.findings[0].reference_g) == (7, 50)
    assert found.effect_g == 150  # the month's electricity counts for nothing either


@pytest.mark.parametrize(
    ("how", "state"),
    [
        (How.BILL, State.BILLED),
        (How.TYPED, State.BILLED),
        (How.ESTIMATE, State.ESTIMATED),
        (How.YEAR_BEFORE, State.ESTIMATED),
        (How.LIKE_DAYS, State.ESTIMATED),
    ],
)
def test_a_bill_and_an_estimate_count_as_known(how, state):
    of = year([100] * 12) | {(YEAR, 2): CarrierMonth(90, 90, how)}
    base = base_of(ANY, history(electricity=of))

    assert base.months_g[1] == 90
    assert base.states[1] is state


@pytest.mark.parametrize(
    ("before", "after", "odd"),
    [(100, None, True), (None, 100, True), (100, 100, True), (100, 301, False), (134, None, False)],
)
def test_a_month_beyond_three_times_the_other_year_is_implausible(before, after, odd):
    months = year([400] + [100] * 11)
    for step, grams in ((-1, before), (1, after)):
        if grams is not None:
            months |= {(YEAR + step, 1): CarrierMonth(grams, grams, How.METER)}
    found = reviewed(ANY, history(natural_gas=months))

    assert [one.mark for one in found.findings] == [Mark("beyond", "natural_gas", 1)] * odd
    if odd:
        assert found.effect_g == 300
        by_act = months | {(YEAR, 1): CarrierMonth(400, 400, How.BILL, by_act=True)}
        assert marks(history(natural_gas=by_act)) == []  # somebody has answered for it


def test_a_month_of_nothing_is_odd_while_open_and_used_in_the_other_year():
    months = year([100] * 11 + [0])
    assert marks(history(electricity=months)) == [Mark("zero", "electricity", 12)]
    assert marks(History({"electricity": months}, roster_status="closed")) == []
    summer = months | {(YEAR - 1, 12): CarrierMonth(0, 0, How.METER)}
    assert marks(history(electricity=summer)) == []


def test_a_month_of_less_than_nothing_is_odd_and_so_is_a_year():
    found = reviewed(ANY, history(electricity=year([100] * 11 + [-40])))
    assert [one.mark for one in found.findings] == [Mark("negative", "electricity", 12)]
    assert found.effect_g == 40
    assert len(marks(history(electricity=year([-40] * 12)))) == 12
    by_act = year([100] * 12) | {(YEAR, 12): CarrierMonth(-40, -40, How.BILL, by_act=True)}
    assert marks(history(electricity=by_act)) == []


def test_a_meter_that_stood_still_is_odd_unless_it_does_so_every_year():
    still = Frozen("electricity", date(YEAR, 7, 1), date(YEAR, 7, 10))
    months = {"electricity": year([365] * 12)}

    found = reviewed(ANY, History(months, frozen=(still,)))
    assert [one.mark for one in found.findings] == [Mark("frozen", "electricity", 7)]
    assert found.effect_g == 10 * 12
    other = Frozen("electricity", still.first - timedelta(366), still.last - timedelta(366))
    assert marks(History(months, frozen=(other, still))) == []
    short = Frozen("electricity", date(YEAR, 7, 1), date(YEAR, 7, 6))
    assert marks(History(months, frozen=(short,))) == []


def test_a_change_of_area_or_persons_is_told():
    sizes = (
        Size("area_m2", Decimal(1000), date(2020, 1, 1), date(YEAR, 6, 1)),
        Size("area_m2", Decimal(1250), date(YEAR, 6, 1), None),
        Size("persons", Decimal(50), date(2020, 1, 1), None),
    )
    found = reviewed(ANY, History({"electricity": year([100] * 12)}, sizes=sizes))

    assert [one.mark for one in found.findings] == [Mark("area")]
    assert found.effect_g == 240


def test_nothing_known_is_no_base():
    found = reviewed(ANY, history())
    assert (found.base, [one.mark.code for one in found.findings]) == (None, ["no_base"])


def test_what_is_plausible_is_the_same_month_beside_else_the_year_else_anything():
    months = year([None, 20, 30] + [None] * 9)
    assert plausible_g(history(gas=months), "gas", (YEAR, 1)) == 25
    beside = months | {(YEAR + 1, 1): CarrierMonth(80, 80, How.METER)}
    assert plausible_g(history(gas=beside), "gas", (YEAR, 1)) == 80
    assert plausible_g(history(gas=beside), "gas", (YEAR + 2, 1)) == 80
    assert plausible_g(history(gas=year([None] * 12)), "gas", (YEAR, 1)) is None


def test_a_digest_names_a_base_with_what_it_rests_on():
    base = base_of(ANY, history(electricity=year([100] * 12)))
    billed = base_of(ANY, history(electricity=year([100] * 12, How.BILL)))

    assert digest_of(base) == digest_of(base_of(ANY, history(electricity=year([100] * 12))))
    assert len({digest_of(one) for one in (base, billed, None)}) == 3


def test_like_days_are_working_days_and_weekends_of_the_month_or_of_those_beside():
    every = [date(2024, 6, day) for day in range(1, 31)]
    june = {day: 10 if day.weekday() < 5 else 4 for day in every}
    assert like_days_quanta(june, (2024, 6)) == 20 * 10 + 10 * 4
    some = {day: june[day] for day in list(june)[:9]}  # two weekends, one week
    assert like_days_quanta(some, (2024, 6)) == 20 * 10 + 10 * 4
    assert like_days_quanta(june, (2024, 7)) == 23 * 10 + 8 * 4
    assert like_days_quanta({date(2024, 6, 3): 10}, (2024, 6)) is None


def test_months_have_a_first_day_and_neighbours():
    assert month_span((2024, 12)) == (date(2024, 12, 1), date(2025, 1, 1))
    assert month_span((2024, 1), 1) == (date(2023, 12, 1), date(2024, 3, 1))


def test_the_area_of_a_base_is_weighted_by_the_days_of_its_year():
    history = History(
        {},
        sizes=[
            Size("area_m2", Decimal(1000), date(2020, 1, 1), date(2025, 7, 1)),
            Size("area_m2", Decimal(1500), date(2025, 7, 1), None),
            Size("persons", Decimal(50), date(2020, 1, 1), None),
        ],
    )
    assert history.area_m2(2024) == 1000
    assert history.area_m2(2025) == round(Decimal(181 * 1000 + 184 * 1500) / 365, 6)
    assert history.area_m2(2026) == 1500
    assert history.area_m2(2019) is None
