"""The register of what a union's plan asks of whom by when, and of what is overdue."""

from datetime import date
from enum import StrEnum
from typing import Final

from actions.compact.commitment_things import STATES, asked_members, member_region
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id, Line
from actions.tables import Column, Filter, Table, attribute, page_of
from actions.things import every_union
from compact.commitments import State
from storage.compact import commitments, unions
from storage.compact.commitments import CommitmentRow, Which
from storage.pages import Page, key_of


class StateAsked(StrEnum):
    """How they stand."""

    OPEN = "open"
    UNDER_WAY = "under_way"
    DONE = "done"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class WhichCommitments(Filter):
    """Which commitments are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    member: Line | None = field(zh="责任成员", en="Member", choices=asked_members, default=None)
    state: StateAsked | None = field(
        zh="状态", en="State", names={one.value: STATES[one] for one in State}, default=None
    )
    overdue: bool = field(zh="只列逾期", en="Overdue ones alone", default=False)


def _ask(at: Acting, asked: WhichCommitments, after: str | None, limit: int) -> Page[CommitmentRow]:
    day, last = key_of(after, "1970-01-01", 0)
    region = None if asked.member is None else _region(at, asked)
    state = None if asked.state is None else asked.state.value
    which = Which(asked.union, region, state, asked.overdue)
    place = date.fromisoformat(str(day)), int(last)
    found = commitments.listed(at.connection, which, after=place, most=limit + 1)
    return page_of(found, limit, lambda one: (one.due.isoformat(), one.commitment_id))


def _region(at: Acting, asked: WhichCommitments) -> int:
    """Return the region of the member that is asked for; of no union that is seen: none."""
    code = asked.member or ""
    if asked.union is not None:
        return member_region(at, asked.union, code) or 0
    known = (one for one in unions.members(at.connection))
    return next((one.region_id for one in known if code in (one.code, str(one.region_id))), 0)


def _state(row: CommitmentRow, lang: Lang) -> list[str]:
    lines = [STATES[State(row.state)].say(lang)]
    if row.percent is not None and row.state == State.UNDER_WAY:
        lines[0] = f"{lines[0]} {row.percent} %"
    if row.overdue:
        lines.append(Words("逾期 {n} 天", "{n} days overdue").say(lang, n=row.days_over))
    return lines


def _look(row: CommitmentRow) -> str:
    if row.overdue:
        return "tag warn"
    return "tag ok" if row.state == State.CONFIRMED else "tag"


def _member(row: CommitmentRow, lang: Lang) -> str:
    name = row.name_zh if lang == "zh" else row.name_en or row.name_zh
    return name or str(row.region_id)


COMMITMENTS: Final = Table[CommitmentRow, WhichCommitments](
    code="commitments",
    path="/commitments",
    page="/commitments",
    words=Words("任务分工", "Commitments"),
    about="What the plans of unions that the reader sees ask of which member by when, and how each "
    "stands; those whose day comes first come first.",
    tag="commitments",
    columns=(
        attribute(
            "number",
            "任务序号",
            "Number",
            link=lambda row: f"/commitments/{row.commitment_id}",
        ),
        attribute("title", "任务内容", "What is to be done"),
        Column(
            "member",
            Words("责任成员", "Member"),
            lambda row: row.code or str(row.region_id),
            named=_member,
            hint=Words("行政区划代码", "Code of its region"),
        ),
        attribute("body", "责任部门", "Department"),
        attribute("due", "完成时限", "Due", "day"),
        attribute(
            "state",
            "状态",
            "State",
            shown=_state,
            look=_look,
            hint=(
                "未开始、进行中、已报告完成、已确认或已撤销",
                "open, under_way, done, confirmed or withdrawn",
            ),
        ),
        attribute(
            "overdue",
            "逾期",
            "Overdue",
            "flag",
            apart=True,
            hint=("时限已过而未报告完成", "Its day is over and it is not reported done"),
        ),
        attribute("days_over", "逾期天数", "Days overdue", "whole", apart=True),
        attribute("percent", "完成比例", "Share done", "whole", unit="%", apart=True),
        attribute("said_text", "最近进展", "Last word"),
        attribute("said_at", "进展时间", "Said at", "instant", apart=True),
        attribute("evidence", "成果形式", "What is to be shown", apart=True),
        attribute("source", "依据", "Plan"),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        attribute("commitment_id", "任务编号", "Commitment id", "whole", apart=True),
    ),
    filter=WhichCommitments,
    actions=("commitment.assign",),
    entered_by="commitment.assign",
    ask=_ask,
    empty=Words("没有任务。", "There are no commitments."),
    then=Words(
        "由联合体规划人员分派,也可用文件一次导入整个计划。",
        "Planners of a union assign them, one by one or a whole plan by a file.",
    ),
)
