"""A channel begins earlier than it was registered to; never later, for readings may be stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from actions.registry import checks
from actions.registry.values import NewChannel, Note
from metering.errors import InputError
from storage.registry import changes, shares, table

_THEN: Final = (
    "since 只能提前;若机构自某日起才计入,请以 valid_from 登记占比 share。",
    "It moves earlier only; where an institution counts from a day on, give its share valid_from.",
)


def later(row: NewChannel, since: datetime) -> Iterable[InputError]:
    """Find a row that would let its channel begin later."""
    if row.since > since:
        words = (
            f"该通道自 {since.isoformat()} 起计量,其后的读数可能已经入库。",
            f"the channel began at {since.isoformat()}; readings since then may be stored.",
        )
        yield checks.problem(row, "since", "import.since_later", words, _THEN)


def begin_earlier(
    connection: Connection[Any], rows: Mapping[int, NewChannel], by: str
) -> tuple[set[int], list[Note]]:
    """Let channels begin earlier, with the shares that began with them; recompute from there."""
    if not rows:
        return set(), []
    since = {channel: row.since.isoformat() for channel, row in rows.items()}
    sources = [row.source for row in rows.values()]
    days = changes.begin_earlier(connection, since, sources, by)
    table.queue_usage(connection, list(since), list(since.values()))
    shares.queue_accounts(connection, list(since), [days[channel] for channel in since])
    return set(rows), [_moved(row, since[channel]) for channel, row in rows.items()]


def _moved(row: NewChannel, since: str) -> Note:
    return Note(
        "import.since_moved",
        f"{row.meter}/{row.channel} 提前自 {since} 起计量;此前被拒收的读数可用 "
        "commonwatt replay-rejected 重新送入。",
        f"{row.meter}/{row.channel} now begins at {since}; readings that were refused before can "
        "be fed in again with commonwatt replay-rejected.",
    )
