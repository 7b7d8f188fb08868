"""Single cells of a registry as values, and what to write where they are none."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

_MOST_RATIO: Final = 1_000_000
DAY: Final = ("请写成 2026-01-31。", "Write it as 2026-01-31.")
NUMBER: Final = ("请填写数字,不带单位和千位逗号。", "Write a number without unit or commas.")
WHOLE: Final = ("请填写整数。", "Write a whole number.")
RATIO: Final = (
    "请填写互感器变比,如 80、80/5 或 1.5,分子分母不超过 1000000。",
    "Write the transformers' ratio: 80, 80/5 or 1.5, both parts at most 1000000.",
)
QUANTA: Final = (
    "请按发送单位填写,乘以 per_unit 后须为整数。",
    "Write it in the sender's unit; times per_unit it must be whole.",
)
SHARE: Final = ("请填写 -1 至 1 的数,最多六位小数。", "Write -1 to 1, with at most six decimals.")
FLAG: Final = ("请填写 yes 或 no。", "Write yes or no.")
KIND: Final = ("请填写 register、interval 或 power。", "Write register, interval or power.")
DISCLOSURE: Final = (
    "请填写 open、restricted 或 off_platform。",
    "Write open, restricted or off_platform.",
)
INSTANT: Final = (
    "请写明时区,例如 2026-01-01T00:00+08:00。",
    "Write it with its zone, such as 2026-01-01T00:00+08:00.",
)
STAND_IN: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_FLAGS: Final = dict.fromkeys(("yes", "true", "1", "是"), True) | dict.fromkeys(
    ("no", "false", "0", "否"), False
)


def flag_of(text: str) -> bool:
    """Return yes or no. ValueError otherwise."""
    if text.lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[text.lower()]


def decimal_of(text: str) -> Decimal:
    """Return a finite number. ValueError otherwise."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    return number


def ratio_of(text: str) -> Fraction:
    """Return a transformer's ratio: 80, 80/5 or 1.5. ValueError otherwise."""
    above, _, below = text.partition("/")
    ratio = Fraction(decimal_of(above)) / Fraction(decimal_of(below) if below else 1)
    if not (0 < ratio.numerator <= _MOST_RATIO >= ratio.denominator):
        raise ValueError
    return ratio


def float_of(text: str) -> float:
    """Return a number as degrees are kept. ValueError otherwise."""
    return float(decimal_of(text))


def millionths_of(text: str) -> int:
    """Return a share in millionths. ValueError otherwise."""
    share = decimal_of(text) * 1_000_000
    if share != share.to_integral_value():
        raise ValueError
    return int(share)


def instant_of(text: str) -> datetime:
    """Return an instant, of which the offset is said. ValueError otherwise."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at
