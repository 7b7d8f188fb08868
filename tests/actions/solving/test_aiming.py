"""Targets as officials print them: paths, how far they are reached, and units that differ."""

import pytest

from actions.solving.cases import solve

YEARS = {"base_year": 2020, "target_year": 2025}


def answer(rule, **given):
    return solve({"id": "case", "rule": rule, "given": given})


def test_the_nations_energy_per_person_of_2022_was_on_its_path():
    # 329.56 → 321.27 kgce per person; −6 % in five years is −2.444 % in two.
    found = answer(
        "target_reached", fall_percent="6", base="329.56", now="321.27", year=2022, **YEARS
    ).result
    assert found["asked"] == pytest.approx(1 - 0.94**0.4, abs=1e-12)
    assert found["fall"] == pytest.approx((329.56 - 321.27) / 329.56, abs=1e-12)
    assert found["done"] == pytest.approx(0.4192458631710979, abs=1e-12)
    assert (found["verdict"], found["annual_fall"]) == ("on_path", None)


def test_who_reaches_the_higher_target_reads_so():
    given = {"fall_percent": "6", "incentive_percent": "8", "year": 2025, "base": 100, **YEARS}
    said = [answer("target_reached", now=now, **given).result["verdict"] for now in (95, 94, 92)]
    assert said == ["behind", "on_path", "incentive"]


def test_old_data_give_no_percentage_and_say_how_old_they_are():
    given = {"fall_percent": 6, "base": 100, "now": 90, "year": 2021, "stale_days": 92, **YEARS}
    fresh = answer("target_reached", age_days=92, **given).result
    old = answer("target_reached", age_days=93, **given).result
    little = answer("target_reached", compared="0.89", **given).result
    assert fresh["fall"] == 0.1
    for found, doubt in ((old, "too_old"), (little, "too_little")):
        assert (found["doubt"], found["verdict"]) == (doubt, "unknown")
        assert [found[name] for name in ("fall", "annual_fall", "done")] == [None] * 3


def test_an_intensity_falls_by_use_over_area():
    found = answer(
        "target_reached", fall_percent=5, base=1000, base_size=100, now=1045, now_size=110,
        before=1000, before_size=100, year=2025, **YEARS,
    ).result  # fmt: skip
    assert found["fall"] == found["annual_fall"] == 0.05  # 10 → 9.5, though 4.5 % more was used


def test_paths_are_compound_or_linear():
    compound = answer("target_path", fall_percent=15, **YEARS).result["remaining"]
    linear = answer("target_path", fall_percent=15, curve="linear", **YEARS).result["remaining"]
    assert compound[0] == pytest.approx(1 - 0.0319812149975186, abs=1e-12)  # Shandong prints 3.2 %
    assert linear == [0.97, 0.94, 0.91, 0.88, 0.85]
    assert compound[-1] == 0.85


def test_kilotonnes_are_not_taken_from_megatonnes():
    def fall(value, unit):
        base = {"value": "164", "unit": "Mtce"}
        return answer("fall_between", base=base, later={"value": value, "unit": unit})

    refused = fall("158000", "ktce").error
    assert refused is not None
    assert refused.code == "target.units_differ"
    assert "158,000 ktce is 158 Mtce" in refused.text("en")
    assert fall("158", "Mtce").result["fall"] == pytest.approx(6 / 164)
    assert fall("158", "MtCO2").error.code == "target.units_differ"


def test_a_target_from_above_is_called_stricter_or_looser_by_what_it_asks_a_year():
    this = {"indicator": "kgce_per_m2", "fall_percent": 5, **YEARS}
    above = {"indicator": "kgce_per_m2", "fall_percent": "3.6", "base_year": 2022,
             "target_year": 2025}  # fmt: skip
    found = answer("target_beside", this=this, other=above).result
    assert found["stance"] == "stricter"
    assert found["by"] == pytest.approx((1 - 0.964 ** (1 / 3)) - (1 - 0.95**0.2), abs=1e-12)
    water = {**above, "indicator": "total_water_m3"}
    assert answer("target_beside", this=this, other=water).result["stance"] == "not_comparable"


def test_weights_come_of_what_lies_beyond_the_leading_values():
    # 30 % and 10 % of the use lie beyond; 20 % of the union's: weights 1.5 and 0.5
    found = answer("capability_weights", base=[100, 100], gap=[30, 10], area=[10, 10]).result
    assert found["weights"] == [1.5, 0.5]
    assert found["entropy"] == [1, 0]  # intensities are alike, so they say nothing
    assert found["by_entropy"] == [1.5, 0.5]
    assert answer("capability_weights", base=[100], gap=[0], area=[1]).result["weights"] is None
    assert answer("capability_weights", base=[1], gap=[2], area=[1]).error.code == "weights.bad_gap"


def test_a_base_is_corrected_by_area_and_by_how_densely_it_is_occupied():
    # 1,000 → 1,200 m² and 100 → 180 persons: ×1.2, and density 0.1 → 0.15: 0.7 + 0.3 × 1.5
    sizes = {"area_before": 1000, "area_now": 1200, "persons_before": 100, "persons_now": 180}
    assert answer("correction", **sizes).result == {"area": 1.2, "occupancy": 1.15}


def test_a_weight_a_tenth_greater_moves_savings_and_not_their_sum():
    # 22 saved by 100 × 1 and 100 × 2 → 22/3 and 44/3; the first a tenth greater: 22 × 1.1/3.1
    found = answer("capability_sensitivity", saving_total=22, base=[100, 100],
                   capability=[1, 2], max_saving=100)  # fmt: skip
    first, second = found.result["moved"]
    assert first == pytest.approx([22 * 1.1 / 3.1 - 22 / 3, 22 / 3 - 22 * 1.1 / 3.1])
    assert sum(second) == pytest.approx(0)
