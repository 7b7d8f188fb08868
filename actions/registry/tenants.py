"""A tenant moves and the channel stays: another institution's row says the channel as it is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from psycopg import Connection

from actions.registry.values import NewChannel, Note
from storage.dated import supersede
from storage.registry import keys, shares, table

_SAME: Final = ("carrier", "kind", "unit", "per_unit", "zone", "since")


def staying(
    connection: Connection[Any], rows: Sequence[NewChannel], institution_ids: Mapping[str, int]
) -> dict[int, int]:
    """Return the channels that stay, by place of the rows in which another institution moves in.

    Such a row says the channel as it was made, since when it counts for the newcomer, and names by
    held_by whose the key is; or all who had it moved out by that day, which named them.
    """
    moving = [(place, row) for place, row in enumerate(rows) if row.valid_from is not None]
    bindings = keys.bindings(connection, sorted({row.gateway for _, row in moving}))
    meant = {
        (row.gateway, row.key): bindings.get((row.gateway, row.key), set()) for _, row in moving
    }
    holders = {
        one.channel_id: one
        for one in keys.holders(connection, sorted({c for held in meant.values() for c in held}))
    }
    gone = _moved_out(connection, [row for _, row in moving], holders, institution_ids)
    found = {}
    for place, row in moving:
        for channel_id in sorted(meant[row.gateway, row.key] & holders.keys()):
            holder = holders[channel_id]
            if (
                holder.institution_id != institution_ids[row.institution]
                and (row.held_by in holder.names or (not row.held_by and gone(row, channel_id)))
                and (holder.meter, holder.channel) == (row.meter, row.channel)
                and _is_made_so(connection, holder, row)
            ):
                found[place] = channel_id
    return found


def _moved_out(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    holders: Mapping[int, keys.Holder],
    institution_ids: Mapping[str, int],
) -> Callable[[NewChannel, int], bool]:
    """Return a question: had all others, the holder among them, moved out when a row begins?

    A sub-meter never counted for anybody, so nobody moved out of it.
    """
    instants = [(row.valid_from or row.since, row.zone) for row in rows]
    days = table.civil_days(connection, instants) if rows else []
    day_of = {id(row): day for row, day in zip(rows, days, strict=True)}
    ends: dict[int, list[tuple[int, date | None]]] = {}
    for channel, institution, end in shares.term_ends(connection, sorted(holders)):
        ends.setdefault(channel, []).append((institution, end))

    def gone(row: NewChannel, channel: int) -> bool:
        own = institution_ids[row.institution]
        others = [(whose, end) for whose, end in ends.get(channel, []) if whose != own]
        return holders[channel].institution_id in {whose for whose, _ in others} and all(
            end is not None and end <= day_of[id(row)] for _, end in others
        )

    return gone


def _is_made_so(connection: Connection[Any], holder: keys.Holder, row: NewChannel) -> bool:
    meters = table.meters(connection, [holder.institution_id])
    meter_id = meters[holder.institution_id, holder.meter][0]
    known = table.channels(connection, [meter_id])[meter_id, holder.channel]
    return all(getattr(known, field) == getattr(row, field) for field in _SAME)


def move_in(
    connection: Connection[Any],
    rows: Sequence[tuple[NewChannel, int]],
    institution_ids: Mapping[str, int],
    by: str,
) -> tuple[int, list[Note]]:
    """Let channels count for the newcomers from their days on; return how many that changed."""
    instants = [(row.valid_from or row.since, row.zone) for row, _ in rows]
    days = table.civil_days(connection, instants) if rows else []
    wanted = [
        (
            institution_ids[row.institution],
            channel,
            row.carrier,
            row.share_millionths or None,
            day,
            row.source,
        )
        for (row, channel), day in zip(rows, days, strict=True)
    ]
    changed = supersede(connection, shares.TERM, wanted, by)
    shares.queue_accounts(
        connection, [one.key[1] for one in changed], [one.valid_from for one in changed]
    )
    touched = {one.key[1] for one in changed}
    return len(touched), [_note(row) for row, channel in rows if channel in touched]


def _note(row: NewChannel) -> Note:
    return Note(
        "import.tenant_moved",
        f"{row.institution} 自 {row.valid_from} 起计入通道 {row.meter}/{row.channel}"
        f"({row.gateway} {row.key});原机构须以占比 0 登记迁出,否则两家都计。",
        f"{row.institution} counts in the channel {row.meter}/{row.channel} ({row.gateway} "
        f"{row.key}) from {row.valid_from} on; who had it moves out by its share 0, else both "
        "count.",
    )
