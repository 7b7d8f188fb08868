"""Recording that a meter was exchanged, declared once: see docs/actions.md."""

from datetime import datetime

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect, Opposite
from actions.fields import OF_OBJECT, Acting, Words, field, plain
from actions.figures import in_units
from actions.kinds import Amount, Instant, Line
from actions.readings import effects
from actions.readings.correcting import Case, check_instant
from actions.readings.corrects import OfRegister
from actions.readings.effect_words import of_use
from actions.readings.exchanges import checked
from actions.readings.undo_correction import undo_of
from actions.rights import Right
from actions.things import CHANNEL
from storage.readings import amendments, exchanges
from storage.readings.exchanges import Exchange
from storage.registry.meters import Channel


class ExchangeRecorded(BaseModel):
    """An exchange as it is known now."""

    at: datetime
    final: str | None = Field(description="In the channel's unit; null: nobody read it.")
    initial: str
    source: str
    known_by: str
    correction: int = Field(description="The id under which it can be taken back.")


class RecordExchange(OfRegister, Action[Channel, ExchangeRecorded]):
    """Record an exchange, or correct the one of that instant; use around it is computed anew."""

    about = About(
        code="exchange.record",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/exchanges",
        tag="meters and channels",
        zh="登记换表",
        en="Record an exchange",
        done=("已登记,用量正在重新计算。", "Recorded; the use is being computed anew."),
    )

    at: Instant = field(
        zh="换表时间",
        en="When the meter was exchanged",
        hint=("以计量点所在地的时间填写", "Civil time where the meter stands"),
        examples=["2016-03-02T10:30:00+00:00"],
    )
    final: Amount | None = field(
        zh="旧表止码",
        en="Last value of the old meter",
        unit=OF_OBJECT,
        default=None,
        hint=("无人抄见可留空", "Leave it open if nobody read it"),
    )
    initial: Amount = field(
        zh="新表起码", en="First value of the new meter", unit=OF_OBJECT, examples=["0"]
    )
    source: Line = field(
        zh="依据",
        en="Source",
        hint=("由谁抄读,或哪份记录单", "Who read them, or which form"),
        examples=["Work order 2016-118"],
    )
    despite: bool = field(
        zh="与相邻读数不符仍登记",
        en="Taken although it does not fit the readings beside it",
        hint=("请在依据中说明理由", "The source says why"),
        default=False,
    )

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse what the register cannot have shown, beside the readings around it."""
        self._exchange(self._case(on, at))

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return the hours, accounts and published figures that would change."""
        waits = effects.waits(at.connection, on.channel_id)
        before = exchanges.known(at.connection, on.channel_id)
        made = self.do(on, at)
        old = next((one for one in before if one.at == made.at), None)
        case = self._case(on, at)
        found = effects.effects(at.connection, on.channel_id, case.at_ms, waits=waits)
        new = next(
            one for one in exchanges.known(at.connection, on.channel_id) if one.at == made.at
        )
        return [_of_exchange(on, old, new), *of_use(found, at)]

    def do(self, on: Channel, at: Acting) -> ExchangeRecorded:
        """Record it; said again for the same instant it corrects what was said."""
        one = self._case(on, at)
        new = self._exchange(one, despite=True)  # checked before
        replaced = exchanges.record(at.connection, on.channel_id, new)
        correction = amendments.record(
            at.connection,
            on.channel_id,
            one.at_ms,
            "exchange",
            value=None,
            replaced=replaced,
            source=self.source,
            by=at.actor,
        )
        at.told["correction"] = correction
        return ExchangeRecorded(
            at=new.at,
            final=in_units(new.final, on.per_unit),
            initial=in_units(new.initial, on.per_unit) or "",
            source=new.source,
            known_by=new.known_by,
            correction=correction,
        )

    def opposite(self, on: Channel, result: ExchangeRecorded) -> Opposite:
        """Return the undo of the correction that it is."""
        return undo_of(result.correction)

    def _case(self, on: Channel, at: Acting) -> Case:
        code = self.about.code
        one = Case(code, at.connection, on, self.at, self.source, at.actor)
        check_instant(one)
        return one

    def _exchange(self, one: Case, *, despite: bool = False) -> Exchange:
        return checked(one, self.final, self.initial, despite=despite or self.despite)


def _of_exchange(on: Channel, old: Exchange | None, new: Exchange) -> Effect:
    def written(one: Exchange) -> Words:
        final, initial = in_units(one.final, on.per_unit), in_units(one.initial, on.per_unit)
        return plain(f"{final or '?'} → {initial} {on.unit}")

    words = Words("换表记录", "Exchange")
    return Effect("exchange", words, written(old) if old else None, written(new))
