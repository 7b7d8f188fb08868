"""What became of a batch, as it is said after the commit."""

from collections.abc import Sequence

import numpy as np

from metering.messages import Message, Readings, Rejection, Stored
from storage.readings.binding import Bound
from storage.readings.merging import Merged


def stored_of(
    seqs: list[int | None], refusals: Sequence[Rejection], bound: Bound, merged: Merged
) -> Stored:
    """Return what became of a batch: its numbers, its refusals, and its readings counted."""
    rounded = int((bound.rounded & merged.new).sum())
    return Stored(seqs, refusals, merged.stored, merged.revised, merged.duplicates, rounded)


def seqs_of(
    batch: Sequence[Message], readings: Readings, refusals: Sequence[Rejection]
) -> list[int | None]:
    """Return the sequence number of each message, known from its readings or its refusal."""
    seqs: list[int | None] = [None] * len(batch)
    if len(readings):
        firsts = np.flatnonzero(np.append(True, readings.message[1:] != readings.message[:-1]))
        places, numbers = readings.message[firsts].tolist(), readings.seq[firsts].tolist()
        for place, seq in zip(places, numbers, strict=True):
            seqs[place] = seq or None
    for refusal in refusals:
        if refusal.seq:
            seqs[refusal.message] = refusal.seq
    return seqs
