"""What is said of a submission that is filled in, inside the institution and by authorities."""

from collections.abc import Collection
from typing import Any, ClassVar, Final

from actions.accounts.submission_filling import STATE
from actions.accounts.submission_things import (
    STATES,
    STATIONS,
    SUBMISSION,
    Station,
    SubmissionMoved,
    wrong_state,
)
from actions.actor import SYSTEM, denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Line
from actions.rights import Right
from metering.errors import ConflictError
from storage.accounts import submissions
from storage.accounts.submissions import SubmissionRow

_STATION: Final = Words("办理层级", "As")


def _reason() -> Any:
    return field(
        zh="理由",
        en="Reason",
        hint=("写明要改什么,长期留痕", "What is to be changed; it stays on record"),
        examples=["3 月水量与账单不符"],
    )


def _filled_by(on: SubmissionRow, at: Acting) -> Collection[str]:
    """Return who filled it in; the operator's account is no other person than any."""
    steps = submissions.steps(at.connection, on.submission_id)
    found = [one.made_by for one in steps if one.act == "fill" and one.round == on.round]
    return [*found[-1:], SYSTEM]


class _Steps:
    """Takes a step from some states; stands before Action among the bases."""

    act: ClassVar[str]
    before: ClassVar[tuple[str, ...]]
    after: ClassVar[str]

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it stands where this is done."""
        return on.state in cls.before

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse where it stands elsewhere."""
        if on.state not in self.before:
            raise wrong_state(on)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return where it would stand."""
        return [Effect("state", STATE, STATES[on.state], STATES[self.after])]

    def do(self, on: SubmissionRow, at: Acting) -> SubmissionMoved:
        """Take the step."""
        reason = getattr(self, "reason", None)
        state = submissions.step(at.connection, on.submission_id, self.act, at.actor, reason=reason)
        return SubmissionMoved(submission_id=on.submission_id, state=state)


class ReviewSubmission(_Steps, Action[SubmissionRow, SubmissionMoved]):
    """Say that what was filled in is right; another person does, where the office asks that."""

    about = About(
        code="submission.review",
        on=SUBMISSION,
        right=Right.REVIEW_ACCOUNTS,
        path="/submissions/{on}/review",
        tag="submissions",
        zh="复核年报",
        en="Review a submission",
        done=("已复核,待审定。", "Reviewed; it is approved next."),
        second_person=True,
    )
    act: ClassVar[str] = "review"
    before: ClassVar[tuple[str, ...]] = ("filled",)
    after: ClassVar[str] = "reviewed"

    @classmethod
    def made_by(cls, on: SubmissionRow, at: Acting) -> Collection[str]:
        """Return who filled it in, where another person must review."""
        rule = submissions.rule(at.connection, on.institution_id)
        return _filled_by(on, at) if rule.other_reviews else []


class ApproveSubmission(_Steps, Action[SubmissionRow, SubmissionMoved]):
    """Approve a reviewed submission for the institution: then it goes to its authorities."""

    about = About(
        code="submission.approve",
        on=SUBMISSION,
        right=Right.APPROVE_ACCOUNTS,
        path="/submissions/{on}/approval",
        tag="submissions",
        zh="审定年报",
        en="Approve a submission",
        done=("已审定,待主管部门接收。", "Approved; its authorities receive it."),
        second_person=True,
    )
    act: ClassVar[str] = "approve"
    before: ClassVar[tuple[str, ...]] = ("reviewed",)
    after: ClassVar[str] = "approved"

    @classmethod
    def made_by(cls, on: SubmissionRow, at: Acting) -> Collection[str]:
        """Return who filled it in, where another person must approve."""
        rule = submissions.rule(at.connection, on.institution_id)
        return _filled_by(on, at) if rule.other_approves else []


class SendBackSubmission(_Steps, Action[SubmissionRow, SubmissionMoved]):
    """Send back inside the institution what is not approved yet, with a reason."""

    about = About(
        code="submission.send_back",
        on=SUBMISSION,
        right=Right.REVIEW_ACCOUNTS,
        path="/submissions/{on}/sending-back",
        tag="submissions",
        zh="内部退回年报",
        en="Send a submission back inside",
        done=("已退回填报人。", "Sent back; it is filled in anew."),
    )
    act: ClassVar[str] = "send_back"
    before: ClassVar[tuple[str, ...]] = ("filled", "reviewed")
    after: ClassVar[str] = "returned"
    reason: Line = _reason()


class _AtStation:
    """Speaks for an authority on the submission's way; stands before Action among the bases."""

    act: ClassVar[str]
    station: Station

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it waits for an authority."""
        return on.state == "approved"

    @classmethod
    def given(cls, on: SubmissionRow, at: Acting) -> dict[str, Any]:
        """Return the level for which the actor may speak now."""
        mine = submissions.takes_at(at.connection, on.institution_id)
        waits = [one for one in on.awaited if one in mine]
        return {"station": waits[0]} if waits else {}

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse where it waits for others, or the actor speaks for others."""
        if on.state != "approved":
            raise wrong_state(on)
        if self.station.value not in submissions.takes_at(at.connection, on.institution_id):
            raise denied(f"submission.{self.act}")
        if self.station.value not in on.awaited:
            raise _not_yours(on, self.station)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return for whom it is said, and whether anybody is awaited still."""
        said = STATIONS[self.station.value]
        after = STATES["returned"] if self.act == "return" else Words("已接收", "received")
        return [Effect("station", _STATION, None, said), Effect("answer", STATE, None, after)]

    def do(self, on: SubmissionRow, at: Acting) -> SubmissionMoved:
        """Say it."""
        state = submissions.step(
            at.connection,
            on.submission_id,
            self.act,
            at.actor,
            station=self.station.value,
            reason=getattr(self, "reason", None),
        )
        return SubmissionMoved(submission_id=on.submission_id, state=state)


def _station() -> Any:
    return field(
        zh="办理层级",
        en="As which authority",
        hint=("自下而上逐级接收", "From below upwards, one after the other"),
        names=STATIONS,
        examples=["city"],
    )


class ReceiveSubmission(_AtStation, Action[SubmissionRow, SubmissionMoved]):
    """Receive an approved submission at one's level; it is received once every level has."""

    about = About(
        code="submission.receive",
        on=SUBMISSION,
        right=Right.RECEIVE_ACCOUNTS,
        path="/submissions/{on}/receipt",
        tag="submissions",
        zh="接收年报",
        en="Receive a submission",
        done=("已接收。", "Received."),
    )
    act: ClassVar[str] = "receive"
    station: Station = _station()


