"""What moves among many: a member's pool, successors; another person approves each."""

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from actions.compact.account_acts import reason_field, union_field
from actions.compact.base_fields import institution_name
from actions.compact.movement_things import (
    Asked,
    Books,
    MovementStands,
    SharedIndicator,
    ToMove,
    YearOfQuota,
    amount_field,
    books_of,
    check_held,
    indicator_field,
    legs_shown,
    member_of,
    start,
    waits_for_another,
    year_field,
)
from actions.declared import About, Action, Effect
from actions.fields import Acting, field
from actions.kinds import Amount, Id, Line, Row, Scan
from actions.registry.roster_refusals import into_itself
from actions.registry.things import INSTITUTION
from actions.rights import Right
from compact.books import Kind
from compact.movements import Leg, Movement, State, to_successors
from metering.errors import ConflictError
from storage.compact import shared_movements
from storage.registry.institutions import Institution

Percent = Annotated[Amount, Field(gt=0, le=100, decimal_places=4)]


class Successor(Row):
    """An institution that goes on, and its part of what is handed over."""

    institution: Id = field(zh="承接机构", en="Successor", called=institution_name, examples=[2])
    percent: Percent = field(zh="份额", en="Share", unit="%", examples=["60"])


class PutInPool(Action[Institution, MovementStands]):
    """Propose to put quota into the pool of the holder's member, for whoever there needs it."""

    about = About(
        code="pool.put",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/pooled",
        tag="books",
        zh="转入共用池",
        en="Put quota into the pool",
        done=("已提出,待另一人批准。", "Proposed; another person approves it."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("spare since the retrofit")

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse more than is held."""
        check_held(at, books_of(self), on.institution_id, self._asked.grams)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move."""
        return _pooled(self._asked, on, at, into=True)[1]

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Propose it."""
        return _pool(self._asked, on, at, into=True)

    @classmethod
    def where_to(cls, on: Institution, result: MovementStands) -> str:
        """Return the movement's page."""
        return f"/movements/{result.movement_id}"

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)


class TakeFromPool(Action[Institution, MovementStands]):
    """Propose to give a holder quota out of its member's pool."""

    about = About(
        code="pool.take",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/drawn",
        tag="books",
        zh="自共用池调入",
        en="Take quota from the pool",
        done=("已提出,待另一人批准。", "Proposed; another person approves it."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("a new ward")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move."""
        return _pooled(self._asked, on, at, into=False)[1]

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Propose it."""
        return _pool(self._asked, on, at, into=False)

    @classmethod
    def where_to(cls, on: Institution, result: MovementStands) -> str:
        """Return the movement's page."""
        return f"/movements/{result.movement_id}"

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)


class ProposeSuccession(Action[Institution, MovementStands]):
    """Propose that what an institution holds goes to its successors by their shares.

    Left open, they are those of the roster's newest change: to whom it was merged or split.
    """

    about = About(
        code="quota.succeed",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/succession",
        tag="books",
        zh="机构变更承接指标",
        en="Hand quota over to successors",
        done=("已提出,待另一人批准。", "Proposed; another person approves it."),
        by_file=False,
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    successors: list[Successor] | None = field(
        zh="承接机构",
        en="Successors",
        hint=("留空为名录变更所载的承接份额", "Left open: the shares of the roster's change"),
        default=None,
        examples=[[{"institution": 2, "percent": "100"}]],
    )
    reason: Line = reason_field("merged by document 12 of 2026")
    document: Scan | None = field(zh="文件", en="Document", default=None)

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse shares that do not add up, and who holds nothing."""
        self._legs(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what each gets of each year."""
        legs = self._legs(on, at)
        return [*legs_shown(at, self.indicator.value, legs), waits_for_another()]

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Propose it."""
        legs = self._legs(on, at)
        moved = sum(one.amount_g for one in legs if one.amount_g > 0)
        year = legs[0].year
        books = Books(self.union, self.indicator.value, year)
        member = member_of(at, books, on.institution_id)
        what = Movement(Kind.ROSTER_CHANGE, year, moved, on.institution_id, member=member)
        asked = Asked.of_grams(books, moved, self.reason, self.document)
        return _proposed(start(at, asked, what, legs=legs))

    @classmethod
    def where_to(cls, on: Institution, result: MovementStands) -> str:
        """Return the movement's page."""
        return f"/movements/{result.movement_id}"

    def _legs(self, on: Institution, at: Acting) -> tuple[Leg, ...]:
        of = self.union, self.indicator.value
        held = shared_movements.held(at.connection, *of, on.institution_id)
        shares = [
            (one.institution, Fraction(one.percent) / 100) for one in self.successors or ()
        ] or shared_movements.successors(at.connection, on.institution_id)
        if {who for who, _ in shares} == {on.institution_id}:
            raise into_itself(on.institution_id)
        legs = to_successors(held, shares)
        if not legs:
            raise ConflictError(
                "books.not_enough",
                zh="该机构的账簿户没有余额。",
                en="This institution's accounts hold nothing.",
                next_zh="无需承接。",
                next_en="There is nothing to hand over.",
                where={"institution_id": on.institution_id},
            )
        return legs


def _pooled(
    asked: Asked, on: Institution, at: Acting, *, into: bool
) -> tuple[Movement, list[Effect], tuple[Leg, ...]]:
    whose, year, g = on.institution_id, asked.books.year, asked.grams
    member = member_of(at, asked.books, whose)
    what = Movement(Kind.POOL, year, g, whose, member=member)
    sign = -g if into else g
    legs = (Leg("holder", whose, year, sign), Leg("pool", member, year, -sign))
    shown = legs_shown(at, asked.books.indicator, legs)
    return what, [*shown, waits_for_another()], legs


def _pool(asked: Asked, on: Institution, at: Acting, *, into: bool) -> MovementStands:
    what, _, legs = _pooled(asked, on, at, into=into)
    return _proposed(start(at, asked, what, legs=legs))


def _proposed(movement: int) -> MovementStands:
    return MovementStands(movement_id=movement, state=State.PROPOSED.value)
