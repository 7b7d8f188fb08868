"""Every rule's columns come to the last unit to what fractions on paper come to, on every level."""

import importlib
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import compact.rules
from actions.compact import rule_fields
from actions.compact import rules as in_words
from actions.solving import dividing
from compact.allocations import Problem, allocated, among_of
from compact.bands import Band, capped
from compact.holders import Holders
from compact.methods import Method
from compact.notices import in_thousands
from compact.parameters import By, Kind
from compact.rules import rule, rules
from compact.ruling import Facts, Reach
from compact.runs import Run, again
from compact.sensitivity import bends
from metering.errors import InputError
from tests.compact.drawn import BANDS, problems
from tests.compact.paper import worked_out
from tests.compact.test_runs import three

LETTERS = [one.about.letter for one in rules()]
# Of each rule; what rules share is asked of all of them.
some = settings(max_examples=min(settings().max_examples, 40))


@pytest.mark.parametrize("letter", LETTERS)
@some
@given(data=st.data())
def test_columns_come_to_what_paper_says(letter, data):
    problem = data.draw(problems(letter))
    try:
        found = allocated(problem)
    except InputError as refused:
        assume(refused.code != "target.infeasible")
        raise
    levels, months = worked_out(problem)

    assert {node.key: node.amount_g for node in found.nodes} == levels
    assert {one.institution: list(one.months_g) for one in found.quotas} == months
    for one in found.quotas:
        assert one.amount_g == sum(month or 0 for month in one.months_g)


@given(problem=problems())
def test_what_cannot_be_met_on_paper_cannot_be_met_in_columns(problem):
    try:
        allocated(problem)
    except InputError as refused:
        assume(refused.code == "target.infeasible")
        with pytest.raises(InputError):
            worked_out(problem)


@pytest.mark.parametrize("one", rules(), ids=LETTERS)
def test_a_rule_says_everything_in_both_languages(one):
    about = one.about
    assert one.__doc__
    assert about.source
    for texts in (about.name, about.explains):
        assert all(texts)
        assert texts[0] != texts[1]
    for parameter in one.parameters():
        assert parameter.zh
        assert parameter.en
        assert parameter.hint_zh
        assert parameter.hint_en
        if parameter.kind is Kind.CHOICE:
            assert all(choice.zh and choice.en for choice in parameter.choices)
    facts = Facts(1, 1000, 900, 950, multiplier=1, factors={"climate": 1_100_000})
    assert one.in_words is not None
    for lang in ("zh", "en"):
        assert about.text(lang)
        assert about.explained(lang)
    assert facts.part == Decimal("0.95")


@given(problem=problems())
def test_a_quotas_arithmetic_and_meaning_name_its_amount(problem):
    try:
        found = allocated(problem)
    except InputError:
        assume(False)
    by = problem.method.by
    for one in found.quotas:
        line = found.nodes[one.node].multiplier
        assert (line is None) == (by.reach is Reach.INSTITUTION)
        factors = problem.method.factors.get(one.institution, {})
        facts = Facts(
            one.member,
            one.base_g,
            one.weight_g,
            one.amount_g,
            line or Fraction(0),
            one.bound,
            factors,
        )
        assert in_thousands(one.amount_g) in by.arithmetic(facts)
        assert by.in_words(facts, "zh") != by.in_words(facts, "en")


@given(problem=problems())
def test_what_a_method_says_is_read_again(problem):
    method = problem.method
    again = Method.from_payload(method.payload)

    assert again.by == method.by
    assert again.payload == method.payload


@given(problem=problems())
def test_what_is_typed_is_kept_and_shown_as_typed(problem):
    by = problem.method.by
    for one in by.parameters():
        kept = getattr(by, one.name)
        if one.kind is not Kind.BANDS:
            assert one.kept(one.typed(kept)) == kept


@pytest.mark.parametrize(
    ("letter", "field", "value"),
    [
        ("A", "floor_percent", "-1"),
        ("A", "floor_percent", "1001"),
        ("A", "floor_percent", "a few"),
        ("B", "most_saved_percent", "101"),
        ("C", "weights", {"10": "-1"}),
        ("D", "kind", "sortition"),
        ("F", "alpha", "0"),
        ("H", "fall_percent", {"10": "100"}),
    ],
)
def test_what_lies_outside_the_limits_is_refused_by_its_label(letter, field, value):
    one = next(each for each in rule(letter).parameters() if each.field_name == field)

    with pytest.raises(InputError) as refused:
        Method(letter, **{one.name: one.kept(value)})

    assert refused.value.where["field"] == field
    assert one.zh in refused.value.zh
    assert one.en in refused.value.en


