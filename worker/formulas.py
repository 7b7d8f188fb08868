"""Virtual channels: their hours, days and months computed anew when inputs changed."""

from typing import Any, Final

import numpy as np
from psycopg import Connection

from actions.accounts.deriving import hours_of, sizes_for, terms_of
from analytics.formulas import ChannelHours, combined
from storage.accounts import formulas, usage
from storage.columns import Columns
from storage.readings.stale import Spans

MOST: Final = 20  # channels of a transaction


def compute(connection: Connection[Any], most: int = MOST) -> list[int]:
    """Compute what waits of virtual channels, in one transaction; return whose."""
    with connection.transaction():
        taken = formulas.take(connection, most)
        for channel, first_ms, until_ms in taken:
            made = formulas.made_of(connection, [channel])
            terms = [term for one in made for term in terms_of(one, sizes_for(connection, one))]
            ids = sorted({one.channel for one in terms})
            columns = np.array(ids, np.int64)
            spans = Spans(columns, np.full(len(ids), first_ms), np.full(len(ids), until_ms))
            inputs = hours_of(usage.hours(connection, spans), ids)
            found = combined(terms, inputs, first_ms, until_ms)
            _write(connection, channel, found, first_ms, until_ms)
        return [channel for channel, _, _ in taken]


def _write(
    connection: Connection[Any], channel: int, hours: ChannelHours, first_ms: int, until_ms: int
) -> None:
    """Replace the hours of a virtual channel in a span, and what stands above them."""
    columns: Columns = {
        "channel_id": np.full(len(hours.hour_ms), channel),
        "hour": hours.hour_ms,
        "used": np.where(hours.known, hours.used, usage.UNKNOWN),
        "measured_s": hours.measured_s,
        "known_s": hours.known_s,
    }
    span = Spans(np.array([channel]), np.array([first_ms]), np.array([until_ms]))
    usage.replace(connection, span, span, columns)
