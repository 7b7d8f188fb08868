"""Virtual channels: their hours, days and months computed anew when inputs changed."""

from typing import Any, Final

import numpy as np
from psycopg import Connection

from actions.accounts.deriving import hours_of, sizes_for, terms_of
from analytics.formulas import ChannelHours, combined
from storage.accounts import formulas, usage
from storage.columns import Columns
from storage.readings import set_aside
from storage.readings.stale import Spans
from worker.isolation import away

MOST: Final = 20  # channels before accounts have their turn


def compute(connection: Connection[Any], most: int = MOST) -> list[int]:
    """Compute what waits of virtual channels, each in a transaction of its own; return whose.

    One that fails is set aside with its reason, and tried again later.
    """
    done = []
    for channel in formulas.waiting(connection, most):
        try:
            with connection.transaction():
                if _computed(connection, channel):
                    done.append(channel)
        except Exception as error:
            if away(connection, error):
                raise
            set_aside.keep(connection, "usage", channel, error)
    if done:
        set_aside.forgive(connection, "usage", done)
    return done


def _computed(connection: Connection[Any], channel: int) -> bool:
    """Compute one virtual channel; return whether it was free."""
    span = formulas.take(connection, channel)
    if span is None:
        return False
    made = formulas.made_of(connection, [channel])
    terms = [term for one in made for term in terms_of(one, sizes_for(connection, one))]
    ids = sorted({one.channel for one in terms})
    columns = np.array(ids, np.int64)
    spans = Spans(columns, np.full(len(ids), span[0]), np.full(len(ids), span[1]))
    inputs = hours_of(usage.hours(connection, spans), ids)
    _write(connection, channel, combined(terms, inputs, *span), *span)
    return True


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