def test_a_rule_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InputError, match=r"A, B, C, D, E, F, G, H"):
        Method("Z")
    with pytest.raises(InputError, match="does not take"):
        Method("A", leading={})


TOY = '''
"""Rule Z: the same for all."""
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from compact.parameters import share
from compact.ruling import About, AllocationRule

@dataclass(frozen=True, slots=True)
class Same(AllocationRule):
    """The same for all."""
    about: ClassVar = About("Z", "same", ("Z", "Z same"), ("一样", "Same"), "none")
    cases: ClassVar = {"same": lambda given: {"each": given.number("total") / 2}}
    part: int = share(1, zh="份额", en="Part")
    def shares(self, among):
        return among.sharing(np.ones_like(among.base))
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    (tmp_path / "z.py").write_text(TOY, "utf-8")
    monkeypatch.setattr(compact.rules, "__path__", [*compact.rules.__path__, str(tmp_path)])
    caches = (rules, in_words.rules)
    for one in caches:
        one.cache_clear()
    yield
    monkeypatch.undo()
    for one in caches:
        one.cache_clear()
    sys.modules.pop("compact.rules.z", None)
    importlib.reload(dividing)


def test_a_file_put_beside_the_others_is_a_rule_everywhere(toy):
    assert rule("Z").about.code == "same"
    assert [one.field_name for one in rule("Z").parameters()] == ["part_percent"]
    assert importlib.reload(dividing).RULES.keys() >= {"same", "pro", "bands"}
    assert "part_percent" in {one.name for one in rule_fields.parameters()}
    assert [one.value for one in rule_fields.every_rule(None)][-1] == "Z"
    assert in_words.method_of("Z", {"part_percent": Decimal(7)}).by.part == 70_000


def test_bands_that_leave_a_hole_or_overlap_are_refused():
    tiers = {tier: np.array([by]) for tier, by in
             (("constraint", 100), ("reference", 80), ("leading", 60))}  # fmt: skip
    for wrong in (BANDS[1:], (*BANDS, Band("twice", "constraint", None, 1)), ()):
        with pytest.raises(InputError, match="bands are wrong"):
            capped(np.array([110]), tiers, wrong)
    with pytest.raises(InputError, match="bands are wrong"):
        Band("upwards", "advanced", None, 1)


def test_parameters_by_class_and_member_say_whose_they_are():
    by = {one.field_name: one.by for letter in "BCH" for one in rule(letter).parameters()}

    assert by == {
        "most_saved_percent": By.ALL,
        "leading": By.CLASS,
        "weights": By.MEMBER,
        "fall_percent": By.MEMBER,
    }


def test_a_problem_needs_a_percentage_for_each_member_under_rule_h():
    problem: Problem = replace(three(), method=Method("H", fall={10: 180_000, 20: 100_000}))
    found = allocated(problem)
    by_key = {one.key: one.amount_g for one in found.nodes}
    assert (by_key["2017/region:10"], by_key["2017/region:20"]) == (246, 29)  # 300 × .82, 33 × .9
    assert found.total_g == 275
    assert found.target_g == 323
    with pytest.raises(InputError, match="member 20"):
        allocated(replace(problem, method=Method("H", fall={10: 180_000})))


@pytest.mark.parametrize("letter", LETTERS)
@settings(max_examples=30)
@given(data=st.data())
def test_leaving_out_a_figure_never_pays(letter, data):
    problem = data.draw(problems(letter))
    holders = list(problem.holders)
    place = data.draw(st.integers(0, len(holders) - 1))
    one = holders[place]
    silent = data.draw(
        st.sampled_from(
            [
                replace(one, area_m2=None),
                replace(one, class_code=None),
                replace(one, area_m2=Decimal(0)),
                replace(one, area_m2=one.area_m2 and one.area_m2 / 2),
            ]
        )
    )
    told = _amount(problem, place)
    holders[place] = silent
    left_out = _amount(replace(problem, holders=Holders.of(holders)), place)
    if told is not None and left_out is not None:
        assert left_out <= told + 5  # units to which rounding on five levels comes


def _amount(problem, place):
    """Return one holder's quota, None where the target cannot be met."""
    try:
        return next(
            one.amount_g
            for one in allocated(problem).quotas
            if one.institution == problem.holders[place].institution
        )
    except InputError as refused:
        if refused.code != "target.infeasible":
            raise
        return None


@pytest.mark.parametrize(
    ("letter", "given", "lacks"),
    [
        ("A", {}, False),
        ("B", {"leading": {"NONE": Decimal(1)}}, True),
        ("B", {"leading": {"GOV": Decimal(1), "EDU": Decimal(1)}}, False),
        ("C", {}, True),
        ("C", {"weights": {10: 2_000_000, 20: 2_000_000}}, True),
        ("C", {"weights": {10: 2_000_000}}, False),
        ("G", {"bands": BANDS}, True),
    ],
)
def test_a_rule_without_its_inputs_says_what_it_lacks(letter, given, lacks):
    problem = replace(three(), method=Method(letter, **given))
    first, *others = problem.holders
    some = [replace(first, class_code="GOV", area_m2=Decimal(10)), *others]
    problem = replace(problem, holders=Holders.of(some))
    found = problem.method.by.lacks(among_of(problem, np.array([10, 10, 20], np.int64)))
    assert (found is not None) == lacks
    assert found is None or all(found)


@settings(max_examples=40)
@given(problem=problems())
def test_with_a_multiplier_of_its_own_a_member_stands_as_it_would_alone(problem):
    rule = problem.method.by
    assume(rule.reach is Reach.UNION)
    within = replace(problem, method=problem.method.but(within=Reach.MEMBER))
    try:
        found = allocated(within)
    except InputError:
        assume(False)
    assert found.total_g == found.target_g  # the same percentage first, to the gram
    assert again(Run(within, found).snapshot).snapshot == Run(within, found).snapshot
    for node in found.nodes:
        year, _, region = node.key.partition("/region:")
        if not region or int(region) not in problem.members:
            continue
        equal = problem.target.cap_g(node.base_g, int(year))
        assert abs(node.amount_g - equal) <= 1


@settings(max_examples=30)
@given(problem=problems())
def test_where_caps_alone_bind_members_have_what_the_rule_says_and_share_it_by_their_bases(problem):
    assume(problem.method.by.reach is Reach.UNION)
    capped = replace(problem, method=problem.method.but(within=Reach.CAP))
    try:
        found, whole = allocated(capped), allocated(problem)
    except InputError:
        assume(False)

    def of_members(made):
        known = {"", *(f"/region:{one}" for one in capped.members)}  # behind the year
        return {one.key: one.amount_g for one in made.nodes if one.key[4:] in known}

    assert of_members(found) == of_members(whole)
    assert again(Run(capped, found).snapshot).snapshot == Run(capped, found).snapshot
    assert capped.method.inside.about.letter == "A"
    for quota in found.quotas:
        line = found.nodes[quota.node]
        assert abs(quota.weight_g * line.multiplier - quota.amount_g) < 1


def test_how_far_a_multiplier_reaches_is_chosen_and_kept():
    method = Method("A", within=Reach.MEMBER)
    assert Method.from_payload(method.payload).reach is Reach.MEMBER
    assert method.but(floor=500_000).reach is Reach.MEMBER
    assert Method.from_payload(Method("B", leading={"GOV": Decimal(1)}, within=Reach.CAP).payload)
    assert "reach" not in Method("A", within=Reach.UNION).payload
    assert Method("H", fall={10: 0}, within=Reach.MEMBER).payload["reach"] == "member"


def test_a_greater_weight_moves_its_member_most():
    weighed = Method("C", weights={10: 1_000_000, 20: 2_000_000})
    great = [
        replace(one, base=replace(one.base, months_g=tuple(g * 1000 for g in one.base.months_g)))
        for one in three().holders
    ]  # in grams nothing would move by a whole one
    problem = replace(three(), method=weighed, holders=Holders.of(great))
    found = {one.key: one for one in bends(problem)}
    assert found[20].member == 20
    assert found[20].by < 0 < found[10].by  # who weighs more saves more, and leaves more
    assert found[None].by == 0  # the most that may be saved binds nobody
