"""A key that another institution's channel holds is taken over only where both sides are named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from psycopg import Connection

from actions.registry import checks
from actions.registry.values import NewChannel
from metering.errors import InputError
from storage.registry import table


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
    holders = {one.channel_id: one for one in table.holders(connection, sorted(meant))}
    for row, channel in zip(rows, ids, strict=True):
        own = institution_ids[row.institution]
        others = [
            holders[one]
            for one in sorted(bindings.get((row.gateway, row.key), set()) - {channel})
            if one in holders and holders[one].institution_id != own
        ]
        if any(row.held_by not in one.names for one in others):
            yield _held(row, others)


def _held(row: NewChannel, holders: Iterable[table.Holder]) -> InputError:
    said = ", ".join(f"{one.label} {one.meter}/{one.channel}" for one in holders)
    wants = f"{row.institution} {row.meter}/{row.channel}"
    return checks.problem(
        row,
        "key",
        "import.key_is_held",
        (
            f"网关 {row.gateway} 的键“{row.key}”现属于 {said},而此行要给 {wants}。",
            f"the key “{row.key}” of {row.gateway} is held by {said}, and wanted for {wants}.",
        ),
        (
            "请核对;确需移交时,先以占比 0 登记原机构迁出,或在 held_by 列写明现属机构的代码。",
            "Check it; to move it, let who holds it move out by share 0, or name it in held_by.",
        ),
    )
