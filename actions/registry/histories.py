"""Exchanges, settings, keys and shares of an import: what holds of channels from other days on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg import Connection

from actions.registry import noted
from actions.registry.bindings import gateways_of
from actions.registry.complaints import History, problem, unknown
from actions.registry.history_checks import of, rows_of
from actions.registry.history_settings import (
    ByCodes,
    since_of,
    utc,
    write_exchanges,
    write_settings,
)
from actions.registry.values import Count, NewKey, NewShare, Note, Registry, refuse
from metering.errors import InputError
from storage.dated import ALWAYS, supersede_in_turn
from storage.registry import histories, keys, shares
from storage.registry.histories import Meant


def write(
    connection: Connection[Any], registry: Registry, institution_ids: Mapping[str, int], by: str
) -> tuple[dict[str, Any], list[Note]]:
    """Let what the rows say hold from their days on; return what became of them, by kind."""
    rows = rows_of(registry)
    if not rows:
        return {}, []
    made = _made(connection, rows, institution_ids)
    refuse(list(_unknown(rows, made, institution_ids)))
    exchanged = write_exchanges(connection, registry.exchanges, made, by)
    settings = write_settings(connection, registry.settings, made, by)
    kept = _keys(connection, registry.keys, made, by)
    counted, notes = _shares(connection, registry.shares, made, institution_ids, by)
    found = {"exchanges": exchanged, "settings": settings, "keys": kept, "shares": counted}
    return found, notes


def _made(
    connection: Connection[Any], rows: Sequence[History], institution_ids: Mapping[str, int]
) -> ByCodes:
    """Return the channels that the rows are of."""
    wanted = {of(row) for row in rows if of(row)[0] in institution_ids}
    asked = {codes: (institution_ids[codes[0]], *codes[1:]) for codes in sorted(wanted)}
    found = histories.channels(connection, list(asked.values()))
    return {codes: found[ids] for codes, ids in asked.items() if ids in found}


def _unknown(
    rows: Sequence[History], made: ByCodes, institution_ids: Mapping[str, int]
) -> Iterator[InputError]:
    for row in rows:
        if isinstance(row, NewShare) and row.institution not in institution_ids:
            yield unknown(row, "institution")
        codes = of(row)
        if any(codes) and codes not in made:
            whose = "meter_of" if isinstance(row, NewShare) else "institution"
            yield unknown(row, "channel" if codes[0] in institution_ids else whose)


def _keys(connection: Connection[Any], rows: Sequence[NewKey], made: ByCodes, by: str) -> Count:
    rows = sorted(rows, key=lambda row: _since(row, made))
    instants = [_since(row, made) for row in rows]
    asked = [(row.gateway, row.key, since) for row, since in zip(rows, instants, strict=True)]
    refuse(list(_taken_over(rows, histories.meant(connection, asked), made)))
    gateways = gateways_of(connection, [row.gateway for row in rows])
    ids = {codes: one.id for codes, one in made.items()}
    wanted = [
        (gateways[row.gateway], row.key, ids.get(of(row)), since, row.source)
        for row, since in zip(rows, instants, strict=True)
    ]
    changed = supersede_in_turn(connection, keys.MEANS, wanted, by)
    return Count(0, len(changed), len(rows) - len(changed))


def _taken_over(
    rows: Sequence[NewKey], meant: Mapping[int, Meant], made: ByCodes
) -> Iterator[InputError]:
    """Find keys that another institution has, and whose first row does not name it."""
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(rows):
        one, new = meant.get(place), made.get(of(row))
        first = (row.gateway, row.key) not in seen
        seen.add((row.gateway, row.key))
        if not first or one is None or row.held_by in one.names:
            continue
        if new is None or new.institution_id != one.institution_id:
            yield _held(row, one.label)


def _since(row: NewKey, made: ByCodes) -> str:
    """Return from when on a key means what it says; before the channel begins, always."""
    channel = made.get(of(row))
    always = row.valid_from is None or (channel is not None and row.valid_from <= channel.since)
    return ALWAYS if row.valid_from is None or always else utc(row.valid_from)


def _held(row: NewKey, label: str) -> InputError:
    return problem(
        row,
        "key",
        "import.key_is_held",
        (f"该标识现属于 {label}。", f"the key is held by {label}."),
        (
            "请核对;确需移交时,在 held_by 列写明现属机构的代码。",
            "Check it; to move it, name who holds it in held_by.",
        ),
    )


def _shares(
    connection: Connection[Any],
    rows: Sequence[NewShare],
    made: ByCodes,
    institution_ids: Mapping[str, int],
    by: str,
) -> tuple[Count, list[Note]]:
    wanted = [
        (
            institution_ids[row.institution],
            made[of(row)].id,
            made[of(row)].carrier,
            row.share_millionths or None,
            row.valid_from,
            row.source,
        )
        for row in sorted(rows, key=lambda row: row.valid_from)
    ]
    changed = supersede_in_turn(connection, shares.TERM, wanted, by)
    shares.queue_accounts(connection, *since_of(changed, 1))
    beyond = noted.counted_beyond(connection, sorted({one[1] for one in wanted}))
    return Count(0, len(changed), len(rows) - len(changed)), beyond
