"""The channels of an import: what is fixed is compared, what is dated changes from a day on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from actions.registry import checks, noted, since, tenants
from actions.registry.bindings import bind, taken_over
from actions.registry.values import Count, NewChannel, Note, refuse
from metering.channels import Kind
from metering.errors import InputError
from storage.dated import ALWAYS, supersede
from storage.registry import keys, shares, table

_FIXED: Final = ("carrier", "kind", "unit", "per_unit", "zone")
_FIXED_THEN: Final = (
    "通道建立后不可更改:请另建一个通道。",
    "That never changes: make another channel.",
)
_THEN: Final = (
    "请填写 valid_from(自何时起);等于 since 表示一直如此。",
    "State in valid_from since when; the same as since means always.",
)


@dataclass(slots=True)
class _Known:
    """What the database has on the channels of an import; ids by row, None where it is new.

    earlier: rows whose since lies before the one that their channel has.
    wanted: what each row asks for.
    """

    ids: list[int | None]
    earlier: dict[int, NewChannel]
    settings: dict[int, list[table.SettingRow]]
    wanted: list[table.SettingRow]
    bindings: dict[tuple[str, str], set[int]]
    shares: dict[int, set[int]]


def write(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    institution_ids: Mapping[str, int],
    by: str,
) -> tuple[Count, list[Note]]:
    """Make meters and channels, and let settings, keys and shares hold from their days on."""
    stay = tenants.staying(connection, rows, institution_ids)
    moving = [(rows[place], channel) for place, channel in stay.items()]
    moved_in, arrivals = tenants.move_in(connection, moving, institution_ids, by)
    rows = [row for place, row in enumerate(rows) if place not in stay]
    meter_ids, notes = _meters(connection, rows, institution_ids, by)
    known, problems = _known(connection, rows, meter_ids, institution_ids)
    held = taken_over(connection, rows, known.ids, known.bindings, institution_ids)
    refuse([*problems, *_undated(connection, rows, known), *held])
    new = [place for place, one in enumerate(known.ids) if one is None]
    made = dict(zip(new, table.new_ids(connection, "channel", len(new)), strict=True))
    ids = [made[place] if one is None else one for place, one in enumerate(known.ids)]
    _make(connection, [(ids[place], meter_ids[place], rows[place]) for place in new])
    touched, moved = since.begin_earlier(connection, known.earlier, by)
    touched |= _settings(connection, rows, ids, known, by)
    touched |= bind(connection, rows, ids, known.bindings, by)
    touched |= _terms(connection, rows, ids, known, institution_ids, by)
    changed = len(touched - set(made.values()))
    unchanged = len(rows) - len(new) - changed + len(stay) - moved_in
    count = Count(len(new), changed + moved_in, unchanged)
    beyond = noted.counted_beyond(connection, sorted({*ids, *stay.values()}))
    together = noted.counted_together(connection, sorted(set(meter_ids)))
    return count, [
        *arrivals,
        *notes,
        *moved,
        *together,
        *beyond,
        *noted.without_limit(rows),
    ]


def _meters(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    institution_ids: Mapping[str, int],
    by: str,
) -> tuple[list[int], list[Note]]:
    """Return the meter of each row, made where there is none, and which names were not taken."""
    keys = [(institution_ids[row.institution], row.meter) for row in rows]
    known = table.meters(connection, sorted({institution for institution, _ in keys}))
    new = {key: row for key, row in zip(keys, rows, strict=True) if key not in known}
    made = dict(zip(new, table.new_ids(connection, "meter", len(new)), strict=True))
    columns = dict.fromkeys(("id", "institution_id"), "integer") | dict.fromkeys(
        ("code", "name_zh", "name_en"), "text"
    )
    table.insert(
        connection,
        "meter",
        columns,
        [(made[key], *key, row.name_zh, row.name_en) for key, row in new.items()],
    )
    notes = [
        Note(
            "import.meter_names_stay",
            f"已登记计量表的名称不变:{row.meter}:{names[1]} / {names[2]}",
            f"the names of a known meter stay: {row.meter}: {names[1]} / {names[2]}",
        )
        for key, row in zip(keys, rows, strict=True)
        if (names := known.get(key)) is not None and names[1:] != (row.name_zh, row.name_en)
    ]
    return [made[key] if key in made else known[key][0] for key in keys], notes


def _known(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    meter_ids: Sequence[int],
    institution_ids: Mapping[str, int],
) -> tuple[_Known, list[InputError]]:
    """Return what is known of the rows' channels, and where a row contradicts how it was made."""
    channels = table.channels(connection, sorted(set(meter_ids)))
    problems: list[InputError] = []
    ids: list[int | None] = []
    earlier: dict[int, NewChannel] = {}
    for row, meter_id in zip(rows, meter_ids, strict=True):
        channel = channels.get((meter_id, row.channel))
        ids.append(channel.id if channel else None)
        if channel is not None:
            problems.extend(_differs(row, channel))
            if row.since < channel.since:
                earlier[channel.id] = row
    old = [one for one in ids if one is not None]
    institutions = sorted({institution_ids[row.institution] for row in rows})
    known = _Known(
        ids,
        earlier,
        table.settings(connection, old),
        _wanted(connection, rows),
        keys.bindings(connection, sorted({row.gateway for row in rows})),
        shares.of(connection, old, institutions),
    )
    return known, problems


