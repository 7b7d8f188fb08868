"""The table of balances: a main meter's month against the sum of its sub-meters, node by node."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from actions.accounts.overview import months_before
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id, Month
from actions.registry.institutions import institution_name
from actions.registry.named import in_words
from actions.registry.of_channels import channel_column, house_column
from actions.registry.state_extent import EXTENTS, StateExtent
from actions.registry.state_submeter import StateSubmeter
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import balances
from storage.accounts.balances import START, Balance
from storage.pages import Page, key_of

MONTHS: Final = 13  # of one institution, where no month is asked for
VERDICTS: Final = {
    "agrees": Words("平衡", "Agrees"),
    "exceeded": Words("超差", "Exceeded"),
    "unknown": Words("计量不足", "Not enough measured"),
}
_LOOKS: Final = {"agrees": "tag ok", "exceeded": "tag warn", "unknown": "tag"}


class BalanceVerdict(StrEnum):
    """Whether sub-meters agree with their main meter."""

    AGREES = "agrees"
    EXCEEDED = "exceeded"
    UNKNOWN = "unknown"


class WhichBalances(Filter):
    """Which balances are wanted."""

    month: Month | None = field(
        zh="月份",
        en="Month",
        hint=("不填为上月;已选机构时为近 13 个月",
              "Left open: last month; of one institution the last 13"),
        default=None,
    )  # fmt: skip
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    verdict: BalanceVerdict | None = field(
        zh="校核结果", en="Verdict", names=VERDICTS, default=None
    )


def node_of(one: Balance, lang: Lang) -> str:
    """Return what people call the main meter, and its channel's code."""
    return f"{in_words(one.name_zh, one.name_en, lang)} · {one.channel}"


def curve_link(one: Balance) -> str:
    """Return the address of the main meter's curve in that month."""
    asked = f"curve={one.channel_id}&span=month&day={one.month.isoformat()}"
    return f"/institutions/{one.institution_id}?{asked}#curve"


def rest_percent(one: Balance) -> str | None:
    """Return the remainder as a share of the main meter's use, None where that is nothing. [%]"""
    if one.rest_quanta is None or not one.main_quanta:
        return None
    return f"{Decimal(one.rest_quanta) * 100 / abs(one.main_quanta):.2f}"


def _ask(at: Acting, asked: WhichBalances, after: str | None, limit: int) -> Page[Balance]:
    this = at.today.replace(day=1)
    back = 1 if asked.institution is None else MONTHS
    first = asked.month or months_before(this, back)
    until = months_before(first, -1) if asked.month else this
    month, channel = key_of(after, *START)
    found = balances.listed(
        at.connection,
        first,
        until,
        after=(int(month), int(channel)),
        most=limit + 1,
        institution=asked.institution,
        verdict=asked.verdict,
    )
    return page_of(found, limit, balances.place)


def _amount(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row, f"{name}_quanta"), row.per_unit),
        "number",
        unit_of=lambda row: row.unit,
        places=1,
    )


BALANCES: Final = Table[Balance, WhichBalances](
    code="meter-balances",
    path="/meter-balances",
    page="/meter-balances",
    words=Words("总分表平衡校核", "Balances of main and sub-meters"),
    about="Each main meter's month against the sum of its sub-meters, over the days that all of "
    "them know whole. The remainder is what no sub-meter measured; negative: they measured more "
    "than their main meter. Main meters of which the reader does not see a sub-meter are left out.",
    tag="meters and channels",
    columns=(
        Column("month", Words("月份", "Month"), lambda row: f"{row.month:%Y-%m}"),
        house_column(),
        channel_column("总表", "Main meter", node_of, link=curve_link),
        attribute("carrier", "能源品种", "Carrier", apart=True),
        attribute("subs", "分表数", "Sub-meters", "whole"),
        _amount("main", "总表用量", "Used by it"),
        _amount("sub", "分表合计", "By sub-meters"),
        _amount("rest", "未分表计量部分", "Unmetered remainder"),
        attribute("unit", "单位", "Unit", only="programs"),
        Column(
            "rest_percent",
            Words("占总表", "Of the main meter"),
            rest_percent,
            "number",
            unit="%",
            places=2,
        ),
        Column(
            "tolerance_percent",
            Words("允许偏差", "Tolerance"),
            lambda row: in_units(row.tolerance, 10_000),
            "number",
            unit="%",
            places=2,
        ),
        Column(
            "extent",
            Words("分表覆盖范围", "Extent of sub-meters"),
            lambda row: row.extent,
            shown=lambda row, lang: EXTENTS[row.extent].say(lang),
        ),
        attribute("days", "比较天数", "Days compared", "whole"),
        attribute("of_days", "应有天数", "Days with sub-meters", "whole"),
        Column(
            "verdict",
            Words("校核结果", "Verdict"),
            lambda row: row.verdict,
            shown=lambda row, lang: VERDICTS[row.verdict].say(lang),
            look=lambda row: _LOOKS[row.verdict],
        ),
    ),
    filter=WhichBalances,
    unasked=("institution",),
    ask=_ask,
    actions=(StateSubmeter.about.code, StateExtent.about.code),
    hint=Words(
        "只比较总表和全部分表当日数据完整的天;完整的天不足时不下结论。允许偏差见参考数据。",
        "Only days that the main meter and all its sub-meters know whole are compared; where they "
        "are too few nothing is said. Tolerances stand among the reference data.",
    ),
    empty=Words("没有登记分表的总表。", "No main meter has sub-meters."),
    then=Words("请先登记总分表关系。", "State first which meters are sub-meters."),
)
