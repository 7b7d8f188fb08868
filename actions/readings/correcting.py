"""What all corrections share: whose channel, which instant, why, and what comes of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, Protocol
from zoneinfo import ZoneInfo

from psycopg import Connection

from actions.declared import About
from actions.fields import Acting
from actions.fields import field as asked
from actions.figures import in_words, milliseconds
from actions.readings import effects
from actions.readings.effects import Effects
from actions.readings.shown import CorrectionShown, correction_shown
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
        return in_words(quanta, self.channel.per_unit, self.channel.unit)

    def civil(self, at: datetime) -> str:
        """Return an instant as people at the meter read it."""
        zone = self.channel.zone
        return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} ({zone})"

    def impossible(self, name: str, value: str, zh: str, en: str) -> InputError:
        """Return the refusal of what the person says, by the field at fault."""
        exchange = self.act.startswith("exchange.")
        said = self.civil(self.at) if name == "at" and self.at.tzinfo else value
        return InputError(
            "exchange.impossible" if exchange else "correction.impossible",
            zh=f"“{said}”{zh}",
            en=f"“{said}” {en}",
            next_zh="请对照抄表或换表记录单核对。",
            next_en="Check it against the record of the reading or of the exchange.",
            where={"field": name, "value": value},
        )

    def record(
        self, kind: amendments.Kind, *, value: int | None = None, replaced: int | None = None
    ) -> int:
        """Write the correction down, and return its id."""
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
        self.told["correction"] = made
        return made

    def correction(self, correction_id: int) -> Correction:
        """Return a correction of this transaction."""
        found = amendments.one(self.connection, self.channel.channel_id, correction_id)
        assert found is not None
        return found

    def done(self, correction_id: int, *, waits: bool, dry_run: bool = True) -> Done:
        """Return a correction of this transaction with what it changes.

        waits: whether use of the channel was still to be computed before.
        """
        made = self.correction(correction_id)
        found = effects.effects(
            self.connection, self.channel.channel_id, self.at_ms, made.last_ms, waits=waits
        )
        return Done(self.channel, made, found, dry_run)


class Correcting(Protocol):
    """A declared action that corrects what a channel said of an instant."""

    about: ClassVar[About]

    @property
    def at(self) -> datetime:
        """The instant."""
        ...

    @property
    def reason(self) -> str:
        """Why, or on which paper."""
        ...

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        ...


def instant_field() -> Any:
    """Return the field of the instant that is corrected."""
    return asked(
        zh="读数时间",
        en="Instant of the reading",
        hint=("以计量点所在地的时间填写", "Civil time where the meter stands"),
        examples=["2016-03-02T10:00:00+00:00"],
    )


def reason_field() -> Any:
    """Return the field of the reason."""
    return asked(
        zh="原因",
        en="Why",
        hint=("谁看到的,或哪份单据", "Who saw it, or which paper says so"),
        examples=["Photo of the display"],
    )


def opened(action: Correcting, on: Channel, at: Acting) -> Case:
    """Return the case that an action is about, if the channel can have been read then."""
    one = Case(action.about.code, at.connection, on, action.at, action.reason, at.actor, at.told)
    check_instant(one)
    return one


def tried(action: Correcting, on: Channel, at: Acting) -> Done:
    """Return the correction and what it changes, in a transaction that keeps nothing of it."""
    waits = effects.waits(at.connection, on.channel_id)
    one = opened(action, on, at)
    return one.done(action.write(one), waits=waits)


def corrected(action: Correcting, on: Channel, at: Acting) -> CorrectionShown:
    """Make the correction, and return it as it stands in the record."""
    one = opened(action, on, at)
    return correction_shown(on, one.correction(action.write(one)))


def check_instant(one: Case) -> None:
    """Refuse an instant of which the channel can have no reading, or that is sealed."""
    channel, at = one.channel, one.at
    if at.tzinfo is None or at.microsecond % 1000:
        words = "应带时区,精确到毫秒。", "needs an offset, and whole milliseconds."
        raise one.impossible("at", at.isoformat(), *words)
    opens = max(channel.since, channel.sealed_before or channel.since)
    if not opens <= at <= datetime.now(UTC) + _AHEAD:
        first = one.civil(opens)
        words = f"应在 {first} 与现在之间。", f"is not between {first} and now."
        raise one.impossible("at", at.isoformat(), *words)
    one.at = at.astimezone(UTC)


def check_register(one: Case) -> None:
    """Refuse what only a register can have."""
    if one.channel.kind != Kind.REGISTER:
        words = "不是计度器通道。", "is no register channel."
        raise one.impossible("channel", one.channel.code, *words)


def quanta_of(one: Case, name: str, value: Decimal) -> int:
    """Return what the channel can show in whole quanta, as its readings are quantized."""
    channel, wraps_at = one.channel, one.setting.wraps_at
    register = channel.kind == Kind.REGISTER
    most = wraps_at - 1 if register and wraps_at else MAX_QUANTA
    least = -MAX_QUANTA if channel.net and not register else 0
    quanta = value * channel.per_unit if value.is_finite() else None
    if quanta is None or not least <= quanta <= most:
        words = "不是此表可以显示的数。", "is nothing that this meter can show."
        raise one.impossible(name, str(value), *words)
    return int(quanta.to_integral_value())
