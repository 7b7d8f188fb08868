"""Quota standards held against institutions: worked by hand, and laws that hold for all.

The values are those of storage/seed/quota_standards.csv: DB37/T 2672-2019 (tables 1 to 4, quoted
at second hand), DB31/T 783-2026 table 1, GB/T 51161-2016 table 5.2.1, DB37/T 4452-2021.
"""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compact.standard_answers import Applies, Lists, Verdict, answers, nearest
from compact.standard_grading import compared, distance, grade_of
from compact.standards import (
    Amount,
    Correction,
    Dimension,
    Grade,
    Indicator,
    Standard,
    Subject,
    Tier,
)
from storage import seed_files

PLENTY = settings(max_examples=60)
KIND, ZONE = Dimension.KIND, Dimension.ZONE
INDICATOR = ("code", "use", "use_unit", "per", "unit")
CORRECTION = (
    "code", "standard_no", "indicator", "building_type", "version", "factor", "needed",
)  # fmt: skip
GB51161 = "GB/T 51161-2016 table 5.2.1"


def shipped():
    """The lists as they ship."""
    rows = {
        name: list(seed_files.rows(f"quota_{name}.csv"))
        for name in ("standards", "words", "indicators", "corrections")
    }
    return Lists(
        [_standard(place, row) for place, row in enumerate(rows["standards"])],
        {
            (Dimension(row["dimension"]), row["word"]): frozenset(
                one for one in row["means"].split("|") if one
            )
            for row in rows["words"]
            if row["dimension"] != "standard"
        },
        {row["code"]: Indicator.of(*_of(row, *INDICATOR)) for row in rows["indicators"]},
        [Correction.of(*_of(row, *CORRECTION), int(row["place"])) for row in rows["corrections"]],
    )


def _of(row, *names):
    return (row[one] for one in names)


def _standard(place, row):
    tiers = zip(Tier, (row[f"{one}_value"] for one in ("guide", "baseline", "constraint")),
                strict=True)  # fmt: skip
    by = row["electricity_kgce_per_kwh"]
    return Standard(
        place, row["standard_no"], row["province_code"], row["class_code"], row["building_type"],
        row["admin_level"], row["climate_zone"], row["indicator"], row["unit"],
        row["value_type"] == "average",
        {tier: Fraction(text) for tier, text in tiers if text},
        Fraction(by) if by else None, row["document"], row["clause"], row["source"],
        row["verified"], row["notes"], None, None,
    )  # fmt: skip


LISTS = shipped()


def amounts(**given):
    return {name: Amount(Fraction(str(one))) for name, one in given.items()}


def asked(subject, year=2026, lists=LISTS, **given):
    """Answers by (number, indicator), of those that are not of others."""
    known = {one.electricity: amounts(**given) for one in lists.standards}
    found = answers(lists, subject, known, year)
    return {
        (one.standard.standard_no, one.standard.indicator) if one.standard else None: one
        for one in found
        if one.verdict is not Verdict.OTHER
    }


def organ(province="370000", *stated, level="city", zone="cold"):
    return Subject(province, ("GOV", "TOTAL"), level, zone, frozenset(stated))


# 400,000 kWh and 3,000 GJ of heat by DB37 (0.31, 34.12), and 2,000 kgce of petrol.
OFFICE = {
    "energy_kgce": 124_000 + 102_360 + 2_000, "heat_kgce": 102_360, "electricity_kwh": 400_000,
    "area_m2": 10_000, "persons": 200, "kgce_per_kwh": "0.31", "heating_kwh": 0,
    "heating_fuel_kgce": 0, "transport_kgce": 2_000, "special_kwh": 50_000, "water_m3": 5_200,
}  # fmt: skip


