"""Any order of steps leaves a submission where a model in memory says.

The model knows nothing of rights' rows, triggers or SQL: who may do what is written out again here.
"""

from typing import Any

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as check

from actions.accounts.submission_answering import (
    ApproveSubmission,
    ReceiveSubmission,
    ReopenSubmission,
    ReturnSubmission,
    ReviewSubmission,
    SendBackSubmission,
)
from actions.accounts.submission_filling import FillSubmission, TakeBackSubmission
from actions.doing import carry_out
from metering.errors import EnergyError
from storage.accounts import submissions
from tests.actions.examples_of_submissions import typed
from tests.actions.world import make_world

OFFICER, PLANNER, OF_OFFICE = "province officer", "planner of all", "of the office"
PEOPLE = st.sampled_from([OFFICER, PLANNER, OF_OFFICE, "city reader"])
STATIONS = ["city", "province"]
# who, beside the office's own officer, who sees no other institution
FILLS = REVIEWS = TAKES = {OFFICER, PLANNER}
APPROVES = {PLANNER}
_RESET = """
    DELETE FROM submission_step; DELETE FROM survey_return;
    UPDATE submission SET state = 'open', round = 1, received = '{}';
"""


@pytest.fixture(scope="module")
def world(database_of_module):
    made = make_world(database_of_module)
    yield made
    made.close()


class Returns(RuleBasedStateMachine):
    """One submission; each rule tries a step, allowed or not."""

    world: Any
    on: int

    @initialize()
    def begin(self) -> None:
        self.world.admin("SET session_replication_role = replica")
        self.world.admin(_RESET)
        self.world.admin("SET session_replication_role = DEFAULT")
        self.state, self.filler, self.received, self.steps = "open", None, [], 0

    def tries(self, who: str, action: Any, allowed: bool, after: str) -> None:
        """Try an act, and let the model move where it is allowed."""
        try:
            carry_out(self.world.actor(who), action, self.on)
        except EnergyError:
            assert not allowed, (who, action, self.state)
            return
        assert allowed, (who, action, self.state)
        self.state, self.steps = after, self.steps + 1
        if after in ("open", "returned"):
            self.received = []

    @rule(who=PEOPLE)
    def fill(self, who: str) -> None:
        allowed = who in FILLS and self.state in ("open", "returned")
        self.tries(who, FillSubmission(), allowed, "filled")
        if allowed:
            self.filler = who

    @rule()
    def onward(self) -> None:
        """Take the next step as whoever may: so that runs get far."""
        step = {"open": self.fill, "returned": self.fill, "filled": self.review,
                "reviewed": self.approve, "received": self.reopen}  # fmt: skip
        if self.state == "approved":
            self.receive(OFFICER, STATIONS[len(self.received)])
        else:
            step[self.state](PLANNER if self.state in ("filled", "reviewed") else OFFICER)

    @rule(who=PEOPLE)
    def take_back(self, who: str) -> None:
        self.tries(who, TakeBackSubmission(), who in FILLS and self.state == "filled", "open")

    @rule(who=PEOPLE)
    def review(self, who: str) -> None:
        allowed = who in REVIEWS and self.state == "filled" and who != self.filler
        self.tries(who, ReviewSubmission(), allowed, "reviewed")

    @rule(who=PEOPLE)
    def approve(self, who: str) -> None:
        allowed = who in APPROVES and self.state == "reviewed" and who != self.filler
        self.tries(who, ApproveSubmission(), allowed, "approved")

    @rule(who=PEOPLE)
    def send_back(self, who: str) -> None:
        allowed = who in REVIEWS and self.state in ("filled", "reviewed")
        self.tries(who, SendBackSubmission(reason="water"), allowed, "returned")

    @rule(who=PEOPLE, place=st.sampled_from([*STATIONS, "county", "line"]))
    def receive(self, who: str, place: str) -> None:
        allowed = self._waits_for(who, place)
        after = "received" if allowed and place == "province" else "approved"
        self.tries(who, ReceiveSubmission.model_validate({"station": place}), allowed, after)
        if allowed:
            self.received = [*self.received, place]

    @rule(who=PEOPLE, place=st.sampled_from(STATIONS))
    def send_down(self, who: str, place: str) -> None:
        action = ReturnSubmission.model_validate({"station": place, "reason": "water"})
        self.tries(who, action, self._waits_for(who, place), "returned")

    @rule(who=PEOPLE)
    def reopen(self, who: str) -> None:
        allowed = who in TAKES and self.state == "received"
        self.tries(who, ReopenSubmission(reason="a bill"), allowed, "open")

    @rule(act=st.sampled_from(["fill", "review", "approve", "receive", "return", "reopen"]))
    def past_the_actions(self, act: str) -> None:
        """Write a step straight into the table: the database refuses what no move allows."""
        before = {
            "fill": ("open", "returned"),
            "review": ("filled",),
            "approve": ("reviewed",),
            "receive": ("approved",),
            "return": ("approved",),
            "reopen": ("received",),
        }
        if self.state in before[act]:
            return
        station = "city" if act in ("receive", "return") else None
        reason = "x" if act in ("return", "reopen") else None
        with pytest.raises(psycopg.errors.IntegrityError):
            self.world.admin(
                """INSERT INTO submission_step (submission_id, act, station, reason, made_by)
                   VALUES (%s, %s, %s, %s, 'user:1')""",
                self.on, act, station, reason,
            )  # fmt: skip

    @invariant()
    def agrees(self) -> None:
        with self.world.actor(PLANNER).look() as connection:
            [row] = submissions.listed(connection, only=self.on)
            steps = submissions.steps(connection, self.on)
        assert (row.state, row.received, len(steps)) == (self.state, self.received, self.steps)
        left = [one for one in STATIONS if one not in self.received]
        assert row.awaited == (left[:1] if self.state == "approved" else [])

    def _waits_for(self, who: str, place: str) -> bool:
        left = [one for one in STATIONS if one not in self.received]
        return who in TAKES and self.state == "approved" and place == left[0]


def test_any_order_of_steps_ends_as_the_model_says(world):
    Returns.world, Returns.on = world, typed(world)
    check(Returns, settings=settings(max_examples=5, stateful_step_count=20, deadline=None))
