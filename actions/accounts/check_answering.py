"""Concluding a check sheet, answering what was found, and checking again, declared once."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import ClassVar, Final

from pydantic import BaseModel

from actions.accounts.check_refusals import (
    day_needed,
    no_day_needed,
    not_filled_anew,
    not_restated,
    nothing_seen,
)
from actions.accounts.check_things import (
    SHEET,
    STATES,
    SheetMoved,
    amount_words,
    figure_words,
    wrong_state,
)
from actions.accounts.profiles import known_profile
from actions.accounts.submission_things import OPEN, forms_of
from actions.actor import SYSTEM
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Day, Line, Scan
from actions.rights import Right
from compact.closing import Closing
from storage.accounts import checks, closing, submissions, survey
from storage.accounts.checks import ItemRow, SheetRow

_STATE: Final = Words("状态", "State")


def _about(code: str, place: str, words: Words, done: Words, right: Right, **more: bool) -> About:
    return About(
        code=f"check.{code}",
        on=SHEET,
        right=right,
        path=f"/check-sheets/{{on}}/{place}",
        tag="checks",
        zh=words.zh,
        en=words.en,
        done=(done.zh, done.en),
        **more,
    )


def _due() -> date | None:
    due: date | None = field(
        zh="更正期限",
        en="To be corrected by",
        hint=("有差错时必填", "Needed where a figure is wrong"),
        default=None,
    )
    return due


class _Moves(BaseModel):
    """Takes a step of a sheet in some states; stands before Action among the bases."""

    act: ClassVar[str]
    before: ClassVar[tuple[str, ...]]

    @classmethod
    def fits(cls, on: SheetRow) -> bool:
        """Return whether it stands where this is done."""
        return on.state in cls.before

    def must_fit(self, on: SheetRow) -> None:
        """Refuse where it stands elsewhere."""
        if on.state not in self.before:
            raise wrong_state(on)

    def step(self, on: SheetRow, at: Acting, words: str) -> SheetMoved:
        """Take it, with what the action says of day and document."""
        state = checks.step(
            at.connection,
            on.sheet_id,
            self.act,
            words,
            at.actor,
            due_on=getattr(self, "due_on", None),
            document=getattr(self, "document", None),
        )
        return SheetMoved(sheet_id=on.sheet_id, state=state)


class ConcludeCheck(_Moves, Action[SheetRow, SheetMoved]):
    """Conclude a sheet: right where every figure agrees, else wrong, to be corrected by a day."""

    about = _about(
        "conclude", "conclusion", Words("作出核查结论", "Conclude a check sheet"),
        Words("结论已记录。", "Concluded."), Right.CHECK_ACCOUNTS,
    )  # fmt: skip
    act: ClassVar[str] = "conclude"
    before: ClassVar[tuple[str, ...]] = ("drawn",)

    words: Line = field(zh="结论", en="Finding", examples=["电量少报 3 月一张发票"])
    due_on: Day | None = _due()

    def check(self, on: SheetRow, at: Acting) -> None:
        """Refuse a sheet without a figure, and a day that does not fit what was found."""
        self.must_fit(on)
        if not on.items:
            raise nothing_seen(on)
        must_have_day(on.wrong, self.due_on, at.today)

    def foresee(self, on: SheetRow, at: Acting) -> list[Effect]:
        """Return which figures are wrong, and where the sheet would stand."""
        found = checks.items(at.connection, sheet_id=on.sheet_id)
        return [*wrong_ones(found), *_leads(on, "wrong" if on.wrong else "right")]

    def do(self, on: SheetRow, at: Acting) -> SheetMoved:
        """Conclude it."""
        return self.step(on, at, self.words)


class AnswerCheck(_Moves, Action[SheetRow, SheetMoved]):
    """Say for the institution what was corrected; then another person checks it again."""

    about = _about(
        "answer", "answer", Words("答复核查差错", "Answer what a check found"),
        Words("已答复,待复查。", "Answered; it is checked again."), Right.KEEP_ACCOUNTS,
    )  # fmt: skip
    act: ClassVar[str] = "answer"
    before: ClassVar[tuple[str, ...]] = ("wrong",)

    words: Line = field(
        zh="更正情况",
        en="What was corrected",
        hint=("补录了哪张账单、改了哪个数;不同意的写明理由",
              "Which bill was entered, which figure changed; or why you do not agree"),
        examples=["已补录 3 月账单"],
    )  # fmt: skip
    document: Scan | None = field(zh="凭证扫描", en="Scan", default=None)

    def check(self, on: SheetRow, at: Acting) -> None:
        """Refuse where nothing was found wrong."""
        self.must_fit(on)

    def foresee(self, on: SheetRow, at: Acting) -> list[Effect]:
        """Return where it would stand."""
        return _leads(on, "answered")

    def do(self, on: SheetRow, at: Acting) -> SheetMoved:
        """Answer."""
        return self.step(on, at, self.words)


class RecheckSheet(_Moves, Action[SheetRow, SheetMoved]):
    """Compare again what was seen with what the platform tells now; the answerer may not.

    Refused while a locked year or a submission still says what was found wrong.
    """

    about = _about(
        "recheck", "recheck", Words("复查更正", "Check again what was corrected"),
        Words("复查已记录。", "Checked again."), Right.CHECK_ACCOUNTS, second_person=True,
    )  # fmt: skip
    act: ClassVar[str] = "recheck"
    before: ClassVar[tuple[str, ...]] = ("answered",)

    words: Line = field(zh="复查意见", en="Finding", examples=["已更正"])
    due_on: Day | None = _due()

    @classmethod
    def made_by(cls, on: SheetRow, at: Acting) -> Collection[str]:
        """Return who answered; the operator's account is no other person than any."""
        steps = checks.steps(at.connection, on.sheet_id)
        return [*[one.made_by for one in steps if one.act == "answer"][-1:], SYSTEM]

    def check(self, on: SheetRow, at: Acting) -> None:
        """Refuse what is not restated, and a day that does not fit what is found."""
        self.must_fit(on)
        must_be_restated(on, at)
        wrong = sum(one.wrong for one in _again(on, at))
        must_have_day(wrong, self.due_on, at.today)

    def foresee(self, on: SheetRow, at: Acting) -> list[Effect]:
        """Return what is told now of each figure, and where the sheet would stand."""
        found = _again(on, at)
        told = [
            Effect("told", figure_words(one), amount_words(one, one.seen),
                   amount_words(one, one.told), warns=one.wrong)
            for one in found
        ]  # fmt: skip
        return [*told, *_leads(on, "wrong" if any(one.wrong for one in found) else "corrected")]

    def do(self, on: SheetRow, at: Acting) -> SheetMoved:
        """Write down what is told now, and close the sheet or ask once more."""
        return self.step(on, at, self.words)


