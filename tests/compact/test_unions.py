"""Unions hold regions apart, agreements need every signature, causes sum to zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compact.agreements import Agreement, State
from compact.books import Cause, Entry, Kind, issue
from compact.clauses import Grade
from compact.unions import Level, Member, Union
from metering.errors import ConflictError, InputError

TWO = (Member(10, Level.PROVINCE), Member(20, Level.PROVINCE))
BALANCES = st.dictionaries(
    st.tuples(st.integers(2016, 2019), st.integers(1, 9)), st.integers(0, 10**12), max_size=12
)


def test_a_union_has_members_each_once_and_a_name():
    assert Union("示范联合体", "Demo union", TWO).members == TWO
    for members in ((), (TWO[0], TWO[0])):
        with pytest.raises(InputError):
            Union("示范联合体", "Demo union", members)
    with pytest.raises(InputError):
        Union(" ", "Demo union", TWO)


def test_a_member_within_another_is_refused():
    union = Union("示范联合体", "Demo union", (Member(10, Level.PROVINCE), Member(111, Level.CITY)))

    union.refuse_nested({10: 1, 20: 1, 1: None, 111: 20})
    with pytest.raises(InputError) as refused:
        union.refuse_nested({111: 11, 11: 10, 10: 1, 1: None})
    assert refused.value.where["regions"] == [111, 10]


def test_the_last_signature_brings_an_agreement_into_force():
    draft = Agreement(Grade.MEMORANDUM, frozenset({10, 20}))
    with pytest.raises(ConflictError):
        draft.sign(10)

    half = draft.propose().sign(10)
    assert half.state is State.PROPOSED
    for member in (10, 30):
        with pytest.raises(ConflictError):
            half.sign(member)
    with pytest.raises(ConflictError):
        half.must_hold()

    whole = half.sign(20)
    whole.must_hold()
    assert whole.end().state is State.ENDED
    with pytest.raises(ConflictError):
        whole.propose()


@given(held=BALANCES, wanted=BALANCES)
def test_an_issue_brings_every_account_to_what_is_wanted_and_sums_to_zero_each_year(held, wanted):
    if {k: v for k, v in held.items() if v} == {k: v for k, v in wanted.items() if v}:
        with pytest.raises(ConflictError):
            issue(held, wanted, "again")
        return
    cause = issue(held, wanted, "the accounts changed")

    assert cause.kind is (Kind.ADJUSTMENT if any(held.values()) else Kind.ISSUE)
    years: dict[int, int] = {}
    after = dict(held)
    for one in cause.entries:
        assert one.amount_g
        years[one.year] = years.get(one.year, 0) + one.amount_g
        if one.institution is not None:
            key = (one.year, one.institution)
            after[key] = after.get(key, 0) + one.amount_g
    assert not any(years.values())
    assert {k: v for k, v in after.items() if v} == {k: v for k, v in wanted.items() if v}


def test_a_second_issue_needs_a_reason_and_a_lone_entry_is_refused():
    with pytest.raises(ConflictError):
        issue({(2017, 1): 5}, {(2017, 1): 6}, " ")
    with pytest.raises(InputError):
        Cause(Kind.TRANSFER, "", (Entry(2017, 1, 5),))
