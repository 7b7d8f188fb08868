"""The tables of progress: how far members and institutions are on the path of their quotas."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from actions.compact.columns import amount, of_indicator
from actions.compact.disclosure import withheld_words
from actions.fields import Acting, Words, field
from actions.kinds import Day, Id
from actions.tables import Column, Filter, Kind, Table, attribute
from actions.things import every_union
from analytics.coverage import coverage
from storage.compact import progress
from storage.compact.progress import Progress, Withheld

_FIGURES: Final = (
    "quota",
    "path",
    "used",
    "compared_path",
    "compared_used",
    "over",
    "coverage",
)
ProgressRow = Progress | Withheld


class OfMembers(Filter):
    """Of which union progress is wanted, up to which day."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    day: Day | None = field(zh="截至(默认最近)", en="Up to the end of this day", default=None)


class OfInstitutions(OfMembers):
    """Of which institution, too."""

    institution: Id | None = field(zh="机构编号", en="Institution", default=None)


def _members(at: Acting, asked: OfMembers) -> Iterable[ProgressRow]:
    wanted: dict[str, Any] = {"union_id": asked.union, "day": asked.day}
    yield from progress.newest(at.connection, of_members=True, institution_id=None, **wanted)
    yield from progress.withheld(at.connection, **wanted)


def _institutions(at: Acting, asked: OfInstitutions) -> Iterable[ProgressRow]:
    return progress.newest(
        at.connection,
        of_members=False,
        union_id=asked.union,
        institution_id=asked.institution,
        day=asked.day,
    )


def _of(name: str) -> Callable[[Any], Any]:
    """Return what a row says, None where its figures are withheld."""
    return lambda row: getattr(row, name, None)


def _coverage(row: ProgressRow) -> float | None:
    return coverage(row.known_s, row.expected_s) if isinstance(row, Progress) else None


def _enough(row: ProgressRow) -> float | None:
    return row.enough_permille / 1000 if isinstance(row, Progress) else None


def _withheld(row: ProgressRow) -> str | None:
    if isinstance(row, Progress):
        return None
    return withheld_words(**dict.fromkeys(_FIGURES))


def _said(name: str, zh: str, en: str, kind: Kind, *hint: str) -> Column:
    return Column(name, Words(zh, en), _of(name), kind, hint=Words(*hint) if hint else None)


_COLUMNS: Final = (
    attribute("union_id", "区域联合体编号", "Union id", "whole"),
    *of_indicator(apart=False),
    attribute("year", "年份", "Year", "whole"),
    _said("day", "截至", "Up to", "day"),
    attribute("member_id", "成员编号", "Member id", "whole"),
    _said(
        "institution_id",
        "机构编号",
        "Institution id",
        "whole",
        "空为成员整体",
        "null: the member as a whole",
    ),
    amount("quota", "用能指标", "Quota", _of("quota_g")),
    Column(
        "state",
        Words("状态", "State"),
        lambda row: getattr(row, "state", "withheld"),
        hint=Words(
            "有效、现行方案未列入或不予显示",
            "in_force, dropped where the run in force leaves it out, or withheld",
        ),
    ),
    amount(
        "path",
        "序时指标",
        "Path",
        _of("path_g"),
        hint=("到该日应用", "Of the quota, by that day"),
    ),
    amount(
        "used",
        "已用",
        "Used",
        _of("used_g"),
        hint=("空为未计量", "null: nothing was measured"),
    ),
    amount(
        "compared_path",
        "可比序时指标",
        "Compared path",
        _of("compared_path_g"),
        hint=("计量充分的月份", "Due in the months that are enough measured"),
    ),
    amount(
        "compared_used",
        "可比已用",
        "Compared use",
        _of("compared_used_g"),
        hint=("同上月份", "Used in the same months"),
    ),
    amount(
        "over",
        "超出",
        "Over",
        _of("over_g"),
        hint=(
            "可比月份中已用减序时指标,低于零为好",
            (
                "Use less path in the months that are enough measured, below zero is good; "
                "null where these are too little of the path"
            ),
        ),
    ),
    Column(
        "coverage",
        Words("数据完整率", "Coverage"),
        _coverage,
        "share",
        hint=Words("按总量已知的时间", "By time whose total is known"),
    ),
    _said(
        "institutions",
        "机构数",
        "Institutions",
        "whole",
        "合计所含",
        "How many the sums hold; null where worked out before this was kept",
    ),
    _said(
        "unmeasured",
        "未计量机构",
        "Unmeasured",
        "whole",
        "全无计量",
        "Of which nothing is measured at all",
    ),
    _said(
        "months",
        "应有月数",
        "Months",
        "whole",
        "全部机构合计",
        "Months due, of all institutions together",
    ),
    _said(
        "compared_months",
        "可比月数",
        "Compared months",
        "whole",
        "计量充分的月数",
        "Those that are enough measured: compared_… are their sums",
    ),
    Column(
        "enough",
        Words("充分的份额", "Enough"),
        _enough,
        "share",
        hint=Words("联合体的要求", "The share of the expected time that the union asks for"),
    ),
    _said("run_id", "现行方案编号", "Run in force", "whole"),
    _said("as_of", "计算时间", "Worked out", "instant"),
    Column(
        "withheld",
        Words("不予显示", "Withheld"),
        _withheld,
        hint=Words(
            "哪些数字会推算出受限机构",
            "In words, which figures would tell of a restricted institution",
        ),
    ),
)

PROGRESS_OF_MEMBERS: Final = Table[ProgressRow, OfMembers](
    code="progress-members",
    path="/progress/members",
    words=Words("成员进度", "Progress of members"),
    about="How far members are that hold something the reader sees: use beside the path, both up "
    "to the end of a day, in months that have a quota; the newest of each year. Of a member whose "
    "progress is withheld there is a row that says so, and no figure.",
    tag="runs and quotas",
    columns=_COLUMNS,
    filter=OfMembers,
    every=_members,
)
PROGRESS_OF_INSTITUTIONS: Final = Table[ProgressRow, OfInstitutions](
    code="progress-institutions",
    path="/progress/institutions",
    words=Words("机构进度", "Progress of institutions"),
    about="How far the institutions are that the reader sees: use beside the path, both up to the "
    "end of a day, in months that have a quota; the newest of each year.",
    tag="runs and quotas",
    columns=_COLUMNS,
    filter=OfInstitutions,
    every=_institutions,
)
