"""What is said of stretches that were not measured, and of what occurred in them."""

from typing import Final

# Also where readings have not begun, or have stopped.
BEFORE_FIRST: Final = "before_first"
AFTER_LAST: Final = "after_last"

WORDS: Final[dict[str, tuple[str, str]]] = {
    "fall": (
        "示数变小,无法以翻转解释;登记换表后可算出用量",
        "the register fell, and no wrap explains it: known once an exchange is recorded",
    ),
    "held_too_long": (
        "功率值超过 1.5 个采集周期未更新",
        "a power value was not renewed for more than 1.5 periods",
    ),
    "out_of_range": ("用量超出可能范围", "the use is beyond what can be counted"),
    "no_final": ("换表时未抄旧表止数", "the old meter's last value was not read"),
    "gap": (
        "期间无读数:总量由前后示数得出,逐时分布为估算",
        "no readings: the total comes from those around it, its course is estimated",
    ),
    "bill": (
        "文件或账单给出的整段用量:总量已知,逐时分布为估算",
        "the use of all this time as a bill or file says it: the course is estimated",
    ),
    "missing": ("时段用量缺报", "interval values never came"),
    "caught_up": (
        "示数冻结后一次补足:总量已知,逐时分布为估算",
        "the register stood still and then caught up: the total is known, its course is estimated",
    ),
    "over_limit": (
        "用量超过该线路所能承载,不予计入;请由人员说明",
        "more than the connection can carry, so not counted: a person says what it was",
    ),
    "turns": (
        "无法判断示数翻转了几次,不予计入;请由人员说明",
        "nobody knows how often the register turned, so not counted: a person says what it was",
    ),
    BEFORE_FIRST: ("首次读数之前", "before the first reading"),
    AFTER_LAST: ("最近一次读数之后", "after the last reading"),
}


OCCURRED: Final[dict[str, tuple[str, str]]] = {
    "set_aside": (
        "读数偏离前后走势又恢复,已暂存待核,不参与计算",
        "the reading left its line and came back: set aside, it counts for nothing",
    ),
    "wrapped": ("示数翻转归零,已按翻转计入", "the register wrapped, and was counted so"),
    "exchange": ("换表", "the meter was exchanged"),
    "void": ("该读数由人员作废", "a person voided the reading"),
    "set": ("该读数由人员更正", "a person set the reading"),
    "reinstate": ("人员认定该读数有效", "a person says that the reading stands"),
    "wrap": ("人员认定为翻转", "a person says that the register wrapped"),
    "use": ("人员说明了该时段的用量", "a person said what was used"),
    "withdraw": ("换表记录由人员撤销", "a person withdrew the exchange"),
    "bill": (
        "文件或账单给出的用量,自起至止",
        "a use that a bill or file says from its beginning to its end",
    ),
    "file": ("读数由人员以文件更正", "a person corrected readings by a file"),
}
