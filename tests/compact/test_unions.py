"""Unions hold regions apart, agreements need every signature, an issue says what it is."""

import pytest

from compact.agreements import Agreement, State
from compact.books import Kind, kind_of_issue
from compact.clauses import Grade
from compact.unions import Level, Member, Union
from metering.errors import ConflictError, InputError

TWO = (Member(10, Level.PROVINCE), Member(20, Level.PROVINCE))


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


def test_a_second_issue_is_an_adjustment_and_says_why_and_one_that_moves_nothing_is_none():
    assert kind_of_issue(3, "", held=False) is Kind.ISSUE
    assert kind_of_issue(1, "read again", held=True) is Kind.ADJUSTMENT
    for moved, reason, held, code in (
        (1, " ", True, "books.no_reason"),
        (0, "again", True, "books.nothing_moves"),
        (0, "", False, "books.nothing_moves"),
    ):
        with pytest.raises(ConflictError) as refused:
            kind_of_issue(moved, reason, held=held)
        assert refused.value.code == code
