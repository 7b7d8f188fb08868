"""Saying that no meter was exchanged after all."""

from actions.declared import About, Action, Effect
from actions.fields import Acting, field
from actions.kinds import Instant, Line
from actions.readings.correcting import Case, opened, reason_field, tried
from actions.readings.corrects import Corrects, OfRegister
from actions.readings.effect_words import of_correction
from actions.readings.exchanges import check_recorded, withdrawn
from actions.readings.shown import CorrectionShown
from actions.rights import Right
from actions.things import CHANNEL
from storage.registry.meters import Channel


class WithdrawExchange(OfRegister, Corrects, Action[Channel, CorrectionShown]):
    """Say that no meter was exchanged at an instant; use is computed as if none had been."""

    about = About(
        code="exchange.withdraw",
        on=CHANNEL,
        right=Right.CORRECT_READINGS,
        path="/channels/{on}/exchanges/withdraw",
        tag="meters and channels",
        zh="撤回换表记录",
        en="Withdraw an exchange",
        done=("已撤回,用量正在重新计算。", "Withdrawn; the use is being computed anew."),
    )

    at: Instant = field(
        zh="换表时间",
        en="When it is recorded to have been",
        hint=("以计量点所在地的时间填写", "Civil time where the meter stands"),
        examples=["2016-03-02T10:30:00+00:00"],
    )
    reason: Line = reason_field()

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse where none is recorded."""
        check_recorded(opened(self, on, at))

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return the hours, accounts and published figures that would change."""
        return of_correction(tried(self, on, at), at)

    def write(self, case: Case) -> int:
        """Write the correction down, and return its id."""
        return withdrawn(case)
