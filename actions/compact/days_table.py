"""The calendar of a quota: each day's part, by what the institution used on days of that kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from actions.compact.columns import of_indicator, unit_shown
from actions.compact.movement_things import OF_BOOKS, SharedIndicator
from actions.compact.quotas import explained
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_union
from compact.days import DayUsed, RestsOn, Shape, calendar
from compact.targets import MONTHS
from storage.compact import notices, targets

KINDS: Final = {
    "workday": Words("工作日", "workday"),
    "weekend": Words("周末", "weekend"),
    "holiday": Words("节假日", "holiday"),
}
_RESTS: Final = {
    RestsOn.MONTH: Words("同月同类日", "days of its kind in that month"),
    RestsOn.YEAR: Words(
        "全年同类日(按该月水平)", "days of its kind in the year, at that month's level"
    ),
    RestsOn.EVEN: Words("均分(无已知日)", "evenly: no day is known"),
}
_WEEKDAYS: Final = Words("一二三四五六日", "Mon Tue Wed Thu Fri Sat Sun")


@dataclass(frozen=True, slots=True)
class DayQuota:
    """A day's part of a quota; grams: None in a month without one.

    rests_on, days: what it weighs by, and of how many days that is the mean. published: whether
    the year's holidays are known.
    """

    day: date
    kind: str
    name_zh: str | None
    name_en: str | None
    grams: int | None
    mean_g: int | None
    rests_on: str
    days: int
    published: bool
    indicator: str


class WhichDays(Filter):
    """Of which quota."""

    institution_id: Id = field(zh="机构编号", en="Institution")
    year: int = field(zh="年份", en="Year")
    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    indicator: SharedIndicator | None = field(
        zh="控制指标", en="Indicator", names=OF_BOOKS, default=None
    )


def days_of_quota(at: Acting, asked: WhichDays) -> list[DayQuota]:
    """Return the days of a quota in force, adding to its months to the gram."""
    connection = at.connection
    found = explained(connection, *_which(asked))
    base_year = found.base_year or asked.year - 1
    span = date(base_year, 1, 1), date(base_year + 1, 1, 1)
    kept = targets.one(connection, found.run.target_id)
    months = notices.months_in_force(connection, found.quota)
    used = notices.used_days(connection, asked.institution_id, kept.target, span) if kept else []
    days = notices.days_of(connection, asked.year)
    parts = calendar(
        [months.get(number) for number in range(1, MONTHS + 1)],
        [(one.day, one.kind) for one in days],
        Shape(DayUsed(*one) for one in used),
    )
    return [
        DayQuota(
            day=one.day,
            kind=one.kind,
            name_zh=one.name_zh,
            name_en=one.name_en,
            grams=parts[one.day][0],
            mean_g=round(weight.grams) if (weight := parts[one.day][1]).days else None,
            rests_on=weight.rests_on.value,
            days=weight.days,
            published=one.published,
            indicator=found.quota.indicator,
        )
        for one in days
    ]


def _which(asked: WhichDays) -> tuple[int, int, int | None, str | None]:
    indicator = None if asked.indicator is None else asked.indicator.value
    return asked.institution_id, asked.year, asked.union, indicator


def _every(at: Acting, asked: WhichDays) -> Iterable[DayQuota]:
    return days_of_quota(at, asked)


def _weekday(row: DayQuota, lang: Lang) -> str:
    said = _WEEKDAYS.say(lang)
    names = list(said) if lang == "zh" else said.split()
    return f"{row.day.isoformat()} {names[row.day.weekday()]}"


def _kind(row: DayQuota, lang: Lang) -> str:
    name = row.name_zh if lang == "zh" else row.name_en
    kind = KINDS[row.kind].say(lang)
    return f"{kind} · {name}" if name else kind


def _to_the_gram(
    name: str, words: Words, grams: Callable[[DayQuota], int | None], hint: Words
) -> Column:
    """Return a column of kilograms to the gram: a small institution's day is few of them."""
    return Column(
        name,
        words,
        lambda row: in_units(grams(row), 1000),
        "number",
        unit_of=unit_shown,
        places=3,
        hint=hint,
    )


QUOTA_DAYS: Final = Table[DayQuota, WhichDays](
    code="quota.days",
    path="/institutions/{institution_id}/quotas/{year}/days",
    words=Words("分日用能指标", "Daily quotas"),
    about="Each day's part of a quota: its month cut by what the institution itself used on days "
    "of that kind (workday, weekend, holiday) in the base year. The days add to the month to the "
    "gram.",
    tag="runs and quotas",
    columns=(
        attribute("day", "日期", "Day", "day", shown=_weekday),
        attribute(
            "kind",
            "日别",
            "Kind",
            shown=_kind,
            hint=("工作日、周末或节假日", "workday, weekend or holiday"),
        ),
        _to_the_gram(
            "quota",
            Words("当日指标", "Quota"),
            lambda row: row.grams,
            Words("没有基期的月份没有指标", "A month without a base has none"),
        ),
        _to_the_gram(
            "mean",
            Words("基期同类日平均", "Mean of such days"),
            lambda row: row.mean_g,
            Words("基期年同类日的平均用量", "What such a day used in the base year"),
        ),
        attribute(
            "rests_on",
            "依据",
            "Rests on",
            shown=lambda row, lang: _RESTS[RestsOn(row.rests_on)].say(lang),
            hint=("month、year 或 even", "month, year or even"),
        ),
        attribute(
            "days",
            "已知日数",
            "Days known",
            "whole",
            hint=("平均所用的日数", "Of how many days it is the mean"),
        ),
        *of_indicator(),
        attribute("name_zh", "节日", "Holiday in Chinese", apart=True),
        attribute("name_en", "节日(英文)", "Holiday in English", apart=True),
        attribute(
            "published",
            "假日安排已知",
            "Holidays known",
            "flag",
            apart=True,
            hint=("该年的放假安排是否已列入", "Whether the year's holidays are on record"),
        ),
    ),
    filter=WhichDays,
    unasked=("union", "indicator"),
    every=_every,
    size=366,
    empty=Words("没有分日指标。", "There are no daily quotas."),
)


@dataclass(frozen=True, slots=True)
class MonthOfDays:
    """A month of the calendar: its quota, and what a day of each kind may use. [g]"""

    month: int
    days: int
    grams: int | None
    of_kind: Mapping[str, tuple[int, int]]  # how many days, and their quota together


def months_of_days(days: Iterable[DayQuota]) -> list[MonthOfDays]:
    """Return the calendar by month."""
    by_month: dict[int, list[DayQuota]] = {}
    for one in days:
        by_month.setdefault(one.day.month, []).append(one)
    return [_month(month, own) for month, own in sorted(by_month.items())]


def _month(month: int, own: Sequence[DayQuota]) -> MonthOfDays:
    known = [one.grams for one in own if one.grams is not None]
    of_kind = {
        kind: (
            sum(one.kind == kind for one in own),
            sum(one.grams or 0 for one in own if one.kind == kind),
        )
        for kind in KINDS
    }
    return MonthOfDays(month, len(own), sum(known) if known else None, of_kind)
