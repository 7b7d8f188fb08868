"""Withdrawing what was asked of a member."""

from pydantic import BaseModel

from actions.compact.commitment_things import PLANNED, STATES
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Line
from actions.rights import Right
from compact.commitments import Said, State, after
from storage.compact import commitments
from storage.compact.commitments import CommitmentRow


class CommitmentSaid(BaseModel):
    """How a commitment stands now."""

    commitment_id: int
    state: State


def foreseen(on: CommitmentRow, said: Said) -> list[Effect]:
    """Return how it stands before and after."""
    before = State(on.state)
    words = Words("任务状态", "State of the commitment")
    return [Effect("state", words, STATES[before], STATES[after(before, said)])]


class WithdrawCommitment(Action[CommitmentRow, CommitmentSaid]):
    """Withdraw what was asked; it stays on record with the reason, and nobody owes it."""

    about = About(
        code="commitment.withdraw",
        on=PLANNED,
        right=Right.PLAN,
        path="/commitments/{on}/withdrawal",
        tag="commitments",
        zh="撤销任务",
        en="Withdraw a commitment",
        done=("已撤销。", "Withdrawn."),
    )

    reason: Line = field(zh="理由", en="Reason", examples=["Joint conference of 2026-03-01"])

    @classmethod
    def fits(cls, on: CommitmentRow) -> bool:
        """Return whether it is still owed."""
        return on.state not in (State.CONFIRMED, State.WITHDRAWN)

    def check(self, on: CommitmentRow, at: Acting) -> None:
        """Refuse one that is ended."""
        after(State(on.state), Said.WITHDRAWN)

    def foresee(self, on: CommitmentRow, at: Acting) -> list[Effect]:
        """Return how it stands before and after."""
        return foreseen(on, Said.WITHDRAWN)

    def do(self, on: CommitmentRow, at: Acting) -> CommitmentSaid:
        """Withdraw it."""
        commitments.say(at.connection, on, Said.WITHDRAWN, self.reason, at.actor)
        return CommitmentSaid(commitment_id=on.commitment_id, state=State.WITHDRAWN)
