"""The tables of cover: live by holder and by member, and frozen at deadlines."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from actions.compact.book_words import COVERS
from actions.compact.columns import amount, of_indicator
from actions.compact.covers import MemberCover, of_members, stood_of
from actions.compact.members_table import OfUnion
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Day, Id
from actions.registry.named import in_words, institution_columns
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_union
from compact.indicators import SHARED
from storage.compact import covers, unions
from storage.compact.covers import FrozenRow, HolderRow, Stood

_WHOLE: Final = Words("全联合体", "the union as a whole")
_HINT: Final = Words(
    "已核销、超出待处理、缺年度数据、不纳入或尚无已结束的年度",
    "a covered, b short, c a year's figure missing, excluded, not_applicable",
)


class Live:
    """A holder and how it stands today."""

    def __init__(self, union: int, indicator: str, row: HolderRow, stood: Stood) -> None:
        self.union_id, self.indicator = union, indicator
        self.institution_id = row.institution_id
        self.name_zh, self.name_en = row.name_zh, row.name_en
        self.member_id = row.member_id
        self.years = row.years
        self.status, self.due_g, self.covered_g = stood.status, stood.due_g, stood.covered_g


class AtDeadline(Filter):
    """Which frozen statuses are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    deadline: Day | None = field(zh="截止日期", en="Deadline", default=None)


def _books(at: Acting, asked: OfUnion) -> list[tuple[int, str]]:
    found = unions.listed(at.connection, asked.union)
    return [(one.union_id, shared.value) for one in found for shared in SHARED]


def _live(at: Acting, asked: OfUnion) -> Iterable[Live]:
    for of in _books(at, asked):
        for row in covers.holders(at.connection, *of):
            if row.seen:
                yield Live(*of, row, stood_of(row, at))


def _members(at: Acting, asked: OfUnion) -> Iterable[MemberCover]:
    for of in _books(at, asked):
        yield from of_members(at, *of)


def _frozen(at: Acting, asked: AtDeadline) -> Iterable[FrozenRow]:
    day: date | None = asked.deadline
    return covers.frozen(at.connection, asked.union, day)


def _status(row: Any, lang: Lang) -> str:
    return "" if row.status is None else COVERS[row.status].say(lang)


def _years(row: Live, lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(map(str, row.years))


def _look(row: Any) -> str:
    return {"a": "tag ok", "b": "tag warn", "c": "tag warn"}.get(row.status or "", "tag")


def _member(row: MemberCover, lang: Lang) -> str:
    if row.member_id is None:
        return _WHOLE.say(lang)
    return in_words(row.name_zh, row.name_en, lang) or str(row.member_id)


_UNION: Final = attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True)
_STATUS: Final = Column(
    "status",
    Words("核销状态", "Cover"),
    lambda row: row.status,
    shown=_status,
    look=_look,
    hint=_HINT,
    blank=Words("不予显示", "withheld"),
)
COVER: Final = Table[Live, OfUnion](
    code="cover",
    path="/cover",
    page="/cover",
    words=Words("核销状态", "Cover"),
    about="How each holder stands today over all its years so far: its locked use, what of it is "
    "covered. Amended figures move it, years later too.",
    tag="books",
    columns=(
        _UNION,
        *institution_columns(),
        attribute("member_id", "成员单位编号", "Member id", "whole", apart=True),
        *of_indicator(apart=False),
        attribute("years", "年度", "Years", "wholes", shown=_years),
        _STATUS,
        amount(
            "due",
            "应核销",
            "Due",
            lambda row: row.due_g,
            hint=("空为某年数据缺失", "null while a year's figure is missing"),
        ),
        amount("covered", "已核销", "Covered", lambda row: row.covered_g),
    ),
    filter=OfUnion,
    every=_live,
    empty=Words("没有您可以查看的持有单位。", "There is no holder that you may see."),
)
COVER_MEMBERS: Final = Table[MemberCover, OfUnion](
    code="cover_members",
    path="/cover/members",
    page="/cover/members",
    words=Words("成员核销状态", "Cover by member"),
    about="How the holders of each member stand together, and of the union as a whole: as the "
    "worst of them. Withheld from who does not see all of them.",
    tag="books",
    columns=(
        _UNION,
        attribute("member_id", "成员单位编号", "Member id", "whole", apart=True),
        Column("member", Words("成员单位", "Member"), shown=_member, only="people"),
        *of_indicator(apart=False),
        attribute("holders", "持有单位", "Holders", "whole"),
        _STATUS,
    ),
    filter=OfUnion,
    every=_members,
    empty=Words("还没有下达过用能指标。", "No quota is issued yet."),
)
COVER_FROZEN: Final = Table[FrozenRow, AtDeadline](
    code="cover_frozen",
    path="/cover/frozen",
    page="/cover/frozen",
    words=Words("核销状态(已固定)", "Cover, frozen"),
    about="How each holder stood at a deadline; what is amended later moves only the live status.",
    tag="books",
    columns=(
        _UNION,
        attribute("deadline", "截止日期", "Deadline", "day"),
        *institution_columns(),
        attribute("member_id", "成员单位编号", "Member id", "whole", apart=True),
        *of_indicator(apart=False),
        _STATUS,
        amount("due", "应核销", "Due", lambda row: row.due_g),
        amount("covered", "已核销", "Covered", lambda row: row.covered_g),
        attribute("made_at", "固定时间", "Frozen at", "instant", apart=True),
    ),
    filter=AtDeadline,
    every=_frozen,
    empty=Words("还没有固定过核销状态。", "No status is frozen yet."),
)
