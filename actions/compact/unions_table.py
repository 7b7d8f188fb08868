"""The tables of unions and of their targets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from actions.compact.columns import INDICATOR, agreed
from actions.compact.target_words import (
    CURVES,
    INDICATORS,
    ORIGINS,
    fall_of,
    percent_of,
    years_of,
)
from actions.compact.unions import UnionDetail, details_of
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.named import in_words
from actions.tables import Column, Filter, Table
from actions.things import every_union
from compact.targets import Target
from storage.compact import targets
from storage.compact.targets import TargetRow
from storage.compact.unions import UnionRow

_PLANS: Final = {
    True: Words("您可规划", "you plan for it"),
    False: Words("您可查看", "you may look"),
}

_BINDS: Final = {True: Words("约束成员", "binds"), False: Words("比较", "compares")}


@dataclass(frozen=True, slots=True)
class UnionLine:
    """A union with its members and agreement, and how many targets it has."""

    union: UnionRow
    detail: UnionDetail
    targets: int


class All(Filter):
    """Nothing is asked for."""


class WhichTargets(Filter):
    """Of which union targets are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)


def _unions(at: Acting, asked: All) -> Iterable[UnionLine]:
    of = [one.union_id for one in targets.listed(at.connection)]
    found = details_of(at.connection, None)
    return [UnionLine(one.union, one, of.count(one.union.union_id)) for one in found]


def _members(row: UnionLine, lang: Lang) -> str:
    names = (in_words(one.name_zh, one.name_en, lang) for one in row.detail.members)
    return ("、" if lang == "zh" else ", ").join(names)


def _grade(row: UnionLine) -> str | None:
    return row.detail.agreement.grade.value if row.detail.agreement else None


def _state(row: UnionLine) -> str | None:
    return row.detail.agreement.state.value if row.detail.agreement else None


UNIONS: Final = Table[UnionLine, All](
    code="unions",
    path="/unions",
    words=Words("区域联合体", "Unions"),
    about="The unions that hold something the reader sees, and whether the reader may set targets "
    "and issue quotas in them; /unions/{union_id} has one with its members.",
    tag="unions and targets",
    columns=(
        Column(
            "union_id", Words("编号", "Id"), lambda row: row.union.union_id, "whole", apart=True
        ),
        Column(
            "name",
            Words("区域联合体", "Union"),
            shown=lambda row, lang: in_words(row.union.name_zh, row.union.name_en, lang),
            link=lambda row: f"/unions/{row.union.union_id}",
            only="people",
        ),
        Column(
            "name_zh",
            Words("中文名称", "Name, Chinese"),
            lambda row: row.union.name_zh,
            only="programs",
        ),
        Column(
            "name_en",
            Words("英文名称", "Name, English"),
            lambda row: row.union.name_en,
            only="programs",
        ),
        Column("member_names", Words("成员单位", "Members"), shown=_members, only="people"),
        Column(
            "members",
            Words("成员编号", "Member ids"),
            lambda row: [one.region_id for one in row.detail.members],
            "wholes",
            apart=True,
        ),
        Column(
            "agreement",
            Words("协议", "Agreement"),
            shown=lambda row, lang: agreed(row.detail.agreement, lang),
            only="people",
        ),
        Column(
            "agreement_grade",
            Words("协议层级", "Grade"),
            _grade,
            only="programs",
            hint=Words("备忘录、部门或政府", "memorandum, departments or governments"),
        ),
        Column(
            "agreement_state",
            Words("协议状态", "State"),
            _state,
            only="programs",
            hint=Words("如协议表所列", "As in the table of agreements"),
        ),
        Column("targets", Words("节能目标", "Targets"), lambda row: row.targets, "whole"),
        Column(
            "planned",
            Words("您的权限", "You"),
            lambda row: row.union.planned,
            "flag",
            shown=lambda row, lang: _PLANS[row.union.planned].say(lang),
            hint=Words("是否由您规划", "Whether the reader plans for all of it"),
        ),
    ),
    filter=All,
    every=_unions,
    size=1000,
)


def _incentive(target: Target) -> str | None:
    more = target.incentive_millionths
    return None if more is None else percent_of(more)


TARGETS: Final = Table[TargetRow, WhichTargets](
    code="targets",
    path="/targets",
    words=Words("节能目标", "Targets"),
    about="The targets of the unions that the reader sees, the newest first: a fall below a base "
    "year; without years each institution counts from its own first one.",
    tag="unions and targets",
    columns=(
        Column("target_id", Words("编号", "Id"), lambda row: row.target_id, "whole", apart=True),
        Column(
            "fall",
            Words("节能目标", "Target"),
            shown=lambda row, lang: fall_of(row.target).say(lang),
            link=lambda row: f"/targets/{row.target_id}",
            only="people",
        ),
        Column(
            "union_id",
            Words("区域联合体编号", "Union id"),
            lambda row: row.union_id,
            "whole",
            apart=True,
        ),
        Column(
            "indicator",
            Words(*INDICATOR),
            lambda row: row.target.indicator.value,
            shown=lambda row, lang: INDICATORS[row.target.indicator.value].say(lang),
        ),
        Column(
            "percent",
            Words("下降", "Fall"),
            lambda row: percent_of(row.target.fall_millionths),
            "number",
            unit="%",
            apart=True,
            hint=Words("较基期", "Below the base"),
        ),
        Column(
            "incentive_percent",
            Words("激励目标", "Incentive"),
            lambda row: _incentive(row.target),
            "number",
            unit="%",
            hint=Words("达到者总量考核免责", "Who reaches it is free of the total's assessment"),
        ),
        Column(
            "stale_days",
            Words("数据时限", "Data may be old"),
            lambda row: row.target.stale_days,
            "whole",
            unit="days",
            apart=True,
        ),
        Column(
            "years",
            Words("年份", "Years"),
            shown=lambda row, lang: years_of(row.target).say(lang),
            only="people",
        ),
        Column(
            "base_year",
            Words("基期年", "Base year"),
            lambda row: row.target.base_year,
            "whole",
            apart=True,
        ),
        Column(
            "target_year",
            Words("目标年", "Target year"),
            lambda row: row.target.target_year,
            "whole",
            apart=True,
        ),
        Column(
            "curve",
            Words("路径", "Path"),
            lambda row: row.target.curve.value,
            shown=lambda row, lang: CURVES[row.target.curve.value].say(lang),
        ),
        Column(
            "origin",
            Words("来源", "Origin"),
            lambda row: row.target.origin.value,
            shown=lambda row, lang: ORIGINS[row.target.origin.value].say(lang),
        ),
        Column(
            "binding",
            Words("约束", "Binds"),
            lambda row: row.binding,
            "flag",
            shown=lambda row, lang: _BINDS[row.binding].say(lang),
            hint=Words("否则仅供比较", "Else it compares only"),
        ),
        Column(
            "profile",
            Words("折标系数组", "Profile"),
            lambda row: row.target.profile,
            hint=Words("全体成员按此折算", "The coefficients under which all members are counted"),
        ),
        Column("source", Words("依据", "Source"), lambda row: row.source),
    ),
    filter=WhichTargets,
    every=lambda at, asked: targets.listed(at.connection, asked.union)[::-1],
    size=1000,
)
