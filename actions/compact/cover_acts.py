"""Cover at the close of a year: done by the holder's authority, reversed once in 14 days."""

from decimal import Decimal

from pydantic import BaseModel

from actions.compact.account_acts import reason_field, union_field
from actions.compact.book_words import COVERS
from actions.compact.covers import account_follows, due_g, holder_of, stood_of
from actions.compact.movement_things import (
    MOVEMENT,
    Asked,
    Books,
    MovementStands,
    SharedIndicator,
    ToMove,
    YearOfQuota,
    books_of,
    done_at_once,
    indicator_field,
    member_of,
    tried,
    year_field,
)
from actions.compact.target_words import INDICATORS
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Id, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from compact.books import Kind
from compact.movements import Movement, State
from storage.compact import accounts, covers
from storage.compact.accounts import Whose
from storage.compact.movements import MovementRow
from storage.registry.institutions import Institution


class YearLeftOut(BaseModel):
    """Whether a holder's year asks for cover."""

    institution_id: int
    indicator: str
    year: int
    excluded: bool


class CoverUse(Action[Institution, MovementStands]):
    """Cover a holder's locked use of a year out of its balance.

    Left open, the amount is what is due for the year and not covered yet.
    """

    about = About(
        code="cover.make",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/covers",
        tag="books",
        zh="核销年度用能",
        en="Cover a year's use",
        done=("已核销。", "It is covered."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    amount: ToMove | None = field(
        zh="数额",
        en="Amount",
        hint=(
            "按控制指标:kgce、kgCO2 或 m³;留空为尚未核销的锁定用量",
            "By the indicator: kgce, kgCO2 or m³. Left open: what is locked and not covered yet",
        ),
        default=None,
    )
    reason: Line = reason_field("close of the year")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what would be covered, and how the holder stands then."""
        of = self.union, self.indicator.value
        before = stood_of(holder_of(at, *of, on), at)
        account = Whose(self.union, on.institution_id, self.indicator.value)
        was = accounts.state(at.connection, account)
        effects = tried(at, self._asked(on, at), self._what(on, at))
        after = stood_of(holder_of(at, *of, on), at)
        states = COVERS[before.status], COVERS[after.status]
        cover = Effect("cover", Words("核销状态", "Cover"), *states)
        return [*effects, cover, *account_follows(at, account, was)]

    def do(self, on: Institution, at: Acting) -> MovementStands:
        """Cover it."""
        return done_at_once(at, self._asked(on, at), self._what(on, at))

    @classmethod
    def where_to(cls, on: Institution, result: MovementStands) -> str:
        """Return the cover's own page, from which it can be reversed."""
        return f"/movements/{result.movement_id}"

    def _asked(self, on: Institution, at: Acting) -> Asked:
        amount = self.amount
        if amount is None:
            amount = Decimal(due_g(at, books_of(self), on)).scaleb(-3)
        return Asked(books_of(self), amount, self.reason)

    def _what(self, on: Institution, at: Acting) -> Movement:
        asked, whose = self._asked(on, at), on.institution_id
        member = member_of(at, books_of(self), whose)
        return Movement(Kind.COVER, self.year, asked.grams, whose, member=member)


class ReverseCover(Action[MovementRow, MovementStands]):
    """Take a whole cover back, once, within 14 days: its amount is the holder's again."""

    about = About(
        code="cover.reverse",
        on=MOVEMENT,
        right=Right.PLAN,
        path="/movements/{on}/reversal",
        tag="books",
        zh="撤销核销",
        en="Reverse the cover",
        done=("核销已撤销。", "The cover is reversed."),
    )

    reason: Line = reason_field("covered for the wrong year")

    @classmethod
    def fits(cls, on: MovementRow) -> bool:
        """Return whether it is a cover that was not reversed yet."""
        return on.kind == Kind.COVER and on.state == State.DONE and on.reversed_by is None

    def foresee(self, on: MovementRow, at: Acting) -> list[Effect]:
        """Return what comes back, as the books would take it."""
        whose = on.institution_id
        assert whose is not None
        account = Whose(on.union_id, whose, on.indicator)
        was = accounts.state(at.connection, account)
        effects = tried(at, self._asked(on), self._what(on), reverses=on.movement_id)
        return [*effects, *account_follows(at, account, was)]

    def do(self, on: MovementRow, at: Acting) -> MovementStands:
        """Reverse it."""
        return done_at_once(at, self._asked(on), self._what(on), reverses=on.movement_id)

    def _asked(self, on: MovementRow) -> Asked:
        books = Books(on.union_id, on.indicator, on.year)
        return Asked.of_grams(books, on.amount_g, self.reason)

    def _what(self, on: MovementRow) -> Movement:
        whose, member = on.institution_id, on.member_id
        return Movement(Kind.REVERSAL, on.year, on.amount_g, whose, member=member)


class ExcludeYear(Action[Institution, YearLeftOut]):
    """Leave a year of a holder out of its cover: nothing is due for it."""

    about = About(
        code="cover.exclude",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/cover/exclusions",
        tag="books",
        zh="某年不纳入核销",
        en="Leave a year out of the cover",
        done=("该年不纳入核销。", "The year is left out."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    reason: Line = reason_field("closed for rebuilding, document 9")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return how the holder stands then."""
        return _moved(self, on, at, excluded=True)

    def do(self, on: Institution, at: Acting) -> YearLeftOut:
        """Leave it out."""
        return _left_out(self, on, at, excluded=True)


class IncludeYear(Action[Institution, YearLeftOut]):
    """Take a year that was left out into the holder's cover again."""

    about = About(
        code="cover.include",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/cover/inclusions",
        tag="books",
        zh="某年重新纳入核销",
        en="Take a year into the cover again",
        done=("该年重新纳入核销。", "The year counts again."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    reason: Line = reason_field("it was open from April on")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return how the holder stands then."""
        return _moved(self, on, at, excluded=False)

    def do(self, on: Institution, at: Acting) -> YearLeftOut:
        """Take it in again."""
        return _left_out(self, on, at, excluded=False)


def _moved(
    said: ExcludeYear | IncludeYear, on: Institution, at: Acting, *, excluded: bool
) -> list[Effect]:
    of = said.union, said.indicator.value
    account = Whose(said.union, on.institution_id, said.indicator.value)
    before, was = stood_of(holder_of(at, *of, on), at), accounts.state(at.connection, account)
    _left_out(said, on, at, excluded=excluded)
    after = stood_of(holder_of(at, *of, on), at)
    states = COVERS[before.status], COVERS[after.status]
    cover = Effect("cover", _cover_by(said.indicator.value), *states)
    return [cover, *account_follows(at, account, was)]


def _cover_by(indicator: str) -> Words:
    of = INDICATORS[indicator]
    return Words(f"核销状态({of.zh})", f"Cover ({of.en})")


def _left_out(
    said: ExcludeYear | IncludeYear, on: Institution, at: Acting, *, excluded: bool
) -> YearLeftOut:
    of, whose = (said.union, said.indicator.value), on.institution_id
    holder_of(at, *of, on)  # whoever holds nothing covers nothing
    covers.exclude(at.connection, of, whose, said.year, said.reason, at.actor, excluded=excluded)
    return YearLeftOut(institution_id=whose, indicator=of[1], year=said.year, excluded=excluded)
