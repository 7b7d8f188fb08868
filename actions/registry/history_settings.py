"""Exchanges and settings of an import, in the channel's unit as people write them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from actions.actor import denied
from actions.registry.complaints import History, problem
from actions.registry.history_checks import of
from actions.registry.values import Count, NewExchange, NewSetting, refuse
from actions.rights import Right, holds
from metering.channels import Kind, Setting
from metering.errors import InputError
from metering.units import quanta_per_unit
from storage.dated import ALWAYS, Change, supersede_in_turn
from storage.registry import histories, table
from storage.registry.histories import ExchangeRow, Made

ByCodes = Mapping[tuple[str, str, str], Made]  # of institution, meter and channel
_FINER: Final = Fraction(1, 1000)  # of a quantum: what is written in decimals may be cut off


def _quanta(row: History, field: str, per_unit: int) -> int | None:
    """Return an amount in the channel's quanta; InputError where it is finer than these."""
    amount: Decimal | None = getattr(row, field)
    if amount is None:
        return None
    exact = Fraction(amount) * per_unit
    if abs(exact - round(exact)) > _FINER:
        raise problem(
            row,
            field,
            "import.finer_than_quantum",
            (
                f"{amount} 比通道的最小单位更精细。",
                f"{amount} is finer than the channel's quantum.",
            ),
            (f"1 单位为 {per_unit} 个最小单位。", f"A unit has {per_unit} quanta."),
        )
    return round(exact)


def write_exchanges(
    connection: Connection[Any], rows: Sequence[NewExchange], made: ByCodes, by: str
) -> Count:
    """Record exchanges of which nothing is known; InputError where another one is."""
    known = histories.exchanges(connection, sorted({made[of(row)].id for row in rows}))
    instants = {one[:2] for one in known}
    new: list[tuple[ExchangeRow, str]] = []
    problems: list[InputError] = []
    for row in rows:
        channel = made[of(row)]
        try:
            one = _exchange(row, channel)
        except InputError as error:
            problems.append(error)
            continue
        if one in known:
            continue
        if one[:2] in instants:
            problems.append(_other_exchange(row))
        new.append((one, row.source))
    refuse(problems)
    if new and not holds(connection, Right.CORRECT_READINGS):
        raise denied("exchange.record")
    histories.record(connection, [one for one, _ in new], [source for _, source in new], by)
    return Count(len(new), 0, len(rows) - len(new))


def _exchange(row: NewExchange, channel: Made) -> ExchangeRow:
    if channel.kind != Kind.REGISTER:
        raise problem(
            row,
            "channel",
            "import.exchange_of_no_register",
            ("只有 register 通道才有换表。", "only a register's meter is exchanged."),
            ("请删去此行。", "Remove the row."),
        )
    final = _quanta(row, "final", channel.per_unit)
    return channel.id, row.at, final, _quanta(row, "initial", channel.per_unit) or 0


def _other_exchange(row: NewExchange) -> InputError:
    return problem(
        row,
        "at",
        "import.other_exchange",
        ("该时刻已登记另一次换表。", "another exchange is recorded of that instant."),
        ("请用“登记换表”更正。", "Correct it by “Record an exchange”."),
    )


def write_settings(
    connection: Connection[Any], rows: Sequence[NewSetting], made: ByCodes, by: str
) -> Count:
    """Let settings hold from their instants on; a factor changes at an exchange only."""
    rows = sorted(rows, key=lambda row: row.valid_from)
    wanted: list[tuple[Any, ...]] = []
    problems: list[InputError] = []
    for row in rows:
        channel = made[of(row)]
        try:
            one = _setting(row, channel)
        except InputError as error:
            problems.append(error)
            continue
        since = ALWAYS if row.valid_from <= channel.since else utc(row.valid_from)
        values = (one.factor, one.under, one.period_s, one.max_per_hour, one.wraps_at)
        wanted.append((channel.id, *values, since, row.source))
    problems += _factors(connection, rows, made, wanted)
    refuse(problems)
    changed = supersede_in_turn(connection, table.SETTING, wanted, by)
    table.queue_usage(connection, *since_of(changed, 0))
    return Count(0, len(changed), len(rows) - len(changed))


def _setting(row: NewSetting, channel: Made) -> Setting:
    quanta = quanta_per_unit(channel.unit, Kind(channel.kind), channel.quantum) or 1
    counted = row.ratio * quanta / channel.per_unit
    try:
        return Setting(
            counted.numerator,
            row.period_s,
            _quanta(row, "max_per_hour", channel.per_unit),
            _quanta(row, "wraps_at", channel.per_unit),
            counted.denominator,
        )
    except InputError as error:
        if error.where.get("line"):
            raise
        field = str(error.where.get("field", "factor"))
        then = (error.next_zh, error.next_en)
        raise problem(row, field, error.code, (error.zh, error.en), then) from None


def _factors(
    connection: Connection[Any],
    rows: Sequence[NewSetting],
    made: ByCodes,
    wanted: Sequence[tuple[Any, ...]],
) -> Iterator[InputError]:
    """Find factors that change without an exchange, as far as all rows could be read."""
    if len(rows) != len(wanted):
        return
    before = {
        one: known[0][:2]
        for one, known in table.settings(connection, [one.id for one in made.values()]).items()
    }
    asked = [(row, one) for row, one in zip(rows, wanted, strict=True) if one[6] != ALWAYS]
    ids, at = [one[0] for _, one in asked], [row.valid_from for row, _ in asked]
    exchanged = histories.exchanged(connection, ids, at)
    for place, (row, one) in enumerate(asked):
        if one[1:3] != before.get(one[0]) and place not in exchanged:
            yield problem(
                row,
                "factor",
                "import.factor_without_exchange",
                ("系数只能在换表时改变。", "a factor changes only when the meter is exchanged."),
                (
                    "请把该时刻的换表写入 exchanges.csv。",
                    "Write the exchange of that instant into exchanges.csv.",
                ),
            )
        before[one[0]] = one[1:3]


def since_of(changed: Sequence[Change], key: int) -> tuple[list[int], list[str]]:
    """Return whose facts changed, and from when on. key: its place."""
    return [one.key[key] for one in changed], [one.valid_from for one in changed]


def utc(at: datetime) -> str:
    """Return an instant so that texts are in order of time; -infinity comes before all."""
    return str(at.astimezone(UTC).isoformat())
