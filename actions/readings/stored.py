"""Reading what meters said: the effective readings of a channel, and what was also said."""

from dataclasses import dataclass, fields

from actions.actor import Actor
from actions.registry.meters import no_channel
from actions.spans import When, span_of
from metering.channels import Kind
from storage.pages import check_size, cursor_of, key_of
from storage.readings import series
from storage.readings.series import ReadingColumns
from storage.registry import meters
from storage.registry.meters import Channel

_LEAST = -(2**63) + 1  # stands for a void in cursors


@dataclass(frozen=True, slots=True)
class ReadingSeries:
    """Some readings of a channel in order of time, and where the others begin."""

    channel: Channel
    columns: ReadingColumns
    next: str | None


def readings(
    actor: Actor,
    channel_id: int,
    *,
    since: When = None,
    until: When = None,
    after: str | None = None,
    limit: int = 1000,
) -> ReadingSeries:
    """Return effective readings, from one end to before the other; a void has no value."""
    check_size(limit)
    (last,) = key_of(after, -1)
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        span = span_of(connection, since, until, found[0].zone, int(last))
        intervals = found[0].kind == Kind.INTERVAL
        columns = series.readings(connection, channel_id, span, limit + 1, intervals=intervals)
    cut = _first(columns, limit)
    more = len(columns.at_ms) > limit
    return ReadingSeries(found[0], cut, cursor_of(cut.at_ms[-1]) if more else None)


def revisions(
    actor: Actor,
    channel_id: int,
    *,
    since: When = None,
    until: When = None,
    after: str | None = None,
    limit: int = 1000,
) -> ReadingSeries:
    """Return what was said of an instant beside the reading that stands."""
    check_size(limit)
    at, rank, seq, value = (int(part) for part in key_of(after, -1, 0, 0, _LEAST))
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        span = span_of(connection, since, until, found[0].zone, -1)
        columns = series.revisions(connection, channel_id, span, (at, rank, seq, value), limit + 1)
    cut = _first(columns, limit)
    following = None
    if len(columns.at_ms) > limit:
        value_or_void = cut.value[-1]
        following = cursor_of(
            cut.at_ms[-1],
            cut.rank[-1],
            cut.seq[-1],
            _LEAST if value_or_void is None else value_or_void,
        )
    return ReadingSeries(found[0], cut, following)


def _first(columns: ReadingColumns, most: int) -> ReadingColumns:
    kept = {one.name: getattr(columns, one.name)[:most] for one in fields(columns)}
    return ReadingColumns(**kept)