@pytest.mark.parametrize(
    ("indicator", "value", "grade", "tier", "saved"),
    [
        # (228,360 − 102,360 − 2,000) / 10,000 = 12.4; 11.9 takes 0.5 × 10,000
        ("energy_per_area_non_heating", "12.4", Grade.MEETS, Tier.BASELINE, 5_000),
        # 228,360 / 200 = 1141.8; 781 takes 360.8 × 200
        ("energy_per_capita", "1141.8", Grade.MEETS, Tier.BASELINE, 72_160),
        # (400,000 − 50,000) / 10,000 = 35; 20 takes 15 × 10,000 kWh
        ("electricity_per_area_regular", "35", Grade.REASONABLE, Tier.GUIDE, 150_000),
    ],
)
def test_an_office_in_shandong_is_graded_as_on_paper(indicator, value, grade, tier, saved):
    one = asked(organ("370000", (ZONE, "Shandong-A")), **OFFICE)["DB37/T 2672-2019", indicator]
    assert (one.verdict, one.applies) == (Verdict.GRADED, Applies.OWN)
    assert (one.compared.value, one.grade) == (Fraction(value), grade)
    assert (one.distance.tier, one.distance.use) == (tier, saved)
    assert one.distance.share == saved / one.compared.use


def test_water_has_two_tiers_and_exactly_the_constraint_meets_it():
    def graded(m3):  # of 200 persons; 25 and 10 m³ each
        found = asked(organ(), **OFFICE | {"water_m3": m3})
        return found["DB37/T 4452-2021", "water_per_capita"].grade

    assert [graded(each) for each in (2000, "2000.01", 5000, "5000.01")] == [
        Grade.LEADING, Grade.MEETS, Grade.MEETS, Grade.EXCEEDS,
    ]  # fmt: skip


def test_exactly_the_baseline_is_reasonable():
    stated = organ("370000", (KIND, "数据中心"))
    given = {"data_centre_kwh": 900_000, "it_kwh": 500_000}
    one = asked(stated, **given)["DB37/T 2672-2019", "data_centre_eue"]
    assert (one.compared.value, one.grade) == (Fraction("1.8"), Grade.REASONABLE)
    assert one.distance.value == Fraction("1.4")
    assert one.distance.use == 200_000  # (1.8 − 1.4) × 500,000 kWh


def test_a_university_in_shanghai_is_nothing_without_its_needed_factors():
    subject = Subject("310000", ("EDU", "PSU", "TOTAL"), "provincial", "hot_summer_cold_winter",
                      frozenset({(KIND, "本科院校/成人高校")}))  # fmt: skip
    given = {"energy_kgce": 3_000_000, "area_m2": 100_000}
    key = ("DB31/T 783-2026", "energy_per_area")
    without = asked(subject, **given)[key]
    assert (without.verdict, without.grade) == (Verdict.NOT_ENOUGH, None)
    assert without.lacks == ("equipment_factor", "discipline_factor")
    one = asked(subject, **given, equipment_factor="1.2", discipline_factor="1.25")[key]
    assert (one.compared.value, one.grade) == (20, Grade.REASONABLE)  # 30 / 1.2 / 1.25
    assert one.distance.use == 105_000  # (20 − 19.3) × 100,000 × 1.2 × 1.25
    assert one.distance.share == Fraction("0.035")
    factors = {step.name: step.value for step in one.compared.steps if step.correction}
    assert factors == {"DB31-783-a1": Fraction(5, 6), "DB31-783-a2": Fraction(4, 5)}
    assert [each.correction.version for each in one.compared.steps[2:]] == ["2026", "2026"]


def test_a_correction_that_lacks_its_evidence_changes_nothing_and_is_told():
    subject = organ("310000", (KIND, "党政机关办公建筑 A类"), zone="hot_summer_cold_winter")
    given = {"electricity_kwh": 520_000, "heating_kwh": 0, "area_m2": 8_000}
    key = (GB51161, "electricity_per_area_non_heating")
    plain = asked(subject, **given)[key]
    assert plain.compared.value == 65  # 70 and 55 are its tiers
    assert (plain.grade, plain.distance.tier) == (Grade.MEETS, Tier.GUIDE)
    assert [step.lacks for step in plain.compared.steps[2:]] == [("open_hours",), ("persons",)]
    crowded = asked(subject, **given, persons=400)[key]
    assert crowded.compared.value == Fraction("84.5")  # × (0.7 + 0.3 × 20 / 10)
    assert crowded.grade is Grade.EXCEEDS
    long = asked(subject, **given, persons=400, open_hours=3500)[key]
    assert long.compared.value == Fraction("67.6")  # × (0.3 + 0.7 × 2500 / 3500)
    assert long.grade is Grade.MEETS


