"""What all corrections share: whose channel, which instant, why, and what comes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.desk import Desk, denied
from actions.figures import in_units, milliseconds
from actions.readings import effects
from actions.readings.effects import Effects
from actions.registry.meters import no_channel
from metering.channels import Kind
from metering.errors import InputError
from metering.messages import MAX_QUANTA
from storage.readings import amendments
from storage.readings.amendments import Correction
from storage.registry import meters
from storage.registry.meters import Channel, DatedSetting

_AHEAD: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Done:
    """A correction, or one that was only tried, and what it changes."""

    channel: Channel
    correction: Correction
    effects: Effects
    dry_run: bool


@dataclass(slots=True)
class Case:
    """A channel and an instant at which somebody is about to correct something.

    reason: why, as the person says it. told: what the audit entry will say.
    """

    act: str
    connection: Connection[Any]
    channel: Channel
    at: datetime
    reason: str
    by: str
    waits: bool
    dry_run: bool
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def at_ms(self) -> int:
        """The instant."""
        return milliseconds(self.at)

    @property
    def setting(self) -> DatedSetting:
        """The setting that holds at the instant."""
        found = meters.settings(self.connection, self.channel.channel_id)
        return [one for one in found if one.valid_from is None or one.valid_from <= self.at][-1]

    def shown(self, quanta: int) -> str:
        """Return quanta of the channel with their unit."""
        return f"{in_units(quanta, self.channel.per_unit)} {self.channel.unit}"

    def impossible(self, name: str, value: str, zh: str, en: str) -> InputError:
        """Return the refusal of what the person says, by the field at fault."""
        exchange = self.act.startswith("exchange.")
        return InputError(
            "exchange.impossible" if exchange else "correction.impossible",
            zh=f"“{value}”{zh}",
            en=f"“{value}” {en}",
            next_zh="请对照抄表或换表记录单核对。",
            next_en="Check it against the record of the reading or of the exchange.",
            where={"field": name, "value": value},
        )

    def record(
        self, kind: amendments.Kind, *, value: int | None = None, replaced: int | None = None
    ) -> Done:
        """Write the correction down, and return it with what it changes."""
        made = amendments.record(
            self.connection,
            self.channel.channel_id,
            self.at_ms,
            kind,
            value=value,
            replaced=replaced,
            source=self.reason,
            by=self.by,
        )
        return self.done(made)

    def done(self, correction_id: int) -> Done:
        """Return a correction of this transaction with what it changes."""
        self.told["correction"] = correction_id
        said = amendments.one(self.connection, self.channel.channel_id, correction_id)
        assert said is not None
        found = effects.effects(
            self.connection, self.channel.channel_id, self.at_ms, said.last_ms, waits=self.waits
        )
        return Done(self.channel, said, found, self.dry_run)


@contextmanager
def case(
    desk: Desk, act: str, channel_id: int, at: datetime, reason: str, *, dry_run: bool, **told: Any
) -> Iterator[Case]:
    """Open a case for whoever may write for the channel, with its audit entry."""
    detail = {"at": at.isoformat(), "reason": reason, **told}
    with desk.act(act, channel_id, detail, dry_run=dry_run) as connection:
        one = opened(desk, act, connection, channel_id, at, reason, dry_run, detail)
        check_instant(one)
        yield one


def opened(
    desk: Desk,
    act: str,
    connection: Connection[Any],
    channel_id: int,
    at: datetime,
    reason: str,
    dry_run: bool,
    told: dict[str, Any],
) -> Case:
    """Return a case in the transaction of an act, if the actor may write and says why."""
    channel = writable(connection, channel_id, act)
    waits = effects.waits(connection, channel_id)
    one = Case(act, connection, channel, at, reason.strip(), desk.actor, waits, dry_run, told)
    if not one.reason:
        said = "不能为空。", "is empty: say who read the meter, or which form it is."
        raise one.impossible("source", reason, *said)
    return one


def writable(connection: Connection[Any], channel_id: int, act: str) -> Channel:
    """Return a channel for which the actor may write."""
    found = meters.channels(connection, [channel_id])
    if not found:
        raise no_channel(channel_id)
    if channel_id not in meters.writable(connection, [channel_id]):
        raise denied(act)
    return found[0]


def check_instant(one: Case) -> None:
    """Refuse an instant of which the channel can have no reading, or that is sealed."""
    channel, at = one.channel, one.at
    if at.tzinfo is None or at.microsecond % 1000:
        said = "应带时区,精确到毫秒。", "needs an offset, and whole milliseconds."
        raise one.impossible("at", at.isoformat(), *said)
    opens = max(channel.since, channel.sealed_before or channel.since)
    if not opens <= at <= datetime.now(UTC) + _AHEAD:
        first = opens.isoformat()
        said = f"应在 {first} 与现在之间。", f"is not between {first} and now."
        raise one.impossible("at", at.isoformat(), *said)
    one.at = at.astimezone(UTC)


def check_register(one: Case) -> None:
    """Refuse what only a register can have."""
    if one.channel.kind != Kind.REGISTER:
        said = "不是计度器通道。", "is no register channel."
        raise one.impossible("channel", one.channel.code, *said)


def quanta_of(one: Case, name: str, value: Decimal) -> int:
    """Return what the channel can show in whole quanta, as its readings are quantized."""
    channel, wraps_at = one.channel, one.setting.wraps_at
    register = channel.kind == Kind.REGISTER
    most = wraps_at - 1 if register and wraps_at else MAX_QUANTA
    least = -MAX_QUANTA if channel.net and not register else 0
    quanta = value * channel.per_unit if value.is_finite() else None
    if quanta is None or not least <= quanta <= most:
        said = "不是此表可以显示的数。", "is nothing that this meter can show."
        raise one.impossible(name, str(value), *said)
    return int(quanta.to_integral_value())
