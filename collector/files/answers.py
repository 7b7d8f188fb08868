"""What a person says about a file that the file does not say by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

IGNORE: Final = "ignore"


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to questions about a file; None is asked where it matters, never guessed.

    gateway, channel, unit: of all rows, where the file does not name one in each.
    zone: of times without offset; CHANNEL is the zone of the channels that the file names.
    decimal: the sign before the decimals. dates: which comes first in 03/04/2026, or 25-1-12.
    years: how years of three digits are counted: 113/05/01 is of 2024 where they are of Taiwan.
    brackets: whether (5) is -5, as in accounts, or 5 with a mark around it.
    month: of a table that says none, such as 2025-01; a year, such as 2025, of one of its months.
    last_day: whether a period that ends on a day holds all of that day.
    stamp: whether a time marks the start or the end of the use beside it.
    length_s: how long the use beside a time lasts, where the file does not say.
    hour: which of the hours that occur twice when clocks go back.
    rates: whether the total of a meter, its rates, or both are read.
    ratio: whether values beside a multiplier are read as they are, or multiplied with it.
    formulas: whether the last result of a formula counts. empty: whether rows without value go.
    sheets: whether sheets in which no row names a time and a value are left out.
    hidden: whether sheets that a spreadsheet hides are read.
    columns: heading to what it holds (a role, a channel's key with `key:`, or `ignore`).
    same: an id of the file to the id that it stands for.
    """

    gateway: str | None = None
    channel: str | None = None
    zone: str | None = None
    unit: str | None = None
    decimal: Literal[".", ","] | None = None
    dates: Literal["ymd", "dmy", "mdy"] | None = None
    years: Literal["roc"] | None = None
    brackets: Literal["minus", "mark"] | None = None
    month: str | None = None
    last_day: Literal["in", "out"] | None = None
    stamp: Literal["start", "end"] | None = None
    length_s: int | None = None
    hour: Literal["first", "second"] | None = None
    rates: Literal["total", "rates", "both"] | None = None
    ratio: Literal["asis", "multiply"] | None = None
    formulas: Literal["value", "refuse"] = "value"
    empty: Literal["skip"] | None = None
    sheets: Literal["readings"] | None = None
    hidden: Literal["read", "leave"] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)


CHANNEL: Final = "channel"
NONE: Final = Answers()
