"""What changes of the roster say, and the fields that all of them ask."""

from typing import Any, Final

from actions.fields import Words, field
from compact.succession import Change

KINDS: Final = {
    Change.MERGE.value: Words("合并", "merge"),
    Change.SPLIT.value: Words("分立", "split"),
    Change.MOVE.value: Words("改变隶属", "move"),
    Change.CLOSE.value: Words("撤销", "close"),
    Change.RENAME.value: Words("更名", "rename"),
    Change.RECODE.value: Words("变更信用代码", "re-code"),
    Change.RECLASS.value: Words("变更类型", "re-class"),
    Change.FOUND.value: Words("新设", "found"),
}
LEFT: Final = {
    Change.MERGE: Words("并入后退出名录", "leaves the roster by merging"),
    Change.SPLIT: Words("分立后退出名录", "leaves the roster by splitting"),
    Change.MOVE: Words("改变隶属", "moves"),
    Change.CLOSE: Words("撤销并退出名录,无承继单位", "leaves the roster, and nobody succeeds it"),
}
OPEN: Final = {
    "months": Words("自该日起将重算的台账月数", "months of accounts to be made anew"),
    "quota": Words("账簿中的用能指标", "quota in the books"),
    "proposal": Words("未下达的分解方案,须重新分解", "proposals of quotas, to be run again"),
    "base": Words("已确认的基期,须重新核查", "confirmed bases, to be reviewed again"),
    "locked": Words("已锁定待核验的年度", "year locked, not verified"),
    "verified": Words("已核验的年度,将应更正", "verified year, of which a restatement will be due"),
    "set_aside": Words("搁置待处理的计算", "computations set aside"),
}


def day_field() -> Any:
    """Return the field of the day from which a change holds."""
    return field(
        zh="生效日期",
        en="From",
        hint=("自该日零时起", "From the beginning of that day on"),
        examples=["2016-04-01"],
    )


def document_field() -> Any:
    """Return the field of the document that orders it."""
    return field(zh="文号", en="Document number", examples=["2016-28"])


def why_field() -> Any:
    """Return the field that asks why."""
    return field(zh="事由", en="Reason", examples=["reform of the city's departments"])
