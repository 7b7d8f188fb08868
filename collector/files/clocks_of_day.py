"""A time of day in a column of its own, as spreadsheets and meters keep it."""

import re
from typing import Final

from collector.files.tables import Cell, text_of

_DAY_S: Final = 86_400
_FRACTION: Final = re.compile(r"0?\.\d+(?:[eE]-\d+)?|\d\.\d+[eE]-\d+", re.ASCII)
_CUT: Final = re.compile(r"\d{1,2}\.\d", re.ASCII)


def clock_of(cell: Cell) -> str:
    """Return a time of day with its colons: 0830 and 80000 have lost them, 0.5 is of a day.

    8.3, which may be 8:03 or 8:30, becomes no time.
    """
    text = text_of(cell)
    if _FRACTION.fullmatch(text):
        seconds = round(float(text) * _DAY_S)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if _CUT.fullmatch(text):
        return f"{text}?"
    if len(text) in {3, 4, 5, 6} and text.isascii() and text.isdigit():
        whole = text.zfill(4 if len(text) < 5 else 6)
        return ":".join(whole[n : n + 2] for n in range(0, len(whole), 2))
    return text
