"""How wide a table's columns must be, so that all of them fit where people look at 1600 pixels.

Grafana gives a column no less than 150 px unless it is told: ten of them are wider than a screen,
and the last ones, which say how much was measured, are cut off.
"""

from typing import Final

from dashboards.boards.model import INSTANT, PERCENT, Column

_SIGN_PX: Final = 8  # of a digit or a Latin letter, at Grafana's 14 px
_CHINESE_PX: Final = 14
_MARGIN_PX: Final = 24  # around a header, with the mark of its order
_TEXT_PX: Final = 90
_NAME_PX: Final = 150  # of an institution or a meter, which leads somewhere
_INSTANT_PX: Final = 150
_FIGURE_PX: Final = 80
_PERCENT_PX: Final = 60
# A screen of 1600 px, less Grafana's menu, what scrolls, and the margins.
SCREEN_PX: Final = 1600 - 56 - 16 - 32


def least_px(column: Column, header: str) -> int:
    """Return the least width of a column under its header. [px]"""
    return max(_of_text(header) + _MARGIN_PX, _of_cells(column))


def _of_text(text: str) -> int:
    return sum(_SIGN_PX if ord(sign) < 0x2000 else _CHINESE_PX for sign in text)


def _of_cells(column: Column) -> int:
    if column.unit is INSTANT:
        return _INSTANT_PX
    if column.unit is PERCENT:
        return _PERCENT_PX
    if column.decimals is not None:
        return _FIGURE_PX
    return _NAME_PX if column.link else _TEXT_PX
