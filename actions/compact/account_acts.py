"""What may be done to a holder's book account: restricted, released after a look, and closed."""

from typing import Any

from pydantic import BaseModel, Field

from actions.compact.book_words import ACCOUNT_STATES, account_words
from actions.compact.movement_things import SharedIndicator, indicator_field
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, field
from actions.kinds import Id, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from actions.things import every_union
from storage.compact import accounts
from storage.compact.accounts import Whose
from storage.compact.unions import UnionRow
from storage.registry.institutions import Institution


class AccountStands(BaseModel):
    """What an account of the books is from now on."""

    union_id: int
    institution_id: int | None
    indicator: str | None = Field(description="None of all books of a union.")
    state: str


def union_field() -> Any:
    """Return the field of the union in whose books something is."""
    return field(zh="区域联合体", en="Union", choices=every_union, examples=[1])


def reason_field(example: str) -> Any:
    """Return the field of why."""
    return field(zh="理由", en="Reason", examples=[example])


class ReleaseAccount(Action[Institution, AccountStands]):
    """Let an account be open again, once somebody has looked at why it rests.

    What a reconciliation has blocked is released only when the last one finds nothing there.
    """

    about = About(
        code="account.release",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/book-account/release",
        tag="books",
        zh="恢复账簿户",
        en="Release the book account",
        done=("账簿户已恢复。", "The account is open again."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    reason: Line = reason_field("the entry was compared with the notice of March")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what it is from now on."""
        return _changed(_account(self, on), "open", self.reason, at)

    def do(self, on: Institution, at: Acting) -> AccountStands:
        """Release it."""
        return _say(_account(self, on), "open", self.reason, at)


class RestrictAccount(Action[Institution, AccountStands]):
    """Let transfers, borrowing and pooling out of an account rest; what comes in is taken still.

    It is the account of one indicator: that of another goes on.
    """

    about = About(
        code="account.restrict",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/book-account/restrict",
        tag="books",
        zh="限制账簿户",
        en="Restrict the book account",
        done=("账簿户已受限。", "The account is restricted."),
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    reason: Line = reason_field("short of cover; no plan is filed yet")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what it is from now on."""
        return _changed(_account(self, on), "restricted", self.reason, at)

    def do(self, on: Institution, at: Acting) -> AccountStands:
        """Restrict it."""
        return _say(_account(self, on), "restricted", self.reason, at)


class CloseAccount(Action[Institution, AccountStands]):
    """Close an account for good; it must hold nothing in any year that is open."""

    about = About(
        code="account.close",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/book-account/close",
        tag="books",
        zh="关闭账簿户",
        en="Close the book account",
        done=("账簿户已关闭。", "The account is closed."),
        log_in_again=True,
    )

    union: Id = union_field()
    indicator: SharedIndicator = indicator_field()
    reason: Line = reason_field("the institution was merged, document 12")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what it is from now on."""
        return _changed(_account(self, on), "closed", self.reason, at)

    def do(self, on: Institution, at: Acting) -> AccountStands:
        """Close it."""
        return _say(_account(self, on), "closed", self.reason, at)


class ReleaseBooks(Action[UnionRow, AccountStands]):
    """Let a union's books go on, once somebody has looked at what differed in all of them."""

    about = About(
        code="books.release",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/books/release",
        tag="books",
        zh="恢复账簿",
        en="Release the books",
        done=("账簿已恢复。", "The books go on."),
    )

    reason: Line = reason_field("the log was put back from the copy of 3 March")

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what they are from now on."""
        return _changed(Whose(on.union_id), "open", self.reason, at)

    def do(self, on: UnionRow, at: Acting) -> AccountStands:
        """Release them."""
        return _say(Whose(on.union_id), "open", self.reason, at)


def _account(said: ReleaseAccount | RestrictAccount | CloseAccount, on: Institution) -> Whose:
    return Whose(said.union, on.institution_id, said.indicator.value)


def _changed(of: Whose, state: str, reason: str, at: Acting) -> list[Effect]:
    was = accounts.state(at.connection, of)
    _say(of, state, reason, at)
    words = account_words(of.indicator)
    return [Effect("account", words, ACCOUNT_STATES[was], ACCOUNT_STATES[state])]


def _say(of: Whose, state: str, reason: str, at: Acting) -> AccountStands:
    accounts.say(at.connection, of, state, reason, at.actor)
    whose = {"institution_id": of.institution, "indicator": of.indicator}
    return AccountStands(union_id=of.union, **whose, state=state)
