"""The table of the bases of a target that somebody has to answer for."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Final

from actions.compact.base_shown import BaseShown, base_shown
from actions.compact.base_words import STATES
from actions.compact.bases import LineFilter, newest_of, reviewed
from actions.compact.columns import of_indicator, unit_shown
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id, Line
from actions.registry.named import institution_columns
from actions.tables import Column, Filter, Table, attribute


class BaseState(StrEnum):
    """Whether somebody has answered for a base."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    LEFT_OUT = "left_out"


class WhichBases(Filter):
    """Of which target, and which of them, odd bases are wanted."""

    union_id: Id = field(zh="区域联合体", en="Union")
    target: Id | None = field(zh="节能目标", en="Target", default=None)
    search: Line | None = field(
        zh="名称或机构编号", en="Part of a name, or the institution's id", default=None
    )
    state: BaseState | None = field(
        zh="状态",
        en="State",
        names={code: Words(*both) for code, both in STATES.items()},
        default=None,
    )
    member: Id | None = field(zh="成员编号", en="Member", default=None)


def _every(at: Acting, asked: WhichBases) -> Iterable[BaseShown]:
    found = reviewed(at.connection, asked.target or newest_of(at.connection, asked.union_id))
    wanted = LineFilter(asked.search, asked.state, asked.member)
    return map(base_shown, wanted.of(found.lines))


def _told(lang: str, joint: str) -> Callable[[Any], str]:
    return lambda row: joint.join(getattr(one, f"text_{lang}") for one in row.findings)


def _findings(row: BaseShown, lang: Lang) -> list[str]:
    return [one.text_zh if lang == "zh" else one.text_en for one in row.findings]


BASES: Final = Table[BaseShown, WhichBases](
    code="bases",
    path="/unions/{union_id}/bases",
    words=Words("基数核查", "Base review"),
    about="A line for each odd base of a target, else of the union's newest, those that move most "
    "first; to planners.",
    tag="unions and targets",
    columns=(
        *institution_columns(),
        attribute("member_id", "成员编号", "Member id", "whole"),
        attribute(
            "state", "状态", "State", shown=lambda row, lang: Words(*STATES[row.state]).say(lang)
        ),
        attribute("base_year", "基期年", "Base year", "whole"),
        *of_indicator(),
        attribute("base", "基期", "Base", "number", unit_of=unit_shown),
        attribute(
            "effect",
            "对基期的影响",
            "Effect on the base",
            "number",
            unit_of=unit_shown,
            hint=("异常所涉的量", "What the findings move in the base"),
        ),
        attribute(
            "quota_effect",
            "对指标的影响",
            "Effect on quotas",
            "number",
            unit_of=unit_shown,
            hint=("对全部指标合计", "And so in the union's quotas together"),
        ),
        attribute(
            "own_share",
            "占自身基期",
            "Own share",
            "share",
            hint=("占自身基期的份额", "Of its own base, and so of its own quota"),
        ),
        Column(
            "findings_zh", Words("异常", "Findings, Chinese"), _told("zh", ";"), only="programs"
        ),
        Column(
            "findings_en",
            Words("异常(英文)", "Findings, English"),
            _told("en", "; "),
            only="programs",
        ),
        Column("findings", Words("异常", "Findings"), shown=_findings, only="people"),
    ),
    filter=WhichBases,
    unasked=("target", "member"),
    every=_every,
    reckons=True,
)
