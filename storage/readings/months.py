"""The monthly partitions that readings need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.messages import Message

ENSURE: Final = "SELECT storage.ensure_months(%s, %s)"


class Months:
    """Makes each month once, in a transaction of its own before the one that stores.

    ahead_ms: how far a reading may be ahead of its arrival.
    """

    def __init__(self, ahead_ms: int) -> None:
        self._ahead_ms = ahead_ms
        self._made: set[int] = set()

    def ensure(
        self, connection: Connection[Any], batch: Sequence[Message], at_ms: NDArray[np.int64]
    ) -> None:
        """Make what a batch needs; what binding refuses, before 1970 or ahead, makes none."""
        if not len(at_ms):
            return
        latest_ms = max(message.received_ms for message in batch) + self._ahead_ms
        may_stand = at_ms[(at_ms >= 0) & (at_ms <= latest_ms)]
        months = may_stand.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        for month in sorted(set(np.unique(months).tolist()) - self._made):
            first = np.datetime64(int(month), "M").astype("datetime64[s]").astype(datetime)
            at = first.replace(tzinfo=UTC)
            connection.execute(ENSURE, [at, at])
            connection.commit()
            self._made.add(int(month))
