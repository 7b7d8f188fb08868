"""What a holder asks for and another person decides: a transfer, and an adjustment by request."""

from typing import Final

from actions.compact.account_acts import reason_field, union_field
from actions.compact.movement_things import (
    Asked,
    MovementStands,
    SharedIndicator,
    ToMove,
    YearOfQuota,
    amount_field,
    books_of,
    check_held,
    effects,
    indicator_field,
    member_of,
    own_balance,
    start,
    taker_field,
    waits_for_another,
    year_field,
)
from actions.compact.target_words import amount_words
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id, Line, Scan, Text
from actions.registry.things import INSTITUTION
from actions.rights import Right
from compact.books import Kind
from compact.movements import Movement, State
from metering.errors import InputError
from storage.compact import accounts, movements
from storage.registry.institutions import Institution

_PROPOSED: Final = State.PROPOSED.value


class ProposeTransfer(Action[Institution, MovementStands]):
    """Propose to move quota to another holder; another person of the giver approves it.

    Once approved it waits: the agreement's delay where the taker is on the giver's trusted list,
    longer where not. Until it is done it can be taken back.
    """

    about = About(
        code="quota.transfer",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/quota-transfers",
        tag="books",
        zh="提出指标调剂",
        en="Propose a transfer of quota",
        done=("已提出,待另一人批准。", "Proposed; another person approves it."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    taker: Id = taker_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("the school's new wing opens in May")

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what moves nowhere, to or from who has no quota, and more than is held."""
        if self.taker == on.institution_id:
            raise _to_itself()
        member_of(at, books_of(self), on.institution_id)
        member_of(at, books_of(self), self.taker, takes=True)
        check_held(at, books_of(self), on.institution_id, self._asked.grams)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move, after how long, and that another person approves it."""
        what, before = self._what(on, at), own_balance(at, on, books_of(self))
        hours = movements.wait_hours(at.connection, self.union, on.institution_id, self.taker)
        wait = Words(f"批准后 {hours} 小时", f"{hours} hours after the approval")
        return [
            *effects(books_of(self), what, before, before - what.amount_g),
            Effect("taker", Words("调入机构", "Taker"), None, plain(str(self.taker))),
            Effect("wait", Words("入账", "Enters the books"), None, wait, {"hours": hours}),
            waits_for_another(),
        ]

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Propose it."""
        made = start(at, self._asked, self._what(on, at))
        return MovementStands(movement_id=made, state=_PROPOSED)

    @classmethod
    def where_to(cls, on: Institution, result: MovementStands) -> str:
        """Return the movement's page."""
        return f"/movements/{result.movement_id}"

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)

    def _what(self, on: Institution, at: Acting) -> Movement:
        giver = on.institution_id
        member = member_of(at, books_of(self), giver)
        return Movement(Kind.TRANSFER, self.year, self._asked.grams, giver, self.taker, member)


class RequestAdjustment(Action[Institution, MovementStands]):
    """Ask for more quota with evidence; another person decides, and the reserve gives it.

    Nobody else's quota moves by that: it comes out of the reserve of the holder's own member.
    """

    about = About(
        code="quota.request",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/quota-requests",
        tag="books",
        zh="申请调整指标",
        en="Request an adjustment",
        done=("已申请,待另一人决定。", "Requested; another person decides."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Text = field(zh="理由", en="Reason", examples=["A new ward of 80 beds opens in May"])
    evidence: Scan | None = field(zh="证明材料", en="Evidence", default=None)

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse who has no quota that could be adjusted."""
        member_of(at, books_of(self), on.institution_id)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would be added, out of which reserve."""
        what, before = self._what(on, at), own_balance(at, on, books_of(self))
        of = books_of(self)
        reserve = accounts.balance(at.connection, *of, "reserve", region_id=what.member)
        return [
            *effects(books_of(self), what, before, before + what.amount_g),
            Effect(
                "reserve",
                Words("预留指标余额", "What the reserve holds"),
                None,
                amount_words(reserve, of.indicator),
                warns=reserve < what.amount_g,
            ),
            waits_for_another(),
        ]

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Ask for it."""
        made = start(at, self._asked, self._what(on, at))
        return MovementStands(movement_id=made, state=_PROPOSED)

    @classmethod
    def where_to(cls, on: Institution, result: MovementStands) -> str:
        """Return the movement's page."""
        return f"/movements/{result.movement_id}"

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason, self.evidence)

    def _what(self, on: Institution, at: Acting) -> Movement:
        member = member_of(at, books_of(self), on.institution_id)
        grams, whose = self._asked.grams, on.institution_id
        return Movement(Kind.ADJUSTMENT, self.year, grams, whose, member=member)


def _to_itself() -> InputError:
    return InputError(
        "movement.to_itself",
        zh="调出机构与调入机构相同。",
        en="Giver and taker are the same.",
        next_zh="请选择另一家机构。",
        next_en="Choose another institution.",
        where={"field": "taker"},
    )