def test_two_provinces_stand_side_by_side_on_the_same_building():
    found = asked(organ("440000", (ZONE, "Shandong-A"), zone="hot_summer_warm_winter"), **OFFICE)
    there = found["DB37/T 2672-2019", "energy_per_capita"]
    assert (there.applies, there.grade) == (Applies.ELSEWHERE, Grade.MEETS)
    here = found["Guangdong 2021 class averages", "energy_per_capita"]
    assert (here.applies, here.grade) == (Applies.OWN, Grade.ABOVE_AVERAGE)  # 1141.8 and 397.34
    assert [one.dimension for one in there.differs] == [Dimension.PROVINCE]


def test_what_decides_and_is_not_stated_is_named():
    found = asked(organ(), **OFFICE)
    one = found["DB37/T 2672-2019", "energy_per_area_non_heating"]
    assert (one.verdict, one.lacks) == (Verdict.UNSETTLED, ("zone",))
    assert one.grade is None
    hospital = Subject("370000", ("HLT", "PSU", "TOTAL"), "county", "cold")
    assert asked(hospital, **OFFICE)["DB37/T 2673-2019", "energy_per_capita"].lacks == (
        "kind", "zone",
    )  # fmt: skip


def test_one_word_of_a_standard_keeps_the_others_away():
    second = Subject("370000", ("HLT", "PSU", "TOTAL"), "county", "cold",
                     frozenset({(KIND, "二级医院")}))  # fmt: skip
    found = answers(LISTS, second, {}, 2026)
    kinds = {one.standard.kind: one.verdict for one in found
             if one.standard and one.standard.standard_no == "DB37/T 4452-2021"}  # fmt: skip
    assert kinds["二级医院"] is Verdict.NOT_ENOUGH
    assert kinds["三级医院"] is Verdict.OTHER


def test_that_no_standard_applies_is_an_answer():
    sports = Subject("540000", ("SPO", "PSU", "TOTAL"), "city", "cold")
    found = asked(sports, **OFFICE)
    assert (found[None].verdict, found[None].lacks) == (Verdict.NONE, ("standard",))


def test_of_whom_nothing_is_known_no_quota_is_held_against():
    found = answers(LISTS, Subject(None, (), None, None), {}, 2026)
    own = {one.standard and one.standard.standard_no: one for one in found
           if one.applies is Applies.OWN}  # fmt: skip
    assert own.keys() == {None, "National average 2022"}
    assert own[None].lacks == ("province", "class", "level")
    assert not any(one.grade for one in found)


@pytest.mark.parametrize("why", ["coverage", "time", "year", "coefficient"])
def test_too_little_measured_is_never_graded(why):
    known = amounts(**OFFICE)
    known["energy_kgce"] = replace(known["energy_kgce"], lacks=(why,))
    by = {one.electricity: known for one in LISTS.standards}
    subject = organ("370000", (ZONE, "Shandong-A"))
    for one in answers(LISTS, subject, by, 2026):
        if one.compared and "energy_kgce" in one.compared.steps[0].expression.names:
            assert (one.verdict, one.grade, one.distance) == (Verdict.NOT_ENOUGH, None, None)
            assert why in one.lacks


def test_a_year_before_the_edition_is_told_so():
    subject = organ("370000", (ZONE, "Shandong-A"))
    key = ("DB37/T 2672-2019", "energy_per_capita")
    assert asked(subject, 2018, **OFFICE)[key].applies is Applies.BEFORE
    assert asked(subject, 2019, **OFFICE)[key].applies is Applies.OWN


