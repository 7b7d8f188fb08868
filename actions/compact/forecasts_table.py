"""The table of forecasts: how this year will end for institutions, beside their quotas."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import Field

from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Amount, Id
from actions.registry.institutions import institution_name
from actions.registry.named import institution_columns
from actions.tables import Column, Filter, Kind, Table, attribute, page_of
from storage.compact import year_forecasts
from storage.compact.year_forecasts import ForecastRow
from storage.pages import Page, key_of

_FIRST: Final = "-2"  # before the likeliest excess, in whose order the table stands
LIKELY: Final = 0.5  # that a quota is exceeded: from here on it is marked
WHY: Final = {
    "bills": Words("仅有账单,无逐日用量", "known by bills alone, not by days"),
    "days": Words(
        "本年或上年已知的日用量不足九成",
        "less than nine tenths of this year's or last year's days known",
    ),
    "peers": Words(
        "可供检验预测的同类机构不足 19 家", "fewer than 19 like institutions to test a forecast on"
    ),
}


class WhichForecasts(Filter):
    """Which forecasts are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    year: Annotated[int, Field(ge=1970, le=2100)] | None = field(
        zh="年份(默认最近)", en="Year (the newest)", default=None
    )
    least_odds: Annotated[Amount, Field(le=100)] | None = field(
        zh="超指标可能性不低于", en="Chance of exceeding at least", unit="%", default=None
    )


def _ask(at: Acting, asked: WhichForecasts, after: str | None, limit: int) -> Page[ForecastRow]:
    odds, last = key_of(after, _FIRST, 0)
    found = year_forecasts.listed(
        at.connection,
        after=(float(odds), int(last)),
        most=limit + 1,
        year=asked.year,
        institution_id=asked.institution,
        least_odds=None if asked.least_odds is None else float(asked.least_odds / 100),
    )
    return page_of(found, limit, lambda row: (repr(_order(row)), row.institution_id))


def _order(row: ForecastRow) -> float:
    return 1.0 if row.odds is None else -row.odds


def _kgce(name: str, zh: str, en: str, *hint: str) -> Column:
    def value(row: ForecastRow) -> str | None:
        return in_units(getattr(row, name), 1000)

    said = Words(*hint) if hint else None
    return Column(name.removesuffix("_g"), Words(zh, en), value, "number", unit="kgce", places=0,
                  hint=said)  # fmt: skip


def _plain(
    name: str, zh: str, en: str, value: Callable[[ForecastRow], Any], kind: Kind = "line"
) -> Column:
    return Column(name, Words(zh, en), value, kind, apart=True)


def _share_of_quota(row: ForecastRow) -> float | None:
    return None if not row.quota_g or row.total_g is None else round(row.total_g / row.quota_g, 4)


def _of_quota_said(row: ForecastRow, lang: Lang) -> str:
    share = _share_of_quota(row)
    return "" if share is None else f"{share:.1%}"


FORECASTS: Final = Table[ForecastRow, WhichForecasts](
    code="forecasts",
    path="/forecasts",
    page="/forecasts",
    words=Words("年末用能预测", "Forecasts of the year"),
    about="How this year will end for institutions: what they used so far, what the rest of the "
    "year is expected to come to, between which bounds nine of ten years end, and how likely the "
    "quota is exceeded. Made anew each night; the likeliest excess first.",
    tag="progress",
    columns=(
        *institution_columns(),
        attribute("year", "年份", "Year", "whole", shown=lambda row, lang: str(row.year)),
        Column("day", Words("截至", "Up to"), lambda row: row.day, "day"),
        _kgce("used_g", "已用", "Used so far"),
        _kgce(
            "total_g",
            "全年预测",
            "Whole year",
            "已用加其余各日的预测",
            "used so far and the rest as forecast",
        ),
        _kgce(
            "lower_g",
            "区间下限",
            "Lower bound",
            "十年有九年落在上下限之间",
            "nine of ten years end between the bounds",
        ),
        _kgce("upper_g", "区间上限", "Upper bound"),
        _kgce("quota_g", "全年指标", "Quota"),
        Column(
            "of_quota",
            Words("预测占指标", "Of the quota"),
            _share_of_quota,
            "share",
            shown=_of_quota_said,
        ),
        Column(
            "odds",
            Words("超指标可能性", "Chance of exceeding"),
            lambda row: None if row.odds is None else round(row.odds, 4),
            "share",
            look=lambda row: "tag warn" if row.odds is not None and row.odds >= LIKELY else "",
        ),
        Column(
            "why",
            Words("说明", "Note"),
            lambda row: row.why,
            shown=lambda row, lang: WHY[row.why].say(lang) if row.why else "",
        ),
        _plain(
            "rest",
            "其余预测(kgce)",
            "Rest as forecast (kgce)",
            lambda row: in_units(row.rest_g, 1000),
            "number",
        ),
        _plain("known_days", "已知天数", "Known days", lambda row: row.known_days, "whole"),
        _plain("peers", "参照机构数", "Peers", lambda row: row.peers, "whole"),
        _plain("profile", "系数方案", "Profile", lambda row: row.profile),
        _plain("method", "方法版本", "Method", lambda row: row.method),
        _plain("made_at", "预测时间", "Made at", lambda row: row.made_at, "instant"),
    ),
    filter=WhichForecasts,
    unasked=("institution",),
    ask=_ask,
    hint=Words(
        "每夜重新预测:其余各日按上年同期用量和近两个月的变化推算;区间和可能性由同类机构上年同日所作预测的误差得出。"
        "只作提示,不改变任何数值。",
        "Made anew each night: the rest of the year is last year's at the pace of the last two "
        "months; bounds and chance come from how wrong the same forecasts of like institutions "
        "were a year before. A forecast changes no figure.",
    ),
    empty=Words("尚无预测。", "There is no forecast yet."),
    then=Words(
        "上年和本年的逐日用量已知九成以上时,次日凌晨作出预测。",
        "It is made the night after nine tenths of the days of last year and this are known.",
    ),
)  # fmt: skip
