"""Findings on hours: the object, and what people answer."""

from enum import StrEnum
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from actions.declared import About, Action, Effect, Opposite, Thing
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Line
from actions.rights import Right
from metering.errors import ConflictError
from storage.accounts import findings
from storage.accounts.findings import FindingRow

KINDS: Final = {
    "spike": Words("突增", "Spike"),
    "stuck": Words("数值不变", "Stuck"),
    "zero": Words("使用时段为零", "Zero while open"),
    "overuse": Words("持续偏高", "Overuse"),
    "idle": Words("夜间和周末偏高", "Nights and weekends"),
}
STATES: Final = {
    "open": Words("待核实", "Open"),
    "confirmed": Words("属实", "Confirmed"),
    "dismissed": Words("排除", "Dismissed"),
}
_WHAT: Final = Words("核实结果", "Answer")


class FindingKind(StrEnum):
    """What stood out."""

    SPIKE = "spike"
    STUCK = "stuck"
    ZERO = "zero"
    OVERUSE = "overuse"
    IDLE = "idle"


class FindingState(StrEnum):
    """What people said of it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


def _named(one: FindingRow, lang: Lang) -> str:
    return " · ".join((house_of(one, lang), meter_of(one, lang), KINDS[one.kind].say(lang),
                       _when(one)))  # fmt: skip


def meter_of(one: FindingRow, lang: Lang) -> str:
    """Return what people call the meter, and its channel's code."""
    name = (one.name_zh or one.name_en) if lang == "zh" else (one.name_en or one.name_zh)
    return f"{name} {one.channel}" if name else one.channel


def house_of(one: FindingRow, lang: Lang) -> str:
    """Return what people call the institution."""
    both = (one.house_zh, one.house_en) if lang == "zh" else (one.house_en, one.house_zh)
    return both[0] or both[1] or str(one.institution_id)


def _when(one: FindingRow) -> str:
    first, until = (at.astimezone(ZoneInfo(one.zone)) for at in (one.first, one.until))
    return f"{first:%Y-%m-%d %H:%M}–{until:%Y-%m-%d %H:%M}"


FINDING: Final = Thing[FindingRow](
    "finding",
    Words("用能发现", "finding"),
    FindingRow,
    find=lambda at, on: findings.one(at.connection, on),
    name=_named,
    page=lambda _: "/findings",
    covered="""(SELECT channel_id FROM finding WHERE id = %(on)s)
               IN (SELECT * FROM access.covers_channels(%(right)s))""",
    lock="SELECT FROM finding WHERE id = %s FOR NO KEY UPDATE",
    way=Words("在列表中选择", "choose it in the list"),
)


class FindingAnswered(BaseModel):
    """A finding, and what stands of it."""

    finding_id: int
    state: FindingState


class _Answers:
    """Writes an answer; stands before Action among the bases."""

    answer: ClassVar[FindingState]

    @classmethod
    def fits(cls, on: FindingRow) -> bool:
        """Return whether nobody has answered yet."""
        return on.answer is None

    def check(self, on: FindingRow, at: Acting) -> None:
        """Refuse one that is answered."""
        if on.answer is not None:
            raise ConflictError(
                "finding.answered",
                zh=f"该发现已核实为“{STATES[on.answer].zh}”。",
                en=f"It is {on.answer} already.",
                next_zh="如需更改,请先撤回核实结果。",
                next_en="To change that, take the answer back first.",
                where={"finding": on.finding_id},
            )

    def foresee(self, on: FindingRow, at: Acting) -> list[Effect]:
        """Return what would be said, and what follows from it."""
        return [Effect("answer", _WHAT, STATES[on.state], STATES[self.answer.value])]

    def opposite(self, on: FindingRow, result: FindingAnswered) -> Opposite:
        """Return taking the answer back."""
        return Opposite(ReopenFinding(), on.finding_id)


class ConfirmFinding(_Answers, Action[FindingRow, FindingAnswered]):
    """Say that a finding is what it seems; nothing is corrected by it."""

    about = About(
        code="finding.confirm",
        on=FINDING,
        right=Right.CORRECT_READINGS,
        path="/findings/{on}/confirmation",
        tag="findings",
        zh="确认发现属实",
        en="Confirm a finding",
        done=("已确认。如读数有误,请在更正记录中更正。",
              "Confirmed. If a reading is wrong, correct it under “Corrections”."),
    )  # fmt: skip

    answer: ClassVar[FindingState] = FindingState.CONFIRMED
    reason: Line = field(
        zh="原因",
        en="What it was",
        hint=("例如:空调周末未关", "Such as: cooling ran all weekend"),
        examples=["空调周末未关"],
    )

    def do(self, on: FindingRow, at: Acting) -> FindingAnswered:
        """Write it down."""
        findings.answer(at.connection, on.finding_id, "confirmed", self.reason)
        return FindingAnswered(finding_id=on.finding_id, state=FindingState.CONFIRMED)


class DismissFinding(_Answers, Action[FindingRow, FindingAnswered]):
    """Say that a finding is none: the band of these hours of the week becomes a quarter wider."""

    about = About(
        code="finding.dismiss",
        on=FINDING,
        right=Right.CORRECT_READINGS,
        path="/findings/{on}/dismissal",
        tag="findings",
        zh="排除发现",
        en="Dismiss a finding",
        done=("已排除,该通道每周同一时段的判定范围放宽四分之一。",
              "Dismissed; in these hours of the week the channel's band is a quarter wider."),
    )  # fmt: skip

    answer: ClassVar[FindingState] = FindingState.DISMISSED
    reason: Line = field(
        zh="原因",
        en="Why it is none",
        hint=("例如:当天有考试", "Such as: an examination was held"),
        examples=["当天有考试"],
    )

    def do(self, on: FindingRow, at: Acting) -> FindingAnswered:
        """Write it down."""
        findings.answer(at.connection, on.finding_id, "dismissed", self.reason)
        return FindingAnswered(finding_id=on.finding_id, state=FindingState.DISMISSED)


class ReopenFinding(Action[FindingRow, FindingAnswered]):
    """Take back what was answered of a finding; a band that a dismissal widened narrows again."""

    about = About(
        code="finding.reopen",
        on=FINDING,
        right=Right.CORRECT_READINGS,
        path="/findings/{on}/reopening",
        tag="findings",
        zh="撤回核实结果",
        en="Take back what was answered of a finding",
        done=("已撤回,该发现待核实。", "Taken back; the finding is open."),
    )

    @classmethod
    def fits(cls, on: FindingRow) -> bool:
        """Return whether somebody has answered."""
        return on.answer is not None

    def check(self, on: FindingRow, at: Acting) -> None:
        """Refuse one that nobody answered."""
        if on.answer is None:
            raise ConflictError(
                "finding.open",
                zh="该发现尚未核实。",
                en="Nobody has answered it.",
                next_zh="请确认属实,或予以排除。",
                next_en="Confirm or dismiss it.",
                where={"finding": on.finding_id},
            )

    def foresee(self, on: FindingRow, at: Acting) -> list[Effect]:
        """Return what would be said no longer."""
        return [Effect("answer", _WHAT, STATES[on.state], STATES["open"])]

    def do(self, on: FindingRow, at: Acting) -> FindingAnswered:
        """Take it back."""
        findings.answer(at.connection, on.finding_id, None, None)
        return FindingAnswered(finding_id=on.finding_id, state=FindingState.OPEN)
