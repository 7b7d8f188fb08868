"""Findings on hours, declared once: the object, what people answer, and the table of all."""

from enum import StrEnum
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from actions.declared import About, Action, Effect, Opposite, Thing
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units, milliseconds
from actions.kinds import Id, Line
from actions.registry.institutions import institution_name
from actions.rights import Right
from actions.tables import Column, Filter, Table, page_of
from metering.errors import ConflictError
from storage.accounts import findings
from storage.accounts.findings import FindingRow
from storage.pages import NEWEST, Page, key_of

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
_LOOKS: Final = {"open": "tag", "confirmed": "tag warn", "dismissed": "tag ok"}


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
    return " · ".join((_house(one, lang), meter_of(one, lang), KINDS[one.kind].say(lang),
                       _when(one)))  # fmt: skip


def meter_of(one: FindingRow, lang: Lang) -> str:
    """Return what people call the meter, and its channel's code."""
    name = (one.name_zh or one.name_en) if lang == "zh" else (one.name_en or one.name_zh)
    return f"{name} {one.channel}" if name else one.channel


def _house(one: FindingRow, lang: Lang) -> str:
    both = (one.house_zh, one.house_en) if lang == "zh" else (one.house_en, one.house_zh)
    return both[0] or both[1] or str(one.institution_id)


def curve_link(one: FindingRow) -> str:
    """Return the address of the curve of the week in which it begins."""
    day = one.first.astimezone(ZoneInfo(one.zone)).date()
    asked = f"curve={one.channel_id}&span=week&day={day}"
    return f"/institutions/{one.institution_id}?{asked}#curve"


def _when(one: FindingRow) -> str:
    first, until = (at.astimezone(ZoneInfo(one.zone)) for at in (one.first, one.until))
    return f"{first:%Y-%m-%d %H:%M}–{until:%Y-%m-%d %H:%M}"


FINDING: Final = Thing[FindingRow](
    "finding",
    Words("异常用能", "finding"),
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
                zh=f"该异常已核实为“{STATES[on.answer].zh}”。",
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
        zh="确认异常属实",
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
        zh="排除异常",
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
        done=("已撤回,异常待核实。", "Taken back; the finding is open."),
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
                zh="该异常尚未核实。",
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


class WhichFindings(Filter):
    """Which findings are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    kind: FindingKind | None = field(zh="类型", en="Kind", names=KINDS, default=None)
    state: FindingState | None = field(zh="状态", en="State", names=STATES, default=None)


def _ask(at: Acting, asked: WhichFindings, after: str | None, limit: int) -> Page[FindingRow]:
    at_ms, last = key_of(after, 4_102_444_800_000, NEWEST)
    found = findings.listed(
        at.connection,
        before=(int(at_ms), int(last)),
        most=limit + 1,
        institution_id=asked.institution,
        kind=asked.kind,
        state=asked.state,
    )
    return page_of(found, limit, lambda row: (milliseconds(row.first), row.finding_id))


def _kwh(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row, name), row.per_unit),
        "number",
        unit_of=lambda row: row.unit,
    )


def _answered(row: FindingRow, lang: Lang) -> list[str]:
    return [STATES[row.state].say(lang), *([row.answer_reason] if row.answer_reason else [])]


def _to_answer(
    name: str, action: type[Action[FindingRow, FindingAnswered]], zh: str, en: str
) -> Column:
    words = Words(zh, en)
    return Column(
        name,
        words,
        only="page",
        shown=lambda row, lang: f"{words.say(lang)} ›" if row.answer is None else "",
        link=lambda row: f"/do/{action.about.code}/{row.finding_id}" if row.answer is None else "",
        right=Right.CORRECT_READINGS,
    )


FINDINGS: Final = Table[FindingRow, WhichFindings](
    code="findings",
    path="/findings",
    page="/findings",
    words=Words("异常用能", "Findings"),
    about="What stands out of the hours of channels, newest first: how much was used, how much is "
    "usual there, the difference in standard coal under the default profile and, where a price is "
    "stated, in yuan; and what people answered. Looked for every night.",
    tag="findings",
    columns=(
        Column("finding_id", Words("编号", "Id"), lambda row: row.finding_id, "whole", apart=True),
        Column(
            "kind",
            Words("类型", "Kind"),
            lambda row: row.kind,
            shown=lambda row, lang: KINDS[row.kind].say(lang),
        ),
        Column(
            "institution_id",
            Words("机构", "Institution"),
            lambda row: row.institution_id,
            "whole",
            named=_house,
            link=lambda row: f"/institutions/{row.institution_id}",
        ),
        Column(
            "channel_id",
            Words("计量通道", "Channel"),
            lambda row: row.channel_id,
            "whole",
            named=meter_of,
            link=curve_link,
        ),
        Column("carrier", Words("能源品种", "Carrier"), lambda row: row.carrier, apart=True),
        Column("first", Words("开始", "From"), lambda row: row.first, "instant"),
        Column("until", Words("结束", "Until"), lambda row: row.until, "instant"),
        _kwh("used", "实际用量", "Used"),
        _kwh("expected", "正常用量", "Usual"),
        _kwh("size", "相差", "Difference"),
        Column("unit", Words("单位", "Unit"), lambda row: row.unit, only="programs"),
        Column(
            "kgce",
            Words("相差折标准煤", "Difference"),
            lambda row: in_units(row.kgce_g, 1000),
            "number",
            unit="kgce",
        ),
        Column(
            "yuan",
            Words("相差费用", "Difference"),
            lambda row: row.yuan,
            "number",
            unit="元",
            blank=Words("未登记单价", "no price stated"),
        ),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state,
            shown=_answered,
            look=lambda row: _LOOKS[row.state],
        ),
        Column("reason", Words("原因", "Reason"), lambda row: row.answer_reason, only="programs"),
        Column("answered_at", Words("核实时间", "Answered at"), lambda row: row.answered_at,
               "instant", apart=True),
        Column("method", Words("方法版本", "Method"), lambda row: row.method, apart=True),
        Column("found_at", Words("发现时间", "Found at"), lambda row: row.found_at, "instant",
               apart=True),
        _to_answer("confirm", ConfirmFinding, "属实", "Confirm"),
        _to_answer("dismiss", DismissFinding, "排除", "Dismiss"),
    ),
    filter=WhichFindings,
    unasked=("institution",),
    ask=_ask,
    hint=Words(
        "每夜将各通道的逐时用量与该通道前后九周的同一时段相比。异常只作提示,不改变任何数值;读数有误时请另行更正。",
        "Every night a channel's hours are compared with the same hour of the nine weeks around "
        "them. A finding changes no figure: where a reading is wrong, correct it.",
    ),
    empty=Words("没有异常。", "Nothing stands out."),
    then=Words(
        "有逐时用量的通道每夜核查一次。", "Channels with hourly use are looked at every night."
    ),
)  # fmt: skip
