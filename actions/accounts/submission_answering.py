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
from storage.accounts import closing, submissions
from storage.accounts.submissions import SubmissionRow

_STATION: Final = Words("办理层级", "As")


def _reason() -> Any:
    return field(
        zh="理由",
        en="Reason",
        hint=("写明要改什么,长期留痕", "What is to be changed; it stays on record"),
        examples=["3 月水量与账单不符"],
    )


def _station() -> Any:
    return field(
        zh="办理层级",
        en="As which authority",
        hint=("自下而上逐级接收", "From below upwards, one after the other"),
        names=STATIONS,
        examples=["city"],
    )


def _filled_by(on: SubmissionRow, at: Acting) -> Collection[str]:
    """Return who filled it in; the operator's account is no other person than any."""
    steps = submissions.steps(at.connection, on.submission_id)
    found = [one.made_by for one in steps if one.act == "fill" and one.round == on.round]
    return [*found[-1:], SYSTEM]


def _about(code: str, right: Right, place: str, words: Words, done: Words, **told: Any) -> About:
    """Return what is said of an answer to a submission."""
    return About(
        code=f"submission.{code}",
        on=SUBMISSION,
        right=right,
        path=f"/submissions/{{on}}/{place}",
        tag="submissions",
        zh=words.zh,
        en=words.en,
        done=(done.zh, done.en),
        **told,
    )


class _Answers:
    """Answers a submission in some states; stands before Action among the bases.

    after: where it stands then; an action with a station or a reason says it, too.
    """

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
        station: Station | None = getattr(self, "station", None)
        state = submissions.step(
            at.connection,
            on.submission_id,
            self.act,
            at.actor,
            station=station and station.value,
            reason=getattr(self, "reason", None),
        )
        return SubmissionMoved(submission_id=on.submission_id, state=state)


class _Seconds(_Answers):
    """Answers for the institution; another person than filled it in, where the office asks that.

    asked: of the office's rule, whether it does.
    """

    asked: ClassVar[str]

    @classmethod
    def made_by(cls, on: SubmissionRow, at: Acting) -> Collection[str]:
        """Return who filled it in, where another person must answer."""
        rule = submissions.rule(at.connection, on.institution_id)
        return _filled_by(on, at) if getattr(rule, cls.asked) else []


class _AtStation(_Answers):
    """Speaks for an authority on the submission's way."""

    before: ClassVar[tuple[str, ...]] = ("approved",)
    station: Station

    @classmethod
    def given(cls, on: SubmissionRow, at: Acting) -> dict[str, Any]:
        """Return the level for which the actor may speak now."""
        mine = submissions.takes_at(at.connection, on.institution_id)
        waits = [one for one in on.awaited if one in mine]
        return {"station": waits[0]} if waits else {}

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse where it waits for others, or the actor speaks for others."""
        super().check(on, at)
        if self.station.value not in submissions.takes_at(at.connection, on.institution_id):
            raise denied(f"submission.{self.act}")
        if self.station.value not in on.awaited:
            raise _not_yours(on, self.station)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return for whom it is said, and whether anybody is awaited still."""
        said, after = STATIONS[self.station.value], STATES[self.after]
        return [Effect("station", _STATION, None, said), Effect("answer", STATE, None, after)]


class ReviewSubmission(_Seconds, Action[SubmissionRow, SubmissionMoved]):
    """Say that what was filled in is right; another person does, where the office asks that."""

    about = _about(
        "review", Right.REVIEW_ACCOUNTS, "review",
        Words("复核年报", "Review a submission"),
        Words("已复核,待审定。", "Reviewed; it is approved next."),
        second_person=True,
    )  # fmt: skip
    act: ClassVar[str] = "review"
    before: ClassVar[tuple[str, ...]] = ("filled",)
    after: ClassVar[str] = "reviewed"
    asked: ClassVar[str] = "other_reviews"


class ApproveSubmission(_Seconds, Action[SubmissionRow, SubmissionMoved]):
    """Approve a reviewed submission for the institution: then it goes to its authorities."""

    about = _about(
        "approve", Right.APPROVE_ACCOUNTS, "approval",
        Words("审定年报", "Approve a submission"),
        Words("已审定,待主管部门接收。", "Approved; its authorities receive it."),
        second_person=True,
    )  # fmt: skip
    act: ClassVar[str] = "approve"
    before: ClassVar[tuple[str, ...]] = ("reviewed",)
    after: ClassVar[str] = "approved"
    asked: ClassVar[str] = "other_approves"


class SendBackSubmission(_Answers, Action[SubmissionRow, SubmissionMoved]):
    """Send back inside the institution what is not approved yet, with a reason."""

    about = _about(
        "send_back", Right.REVIEW_ACCOUNTS, "sending-back",
        Words("内部退回年报", "Send a submission back inside"),
        Words("已退回填报人。", "Sent back; it is filled in anew."),
    )  # fmt: skip
    act: ClassVar[str] = "send_back"
    before: ClassVar[tuple[str, ...]] = ("filled", "reviewed")
    after: ClassVar[str] = "returned"
    reason: Line = _reason()


class ReceiveSubmission(_AtStation, Action[SubmissionRow, SubmissionMoved]):
    """Receive an approved submission at one's level; it is received once every level has."""

    about = _about(
        "receive", Right.RECEIVE_ACCOUNTS, "receipt",
        Words("接收年报", "Receive a submission"),
        Words("已接收。", "Received."),
    )  # fmt: skip
    act: ClassVar[str] = "receive"
    after: ClassVar[str] = "received"
    station: Station = _station()


class ReturnSubmission(_AtStation, Action[SubmissionRow, SubmissionMoved]):
    """Send an approved submission back to the institution, with a reason."""

    about = _about(
        "return", Right.RECEIVE_ACCOUNTS, "return",
        Words("退回年报", "Send a submission back"),
        Words("已退回机构。", "Sent back to the institution."),
    )  # fmt: skip
    act: ClassVar[str] = "return"
    after: ClassVar[str] = "returned"
    station: Station = _station()
    reason: Line = _reason()


class ReopenSubmission(_Answers, Action[SubmissionRow, SubmissionMoved]):
    """Open a received submission again, locked or not; what was filled in and locked stays."""

    about = _about(
        "reopen", Right.RECEIVE_ACCOUNTS, "reopening",
        Words("重新开启年报", "Reopen a submission"),
        Words("已重新开启;已锁定的数不变,改后更正。",
              "Open again; what is locked stays, and is restated afterwards."),
    )  # fmt: skip
    act: ClassVar[str] = "reopen"
    before: ClassVar[tuple[str, ...]] = ("received",)
    after: ClassVar[str] = "open"
    reason: Line = _reason()

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse who speaks for no authority of it, and a locked year that waits for its answer."""
        super().check(on, at)
        if not submissions.takes_at(at.connection, on.institution_id):
            raise denied("submission.reopen")
        if closing.waits(at.connection, on.institution_id, on.year):
            raise _locked(on)


def _locked(on: SubmissionRow) -> ConflictError:
    return ConflictError(
        "submission.locked",
        zh=f"该机构 {on.year} 年的台账已锁定,尚未核验。",
        en=f"This institution's {on.year} is locked, and nobody has verified it.",
        next_zh="请先核验(year.verify)或退回(year.return),再重新开启。",
        next_en="Verify it (year.verify) or send it back (year.return) first; then reopen.",
        where={"submission": on.submission_id, "year": on.year},
    )


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
