"""Cases as people write them: exact decimals, and errors that name the case and the field."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.solving.cases import RULES, read, solve, solve_all
from metering.errors import InputError


def answer(rule, given, name="one"):
    [case] = read(json.dumps([{"id": name, "rule": rule, "given": given}]))
    return solve(case)


def test_decimals_are_what_the_file_says_not_the_nearest_float():
    assert answer("pro", {"total": 0.3, "claims": [0.1, 0.2]}).result == {"awards": [0.1, 0.2]}
    [case] = read('{"cases": [{"id": 1, "rule": "cea", "given": {"total": 1, "claims": [0.1]}}]}')
    assert solve(case).result == {"error": "infeasible", "short_by": 0.9}


def test_what_a_programs_floats_lost_of_a_total_is_no_shortfall():
    given = {"total": 0.1 + 0.2, "claims": [0.1, 0.2]}

    assert given["total"] > 0.3
    assert answer("cea", given).result == {"awards": [0.1, 0.2]}
    assert answer("talmud", given | {"total": 0.3001}).result["error"] == "infeasible"


def test_an_unknown_rule_stops_no_other_case():
    first, second, third, fourth = solve_all(
        [
            {"id": "a", "rule": "sortition", "given": {}},
            {"id": "b", "rule": "gini", "given": {"x": [1, 1]}},
            {"rule": ["gini"], "given": {}},
            "no case",
        ]
    )

    assert first.result == {"error": "unknown_rule"}
    assert second.result == {"value": 0.0}
    assert (third.id, third.result) == ("#3", {"error": "unknown_rule"})
    assert (fourth.id, fourth.result) == ("#4", {"error": "field_wrong"})
    for lang in ("zh", "en"):
        assert "sortition" in first.error.text(lang)
        assert "gap_saving" in first.error.text(lang)


WRONG = {
    "missing": ("clip_linear", {"weights": [1]}, "total"),
    "null": ("clip_linear", {"total": None, "weights": [1]}, "total"),
    "text": ("clip_linear", {"total": 1, "weights": [1, "2"]}, "weights[1]"),
    "truth": ("clip_linear", {"total": True, "weights": [1]}, "total"),
    "not a list": ("cea", {"total": 1, "claims": 3}, "claims"),
    "too short": ("gap_saving", {"area_m2": [1, 2], "eui": [1], "saving_total": 0}, "eui"),
    "endless": ("pro", {"total": float("inf"), "claims": [1]}, "total"),
    "no number": ("pro", {"total": float("nan"), "claims": [1]}, "total"),
    "not whole": ("largest_remainder", {"total": 1.5, "weights": [1]}, "total"),
    "mixed keys": ("largest_remainder", {"total": 1, "weights": [1, 1], "keys": [1, "a"]}, "keys"),
    "no object": ("lmdi", {"factors0": [1], "factors1": {}}, "factors0"),
    "inside": ("to_tce", {"coal_t": 1, "factors": {"coal": "x"}}, "factors.coal"),
    "no parent": (
        "tree",
        {"total": 1, "children": {"P": 1}, "grandchildren": {"Q": [1]}},
        "grandchildren.Q",
    ),
    "ambiguous": (
        "to_kgce",
        {"electricity_kwh": 1, "gas_m3": 1, "profiles": {"P": 0.1}},
        "profiles.P",
    ),
    "nothing used": ("to_kgce", {"profiles": {"P": 0.1}}, "given"),
    "nothing": ("gini", {"x": []}, "x"),
    "negative": ("interim_cover", {"used": [5, -1], "interim_share": 1}, "used[1]"),
    "above all": ("period_cap", {"base": 9, "rate": "1.5", "years": 5}, "rate"),
    "more than all": ("classes", {"base": [1, 2], "class_percent": [5, "118"]}, "class_percent[1]"),
    "half a unit": ("bands", {"last_year": [1, 0.5]}, "last_year[1]"),
    "a negative claim": (
        "shapley",
        {"bankruptcy": {"total": 1, "claims": [2, -1]}},
        "bankruptcy.claims[1]",
    ),
    "zeros": ("cascade", {"values": [0, 0], "total": 5}, "values"),
}


@pytest.mark.parametrize(("rule", "given", "field"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(rule, given, field):
    answered = answer(rule, given, name="案例七")

    assert answered.result["error"] in ("field_missing", "field_wrong")
    assert answered.error.where == {"case": "案例七", "field": field}
    for lang in ("zh", "en"):
        assert "案例七" in answered.error.text(lang)
        assert field in answered.error.text(lang)


def test_numbers_beyond_use_are_refused_at_once():
    [case] = read('[{"id": 1, "rule": "pro", "given": {"total": 1e999999999, "claims": [1]}}]')
    great = {"gj_per_unit": 1e300, "tc_per_tj": 1e300, "oxidation": 1}

    assert solve(case).result == {"error": "field_wrong"}
    assert answer("fuel_factor", great).result == {"error": "field_wrong"}


def test_bounds_may_be_left_out_or_open():
    some = {"total": 10, "weights": [1, 1], "ceilings": [3, None]}
    open_ = {"total": 10, "weights": [1, 1], "ceilings": [3, float("inf")]}

    assert answer("clip_linear", {"total": 10, "weights": [1, 1]}).result["shares"] == [5, 5]
    assert answer("clip_linear", some).result == {"shares": [3, 7], "lam": 7}
    assert answer("clip_linear", open_).result == {"shares": [3, 7], "lam": 7}
    one = {"total": 10, "weights": [1, 4], "floors": 3}
    assert answer("clip_linear", one).result["shares"] == [3, 7]


def test_contradictory_bounds_name_the_members():
    answered = answer(
        "clip_linear",
        {
            "total": 9,
            "weights": [1, 1],
            "floors": [0, 5],
            "ceilings": [9, 4],
            "names": ["甲", "乙"],
        },
    )

    assert answered.result == {"error": "bounds_contradict", "names": ["乙"]}
    assert "乙" in answered.error.text("zh")


def test_what_is_given_in_several_units_is_added_up():
    factors = {"electricity": 0.1229, "heat": 34.12}
    given = {"electricity_kwh": 500, "electricity_mwh": 2, "heat_gj": 10, "other_tce": 1}

    found = answer("to_kgce", given | {"factors": factors}).result

    assert found["kgce"] == {"electricity": 307.25, "heat": 341.2, "other": 1000}
    assert found["total"] == 1648.45


def test_two_carriers_under_two_profiles():
    given = {
        "electricity_kwh": 1000,
        "gas_m3": 100,
        "profiles": {
            "A": {"electricity": 0.1229, "gas": 1.33},
            "B": {"electricity": 0.31, "gas": 1.2143},
        },
    }

    assert answer("to_kgce", given).result == {"kgce": {"A": 255.9, "B": 431.43}}


def test_capability_weights_the_base():
    given = {"saving_total": 6, "base": [100, 100], "capability": [1, 2], "max_saving": [9, 9]}

    assert answer("capability_saving", given).result == {"savings": [2, 4], "lam": 0.02}


def test_months_that_do_not_add_to_the_quota_are_shares_of_it():
    found = answer("cascade", {"values": [1, 2, 3], "total": 61}).result

    assert found["shares"] == [10, 21, 30]
    assert found["shares_sum"] == 61
    assert answer("cascade", {"values": [0.5, 0.5]}).result["shares"] == [1, 0]


def test_inequality_between_groups():
    found = answer("theil", {"x": [1, 1, 3, 3], "groups": ["a", "a", "b", "b"]}).result

    assert found["within"] == pytest.approx(0, abs=1e-12)
    assert found["between"] == pytest.approx(found["value"])
    assert answer("gini", {"x": [1, 3], "weights": [3, 1]}).result["value"] == pytest.approx(1 / 4)


@pytest.mark.parametrize("text", ["{", "3", '{"rule": "cea"}', "[" * 100_000, ""])
def test_a_file_that_holds_no_cases_is_refused(text):
    with pytest.raises(InputError, match="no list of cases"):
        read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = sorted({field for _, given, _ in WRONG.values() for field in given})
NUMBERS = st.lists(st.integers(-5, 30), max_size=4)


@given(
    st.sampled_from(sorted(RULES)),
    st.dictionaries(st.sampled_from(FIELDS), NUMBERS | st.integers(-5, 30) | JSON),
)
def test_every_case_has_an_answer_that_is_json(rule, fields):
    answered = answer(rule, fields)

    assert json.loads(json.dumps(answered.result, allow_nan=False)) == answered.result
    assert (answered.error is not None) == ("error" in answered.result)


@given(st.lists(st.fractions(0, 99, max_denominator=7), min_size=1, max_size=4))
def test_results_are_the_nearest_floats_of_exact_numbers(weights):
    exact = [float(weight) for weight in weights]
    whole = sum(Fraction(str(weight)) for weight in exact)

    found = answer("pro", {"total": 1, "claims": exact}).result

    if whole:
        assert found["awards"] == [float(Fraction(str(weight)) / whole) for weight in exact]
    else:
        assert found["error"] == "infeasible"


def test_games_beyond_what_can_be_weighed_say_what_to_do():
    many = answer("nucleolus", {"bankruptcy": {"total": 1, "claims": [1] * 11}})
    cut = answer("shapley", {"lex": [1, 2]})

    assert many.result == {"error": "too_many_members"}
    assert "compensation" in many.error.text("en")
    assert "11" in many.error.text("zh")
    assert cut.error.where["field"] == "lex"
    assert answer("gately", {"lex": [0, 0, 0, 1, 1, 1, 1]}).result == {"error": "field_wrong"}
    assert answer("nucleolus", {"lex": [1, 1, 1]}).result == {"error": "field_wrong"}
    over = {"bankruptcy": {"total": 7, "claims": [2, 3]}}
    assert answer("nucleolus", over).result == {"error": "infeasible", "short_by": 2}
    assert answer("nucleolus", {"kind": "cost", "lex": [2, 2, 3]}).result["value"] == [1.5, 1.5]


def test_a_price_takes_any_number_of_members():
    n = 40
    given = {"alpha": [0] * n, "beta": [1, 3] * (n // 2), "duty": [30] * n, "max_saving": 100}
    found = answer("compensation", given | {"phi": 0.5, "weights": [1] * n}).result

    assert found["savings"][:2] == [45, 15]
    assert found["gains_price_rule"][:2] == [112.5, 337.5]
    assert found["gains_blend"][:2] == [168.75, 281.25]
    assert "gains_nucleolus" not in found
    assert answer("compensation", given | {"max_saving": 29}).result == {
        "error": "infeasible",
        "short_by": 1,
    }


def test_transfers_that_do_not_cancel_are_refused():
    assert answer("round_transfers", {"real": [0.5, 0.5, -1]}).result["transfers"] == [1, 0, -1]
    assert answer("round_transfers", {"real": [5, -4]}).result["error"] == "transfers_unbalanced"
