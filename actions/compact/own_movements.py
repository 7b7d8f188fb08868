"""What a holder's authority does at once: return, bank, borrow, carry; and a member's reserve."""

from typing import Annotated

from pydantic import Field

from actions.compact.account_acts import reason_field, union_field
from actions.compact.covers import due_g
from actions.compact.movement_things import (
    Asked,
    Books,
    MovementStands,
    SharedIndicator,
    ToMove,
    YearOfQuota,
    amount_field,
    books_of,
    done_at_once,
    indicator_field,
    member_of,
    tried,
    year_field,
)
from actions.compact.target_words import amount_words
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, field
from actions.figures import kilograms
from actions.kinds import Id, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from actions.things import member_regions
from compact.books import Kind
from compact.movements import Movement
from metering.errors import ConflictError
from storage.compact.unions import UnionRow
from storage.registry.institutions import Institution

Member = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReturnQuota(Action[Institution, MovementStands]):
    """Give an excess back: it goes to the reserve of the holder's own member."""

    about = About(
        code="quota.return",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/quota-returns",
        tag="books",
        zh="退回多余指标",
        en="Return an excess of quota",
        done=("已退回预留。", "It is returned to the reserve."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("a building was given up in March")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move, as the books would take it."""
        return tried(at, self._asked, self._what(on, at))

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Do it."""
        return done_at_once(at, self._asked, self._what(on, at))

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)

    def _what(self, on: Institution, at: Acting) -> Movement:
        return _of(Kind.RETURN, self._asked, on, at)


class BankQuota(Action[Institution, MovementStands]):
    """Bank what is left of a year into the next one, up to the agreement's share of that year."""

    about = About(
        code="quota.bank",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/banked",
        tag="books",
        zh="结转指标",
        en="Bank quota",
        done=("已结转到下一年。", "It is banked into the next year."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("the heat pump saves more than planned")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move, as the books would take it."""
        return tried(at, self._asked, self._what(on, at))

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Do it."""
        return done_at_once(at, self._asked, self._what(on, at))

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)

    def _what(self, on: Institution, at: Acting) -> Movement:
        return _of(Kind.BANK, self._asked, on, at)


class BorrowQuota(Action[Institution, MovementStands]):
    """Borrow from the next year's quota, up to the agreement's share of it."""

    about = About(
        code="quota.borrow",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/borrowed",
        tag="books",
        zh="预借指标",
        en="Borrow quota",
        done=("已从下一年预借。", "It is borrowed from the next year."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("a cold winter")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move, as the books would take it."""
        return tried(at, self._asked, self._what(on, at))

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Do it."""
        return done_at_once(at, self._asked, self._what(on, at))

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)

    def _what(self, on: Institution, at: Acting) -> Movement:
        return _of(Kind.BORROW, self._asked, on, at)


class CarryShortfall(Action[Institution, MovementStands]):
    """Carry a year's shortfall: it counts as covered, and the next year pays it by the factor."""

    about = About(
        code="quota.carry",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/carried",
        tag="books",
        zh="欠额结转",
        en="Carry a shortfall",
        done=("欠额已结转。", "The shortfall is carried."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("short by the heat wave of July; plan 12 is filed")

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse more than the year is short of."""
        if (due := due_g(at, books_of(self), on)) < self._asked.grams:
            raise _not_that_short(due, books_of(self))

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would move, as the books would take it."""
        return tried(at, self._asked, self._what(on, at))

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Do it."""
        return done_at_once(at, self._asked, self._what(on, at))

    @property
    def _asked(self) -> Asked:
        return Asked(books_of(self), self.amount, self.reason)

    def _what(self, on: Institution, at: Acting) -> Movement:
        return _of(Kind.CARRY, self._asked, on, at)


class FillReserve(Action[UnionRow, MovementStands]):
    """Hold back a reserve for a member, out of what the target leaves: requests are paid of it."""

    about = About(
        code="reserve.fill",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/reserves",
        tag="books",
        zh="设立预留指标",
        en="Fill a reserve",
        done=("已预留。", "It is held back as a reserve."),
    )

    member: Member = field(zh="成员单位", en="Member", choices=member_regions, examples=[3])
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove = amount_field()
    reason: Line = reason_field("2 % for requests, minutes of 3 March")

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what would be held back, as the books would take it."""
        return tried(at, self._asked(on), self._what(on))

    def do(self, on: UnionRow, at: Acting) -> MovementStands:
        """Hold it back."""
        return done_at_once(at, self._asked(on), self._what(on))

    def _asked(self, on: UnionRow) -> Asked:
        books = Books(on.union_id, self.indicator.value, self.year)
        return Asked(books, self.amount, self.reason)

    def _what(self, on: UnionRow) -> Movement:
        return Movement(Kind.RESERVE, self.year, self._asked(on).grams, member=self.member)


def _of(kind: Kind, asked: Asked, on: Institution, at: Acting) -> Movement:
    whose = on.institution_id
    member = member_of(at, asked.books, whose)
    return Movement(kind, asked.books.year, asked.grams, whose, member=member)


def _not_that_short(due: int, of: Books) -> ConflictError:
    short = amount_words(due, of.indicator).en
    return ConflictError(
        "carry.not_that_short",
        zh=f"该年度尚未核销的用量只有 {short}。",
        en=f"Only {short} of that year are not covered.",
        next_zh="请减少数额。",
        next_en="Carry no more than that.",
        where={"due": kilograms(due)},
    )