class TakeBackConclusion(_Moves, Action[SheetRow, SheetMoved]):
    """Take back a conclusion that was a mistake, while nobody has answered it."""

    about = _about(
        "take_back", "taking-back", Words("撤回核查结论", "Take a conclusion back"),
        Words("结论已撤回。", "Taken back: the sheet is open."), Right.CHECK_ACCOUNTS,
    )  # fmt: skip
    act: ClassVar[str] = "take_back"
    before: ClassVar[tuple[str, ...]] = ("right", "wrong")

    reason: Line = field(zh="理由", en="Reason", examples=["看错了表号"])

    def check(self, on: SheetRow, at: Acting) -> None:
        """Refuse what is not concluded, or answered already."""
        self.must_fit(on)

    def foresee(self, on: SheetRow, at: Acting) -> list[Effect]:
        """Return that it would be open."""
        return _leads(on, "drawn")

    def do(self, on: SheetRow, at: Acting) -> SheetMoved:
        """Open it again."""
        return self.step(on, at, self.reason)


def must_have_day(wrong: int, due_on: date | None, today: date) -> None:
    """Refuse a finding without a day to come, and a day without a finding."""
    if wrong and (due_on is None or due_on <= today):
        raise day_needed(wrong)
    if not wrong and due_on is not None:
        raise no_day_needed()


def must_be_restated(on: SheetRow, at: Acting) -> None:
    """Refuse while what is locked or filled in of the year says something else than accounts."""
    profile = known_profile(at.connection, None)
    locked = closing.listed(at.connection, [on.institution_id], on.year, profile)
    if any(one.state == Closing.RESTATEMENT_DUE for one in locked):
        raise not_restated(on)
    for one in submissions.listed(at.connection, year=on.year, institution_id=on.institution_id):
        kept = None if one.state in OPEN else survey.newest(at.connection, one.submission_id)
        if kept and kept.filled != forms_of(at.connection, replace(one, state=OPEN[0])).found:
            raise not_filled_anew(on)


def wrong_ones(found: list[ItemRow]) -> list[Effect]:
    """Return the figures that differ beyond their tolerance: as told, and as seen."""
    return [
        Effect("wrong", figure_words(one), amount_words(one, one.told),
               amount_words(one, one.seen), warns=True)
        for one in found
        if one.wrong
    ]  # fmt: skip


def _again(on: SheetRow, at: Acting) -> list[ItemRow]:
    """Return the figures as they would be told now, without writing them."""
    key = ("told again", on.sheet_id)
    if key not in at.known:
        at.known[key] = checks.told_again(at.connection, on.sheet_id)
    found: list[ItemRow] = at.known[key]
    return found


def _leads(on: SheetRow, after: str) -> list[Effect]:
    return [Effect("state", _STATE, STATES[on.state], STATES[after])]
