"""Judging what the rules could not: readings set aside, falls of a register, unknown steps."""

from actions.declared import About, Action, Effect
from actions.fields import OF_OBJECT, Acting, field
from actions.kinds import Amount, Instant, Line
from actions.readings.correcting import (
    Case,
    Correcting,
    check_register,
    instant_field,
    opened,
    reason_field,
    tried,
)
from actions.readings.corrections import check_set_aside, check_wrapped, judge, reading_at
from actions.readings.corrects import Corrects, OfRegister
from actions.readings.effect_words import of_correction
from actions.readings.exchanges import use_stated
from actions.readings.shown import CorrectionShown
from actions.rights import Right
from actions.things import CHANNEL
from storage.readings import exchanges
from storage.registry.meters import Channel

_DONE = ("已记录,用量正在重新计算。", "Recorded; the use is being computed anew.")


class _OfSetAside(OfRegister, Corrects):
    """A judgement of a reading that the rules set aside."""

    def check(self: Correcting, on: Channel, at: Acting) -> None:
        """Refuse a reading that is not set aside."""
        check_set_aside(opened(self, on, at))


class ConfirmOutlier(_OfSetAside, Action[Channel, CorrectionShown]):
    """Say that a reading which the rules set aside is wrong, whatever comes beside it later."""

    about = About(
        code="judgement.confirm",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/corrections/confirm",
        tag="corrections",
        zh="确认异常读数",
        en="Confirm that a reading is wrong",
        done=_DONE,
    )

    at: Instant = instant_field()
    reason: Line = reason_field()

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        return case.record("void")


class ReinstateReading(_OfSetAside, Action[Channel, CorrectionShown]):
    """Say that a reading which the rules set aside is right: it counts, however it looks."""

    about = About(
        code="judgement.dismiss",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/corrections/reinstate",
        tag="corrections",
        zh="恢复被暂存待核的读数",
        en="Reinstate a reading",
        done=_DONE,
    )

    at: Instant = instant_field()
    reason: Line = reason_field()

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        return judge(case, wrap=False)


class ConfirmWrap(OfRegister, Corrects, Action[Channel, CorrectionShown]):
    """Say that the fall to a reading is a wrap; refused beyond the limit or half the range."""

    about = About(
        code="judgement.wrap",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/corrections/wrap",
        tag="corrections",
        zh="确认满码翻转",
        en="Confirm that a register wrapped",
        done=_DONE,
    )

    at: Instant = instant_field()
    reason: Line = reason_field()

    @classmethod
    def copies(cls) -> bool:
        """Return that the readings around it are read once more."""
        return True

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse where no reading of a register is; whether it fits shows when it is judged."""
        case = opened(self, on, at)
        check_register(case)
        reading_at(case)

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        before = reading_at(case)
        made = judge(case, wrap=True)
        check_wrapped(case, before)
        return made


class StateUse(OfRegister, Corrects, Action[Channel, CorrectionShown]):
    """State how much was used in an unknown step of a register, by the reading that ends it.

    Readings that come within the step later share the use out by themselves.
    """

    about = About(
        code="judgement.use",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/corrections/use",
        tag="corrections",
        zh="说明未知时段的用量",
        en="State the use of an unknown step",
        done=_DONE,
    )

    at: Instant = field(
        zh="时段末读数的时间",
        en="Instant of the reading that ends it",
        hint=("以计量点所在地的时间填写", "Civil time where the meter stands"),
        examples=["2016-03-02T10:00:00+00:00"],
    )
    value: Amount = field(zh="用量", en="Use", unit=OF_OBJECT, examples=["12.5"])
    reason: Line = reason_field()
    despite: bool = field(
        zh="超过线路所能承载仍记录",
        en="Taken although it is more than the connection can carry",
        hint=("请在原因中说明理由", "The reason says why"),
        default=False,
    )

    @classmethod
    def copies(cls) -> bool:
        """Return that the readings around it are read once more."""
        return True

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse where the use is known, and what is no possible use."""
        use_stated(opened(self, on, at), self.value, despite=self.despite)

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return the hours, accounts and published figures that would change."""
        return of_correction(tried(self, on, at), at)

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        exchange, used = use_stated(case, self.value, despite=True)  # checked before
        replaced = exchanges.record(case.connection, case.channel.channel_id, exchange)
        return case.record("use", value=used, replaced=replaced)