def test_of_averages_the_newest_year_so_far_stands():
    def years(year):
        return {one.year for one in nearest(LISTS.standards, year)
                if one.average and one.province_code == "000000"}  # fmt: skip

    assert [years(one) for one in (2017, 2018, 2021, 2022, 2030)] == [
        {2018}, {2018}, {2020}, {2022}, {2022},
    ]  # fmt: skip


VALUES = st.fractions(Fraction(1, 100), 3000, max_denominator=100)
AMONG = st.sampled_from(LISTS.standards)
ORDER = list(Grade)


@PLENTY
@given(AMONG, VALUES, VALUES)
def test_who_uses_less_is_never_graded_worse(standard, one, other):
    better, worse = (ORDER.index(grade_of(standard, each)) for each in sorted((one, other)))
    assert better <= worse


PER_M2 = Indicator.of("energy_per_area", "energy_kgce", "kgce", "area_m2", "kgce/(m2.a)")
FACTOR = st.fractions(Fraction(1, 5), 5, max_denominator=50)


def _made(factor, place=1):
    return Correction("c", "s", "energy_per_area", "*", "1", factor, False, place)


@PLENTY
@given(AMONG, VALUES, VALUES, st.lists(FACTOR, max_size=3))
def test_saving_the_distance_reaches_the_tier_and_not_a_better_one(standard, use, area, factors):
    known = {"energy_kgce": Amount(use), "area_m2": Amount(area)} | {
        f"x{place}": Amount(each) for place, each in enumerate(factors)
    }
    asked_for = [Correction.of("c", "s", "i", "*", "1", f"1 / x{place}", "yes", place)
                 for place in range(len(factors))]  # fmt: skip
    found = compared(PER_M2, asked_for, known)
    left = distance(standard, found)
    if left is None:
        assert found.value <= min(standard.tiers.values())
        return
    after = compared(PER_M2, asked_for, known | {"energy_kgce": Amount(use - left.use)})
    assert after.value == left.value == standard.tiers[left.tier]
    assert 0 < left.use < use
    assert not any(left.value < one < found.value for one in standard.tiers.values())


@PLENTY
@given(VALUES, VALUES, FACTOR, st.permutations(range(3)))
def test_a_correction_of_one_changes_nothing_nor_does_their_order(use, area, factor, order):
    texts = ["1 * x / x", "1 / x", "0.3 + 0.7 * 2500 / 2500"]
    known = amounts() | {"energy_kgce": Amount(use), "area_m2": Amount(area), "x": Amount(factor)}
    made = [Correction.of(text, "s", "i", "*", "1", text, "no", place)
            for text, place in zip(texts, order, strict=True)]  # fmt: skip
    assert compared(PER_M2, made, known).value == use / area / factor
    assert compared(PER_M2, [made[0], made[2]], known).value == compared(PER_M2, [], known).value


@PLENTY
@given(AMONG, VALUES, VALUES, st.integers(2, 50))
def test_two_equal_buildings_together_stand_as_each_does(standard, use, area, many):
    def graded(times):
        known = {"energy_kgce": Amount(use * times), "area_m2": Amount(area * times)}
        return grade_of(standard, compared(PER_M2, [], known).value)

    assert graded(1) is graded(many)


def test_every_published_value_has_an_indicator_in_its_own_unit():
    for one in LISTS.standards:
        assert LISTS.indicators[one.indicator].unit == one.unit
        for dimension, word in ((KIND, one.kind), (Dimension.LEVEL, one.level), (ZONE, one.zone)):
            assert word in ("", "*") or (dimension, word) in LISTS.meanings
    known = {row["code"] for row in seed_files.rows("quota_inputs.csv")}
    for asked_for in LISTS.indicators.values():
        assert asked_for.use.names | asked_for.per.names <= known
    for each in LISTS.corrections:
        assert each.factor.names <= known
        assert any(each.asked_by(one) for one in LISTS.standards)
