"""What gateways say, from bytes to columns, and what the store answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metering.errors import InputError

MAX_QUANTA = 2**53  # the greatest whole number a double holds exactly
MAX_ENERGY = 2**62  # the greatest use of one step, in quanta of the carrier


class Message(NamedTuple):
    """One payload as it came, and who sent it.

    A tuple, for the same reason as `Decoded`.

    gateway: "{province}/{gateway}" of the topic, the name under which its channels are bound.
    received_ms: since 1970, UTC.
    """

    topic: str
    gateway: str
    payload: bytes
    received_ms: int


class Decoded(NamedTuple):
    """What one message says: plain lists of equal length, one entry a reading.

    A tuple, for one is made of every message and that takes a fifth of the time.

    seq: the message's sequence number, None where its format has none.
    at_ms: whole milliseconds since 1970, UTC; None where the payload gives no time.
    unit: where the format has them, as metering.units writes them; None is the channel's own.
    quality: where the format tells it; None is good, else the code of what is wrong with it.
    """

    seq: int | None
    channel_key: list[str]
    at_ms: list[int | None] | list[int]
    value: list[float]
    unit: list[str | None] | list[str] | None = None
    quality: list[str | None] | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """What a batch of messages said: columns of equal length, row i is one reading."""

    message: NDArray[np.int32]  # its message's place in the batch
    i: NDArray[np.int32]  # its place in that message
    channel_key: list[str]  # the gateway's name of the channel
    seq: NDArray[np.int64]  # 0 where the payload has none
    at_ms: NDArray[np.int64]  # since 1970, UTC
    value: NDArray[np.float64]  # in the sender's unit; binding turns it into whole quanta
    arrival: NDArray[np.bool_]  # whether at_ms is the arrival, for want of a time in the payload
    unit: list[str | None] | None = None  # of the value, where a payload names one
    from_ms: NDArray[np.int64] | None = None  # when its use began, -1 where a file does not tell

    def __post_init__(self) -> None:
        columns = (self.i, self.channel_key, self.seq, self.at_ms, self.value, self.arrival)
        optional = [column for column in (self.unit, self.from_ms) if column is not None]
        sizes = [len(column) for column in (*columns, *optional)]
        if any(size != len(self.message) for size in sizes):
            raise InputError(
                "readings.unequal_columns",
                zh="读数各列长度不一。",
                en="Columns of readings have unequal lengths.",
            )

    def __len__(self) -> int:
        return len(self.message)

    def only(self, kept: NDArray[np.bool_]) -> Readings:
        """Return some of the readings; each keeps its place in its message."""
        keeps = kept.tolist()
        return Readings(
            message=self.message[kept],
            i=self.i[kept],
            channel_key=list(compress(self.channel_key, keeps)),
            seq=self.seq[kept],
            at_ms=self.at_ms[kept],
            value=self.value[kept],
            arrival=self.arrival[kept],
            unit=None if self.unit is None else list(compress(self.unit, keeps)),
            from_ms=None if self.from_ms is None else self.from_ms[kept],
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message, or single readings of it, that could not be taken, and why.

    message: its place in the batch.
    seq: None where it could not be read.
    i: the places of the refused readings in the message; empty means all of it.
    """

    message: int
    seq: int | None
    reason: InputError
    i: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outdone:
    """A reading beside which another stands: its place in the batch's readings, and the other.

    stands: [quanta of the channel]; None where a person made it void. rank: of the other.
    """

    place: int
    stands: int | None
    rank: int


@dataclass(frozen=True, slots=True)
class AuditNote:
    """What is written down of an act, in the transaction of what it changes."""

    actor: str
    act: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch, said after the commit.

    seqs: per message of the batch, the sequence number whose bytes are committed, None where
        it has none.
    rejected: refusals found by the codec and by binding alike.
    inserted, revised, duplicates: readings of the batch, counted.
    rounded: of those inserted, how many were finer than their channel's quantum.
    outdone: of a whole file, the first of the readings that do not count, for another stands.
    outdone_count: all of these. corrected: those that count after all, as a correction.
    misfits: of readings that were shifted, places of those that do not fit what is around them.
    behind: of a whole file, places of readings left out, for a clock fell back when they were made.
    file_id: of a whole file that said anything new: by which it can be taken back.
    """

    seqs: Sequence[int | None]
    rejected: Sequence[Rejection] = field(default_factory=tuple)
    inserted: int = 0
    revised: int = 0
    duplicates: int = 0
    rounded: int = 0
    outdone: Sequence[Outdone] = field(default_factory=tuple)
    outdone_count: int = 0
    corrected: int = 0
    misfits: Sequence[int] = field(default_factory=tuple)
    behind: Sequence[int] = field(default_factory=tuple)
    file_id: int | None = None
