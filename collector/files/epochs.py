"""Numbers that count time since 1970, told apart by their length: no other instant has as many."""

import re
from typing import Final

from collector.codecs.payload import MAX_AT_MS
from collector.files.refusals import CellError

_LEAST_MS: Final = 1_000_000_000_000  # September 2001: nobody has readings of before in ms
_UNITS: Final = {10: ("s", 1000, 1), 16: ("µs", 1, 1000), 19: ("ns", 1, 1_000_000)}
_LATEST_S: Final = 2_000_000_000  # 2033; what is more is an hour, as 2026110108
_WITH_FRACTION: Final = re.compile(r"(1\d{9})\.(\d{1,9})", re.ASCII)
_SECONDS: Final = (9, 11)  # digits


def milliseconds(text: str) -> int:
    """Return what digits alone say in milliseconds; CellError where it is something else."""
    ms = int(text[:20])
    if ms > MAX_AT_MS:
        raise CellError("bad_time", text)
    if ms < _LEAST_MS:
        likely = _SECONDS[0] <= len(text) <= _SECONDS[1]
        raise CellError(
            "time_in_seconds" if likely else "bad_time" if len(text) < 12 else "old_number", text
        )
    return ms


def since_1970(text: str) -> tuple[int, str] | None:
    """Return the milliseconds that seconds, micro- or nanoseconds come to, and which they were.

    Of what is finer than a millisecond the rest is dropped. None where it is none of them.
    """
    fraction = _WITH_FRACTION.fullmatch(text)
    if fraction:
        return int(fraction[1]) * 1000 + int(fraction[2].ljust(3, "0")[:3]), "s"
    if not (text.isascii() and text.isdigit()) or len(text) not in _UNITS:
        return None
    unit, times, parts = _UNITS[len(text)]
    if unit == "s" and int(text) >= _LATEST_S:
        return None
    ms = int(text) * times // parts
    return (ms, unit) if _LEAST_MS <= ms <= MAX_AT_MS or unit == "s" else None
