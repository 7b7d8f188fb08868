"""What fills the cells of the survey's forms, and which figures are doubted."""

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given

from analytics.survey import Doubting, complete_millionths, doubts, filled, return_text
from metering.survey import Cell, Source

AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=2)


def cell(code, kind="typed", **more):
    said = {
        "form": "NY301", "place": 1, "name_zh": code, "name_en": code, "unit": "kWh",
        "carriers": (), "quanta_per_unit": None, "parts": (), "within": None, "price_of": None,
        "price_low": None, "price_high": None, "asked": False, "lowest": Decimal(0),
        "highest": None, "source": "", "evidence": "no",
    }  # fmt: skip
    return Cell(code=code, kind=kind, **(said | more))


PETROL = cell("150", "carrier", carriers=("gasoline",), quanta_per_unit=Decimal(725),
              parts=("1501", "1502"))  # fmt: skip
PARTS = [PETROL, cell("1501"), cell("1502")]
POWER = cell("110", "carrier", carriers=("electricity",), quanta_per_unit=Decimal(1000), asked=True)
COST = cell("111", price_of="110", price_low=Decimal("0.2"), price_high=Decimal("2.5"))


def checks(cells, found, before=None, explained=()):
    return [(one.code, one.check) for one in doubts(cells, found, before or {}, explained)]


def test_litres_of_petrol_come_out_of_grams():
    # 1,000 kg at 0.725 kg/L: 1,379.31 L
    [found] = filled([PETROL], {"gasoline": Source(Decimal(1_000_000))}, {})
    assert (found.amount, found.origin) == (Decimal("1379.31"), "account")


def test_standard_coal_of_several_carriers_is_in_tonnes():
    other = cell("180", "coal", carriers=("coke", "lng"))
    told = {
        "coke": Source(Decimal(1), Decimal(971_400)),
        "lng": Source(Decimal(1), Decimal(28_600)),
    }
    [found] = filled([other], told, {})
    assert found.amount == 1


def test_a_carrier_of_which_a_month_is_unknown_gives_no_figure_and_never_zero():
    [found] = filled([POWER], {"electricity": Source(None)}, {})
    assert (found.amount, found.origin) == (None, None)
    assert checks([POWER], [found]) == [("110", Doubting.MISSING)]
    assert complete_millionths([POWER], [found]) == 0


@given(one=AMOUNTS, other=AMOUNTS)
def test_a_total_is_the_sum_of_its_parts_or_doubted(one, other):
    typed = {"1501": one, "1502": other}
    found = filled(PARTS, {}, typed)
    assert (found[0].amount, found[0].origin) == (one + other, "sum")
    assert checks(PARTS, found) == []
    wrong = filled(PARTS, {}, typed | {"150": one + other + Decimal("0.01")})
    assert checks(PARTS, wrong) == [("150", Doubting.SUM)]


def test_what_is_typed_goes_before_what_accounts_tell():
    [found] = filled([POWER], {"electricity": Source(Decimal(5000))}, {"110": Decimal(7)})
    assert (found.amount, found.origin) == (7, "typed")


@given(quantity=AMOUNTS, price=st.decimals(min_value=0, max_value=5, places=2))
def test_a_cost_is_quantity_times_a_usual_price(quantity, price):
    found = filled([POWER, COST], {}, {"110": quantity, "111": quantity * price})
    cost = found[1].amount
    usual = Decimal("0.2") * quantity <= cost <= Decimal("2.5") * quantity
    assert (("111", Doubting.PRICE) in checks([POWER, COST], found)) != usual


@given(before=st.integers(1, 10**6), change=st.integers(-100, 100))
def test_more_than_a_fifth_on_the_year_before_wants_a_word(before, change):
    amount = Decimal(before) * (100 + change) / 100
    found = filled([POWER], {}, {"110": amount})
    exact = Decimal(before) / 5 < abs(found[0].amount - before)
    last = {"110": Decimal(before)}
    assert (checks([POWER], found, last) != []) == exact
    assert all(not one.blocks for one in doubts([POWER], found, last, {"110"}))


def test_the_text_of_a_return_has_no_trailing_zeros():
    found = filled([POWER, COST], {}, {"110": Decimal(100)})
    assert return_text(7, 2015, found) == "survey_return 1\n7 2015\n110 100 typed\n111 - -\n"
