"""Readings as a codec finds them, one after another, and the lists that are made of them."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

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
NO_KEY: Final = "–"  # of one that names no channel, or none that can be shown
_NUMBER: Final = re.compile(
    r"\s*[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?\s*", re.ASCII
)


T = TypeVar("T")


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
    """Return rows as lists; a refusal where there are none, too many, or none is any good.

    What is wrong with a row (a name nobody can show, a value without end) sets that row aside.
    """
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
    judged = [_judged(codec, row) for row in found]
    if not any(row.quality is None for row in judged):
        _refuse(codec, found)
    found, keys = judged, [row.key for row in judged]
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


def _judged(codec: str, row: Row) -> Row:
    """Return a row that can be stored, or be set aside."""
    if not (0 < len(row.key) <= MAX_KEY_CHARACTERS and row.key.isprintable()):
        return Row(NO_KEY, NO_VALUE, row.unit, row.at_ms, f"{codec}.no_key")
    if row.quality is None and not math.isfinite(row.value):
        return row._replace(value=NO_VALUE, quality=f"{codec}.no_number")
    return row


def _refuse(codec: str, rows: Sequence[Row]) -> None:
    """Refuse a message of which no row has a name, or no good one a value."""
    keys = [row.key for row in rows]
    check_keys(keys)
    if not all(0 < len(key) <= MAX_KEY_CHARACTERS for key in keys):
        raise malformed(codec, f"a key is empty, or has more than {MAX_KEY_CHARACTERS} characters")
    for row in rows:
        if row.quality is None:
            raise malformed(codec, f"{row.key}: no finite number")


def partly(codec: str, things: Sequence[T], rows_of: Callable[[T], Iterable[Row]]) -> Decoded:
    """Return the readings of all things that can be read; the others are set aside, each as one.

    Where none can be, the message is refused for what is wrong with the first.
    """
    rows: list[Row] = []
    refusals: list[PayloadError] = []
    for thing in things:
        try:
            rows += rows_of(thing)
        except PayloadError as refusal:
            refusals.append(refusal)
            lacks = "no_time" if refusal.of_time else "no_row"
            rows.append(Row(NO_KEY, NO_VALUE, quality=f"{codec}.{lacks}"))
    if refusals and len(refusals) == len(rows):
        raise refusals[0]
    return gathered(codec, rows) if rows else nothing()


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
