"""Correcting what a channel showed at an instant: a reading made void, or another value for it."""

from actions.declared import About, Action
from actions.fields import OF_OBJECT, Acting, field
from actions.kinds import Instant, Line, Signed
from actions.readings.correcting import (
    Case,
    instant_field,
    opened,
    quanta_of,
    reason_field,
)
from actions.readings.corrections import reading_at
from actions.readings.corrects import Corrects
from actions.readings.shown import CorrectionShown
from actions.rights import Right
from actions.things import CHANNEL
from storage.registry.meters import Channel

_DONE = ("已更正,用量正在重新计算。", "Corrected; the use is being computed anew.")


class VoidReading(Corrects, Action[Channel, CorrectionShown]):
    """Let a reading count for nothing; use around it is computed as if it had never come."""

    about = About(
        code="reading.void",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/corrections/void",
        tag="corrections",
        zh="作废读数",
        en="Make a reading void",
        done=_DONE,
    )

    at: Instant = instant_field()
    reason: Line = reason_field()

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse where no reading is."""
        reading_at(opened(self, on, at))

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        return case.record("void")


class SetReading(Corrects, Action[Channel, CorrectionShown]):
    """Say what a channel showed at an instant; it counts before what any gateway says."""

    about = About(
        code="reading.set",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/corrections/set",
        tag="corrections",
        zh="更正读数",
        en="Set a reading",
        done=_DONE,
    )

    at: Instant = instant_field()
    value: Signed = field(
        zh="应为",
        en="What the meter showed",
        unit=OF_OBJECT,
        hint=("与其他读数一样经过合理性判断", "It is judged like every other reading"),
        examples=["103.5"],
    )
    reason: Line = reason_field()

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse what the meter cannot show."""
        self._quanta(opened(self, on, at))

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        return case.record("set", value=self._quanta(case))

    def _quanta(self, case: Case) -> int:
        return quanta_of(case, "value", self.value)
