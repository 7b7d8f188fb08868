"""Reporting how far a commitment is, with evidence; another person confirms it or returns it."""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from actions.compact.commitment_things import COMMITMENT, OWN
from actions.compact.withdraw_commitment import CommitmentSaid, foreseen
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Line, Scan, Text
from actions.rights import Right
from compact.commitments import Said, State, after
from storage.compact import commitments
from storage.compact.commitments import CommitmentRow

Percent = Annotated[int, Field(ge=0, le=100)]


class Reported(StrEnum):
    """How far it is."""

    UNDER_WAY = "under_way"
    DONE = "done"


class ReportCommitment(Action[CommitmentRow, CommitmentSaid]):
    """Report how far a commitment is, with what shows it; another person confirms it."""

    about = About(
        code="commitment.report",
        on=OWN,
        right=Right.PLAN,
        path="/commitments/{on}/reports",
        tag="commitments",
        zh="报告进展",
        en="Report on a commitment",
        done=("进展已报告。", "Reported."),
    )

    state: Reported = field(
        zh="进展",
        en="How far it is",
        names={
            "under_way": Words("进行中", "under way"),
            "done": Words("已完成", "done"),
        },
        examples=["done"],
    )
    evidence: Text = field(
        zh="进展说明和成果",
        en="What was done, and what shows it",
        examples=["Adopted on 2026-06-01, no. 28"],
    )
    percent: Percent | None = field(zh="完成比例", en="Share done", unit="%", default=None)
    scan: Scan | None = field(zh="成果文件", en="Document", default=None)

    @classmethod
    def fits(cls, on: CommitmentRow) -> bool:
        """Return whether it is still owed."""
        return on.state not in (State.CONFIRMED, State.WITHDRAWN)

    def check(self, on: CommitmentRow, at: Acting) -> None:
        """Refuse one that is ended."""
        after(State(on.state), self._said)

    def foresee(self, on: CommitmentRow, at: Acting) -> list[Effect]:
        """Return how it stands before and after."""
        return foreseen(on, self._said)

    def do(self, on: CommitmentRow, at: Acting) -> CommitmentSaid:
        """Keep what is reported."""
        commitments.say(
            at.connection,
            on,
            self._said,
            self.evidence,
            at.actor,
            percent=self.percent,
            scan=self.scan,
        )
        return CommitmentSaid(commitment_id=on.commitment_id, state=State(self.state.value))

    @property
    def _said(self) -> Said:
        return Said(self.state.value)


class ConfirmCommitment(Action[CommitmentRow, CommitmentSaid]):
    """Confirm that what was reported done is done; by another person than who reported it."""

    about = About(
        code="commitment.confirm",
        on=COMMITMENT,
        right=Right.PLAN,
        path="/commitments/{on}/confirmation",
        tag="commitments",
        zh="确认完成",
        en="Confirm a commitment",
        done=("已确认完成。", "Confirmed."),
        second_person=True,
    )

    remark: Line = field(zh="核验意见", en="What was looked at", examples=["The list is published"])

    @classmethod
    def fits(cls, on: CommitmentRow) -> bool:
        """Return whether it is reported done."""
        return on.state == State.DONE

    @classmethod
    def made_by(cls, on: CommitmentRow, at: Acting) -> Collection[str]:
        """Return who reported it done."""
        return [] if on.done_by is None else [on.done_by]

    def check(self, on: CommitmentRow, at: Acting) -> None:
        """Refuse what nobody has reported done."""
        after(State(on.state), Said.CONFIRMED)

    def foresee(self, on: CommitmentRow, at: Acting) -> list[Effect]:
        """Return how it stands before and after."""
        return foreseen(on, Said.CONFIRMED)

    def do(self, on: CommitmentRow, at: Acting) -> CommitmentSaid:
        """Confirm it."""
        commitments.say(at.connection, on, Said.CONFIRMED, self.remark, at.actor)
        return CommitmentSaid(commitment_id=on.commitment_id, state=State.CONFIRMED)


class ReturnCommitment(Action[CommitmentRow, CommitmentSaid]):
    """Return what was reported done, with the reason; it is under way again."""

    about = About(
        code="commitment.return",
        on=COMMITMENT,
        right=Right.PLAN,
        path="/commitments/{on}/return",
        tag="commitments",
        zh="退回进展报告",
        en="Return a report",
        done=("已退回。", "Returned."),
        second_person=True,
    )

    reason: Line = field(zh="理由", en="Reason", examples=["The list lacks the hospitals"])

    @classmethod
    def fits(cls, on: CommitmentRow) -> bool:
        """Return whether it is reported done."""
        return on.state == State.DONE

    @classmethod
    def made_by(cls, on: CommitmentRow, at: Acting) -> Collection[str]:
        """Return who reported it done."""
        return [] if on.done_by is None else [on.done_by]

    def check(self, on: CommitmentRow, at: Acting) -> None:
        """Refuse what nobody has reported done."""
        after(State(on.state), Said.RETURNED)

    def foresee(self, on: CommitmentRow, at: Acting) -> list[Effect]:
        """Return how it stands before and after."""
        return foreseen(on, Said.RETURNED)

    def do(self, on: CommitmentRow, at: Acting) -> CommitmentSaid:
        """Return it."""
        commitments.say(at.connection, on, Said.RETURNED, self.reason, at.actor)
        return CommitmentSaid(commitment_id=on.commitment_id, state=State.UNDER_WAY)
