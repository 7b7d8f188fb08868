"""The table of findings: what was used, what is usual there, its size, what was answered."""

from typing import Final
from zoneinfo import ZoneInfo

from actions.accounts.findings import (
    KINDS,
    STATES,
    ConfirmFinding,
    DismissFinding,
    FindingAnswered,
    FindingKind,
    FindingState,
    house_of,
    meter_of,
)
from actions.declared import Action
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units, milliseconds
from actions.kinds import Amount, Id
from actions.registry.institutions import institution_name
from actions.rights import Right
from actions.tables import Column, Filter, Table, page_of
from storage.accounts import findings
from storage.accounts.findings import FindingRow
from storage.pages import NEWEST, Page, key_of

_LOOKS: Final = {"open": "tag", "confirmed": "tag warn", "dismissed": "tag ok"}


def curve_link(one: FindingRow) -> str:
    """Return the address of the curve of the week in which it begins."""
    day = one.first.astimezone(ZoneInfo(one.zone)).date()
    asked = f"curve={one.channel_id}&span=week&day={day}"
    return f"/institutions/{one.institution_id}?{asked}#curve"


class WhichFindings(Filter):
    """Which findings are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    kind: FindingKind | None = field(zh="类型", en="Kind", names=KINDS, default=None)
    state: FindingState | None = field(zh="状态", en="State", names=STATES, default=None)
    least_kgce: Amount | None = field(
        zh="至少相差", en="Differs by at least", unit="kgce", default=None
    )


def _ask(at: Acting, asked: WhichFindings, after: str | None, limit: int) -> Page[FindingRow]:
    at_ms, last = key_of(after, 4_102_444_800_000, NEWEST)
    found = findings.listed(
        at.connection,
        before=(int(at_ms), int(last)),
        most=limit + 1,
        institution_id=asked.institution,
        kind=asked.kind,
        state=asked.state,
        least_g=None if asked.least_kgce is None else asked.least_kgce * 1000,
    )
    return page_of(found, limit, lambda row: (milliseconds(row.first), row.finding_id))


def _kwh(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row, name), row.per_unit),
        "number",
        unit_of=lambda row: row.unit,
        places=1,
    )


def _when(row: FindingRow, lang: Lang) -> list[str]:
    first, until = (at.astimezone(ZoneInfo(row.zone)) for at in (row.first, row.until))
    end = f"{until:%H:%M}" if first.date() == until.date() else f"{until:%Y-%m-%d %H:%M}"
    return [f"{first:%Y-%m-%d %H:%M}", f"– {end}"]


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
        shown=lambda row, lang: words.say(lang) if row.answer is None else "",
        link=lambda row: f"/do/{action.about.code}/{row.finding_id}" if row.answer is None else "",
        right=Right.CORRECT_READINGS,
    )


FINDINGS: Final = Table[FindingRow, WhichFindings](
    code="findings",
    path="/findings",
    page="/findings",
    words=Words("用能发现", "Findings"),
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
            named=house_of,
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
        Column("first", Words("开始", "From"), lambda row: row.first, "instant", apart=True),
        Column("until", Words("结束", "Until"), lambda row: row.until, "instant", apart=True),
        Column(
            "when",
            Words("时间", "When"),
            only="page",
            shown=_when,
            look="when",
            hint=Words("计量表所在地的时间", "in the meter's civil time"),
        ),
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
            places=1,
        ),
        Column(
            "yuan",
            Words("相差费用(元)", "Difference (yuan)"),
            lambda row: row.yuan,
            "number",
            hint=Words("登记单价后显示", "where a price is stated"),
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
        "每夜将各通道的逐时用量与该通道前后九周的同一时段相比。发现只作提示,不改变任何数值;读数有误时请另行更正。",
        "Every night a channel's hours are compared with the same hour of the nine weeks around "
        "them. A finding changes no figure: where a reading is wrong, correct it.",
    ),
    empty=Words("没有发现。", "Nothing stands out."),
    then=Words(
        "有逐时用量的通道每夜核查一次。", "Channels with hourly use are looked at every night."
    ),
)  # fmt: skip
