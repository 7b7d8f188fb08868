"""The table of an institution's months by end use, uses that stand apart marked."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from actions.accounts.closing_fields import Year
from actions.accounts.end_use_months import MONTHS, EndUseMonth, of_institution
from actions.accounts.overview import months_before
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line
from actions.registry.institutions import institution_name
from actions.registry.named import in_words
from actions.registry.state_end_use import set_name
from actions.tables import Column, Filter, Table

APART: Final = {
    "heating": Words("供暖", "Heating"),
    "vehicles": Words("车辆", "Vehicles"),
    "data_centre": Words("数据中心", "Data centre"),
    "special": Words("特殊用能", "Special loads"),
}
REST_WORDS: Final = Words("未归入分项", "For no stated use")


class WhichMonths(Filter):
    """Of which institution and year months are wanted."""

    institution_id: Id = field(
        zh="机构编号", en="Institution id", called=institution_name, examples=[7]
    )
    year: Year | None = field(
        zh="年度",
        en="Year",
        hint=("不填为近 12 个整月", "Left open: the last 12 whole months"),
        default=None,
    )
    code_set: Line | None = field(
        zh="换成代码集",
        en="Mapped to code set",
        hint=("如 MOHURD", "Such as MOHURD"),
        default=None,
    )


def named(row: EndUseMonth, lang: Lang) -> str:
    """Return what people call what it was for."""
    if row.item is None:
        return row.key or REST_WORDS.say(lang)
    return in_words(row.item.name_zh, row.item.name_en, lang)


def _every(at: Acting, asked: WhichMonths) -> Iterator[EndUseMonth]:
    until = at.today.replace(day=1)
    first = months_before(until, MONTHS)
    if asked.year is not None:
        first, until = date(asked.year, 1, 1), date(asked.year + 1, 1, 1)
    yield from of_institution(at, asked.institution_id, first, until, asked.code_set)


END_USE_MONTHS: Final = Table[EndUseMonth, WhichMonths](
    code="end-use-months",
    path="/institutions/{institution_id}/end-uses",
    words=Words("分项用能", "Use by end use"),
    about="What an institution used for what, month by month: of each meter with an end use what "
    "its own sub-meters with one do not take apart, so nothing counts twice. The row without a "
    "code is what of the account is for no stated use. `apart` says what standards leave out of "
    "indicators: heating, vehicles, data centre, special loads.",
    tag="accounts",
    columns=(
        Column("month", Words("月份", "Month"), lambda row: f"{row.month:%Y-%m}"),
        Column(
            "carrier",
            Words("能源品种", "Carrier"),
            lambda row: row.carrier.code,
            shown=lambda row, lang: in_words(row.carrier.name_zh, row.carrier.name_en, lang),
        ),
        Column("use", Words("分项代码", "Code"), lambda row: row.key or None, look="code"),
        Column("use_name", Words("用能分项", "End use"), shown=named, only="people"),
        Column(
            "code_set",
            Words("代码集", "Code set"),
            lambda row: row.key.partition(":")[0] or None,
            shown=lambda row, lang: set_name(row.key.partition(":")[0]).say(lang),
        ),
        Column(
            "apart",
            Words("单列", "Apart"),
            lambda row: row.item.apart if row.item else None,
            shown=lambda row, lang: (
                APART[row.item.apart].say(lang) if row.item and row.item.apart else ""
            ),
        ),
        Column(
            "used",
            Words("用量", "Used"),
            lambda row: in_units(row.quanta, row.carrier.per_unit),
            "number",
            unit_of=lambda row: row.carrier.unit,
            places=1,
        ),
        Column("unit", Words("单位", "Unit"), lambda row: row.carrier.unit, only="programs"),
        Column(
            "coverage",
            Words("总量完整率", "Coverage"),
            lambda row: min(row.known_s / row.expected_s, 1) if row.expected_s else None,
            "share",
        ),
    ),
    filter=WhichMonths,
    every=_every,
    size=1000,
    empty=Words("没有登记用能分项。", "No end uses are stated."),
    then=Words("请先为计量通道登记用能分项。", "State first what the channels are for."),
)
