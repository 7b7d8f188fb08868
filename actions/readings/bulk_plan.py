"""How a bulk export is cut: pieces of one calendar month, short enough for a transaction each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from storage.readings.bulk import BulkChannel
from storage.readings.bulk_lines import Rows

MOST_ROWS: Final = 100_000  # that a piece is expected to hold
CHANNELS: Final = 400  # of a piece, at most
_EVERY_S: Final[dict[Rows, int | None]] = {
    "reading": None, "hour": 3600, "day": 86_400, "month": 28 * 86_400,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """Where an export stands: the last row that is written, in order of month, channel, time."""

    channel_id: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of some channels in a span of time, and the key with which it ends."""

    channels: list[BulkChannel]
    first_ms: int
    until_ms: int

    @property
    def last(self) -> Key:
        """Return the greatest key that a row of it could have."""
        return Key(self.channels[-1].channel_id, self.until_ms - 1)


def slices(first_ms: int, until_ms: int, rows: Rows) -> Iterator[tuple[int, int]]:
    """Return the calendar months of a span; for days and months the years, of UTC as both are."""
    while first_ms < until_ms:
        end = min(_after(first_ms, rows), until_ms)
        yield first_ms, end
        first_ms = end


def expected(channel: BulkChannel, span: tuple[int, int], rows: Rows) -> int:
    """Return how many rows a channel should have in a span."""
    every_s = _EVERY_S[rows] or channel.period_s
    first = max(span[0], channel.since_ms - 2 * 86_400_000)
    return max(span[1] - first, 0) // (every_s * 1000) + 1


def pieces(channels: Sequence[BulkChannel], span: tuple[int, int], rows: Rows) -> Iterator[Piece]:
    """Return some channels in order, cut so that a piece is not expected to hold too many rows."""
    run: list[BulkChannel] = []
    held = 0
    for one in channels:
        count = expected(one, span, rows)
        if run and held + count > MOST_ROWS:
            yield Piece(run, *span)
            run, held = [], 0
        if count > MOST_ROWS:
            for part in cut(span, -(-count // MOST_ROWS)):
                yield Piece([one], *part)
        else:
            run.append(one)
            held += count
    if run:
        yield Piece(run, *span)


def cut(span: tuple[int, int], parts: int) -> Iterator[tuple[int, int]]:
    """Return a span in so many parts of about equal length, none of which is empty."""
    step = max(-(-(span[1] - span[0]) // parts), 1)
    for first in range(span[0], span[1], step):
        yield first, min(first + step, span[1])


def _after(at_ms: int, rows: Rows) -> int:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    if rows in ("day", "month"):
        return int(datetime(at.year + 1, 1, 1, tzinfo=UTC).timestamp()) * 1000
    year, month = at.year + at.month // 12, at.month % 12 + 1
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000