def _differs(row: NewChannel, channel: table.KnownChannel) -> Iterable[InputError]:
    for field in _FIXED:
        if (is_now := getattr(channel, field)) != getattr(row, field):
            words = (f"该通道已登记为“{is_now}”。", f"the channel was made with “{is_now}”.")
            yield checks.problem(row, field, "import.channel_is_fixed", words, _FIXED_THEN)
    # On a register it never had an effect, and earlier imports could still say it.
    if row.net != channel.net and row.kind is not Kind.REGISTER:
        words = (f"该通道已登记为“{channel.net}”。", f"the channel was made with “{channel.net}”.")
        yield checks.problem(row, "net", "import.channel_is_fixed", words, _FIXED_THEN)
    yield from since.later(row, channel.since)


def _undated(
    connection: Connection[Any], rows: Sequence[NewChannel], known: _Known
) -> Iterable[InputError]:
    """Find changes that do not say since when, and factors that change without an exchange."""
    factors = []
    for row, channel, wanted in zip(rows, known.ids, known.wanted, strict=True):
        if channel is None:
            continue
        settings = known.settings[channel]
        if row.valid_from is None:
            if wanted not in settings:
                words = ("与已登记的设置不同。", "differs from the settings that are known.")
                yield checks.problem(row, "factor", "import.undated_change", words, _THEN)
            if not _share_is_known(row, known.shares.get(channel, set())):
                words = ("与已登记的占比不同。", "differs from the share that is known.")
                yield checks.problem(row, "share_millionths", "import.undated_change", words, _THEN)
        elif row.valid_from > row.since and settings[-1][:2] != wanted[:2]:
            factors.append((row, channel, row.valid_from))
    exchanged = table.exchanged(
        connection, [channel for _, channel, _ in factors], [at for _, _, at in factors]
    )
    for row, channel, _ in factors:
        if channel not in exchanged:
            yield checks.problem(
                row,
                "factor",
                "import.factor_without_exchange",
                ("系数只能在换表时改变。", "a factor changes only when the meter is exchanged."),
                (
                    "请先登记该时刻的换表;若一直登记有误,valid_from 填 since。",
                    "Record the exchange first; if it was always wrong, let valid_from be since.",
                ),
            )


def _make(connection: Connection[Any], rows: Sequence[tuple[int, int, NewChannel]]) -> None:
    columns = {
        "id": "integer",
        "meter_id": "integer",
        "code": "text",
        "carrier": "text",
        "kind": "smallint",
        "unit": "text",
        "per_unit": "bigint",
        "net": "boolean",
        "zone": "text",
        "since": "timestamptz",
    }
    table.insert(
        connection,
        "channel",
        columns,
        [
            (
                channel_id,
                meter_id,
                row.channel,
                row.carrier,
                int(row.kind),
                row.unit,
                row.per_unit,
                row.net,
                row.zone,
                row.since,
            )
            for channel_id, meter_id, row in rows
        ],
    )


def _settings(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    ids: Sequence[int],
    known: _Known,
    by: str,
) -> set[int]:
    wanted = [
        (channel, *setting, _since_when(row), row.source)
        for row, channel, setting in zip(rows, ids, known.wanted, strict=True)
        if row.valid_from is not None or channel not in known.settings
    ]
    changed = supersede(connection, table.SETTING, wanted, by)
    stale = [one for one in changed if one.key[0] in known.settings]
    table.queue_usage(connection, [o.key[0] for o in stale], [o.valid_from for o in stale])
    return {one.key[0] for one in changed}


def _terms(
    connection: Connection[Any],
    rows: Sequence[NewChannel],
    ids: Sequence[int],
    known: _Known,
    institution_ids: Mapping[str, int],
    by: str,
) -> set[int]:
    old = {one for one in known.ids if one is not None}
    chosen = [
        (row, channel)
        for row, channel in zip(rows, ids, strict=True)
        if row.valid_from is not None or channel not in old
    ]
    days = table.civil_days(
        connection, [(max(row.valid_from or row.since, row.since), row.zone) for row, _ in chosen]
    )
    wanted = [
        (
            institution_ids[row.institution],
            channel,
            row.carrier,
            row.share_millionths or None,
            day,
            row.source,
        )
        for (row, channel), day in zip(chosen, days, strict=True)
    ]
    changed = supersede(connection, shares.TERM, wanted, by)
    stale = [one for one in changed if one.key[1] in old]
    shares.queue_accounts(connection, [o.key[1] for o in stale], [o.valid_from for o in stale])
    return {one.key[1] for one in changed}


def _wanted(connection: Connection[Any], rows: Sequence[NewChannel]) -> list[table.SettingRow]:
    quanta = table.quanta(connection)
    asked = [checks.setting_of(row, quanta[row.carrier]) for row in rows]
    return [(one.factor, one.under, one.period_s, one.max_per_hour, one.wraps_at) for one in asked]


def _since_when(row: NewChannel) -> str:
    """Return from when on a setting holds; before its channel begins, it always does."""
    if row.valid_from is None or row.valid_from <= row.since:
        return ALWAYS
    return row.valid_from.isoformat()


def _share_is_known(row: NewChannel, shares: set[int]) -> bool:
    return row.share_millionths in shares or (not row.share_millionths and not shares)


def id_of(connection: Connection[Any], institution_id: int, meter: str, channel: str) -> int:
    """Return the id of a channel that there is."""
    meter_id = table.meters(connection, [institution_id])[institution_id, meter][0]
    return table.channels(connection, [meter_id])[meter_id, channel].id
