"""Instants as programs write them, a column at once: 2026-01-31T08:00:00, then Z or an offset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from collector.codecs.payload import MAX_AT_MS

_SIGNS: Final = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
_DIGITS: Final = [n for n in range(19) if n not in _SIGNS]
_LAST_HOUR: Final = 23
_ZEROS: Final = (ord("0"), ord("9"))


def iso_instants(cells: Sequence[str]) -> NDArray[np.int64] | None:
    """Return milliseconds since 1970; None where one is written in another way, or impossible.

    All have the offset of the first, to the whole second.
    """
    width = len(cells[0]) if cells else 0
    offset_ms = _offset_ms(cells[0][19:]) if cells else None
    text = "".join(cells)
    if offset_ms is None or len(text) != width * len(cells) or not text.isascii():
        return None
    signs = np.frombuffer(text.encode("ascii"), np.uint8).reshape(len(cells), width)
    if (signs[:, 19:] != signs[0, 19:]).any():
        return None
    digits = signs[:, _DIGITS]
    if (digits < _ZEROS[0]).any() or (digits > _ZEROS[1]).any():
        return None
    if any((signs[:, n] != ord(sign)).any() for n, sign in _SIGNS.items()):
        return None
    try:
        seconds = np.ascontiguousarray(signs[:, :19]).view("S19").ravel().astype("datetime64[s]")
    except ValueError:
        return None
    at_ms: NDArray[np.int64] = seconds.astype(np.int64) * 1000 - offset_ms
    return at_ms if ((at_ms >= 0) & (at_ms <= MAX_AT_MS)).all() else None


def _offset_ms(text: str) -> int | None:
    """Return an offset; None where it is none of these two forms."""
    if text == "Z":
        return 0
    hours, minutes = text[1:3], text[4:6]
    plain = len(text) == 6 and text[0] in "+-" and text[3] == ":"
    if not plain or not (hours + minutes).isdigit() or int(hours) > _LAST_HOUR or minutes > "59":
        return None
    ms = (int(hours) * 60 + int(minutes)) * 60_000
    return -ms if text[0] == "-" else ms
