"""An impossible division says what is wrong, by how much, and the smallest change that mends it."""

from fractions import Fraction

from analytics.bounds import BoundsError, InfeasibleError, shown


def test_too_small_a_total_says_what_it_would_have_to_be():
    error = InfeasibleError(90, 100, 200, "浙江")

    assert (error.bound, error.short_by) == (100, 10)
    assert error.zh == "浙江总量 90 低于下限合计 100,相差 10。"
    assert error.next_zh == "最小改动:把总量提高到 100,或把下限合计降低 10。"
    assert (
        error.en
        == "浙江: a total of 90 is below the least that weights and bounds allow, 100, by 10."
    )
    assert error.next_en == "Smallest change: a total of 100, or floors lower by 10 in all."
    assert error.where == {"short_by": "10", "least": "100", "name": "浙江", "most": "200"}


def test_too_great_a_total_says_what_it_would_have_to_be():
    error = InfeasibleError(Fraction(401, 2), 100, 200)

    assert (error.bound, error.short_by) == (200, Fraction(1, 2))
    assert error.zh == "总量 200.5 高于上限合计 200,相差 0.5。"
    assert error.next_zh == "最小改动:把总量降低到 200,或把上限合计提高 0.5。"
    assert (
        error.en == "A total of 200.5 is above the most that weights and bounds allow, 200, by 0.5."
    )
    assert error.next_en == "Smallest change: a total of 200, or ceilings higher by 0.5 in all."


def test_without_a_greatest_total_only_the_least_can_be_missed():
    error = InfeasibleError(1, 2, None)

    assert (error.bound, error.short_by) == (2, 1)
    assert error.where == {"short_by": "1", "least": "2", "name": ""}


def test_nine_culprits_are_written_out_and_all_are_kept():
    few, many = BoundsError([0, 4]), BoundsError(range(10), [f"县{n}" for n in range(10)])

    assert few.zh == "第 1、5 行:下限高于上限,或权重为负。"
    assert few.en == "Row 1, 5: a floor above its ceiling, or a negative weight."
    assert many.zh.startswith(" 县0、县1、")
    assert "县8、…:" in many.zh
    assert many.en.startswith("Of 县0, 县1,")
    assert "县8, …:" in many.en
    assert many.where == {"rows": list(range(10)), "names": [f"县{n}" for n in range(10)]}
    assert "…" not in BoundsError(range(9)).zh


def test_numbers_are_shown_whole_or_with_seven_digits():
    assert [shown(one) for one in (12, Fraction(1, 4), Fraction(2, 3), Fraction(9, 3))] == [
        "12", "0.25", "0.6666667", "3"
    ]  # fmt: skip
