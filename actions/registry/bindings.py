"""Keys are bound to channels; another institution's only where both sides are named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from psycopg import Connection

from actions.registry import checks
from actions.registry.values import NewChannel
from metering.errors import InputError
from storage.dated import ALWAYS, supersede
from storage.registry import keys, table


def taken_over(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    ids: Sequence[int | None],
    bindings: Mapping[tuple[str, str], set[int]],
    institution_ids: Mapping[str, int],
) -> Iterator[InputError]:
    """Find keys that hold for another institution, and whose row does not name it.

    ids: the rows' channels, None where they are new.
    """
    meant = {channel for held in bindings.values() for channel in held}
    holders = {one.channel_id: one for one in keys.holders(connection, sorted(meant))}
    for row, channel in zip(rows, ids, strict=True):
        if row.valid_from is None and channel in bindings.get((row.gateway, row.key), set()):
            continue  # it says nothing new
        own = institution_ids[row.institution]
        others = [
            holders[one]
            for one in sorted(bindings.get((row.gateway, row.key), set()) - {channel})
            if one in holders and holders[one].institution_id != own
        ]
        if any(row.held_by not in one.names for one in others):
            yield _held(row, others)


def _held(row: NewChannel, holders: Iterable[keys.Holder]) -> InputError:
    names = ", ".join(f"{one.label} {one.meter}/{one.channel}" for one in holders)
    wants = f"{row.institution} {row.meter}/{row.channel}"
    return checks.problem(
        row,
        "key",
        "import.key_is_held",
        (
            f"网关 {row.gateway} 的键“{row.key}”现属于 {names},而此行要给 {wants}。",
            f"the key “{row.key}” of {row.gateway} is held by {names}, and wanted for {wants}.",
        ),
        (
            "请核对;确需移交时,先以占比 0 登记原机构迁出,或在 held_by 列写明现属机构的代码。",
            "Check it; to move it, let who holds it move out by share 0, or name it in held_by.",
        ),
    )


def gateways_of(connection: Connection[Any], names: Sequence[str]) -> dict[str, int]:
    """Return gateways by name, made where they are new."""
    gateways = keys.gateways(connection, names)
    new = sorted(set(names) - gateways.keys())
    made = dict(zip(new, table.new_ids(connection, "gateway", len(new)), strict=True))
    columns = {"id": "integer", "name": "text"}
    table.insert(connection, "gateway", columns, [(i, n) for n, i in made.items()])
    return gateways | made


def bind(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    ids: Sequence[int],
    bindings: Mapping[tuple[str, str], set[int]],
    by: str,
) -> set[int]:
    """Bind keys: a new one for all time, one that meant another channel from a day on.

    bindings: the channels that each key means, or meant. returns: the channels bound anew.
    """
    gateways = gateways_of(connection, [row.gateway for row in rows if row.gateway])
    wanted, owner = [], {}
    for row, channel in zip(rows, ids, strict=True):
        meant = bindings.get((row.gateway, row.key), set())
        if not row.key or (channel in meant and row.valid_from is None):
            continue
        since = max(row.valid_from or row.since, row.since).isoformat()
        key = (gateways[row.gateway], row.key)
        owner[key] = channel
        wanted.append((*key, channel, since if meant - {channel} else ALWAYS, row.source))
    return {owner[one.key] for one in supersede(connection, keys.BINDING, wanted, by)}
