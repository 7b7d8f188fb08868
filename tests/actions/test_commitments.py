"""The register of commitments: assigned, reported by the member, confirmed by another person."""

from itertools import count

import pytest

from actions.actor import DeniedError
from actions.compact.assign_commitment import AssignCommitment
from actions.compact.commitments_table import COMMITMENTS, WhichCommitments
from actions.compact.report_commitment import (
    ConfirmCommitment,
    ReportCommitment,
    ReturnCommitment,
)
from actions.compact.withdraw_commitment import WithdrawCommitment
from actions.doing import carry_out
from actions.files import take
from actions.tables import rows_of
from metering.errors import ConflictError, InputError, NotFoundError
from storage.compact import commitments
from tests.actions.acts import signers
from tests.actions.compact_world import make_union_world
from tests.actions.examples_of_commitments import asked_of, assigned, fields, reported
from tests.actions.world import make_world

_NUMBER = count(100)
CONFIRM = ConfirmCommitment(remark="it is published")
DONE = ReportCommitment.model_validate({"state": "done", "evidence": "no. 28"})


@pytest.fixture(scope="module")
def union(database_of_module):
    """A union of two cities."""
    world = make_world(database_of_module)
    made = make_union_world(world)
    yield made
    world.close()


def people(world):
    """Return two people of the city 1, and one of the city 2."""
    first, second = signers(world.actor(), [world.region["city 1"]])
    return first, second


def row(union, commitment_id: int, who: str = "planner of all"):
    """Return a line of the register."""
    found = rows_of(union.world.actor(who), COMMITMENTS, WhichCommitments(), None, 500).rows
    return next(one for one in found if one.commitment_id == commitment_id)


def test_a_commitment_goes_from_a_plan_to_a_confirmation_by_another_person(union):
    world = union.world
    first, second = people(world)
    made = assigned(world, due="2016-03-01", number="7", title="公布清单")
    assert row(union, made).overdue  # the world's day is later
    with pytest.raises(DeniedError):  # whoever assigned it does not report for the member
        carry_out(world.actor("planner of all"), DONE, made)
    with pytest.raises(ConflictError):
        carry_out(second, CONFIRM, made)  # nobody has reported it done

    half = {"state": "under_way", "evidence": "half is written", "percent": 50}
    carry_out(first, ReportCommitment.model_validate(half), made)
    assert (row(union, made).state, row(union, made).percent) == ("under_way", 50)
    assert row(union, made).overdue
    carry_out(first, DONE, made)
    assert not row(union, made).overdue
    with pytest.raises(ConflictError) as same:
        carry_out(first, CONFIRM, made)
    assert same.value.code == "action.second_person"
    carry_out(second, ReturnCommitment(reason="the hospitals lack"), made)
    assert row(union, made).state == "under_way"
    carry_out(first, DONE, made)
    carry_out(second, CONFIRM, made)

    assert row(union, made).state == "confirmed"
    with world.actor().look() as connection:
        said = [one.said for one in commitments.words(connection, made)]
    assert said == ["under_way", "done", "returned", "done", "confirmed"]
    with pytest.raises(ConflictError):
        carry_out(world.actor("planner of all"), WithdrawCommitment(reason="too late"), made)


def test_who_plans_no_union_assigns_nothing_and_an_outsider_sees_nothing(union):
    world = union.world
    action = AssignCommitment.model_validate(fields(world))
    for who in ("union reader", "of the office", "outsider"):
        with pytest.raises(NotFoundError):
            carry_out(world.actor(who), action, union.union)
    made = assigned(world)
    assert row(union, made, "of the office")
    assert rows_of(world.actor("outsider"), COMMITMENTS, WhichCommitments(), None, 500).rows == []
    strange = AssignCommitment.model_validate(fields(world, member="999999"))
    with pytest.raises(InputError):
        carry_out(world.actor(), strange, union.union)


def test_the_database_refuses_what_nobody_may_say(union):
    world = union.world
    first, _ = people(world)
    made = reported(world)
    reader = world.actor("union reader")
    for actor, said in ((first, "confirmed"), (reader, "done"), (reader, "withdrawn")):
        with actor.look() as connection:
            found = commitments.one(connection, made)
        with pytest.raises((InputError, DeniedError)), actor.change() as connection:
            commitments.say(connection, found, said, "by hand", actor.name)
    assert row(union, made).state == "done"


def test_a_file_brings_a_whole_plan_and_is_taken_back_as_one(union):
    world = union.world
    member = asked_of(world, "city 1")
    lines = ["区域联合体,任务序号,任务内容,责任成员,完成时限,依据"]
    lines += [
        f"{union.union},{next(_NUMBER)},任务 {n},{member},2016-02-0{n},三年计划" for n in (3, 1, 2)
    ]
    planner = world.actor("planner of all")
    result = take(planner, AssignCommitment, "\n".join(lines).encode())
    assert (result.done, result.wrong) == (3, [])
    asked = WhichCommitments(overdue=True, member=member, union=union.union)
    page = rows_of(planner, COMMITMENTS, asked, None, 2)
    rest = rows_of(planner, COMMITMENTS, asked, page.next, 500).rows
    found = [*page.rows, *rest]
    assert [one.due for one in found] == sorted(one.due for one in found)
    assert {"任务 1", "任务 2", "任务 3"} <= {one.title for one in found}
    assert result.undo is not None
    wrong = take(
        planner, AssignCommitment, "\n".join([*lines, f"{union.union},9,x,1,2016-01-01,y"]).encode()
    )
    assert wrong.done == 0
    assert [one.path for one in wrong.wrong] == ["member"]