class ReturnSubmission(_AtStation, Action[SubmissionRow, SubmissionMoved]):
    """Send an approved submission back to the institution, with a reason."""

    about = About(
        code="submission.return",
        on=SUBMISSION,
        right=Right.RECEIVE_ACCOUNTS,
        path="/submissions/{on}/return",
        tag="submissions",
        zh="退回年报",
        en="Send a submission back",
        done=("已退回机构。", "Sent back to the institution."),
    )
    act: ClassVar[str] = "return"
    station: Station = _station()
    reason: Line = _reason()


class ReopenSubmission(_Steps, Action[SubmissionRow, SubmissionMoved]):
    """Open a received submission again, locked or not; what was filled in and locked stays."""

    about = About(
        code="submission.reopen",
        on=SUBMISSION,
        right=Right.RECEIVE_ACCOUNTS,
        path="/submissions/{on}/reopening",
        tag="submissions",
        zh="重新开启年报",
        en="Reopen a submission",
        done=("已重新开启;已锁定的数不变,改后更正。",
              "Open again; what is locked stays, and is restated afterwards."),
    )  # fmt: skip
    act: ClassVar[str] = "reopen"
    before: ClassVar[tuple[str, ...]] = ("received",)
    after: ClassVar[str] = "open"
    reason: Line = _reason()

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse who speaks for no authority of it."""
        super().check(on, at)
        if not submissions.takes_at(at.connection, on.institution_id):
            raise denied("submission.reopen")


def _not_yours(on: SubmissionRow, station: Station) -> ConflictError:
    said = STATIONS[station.value]
    waits = [STATIONS[one] for one in on.awaited]
    return ConflictError(
        "submission.station",
        zh=f"该年报不待{said.zh}办理,正待:{'、'.join(one.zh for one in waits) or '无'}。",
        en=f"It does not wait for the {said.en}, but for: "
        f"{', '.join(one.en for one in waits) or 'nobody'}.",
        next_zh="请待下级接收后办理。",
        next_en="Wait until the level below has received it.",
        where={"field": "station", "value": station.value},
    )
