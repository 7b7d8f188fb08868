"""The table of targets: how far each is reached by all together and by each member."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Final

from actions.compact.columns import INDICATOR
from actions.compact.reached import DOUBTS, VERDICTS, TargetReached, read
from actions.compact.target_words import INDICATORS, fall_of
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.tables import Column, Filter, Kind, Table
from actions.things import every_union

_ALL: Final = Words("全部成员", "All members")


class WhichReached(Filter):
    """Of which union, and of which target."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    target: Id | None = field(zh="节能目标编号", en="Target", default=None)


def _every(at: Acting, asked: WhichReached) -> Iterable[TargetReached]:
    return read(at.connection, at.today, target_id=asked.target, union_id=asked.union)


def _member(row: TargetReached, lang: Lang) -> str:
    if row.row.member_id is None:
        return _ALL.say(lang)
    name = row.member_zh if lang == "zh" else row.member_en or row.member_zh
    return name or str(row.row.member_id)


def _of_row(name: str, zh: str, en: str, kind: Kind, *hint: str, apart: bool = False) -> Column:
    told = Words(*hint) if hint else None
    return Column(
        name, Words(zh, en), lambda one: getattr(one.row, name), kind, hint=told, apart=apart
    )


def _share(
    name: str, zh: str, en: str, value: Callable[[TargetReached], Fraction | None], *hint: str
) -> Column:
    def read_share(row: Any) -> float | None:
        found = value(row)
        return None if found is None else float(found)

    told = Words(*hint) if hint else None
    return Column(name, Words(zh, en), read_share, "share", hint=told)


TARGET_PROGRESS: Final = Table[TargetReached, WhichReached](
    code="target-progress",
    path="/target-progress",
    words=Words("目标进度", "Progress of targets"),
    about="How far each target is reached, by all members together and by each: the months of the "
    "year so far beside the same months of the base year and of the year before, over institutions "
    "and months that both years measured. Data older than the target allows give their age and no "
    "share. What would tell of a restricted institution is left out.",
    tag="unions and targets",
    columns=(
        _of_row("target_id", "节能目标编号", "Target", "whole", apart=True),
        Column(
            "target",
            Words("节能目标", "Target"),
            shown=lambda row, lang: fall_of(row.kept.target).say(lang),
            link=lambda row: f"/targets/{row.kept.target_id}",
            only="people",
        ),
        Column(
            "indicator",
            Words(*INDICATOR),
            lambda row: row.kept.target.indicator.value,
            shown=lambda row, lang: INDICATORS[row.kept.target.indicator.value].say(lang),
            apart=True,
        ),
        Column(
            "member_id",
            Words("成员编号", "Member id"),
            lambda row: row.row.member_id,
            "whole",
            apart=True,
            hint=Words("空为全部成员", "null: all together"),
        ),
        Column("member", Words("成员", "Member"), shown=_member, only="people"),
        _of_row("year", "年份", "Year", "whole"),
        _share("fall", "累计下降", "Fallen since the base", lambda row: row.said.fall,
               "同月、同机构相比", "The same months of the same institutions; null: no percentage"),
        _share("asked", "路径要求", "The path asks", lambda row: row.said.asked,
               "年末较基期", "By the end of that year, below the base year"),
        _share("annual_fall", "当年下降", "Fallen this year", lambda row: row.said.annual_fall,
               "与上年同月相比", "Below the same months of the year before"),
        _share("annual_asked", "当年要求", "Asked this year", lambda row: row.said.annual_asked),
        _share("incentive_asked", "激励目标要求", "The incentive asks",
               lambda row: row.said.incentive_asked),
        _share("done", "完成率", "Done", lambda row: row.said.done,
               "占全部承诺", "Of the whole fall that was promised"),
        Column(
            "verdict",
            Words("结论", "Verdict"),
            lambda row: row.said.verdict.value,
            shown=lambda row, lang: VERDICTS[row.said.verdict.value].say(lang),
        ),
        Column(
            "doubt",
            Words("不作判断的原因", "Why no verdict"),
            lambda row: row.said.doubt.value if row.said.doubt else None,
            shown=lambda row, lang: DOUBTS[row.said.doubt].say(lang) if row.said.doubt else "",
        ),
        _of_row("upto", "数据截至", "Data up to", "day"),
        Column(
            "age_days",
            Words("数据已过天数", "Age of the data"),
            lambda row: row.said.age_days,
            "whole",
            unit="days",
        ),
        _share("compared", "可比份额", "Compared", lambda row: row.said.compared,
               "已结束的机构月中两年均已计量的份额",
               "Of the institution-months that are over, those measured in both years"),
        _of_row("institutions", "机构数", "Institutions", "whole"),
        _of_row("as_of", "计算时间", "Worked out", "instant", apart=True),
    ),
    filter=WhichReached,
    every=_every,
    size=1000,
)  # fmt: skip
