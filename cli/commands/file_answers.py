"""Options of an import: what the file does not say by itself."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.services.words import say

Gateway = Annotated[
    str | None,
    typer.Option(
        help=say(
            "整个文件所属的采集网关:省份/网关。",
            "Of all rows, where the file does not say: province/gateway.",
        )
    ),
]
Channel = Annotated[
    str | None,
    typer.Option(
        help=say("整个文件所属通道的键。", "The key of the channel that all rows are of.")
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        help=say(
            "无时区时间的时区,如 Asia/Shanghai;channel 表示按通道所在时区。",
            "Of times without offset, such as Asia/Shanghai; channel is the channels' own.",
        )
    ),
]
Unit = Annotated[
    str | None,
    typer.Option(help=say("文件未写明时的单位。", "Of values, where the file names none.")),
]
Decimal = Annotated[
    str | None,
    typer.Option(help=say("小数点:. 或 ,。", "The sign before decimals: . or ,")),
]
Dates = Annotated[
    str | None,
    typer.Option(
        help=say(
            "03/04/2026 的顺序:dmy 或 mdy;25-1-12 的顺序:也可为 ymd。",
            "The order in 03/04/2026: dmy or mdy; in 25-1-12 also ymd.",
        )
    ),
]
Years = Annotated[
    str | None,
    typer.Option(
        help=say("113/05/01 的纪年:roc 即民国。", "How years are counted in 113/05/01: roc.")
    ),
]
Brackets = Annotated[
    str | None,
    typer.Option(
        help=say("(5) 表示 -5 还是 5:minus 或 mark。", "Whether (5) is -5 or 5: minus or mark.")
    ),
]
LastDay = Annotated[
    str | None,
    typer.Option(
        help=say("时段是否含末日:in 或 out。", "Whether periods hold their last day: in or out.")
    ),
]
Month = Annotated[
    str | None,
    typer.Option(
        help=say(
            "未写明月份的表格所属的月份(2025-01),或年份(2025)。",
            "Of a table that names none: its month (2025-01) or year (2025).",
        )
    ),
]
Sheets = Annotated[
    str | None,
    typer.Option(
        help=say(
            "readings:不读取没有时间和数值列的工作表。",
            "readings: leave out sheets without a time and a value.",
        )
    ),
]
Hidden = Annotated[
    str | None,
    typer.Option(
        help=say("隐藏的工作表:read 或 leave。", "Sheets that are hidden: read or leave.")
    ),
]
Stamp = Annotated[
    str | None,
    typer.Option(
        help=say("时刻标记用量的开始或结束:start 或 end。", "What times mark: start or end of use.")
    ),
]
Length = Annotated[
    str | None,
    typer.Option(
        "--length-s", help=say("每行用量的时长(秒)。", "How long the use of a row lasts, seconds.")
    ),
]
Hour = Annotated[
    str | None,
    typer.Option(
        help=say(
            "夏令时重复的一小时:first 或 second。", "Of the hour that comes twice: first or second."
        )
    ),
]
Rates = Annotated[
    str | None,
    typer.Option(
        help=say("读取总量或分时:total、rates 或 both。", "What to read: total, rates or both.")
    ),
]
Ratio = Annotated[
    str | None,
    typer.Option(
        help=say("倍率:asis 或 multiply。", "Values beside a multiplier: asis or multiply.")
    ),
]
Formulas = Annotated[
    str | None,
    typer.Option(help=say("公式:value 或 refuse。", "Formulas: take their value, or refuse.")),
]
Empty = Annotated[
    str | None,
    typer.Option(help=say("无数值的行:skip 略过。", "Rows without value: skip leaves them out.")),
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        help=say(
            "列名=含义(at、value、channel…、key:通道键 或 ignore),可多次。",
            "NAME=ROLE (at, value, channel …, key:KEY or ignore); may be repeated.",
        )
    ),
]
Same = Annotated[
    list[str] | None,
    typer.Option(help=say("文件中的编号=通道键,可多次。", "ID IN THE FILE=KEY; may be repeated.")),
]

_NAMES = (
    "gateway", "channel", "zone", "unit", "decimal", "dates", "years", "brackets", "last_day",
    "stamp", "length_s", "hour", "rates", "ratio", "formulas", "empty", "month", "sheets", "hidden",
    "same",
)  # fmt: skip


def given(options: Mapping[str, Any]) -> dict[str, str | list[str] | None]:
    """Return the answers among a command's options, by the names that files are read with."""
    return {"columns": options["column"]} | {name: options[name] for name in _NAMES}
