"""The readings of a large file, kept aside until all of it can be taken.

The table is the session's own, and written to no log: whoever dies leaves nothing of it. Sorted,
its rows are taken a piece of the table at a time, which needs no index and no room here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from storage.columns import copy_in, copy_out
from storage.readings import file_clocks
from storage.readings.binding import Bound

_TYPES: Final = {
    "line": "int4",
    "channel_id": "int4",
    "at": "at",
    "seq": "int8",
    "value": "int8",
    "rounded": "bool",
}
_MAKE = """
    CREATE TEMPORARY TABLE came (
        line integer NOT NULL, channel_id integer NOT NULL, at timestamptz NOT NULL,
        seq bigint NOT NULL, value bigint NOT NULL, rounded boolean NOT NULL)
"""
# Writers that insert in one order never wait for each other in a ring.
_SORT = """
    CREATE TEMPORARY TABLE sorted AS
    SELECT line, channel_id, at, seq, value, rounded FROM came
     ORDER BY channel_id, at, seq DESC, value DESC
"""
_INDEX = "CREATE INDEX came_by_channel ON came (channel_id)"
_OF_CHANNEL = """
    SELECT line, channel_id, at, seq, value, rounded FROM came
     WHERE channel_id = %(channel)s ORDER BY line
"""
_LEAVE_OUT = "DELETE FROM came WHERE channel_id = %s AND line = ANY(%s)"
_PAGES = "SELECT pg_relation_size('pg_temp.sorted') / current_setting('block_size')::bigint"
_PAGES_AT_ONCE: Final = 4_096  # about 550,000 readings

Ints: TypeAlias = "NDArray[np.int64]"


class Piece(NamedTuple):
    """Pages of the sorted table, as the addresses of rows between which they lie."""

    first: str
    beyond: str


class Heard:
    """What was said of each channel so far: its first and last instant, and in which order.

    The arrays have a place for each channel's id, and grow with the ids alone.
    """

    def __init__(self) -> None:
        self.first = np.full(0, 0, np.int64)
        self.last = np.full(0, 0, np.int64)
        self._seq = np.full(0, 0, np.int64)
        self.falls: set[int] = set()  # registers whose instants or numbers went back
        self.months: set[int] = set()

    @property
    def channels(self) -> list[int]:
        """The channels of which anything was said."""
        return np.flatnonzero(self.first <= self.last).tolist()

    def hear(self, bound: Bound) -> None:
        """Take in what a slice says."""
        if not len(bound.at_ms):
            return
        self._grow(int(bound.channel_id.max()) + 1)
        order = np.argsort(bound.channel_id, kind="stable")
        channel, at_ms = bound.channel_id[order], bound.at_ms[order]
        self._hear_order(channel, at_ms, bound.seq[order], bound.kind[order] == Kind.REGISTER)
        np.minimum.at(self.first, channel, at_ms)
        np.maximum.at(self.last, channel, at_ms)
        np.maximum.at(self._seq, channel, bound.seq[order])
        months = at_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        self.months.update(np.unique(months).tolist())

    def _hear_order(
        self, channel: NDArray[Any], at_ms: Ints, seq: Ints, register: NDArray[np.bool_]
    ) -> None:
        same = np.append(False, channel[1:] == channel[:-1])
        before_ms = np.where(same, np.append(0, at_ms[:-1]), self.last[channel])
        before_seq = np.where(same, np.append(0, seq[:-1]), self._seq[channel])
        falls = register & ((at_ms < before_ms) | (seq < before_seq))
        self.falls.update(np.unique(channel[falls]).tolist())

    def _grow(self, size: int) -> None:
        more = max(0, size - len(self.first))
        if more:
            never, ever = np.iinfo(np.int64).max, np.iinfo(np.int64).min
            self.first = np.append(self.first, np.full(more, never))
            self.last = np.append(self.last, np.full(more, ever))
            self._seq = np.append(self._seq, np.zeros(more, np.int64))


def make(connection: Connection[Any]) -> None:
    """Make the room for a file's readings, for this session."""
    connection.execute(_MAKE)


def add(connection: Connection[Any], bound: Bound, line: NDArray[np.int32]) -> None:
    """Put a slice of readings aside. line: of each that is bound."""
    columns = {
        "line": line,
        "channel_id": bound.channel_id,
        "at": bound.at_ms,
        "seq": bound.seq,
        "value": bound.value,
        "rounded": bound.rounded,
    }
    with connection.cursor() as cursor:
        copy_in(cursor, "came", _TYPES, columns)


def leave_out_behind(connection: Connection[Any], falls: set[int]) -> list[int]:
    """Leave out what a clock that fell back has stamped, as of a small file; return the lines.

    falls: registers whose rows do not go on in time. All rows of one are looked at together.
    """
    if not falls:
        return []
    connection.execute(_INDEX)
    lines: list[int] = []
    for channel in sorted(falls):
        rows = copy_out(connection, _OF_CHANNEL, _TYPES, {"channel": channel})
        line = rows["line"]
        bound = Bound(
            rows["channel_id"], rows["at"], rows["seq"], rows["value"], np.arange(len(line)),
            np.full(len(line), Kind.REGISTER), rows["rounded"],
        )  # fmt: skip
        found = line[file_clocks.behind(connection, bound)].tolist()
        if found:
            connection.execute(_LEAVE_OUT, [channel, found])
            lines += found
    return sorted(lines)


def sort(connection: Connection[Any]) -> Iterator[Piece]:
    """Put the readings into the order in which everybody inserts; return the pieces."""
    connection.execute(_SORT)
    row = connection.execute(_PAGES).fetchone()
    assert row is not None
    for page in range(0, int(row[0]), _PAGES_AT_ONCE):
        yield Piece(f"({page},0)", f"({page + _PAGES_AT_ONCE},0)")
