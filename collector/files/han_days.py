"""Days in Chinese numerals, as documents write them: 二〇二六年一月三日."""

import re
from typing import Final

_DIGITS: Final = {one: n for n, one in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_DAY: Final = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)


def in_digits(text: str) -> str:
    """Return a text of which a day at its beginning is written in digits."""
    found = _DAY.match(text)
    if found is None:
        return text
    year = "".join(str(_DIGITS[one]) for one in found[1])
    month, day = (_number(part) for part in found.groups()[1:])
    return f"{year}-{month}-{day}{text[found.end() :]}"


def _number(text: str) -> int:
    """Return a number below a hundred: 三, 十, 十二, 二十, 三十一."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[one]) for one in text))
    return 10 * (_DIGITS.get(tens, 1)) + _DIGITS.get(ones, 0)
