"""Hours of a tariff: which period holds when, out of what its document says."""

import re
from collections.abc import Mapping
from typing import Final

from metering.errors import InputError

PERIODS: Final = ("sharp", "peak", "flat", "valley", "deep")  # in the order of prices
LETTERS: Final = "spfvd"  # one for each period
FLAT: Final = "f"
_SPAN: Final = re.compile(r"(\d{1,2})(?::00)?\s*[-–~至]\s*(\d{1,2})(?::00)?")
_PARTED: Final = re.compile(r"[,,、;;]")


def hours_of(spans: Mapping[str, str]) -> str:
    """Return 24 letters, one for each hour of a day; hours that nobody names are flat.

    spans: by period, as "10-12, 18-21"; one that runs over midnight, as "23-7", is understood.
    InputError where one is none, or where two periods have the same hour.
    """
    day = [FLAT] * 24
    for name, text in spans.items():
        for one in filter(None, (part.strip() for part in _PARTED.split(text))):
            for hour in _hours(name, one):
                if day[hour] != FLAT:
                    raise _both(hour, PERIODS[LETTERS.index(day[hour])], name)
                day[hour] = LETTERS[PERIODS.index(name)]
    return "".join(day)


def months_of(text: str) -> list[int]:
    """Return the months that "7-9, 12" names; a span may run over the year's end."""
    found: list[int] = []
    for one in filter(None, (part.strip() for part in _PARTED.split(text))):
        span = _SPAN.fullmatch(one)
        first, last = (int(span[1]), int(span[2])) if span else _single(one)
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise _no_span("months", one)
        found += [(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)]
    if len(set(found)) < len(found) or not found:
        raise _no_span("months", text)
    return found


def _hours(name: str, text: str) -> list[int]:
    span = _SPAN.fullmatch(text)
    first, until = (int(span[1]), int(span[2])) if span else (-1, -1)
    if not (0 <= first < 24 and 0 < until <= 24) or first == until:
        raise _no_span(name, text)
    return [(first + step) % 24 for step in range((until - first) % 24 or 24)]


def _single(text: str) -> tuple[int, int]:
    return (int(text), int(text)) if text.isdecimal() and len(text) < 3 else (0, 0)


def _no_span(name: str, text: str) -> InputError:
    return InputError(
        "tariff.span",
        zh=f"“{text}”不是时段或月份。",
        en=f"“{text}” is no span of hours or months.",
        next_zh="请写成 10-12、18-21,跨零点写成 23-7。",
        next_en="Write 10-12, 18-21; across midnight 23-7.",
        where={"field": "seasons", "period": name, "value": text},
    )


def _both(hour: int, one: str, other: str) -> InputError:
    return InputError(
        "tariff.both",
        zh=f"{hour} 时同属两个时段({one}、{other})。",
        en=f"{hour} o'clock belongs to two periods: {one} and {other}.",
        next_zh="请核对各时段的起止时间。",
        next_en="Check the hours of each period.",
        where={"field": "seasons", "hour": hour},
    )
