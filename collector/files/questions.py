"""What a file may leave open, in the words in which it is asked."""

from collections.abc import Mapping
from typing import Any, Final

from collector.files.refusals import Choice, Question

ZONE: Final = Question(
    "zone",
    "naive_time",
    "时间“{}”没有时区。",
    "The time “{}” has no offset from UTC.",
    (
        Choice("channel", "按通道所在时区", "of the channel's own zone"),
        Choice("Asia/Shanghai", "北京时间", "China time"),
        Choice("ZONE", "其他时区,如 Europe/Vienna", "any other, such as Europe/Vienna"),
    ),
)
DECIMAL: Final = Question(
    "decimal",
    "which_decimal",
    "“{}”可以是小数,也可以是带千位分隔符的整数。",
    "“{}” may have decimals, or separated thousands.",
    (
        Choice(".", "点是小数点", "the point comes before decimals"),
        Choice(",", "逗号是小数点", "the comma comes before decimals"),
    ),
)
DATES: Final = Question(
    "dates",
    "which_date",
    "“{}”分不清日和月。",
    "“{}” may be two days: which is the month?",
    (
        Choice("dmy", "日在前", "the day comes first"),
        Choice("mdy", "月在前", "the month comes first"),
    ),
)
SHORT_DATES: Final = Question(
    "dates",
    "which_short_date",
    "“{}”的年份只有两位,分不清年、月、日。",
    "“{}” has a year of two digits and may be several days.",
    (
        Choice("ymd", "年在前,25-1-12 即 2025 年 1 月 12 日", "the year comes first"),
        Choice("dmy", "日在前,年在后", "the day comes first, the year last"),
        Choice("mdy", "月在前,年在后", "the month comes first, the year last"),
    ),
)
YEARS: Final = Question(
    "years",
    "which_years",
    "“{}”的年份是三位数,未写明是民国纪年。",
    "“{}” has a year of three digits, and nothing says that it is counted from 1911.",
    (Choice("roc", "民国纪年,113 即 2024 年", "of the Republic of China: 113 is 2024"),),
)
HIDDEN: Final = Question(
    "hidden",
    "hidden_sheet",
    "该工作表在表格软件中是隐藏的,其中有 {} 个读数。",
    "A spreadsheet hides this sheet, and it holds {} readings.",
    (
        Choice("read", "也读取", "read it as well"),
        Choice("leave", "不读取隐藏的工作表", "leave out hidden sheets"),
    ),
)
BRACKETS: Final = Question(
    "brackets",
    "which_brackets",
    "“{}”可以是负数,也可以是加了括号的正数。",
    "“{}” may be less than zero, or a number with a mark around it.",
    (
        Choice("minus", "括号表示负数,(5) 即 -5", "brackets mean less than zero: (5) is -5"),
        Choice("mark", "括号只是标记,(5) 即 5", "brackets are a mark: (5) is 5"),
    ),
)
LAST_DAY: Final = Question(
    "last_day",
    "which_last_day",
    "时段止于“{}”,不清楚是否含当日。",
    "A period ends on “{}”: is that day part of it?",
    (
        Choice("in", "含当日", "the day is part of it"),
        Choice("out", "止于当日零时", "it ends when that day begins"),
    ),
)
MONTH: Final = Question(
    "month",
    "no_month",
    "表格没有写明是哪年哪月{}。",
    "The table does not say of which month, or year, it is{}.",
    (
        Choice("YYYY-MM", "整个表格的月份,如 2025-01", "the month of the table, such as 2025-01"),
        Choice("YYYY", "各列是月份时,表格的年份", "its year, where its columns are months"),
    ),
)
STAMP: Final = Question(
    "stamp",
    "which_stamp",
    "“{}”是一小时用量的开始,还是结束(或表的示数时刻)?",
    "Does “{}” mark the start of the use, or its end (or the instant of a register)?",
    (
        Choice("start", "用量从此刻开始", "use begins there"),
        Choice("end", "用量到此刻为止,或此刻的示数", "use ends there, or a register shows it"),
    ),
)
HOUR: Final = Question(
    "hour",
    "which_hour",
    "“{}”在夏令时拨慢时出现两次。",
    "“{}” occurs twice, for clocks were put back.",
    (
        Choice("first", "第一次", "the first time"),
        Choice("second", "第二次", "the second time"),
    ),
)
LENGTH: Final = Question(
    "length_s",
    "no_length",
    "“{}”只有开始时间,没有时长。",
    "“{}” says when use begins, not when it ends.",
    (
        Choice("3600", "一小时", "an hour"),
        Choice("900", "一刻钟(或其他秒数)", "a quarter, or any other number of seconds"),
    ),
)
GATEWAY: Final = Question(
    "gateway",
    "missing_column",
    "缺少列:gateway(文件未写明采集网关){}。",
    "Columns are missing: gateway (the file names none){}.",
    (Choice("PROVINCE/GATEWAY", "整个文件所属的采集网关", "of all rows of the file"),),
)
KEY: Final = Question(
    "channel",
    "missing_column",
    "缺少列:channel(文件未写明通道){}。",
    "Columns are missing: channel (the file names none){}.",
    (Choice("KEY", "整个文件所属通道的键", "the key of the channel that all rows are of"),),
)
SHEETS: Final = Question(
    "sheets",
    "no_readings",
    "该工作表不像读数:{}",
    "The sheet does not look like readings: {}",
    (Choice("readings", "不读取这样的工作表", "leave out such sheets"),),
)

# Beside a refusal: rows whose value is empty, -, / or N/A may be left out.
EMPTY_ROWS: Final[dict[str, Any]] = {
    "question": "empty",
    "choices": [
        Choice("skip", "略过没有数值的行", "leave out rows without a value")._asdict(),
    ],
}


def statistic(columns: Mapping[str, str]) -> Question:
    """Return the question which of several columns of statistics holds the value.

    columns: by their headings the words that these are.
    """
    return Question(
        "column",
        "which_statistic",
        "“{}”几列中,只能有一列是数值。",
        "Of the columns “{}” only one can be the value.",
        [Choice(f"{one}=value", *_STATISTICS[word]) for one, word in columns.items()],
    )


_STATISTICS: Final = {
    "sum": ("从某一起点累计的总数(只增不减),作为表码", "a running total, read as a register"),
    "state": ("表当时的示数(可能归零),作为表码", "what the meter showed, read as a register"),
    "change": ("该时段的用量", "the use of each period"),
    "delta": ("该时段的用量", "the use of each period"),
}
