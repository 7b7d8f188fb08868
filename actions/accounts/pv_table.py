"""The table of PV electricity: generated, fed in, used on the spot, and the grid beside it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from actions.accounts.closing_fields import Year
from actions.accounts.overview import months_before
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.of_channels import curve_of, house_column
from actions.registry.state_pv import StatePv
from actions.tables import Column, Filter, Table, attribute
from storage.accounts import pv
from storage.accounts.pv import PvMonth

_KWH: Final = 1000
VERDICTS: Final = {
    "fits": Words("相符", "Fits"),
    "more_fed_in": Words("上网大于发电", "More fed in than generated"),
    "unknown": Words("计量不足", "Not enough measured"),
}
_LOOKS: Final = {"fits": "tag ok", "more_fed_in": "tag warn", "unknown": "tag"}


class WhichPv(Filter):
    """Of which institution and year months are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    year: Year | None = field(
        zh="年度",
        en="Year",
        hint=("不填为近 12 个月", "Left open: the last 12 months"),
        default=None,
    )


def verdict(row: PvMonth) -> str:
    """Return whether feed-in can have been generated."""
    if row.self_used is None:
        return "unknown"
    return "fits" if row.self_used >= 0 else "more_fed_in"


def _every(at: Acting, asked: WhichPv) -> Iterator[PvMonth]:
    until = months_before(at.today.replace(day=1), -1)
    first = months_before(until, 12)
    if asked.year is not None:
        first, until = date(asked.year, 1, 1), date(asked.year + 1, 1, 1)
    yield from pv.months(at.connection, first, until, asked.institution)


def _kwh(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row, name), _KWH),
        "number",
        unit="kWh",
        places=1,
    )


def _percent(part: int | None, whole: int | None) -> str | None:
    return None if part is None or not whole else f"{100 * part / whole:.1f}"


PV_MONTHS: Final = Table[PvMonth, WhichPv](
    code="pv-months",
    path="/pv-months",
    page="/pv-months",
    words=Words("光伏自发自用与上网", "PV self-use and feed-in"),
    about="PV electricity of institutions by month: generation less feed-in is used on the spot, "
    "over the days of which all meters are known. `delivered` is the grid's electricity in the "
    "account. Self-use counts in the account as electricity_pv_self; feed-in counts in none.",
    tag="accounts",
    columns=(
        Column("month", Words("月份", "Month"), lambda row: f"{row.month:%Y-%m}"),
        house_column(curve_of),
        _kwh("generated", "发电量", "Generated"),
        _kwh("fed_in", "上网电量", "Fed in"),
        _kwh("self_used", "自发自用", "Used on the spot"),
        Column(
            "self_use_percent",
            Words("自用率", "Of generation"),
            lambda row: _percent(row.self_used, row.generated),
            "number",
            unit="%",
            places=1,
        ),
        _kwh("delivered", "电网受电", "Delivered by the grid"),
        attribute("days", "已知天数", "Days known", "whole"),
        attribute("of_days", "有读数天数", "Days with readings", "whole"),
        Column(
            "verdict",
            Words("校核", "Check"),
            verdict,
            shown=lambda row, lang: VERDICTS[verdict(row)].say(lang),
            look=lambda row: _LOOKS[verdict(row)],
        ),
    ),
    filter=WhichPv,
    unasked=("institution",),
    every=_every,
    actions=(StatePv.about.code,),
    empty=Words("没有登记光伏计量。", "No PV meters are stated."),
    then=Words("打开机构,登记光伏计量。", "Open the institution and state its PV meters."),
)
