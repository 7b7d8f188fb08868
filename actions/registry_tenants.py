"""A tenant moves and the channel stays: another institution's row says the channel as it is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from actions.registry_values import NewChannel, Note
from storage import registry as table
from storage.dated import change

_SAME: Final = ("carrier", "kind", "unit", "per_unit", "zone", "since")


def staying(
    connection: Connection[Any], rows: Sequence[NewChannel], institution_ids: Mapping[str, int]
) -> dict[int, int]:
    """Return the channels that stay, by place of the rows in which another institution moves in.

    Such a row names by held_by whose the key is, says the channel as it was made, and since when
    it counts for the newcomer.
    """
    moving = [
        (place, row) for place, row in enumerate(rows) if row.held_by and row.valid_from is not None
    ]
    bindings = table.bindings(connection, sorted({row.gateway for _, row in moving}))
    meant = {
        (row.gateway, row.key): bindings.get((row.gateway, row.key), set()) for _, row in moving
    }
    holders = {
        one.channel_id: one
        for one in table.holders(connection, sorted({c for held in meant.values() for c in held}))
    }
    found = {}
    for place, row in moving:
        for channel_id in sorted(meant[row.gateway, row.key] & holders.keys()):
            holder = holders[channel_id]
            if (
                holder.institution_id != institution_ids[row.institution]
                and row.held_by in holder.names
                and (holder.meter, holder.channel) == (row.meter, row.channel)
                and _is_made_so(connection, holder, row)
            ):
                found[place] = channel_id
    return found


def _is_made_so(connection: Connection[Any], holder: table.Holder, row: NewChannel) -> bool:
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
    changed = change(connection, table.TERM, wanted, by)
    table.queue_accounts(
        connection, [one.key[1] for one in changed], [one.valid_from for one in changed]
    )
    touched = {one.key[1] for one in changed}
    return len(touched), [_note(row) for row, channel in rows if channel in touched]


def _note(row: NewChannel) -> Note:
    return Note(
        "import.tenant_moved",
        f"{row.institution} 自 {row.valid_from} 起计入 {row.held_by} 的通道 "
        f"{row.meter}/{row.channel};请同时以占比 0 登记原机构的迁出。",
        f"{row.institution} counts in the channel {row.meter}/{row.channel} of {row.held_by} from "
        f"{row.valid_from} on; register that the other moved out by its share 0.",
    )
