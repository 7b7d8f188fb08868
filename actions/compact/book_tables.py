"""The tables of the second log: its lines, published heads, reconciliations and differences."""

from collections.abc import Iterable
from typing import Final

from actions.compact import book_words as words
from actions.compact.members_table import OfUnion
from actions.fields import Acting, Words, field
from actions.kinds import Id
from actions.registry.named import institution_columns
from actions.tables import Column, Filter, Table, attribute, page_of
from actions.things import every_union
from storage.compact import second_log
from storage.compact.second_log import Difference, Head, LineShown, Reconciliation
from storage.pages import Page, key_of

_UNION: Final = attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True)
_FIRST: Final = 2**62


class OfReconciliation(Filter):
    """Which differences are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    reconciliation: Id | None = field(zh="对账编号", en="Reconciliation", default=None)


def _lines(at: Acting, asked: OfUnion, after: str | None, limit: int) -> Page[LineShown]:
    union, number = key_of(after, 0, -_FIRST)
    place = (int(union), int(number))
    found = second_log.lines(at.connection, asked.union, after=place, most=limit + 1)
    return page_of(found, limit, lambda one: (one.union_id, -one.number))


def _heads(at: Acting, asked: OfUnion) -> Iterable[Head]:
    return second_log.heads(at.connection, asked.union)


def _reconciliations(
    at: Acting, asked: OfUnion, after: str | None, limit: int
) -> Page[Reconciliation]:
    (before,) = key_of(after, _FIRST)
    found = second_log.reconciliations(
        at.connection, asked.union, before=int(before), most=limit + 1
    )
    return page_of(found, limit, lambda one: (one.reconciliation_id,))


def _differences(
    at: Acting, asked: OfReconciliation, after: str | None, limit: int
) -> Page[Difference]:
    of, place = key_of(after, -_FIRST, 0)
    found = second_log.differences(
        at.connection,
        asked.union,
        of=asked.reconciliation,
        after=(int(of), int(place)),
        most=limit + 1,
    )
    return page_of(found, limit, lambda one: (-one.reconciliation_id, one.place))


LINES: Final = Table[LineShown, OfUnion](
    code="second_log",
    path="/second-log",
    page="/second-log",
    words=Words("独立日志", "Second log"),
    about="The lines of the second log, newest first: what entered the books, chained by hashes. "
    "Amounts are the accounts' own.",
    tag="books",
    columns=(
        _UNION,
        attribute("number", "行号", "Line", "whole"),
        Column(
            "kind",
            Words("事由", "Cause"),
            lambda row: row.kind,
            shown=lambda row, lang: words.KINDS[row.kind].say(lang),
        ),
        attribute("cause_id", "事由编号", "Cause id", "whole", apart=True),
        attribute("movement_id", "变动编号", "Movement id", "whole", apart=True),
        attribute("indicator", "控制指标", "Control indicator", apart=True),
        attribute("entries", "分录", "Entries", "whole"),
        attribute("made_at", "时间", "When", "instant"),
        attribute("previous", "上一行摘要", "Hash of the line before", apart=True),
        attribute("hash", "摘要", "Hash", look="code"),
    ),
    filter=OfUnion,
    ask=_lines,
    empty=Words("账簿中还没有记录。", "Nothing has entered the books yet."),
)
HEADS: Final = Table[Head, OfUnion](
    code="log_heads",
    path="/second-log/heads",
    page="/second-log/heads",
    words=Words("独立日志链尾", "Heads of the second log"),
    about="Where the second log's chain ended on each day, for every member to keep: what is "
    "changed before it no longer leads to it.",
    tag="books",
    columns=(
        _UNION,
        attribute("day", "日期", "Day", "day"),
        attribute("number", "行号", "Line", "whole"),
        attribute("hash", "摘要", "Hash", look="code"),
        attribute("made_at", "公布时间", "Published", "instant"),
    ),
    filter=OfUnion,
    every=_heads,
    empty=Words("还没有公布。", "None is published yet."),
)
RECONCILIATIONS: Final = Table[Reconciliation, OfUnion](
    code="reconciliations",
    path="/reconciliations",
    page="/reconciliations",
    words=Words("对账", "Reconciliations"),
    about="The comparisons of books, second log, runs and snapshots, newest first.",
    tag="books",
    columns=(
        attribute("reconciliation_id", "编号", "Id", "whole"),
        _UNION,
        attribute("made_at", "时间", "When", "instant"),
        attribute("lines", "日志行", "Lines", "whole"),
        attribute("entries", "分录", "Entries", "whole"),
        Column(
            "differences",
            Words("差异", "Differences"),
            lambda row: row.differences,
            "whole",
            link=lambda row: (
                f"/differences?reconciliation={row.reconciliation_id}" if row.differences else ""
            ),
            look=lambda row: "tag warn" if row.differences else "tag ok",
        ),
        attribute("made_by", "经办", "By", apart=True),
    ),
    filter=OfUnion,
    ask=_reconciliations,
    actions=("books.reconcile",),
    empty=Words("还没有对过账。", "The books were not reconciled yet."),
    then=Words(
        "每夜自动对账,也可运行 commonwatt reconcile。",
        "It happens every night, and by commonwatt reconcile.",
    ),
)
DIFFERENCES: Final = Table[Difference, OfReconciliation](
    code="differences",
    path="/differences",
    page="/differences",
    words=Words("对账差异", "Differences"),
    about="What reconciliations found: whoever plans the union reads all, others what concerns "
    "their own accounts.",
    tag="books",
    columns=(
        attribute("reconciliation_id", "对账编号", "Reconciliation", "whole"),
        _UNION,
        Column(
            "code",
            Words("差异", "Difference"),
            lambda row: row.code,
            shown=lambda row, lang: words.DIFFERENCES[row.code].say(lang),
            look="tag warn",
        ),
        *institution_columns(),
        attribute("indicator", "控制指标", "Control indicator", apart=True),
        attribute("what", "何处", "Where"),
        attribute("made_at", "时间", "When", "instant"),
    ),
    filter=OfReconciliation,
    ask=_differences,
    unasked=("reconciliation",),
    empty=Words("没有差异。", "Nothing differs."),
)
