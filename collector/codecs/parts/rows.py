"""Readings as a codec finds them, one after another, and the lists that are made of them."""

import math
import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from collector.codecs.payload import (
    MAX_KEY_CHARACTERS,
    MAX_READINGS,
    PayloadError,
    check_keys,
    check_shape,
    malformed,
)
from metering.messages import Decoded

NO_VALUE: Final = float("nan")  # of a reading that is set aside for its quality
_NUMBER: Final = re.compile(
    r"\s*[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?\s*", re.ASCII
)


class Row(NamedTuple):
    """One reading; None: the channel's own unit, the arrival as its time, a good value."""

    key: str
    value: float
    unit: str | None = None
    at_ms: int | None = None
    quality: str | None = None


def nothing() -> Decoded:
    """Return what a message says that is of its format, and tells of no meter."""
    return Decoded(None, [], [], [])


def gathered(codec: str, rows: Iterable[Row], seq: int | None = None) -> Decoded:
    """Return rows as lists; a refusal where there are none, too many, or names nobody can show."""
    try:
        return _gathered(codec, rows, seq)
    except PayloadError as refusal:
        refusal.seq = seq
        raise


def _gathered(codec: str, rows: Iterable[Row], seq: int | None) -> Decoded:
    found = []
    for row in rows:
        found.append(row)
        if len(found) > MAX_READINGS:
            break
    keys = [row.key for row in found]
    check_shape(keys, keys, keys)
    check_keys(keys)
    if not all(0 < len(key) <= MAX_KEY_CHARACTERS for key in keys):
        raise malformed(codec, f"a key is empty, or has more than {MAX_KEY_CHARACTERS} characters")
    for row in found:
        if row.quality is None and not math.isfinite(row.value):
            raise malformed(codec, f"{row.key}: no finite number")
    units = [row.unit for row in found]
    quality = [row.quality for row in found]
    return Decoded(
        seq,
        keys,
        [row.at_ms for row in found],
        [row.value for row in found],
        unit=units if any(units) else None,
        quality=quality if any(quality) else None,
    )


def number(thing: Any) -> float | None:
    """Return a number, also where a gateway writes it as a text; None for anything else."""
    if isinstance(thing, bool):
        return None
    if isinstance(thing, int | float):
        try:
            value = float(thing)
        except OverflowError:
            return None
    elif isinstance(thing, str) and _NUMBER.fullmatch(thing):
        value = float(thing)
    else:
        return None
    return value if math.isfinite(value) else None


def code_of(prefix: str, text: object) -> str:
    """Return the code of a bad value: short, without blanks, as the sender names it."""
    return f"{prefix}.{'_'.join(shown(str(text)).split()) or 'bad'}"


def shown(text: str) -> str:
    """Return the beginning of a sender's text; what cannot be shown or stored is blotted out."""
    return "".join(one if one.isprintable() else "�" for one in text[:60])
