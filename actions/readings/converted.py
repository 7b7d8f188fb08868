"""What a file's units come to in those of its channels, told to whoever brings it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Context
from fractions import Fraction
from typing import Any, Final

import numpy as np
from psycopg import Connection

from collector.files.reading import FileReadings
from metering.channels import Kind
from metering.units import conversion
from storage.readings.binding import Bound
from storage.registry import meters
from storage.registry.meters import Channel

_DIGITS: Final = Context(prec=12)


@dataclass(frozen=True, slots=True)
class Converted:
    """A unit of the file that is not its channel's. factor: of the channel's in one, 12 digits."""

    sent: str
    unit: str
    factor: str


@dataclass(frozen=True, slots=True)
class Units:
    """The quanta in one unit of its channel, by message of a file; and what was converted."""

    per_unit: dict[int, int]
    converted: list[Converted] = field(default_factory=list)


def units_of(connection: Connection[Any], file: FileReadings, bound: Bound) -> Units:
    """Return the units of a file without faults."""
    messages, first = np.unique(file.readings.message, return_index=True)
    ids = bound.channel_id[first].tolist() if len(first) else []
    known = {one.channel_id: one for one in meters.channels(connection, ids)}
    of = dict(zip(messages.tolist(), (known[one] for one in ids), strict=True))
    per_unit = {message: one.per_unit for message, one in of.items()}
    return Units(per_unit, _converted(file.readings.unit, file, of))


def _converted(
    units: Sequence[str | None] | None, file: FileReadings, of: dict[int, Channel]
) -> list[Converted]:
    if units is None:
        return []
    pairs = set(zip(file.readings.message.tolist(), units, strict=True))
    found = {
        Converted(sent, one.unit, _text(ratio))
        for message, sent in pairs
        if sent and sent != (one := of[message]).unit
        for ratio in [conversion(sent, one.unit, Kind(one.kind), one.carrier_quantum, one.carrier)]
        if ratio is not None
    }
    return sorted(found, key=lambda one: (one.sent, one.unit))


def _text(ratio: Fraction) -> str:
    found = _DIGITS.divide(ratio.numerator, ratio.denominator)
    return f"{found.normalize(_DIGITS):f}"
