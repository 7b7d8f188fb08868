"""Closing the books of a year, declared once: what is left expires, and nothing enters any more."""

from pydantic import BaseModel, Field

from actions.compact.account_acts import reason_field
from actions.compact.movement_things import (
    SharedIndicator,
    YearOfQuota,
    indicator_field,
    year_field,
)
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, plain
from actions.figures import kilograms
from actions.kinds import Line
from actions.rights import Right
from compact.indicators import Indicator
from metering.errors import ConflictError
from storage.compact import shared_movements
from storage.compact.movements import Proposal
from storage.compact.unions import UnionRow


class BooksClosed(BaseModel):
    """A year whose books take nothing more, and what of it expired."""

    year: int
    expired: str
    unit: str = Field(description="kgce, kgCO2 or m3")
    accounts: int


class CloseBooks(Action[UnionRow, BooksClosed]):
    """Close the books of a year that is over: what nobody used, banked or covered expires.

    A cover that can still be reversed must have passed its 14 days first.
    """

    about = About(
        code="books.close_year",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/books/closed-years",
        tag="books",
        zh="关闭年度账簿",
        en="Close the books of a year",
        done=("年度账簿已关闭。", "The year's books are closed."),
        log_in_again=True,
    )

    indicator: SharedIndicator = indicator_field()
    year: YearOfQuota = year_field()
    reason: Line = reason_field("all covers are final, minutes of 20 July")

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse a year that is closed already."""
        if shared_movements.is_closed(at.connection, on.union_id, self.indicator.value, self.year):
            raise ConflictError(
                "books.year_closed",
                zh=f"{self.year} 年账簿已关闭。",
                en=f"The books of {self.year} are closed.",
                next_zh="无需操作。",
                next_en="Nothing is to be done.",
                where={"year": self.year},
            )

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what expires, as the books would take it."""
        found = self.do(on, at)
        expired = plain(f"{found.expired} {Indicator(self.indicator).unit_shown}")
        return [
            Effect("expired", Words("到期失效", "Expires"), None, expired),
            Effect("accounts", Words("账簿户", "Accounts"), None, plain(f"{found.accounts:,}")),
        ]

    def do(self, on: UnionRow, at: Acting) -> BooksClosed:
        """Close them."""
        of = on.union_id, self.indicator.value, self.year
        whole, accounts = shared_movements.left(at.connection, *of)
        said = Proposal(on.union_id, self.indicator.value, self.reason, at.actor)
        shared_movements.close_year(at.connection, said, self.year)
        at.told.update(expired=kilograms(whole))
        return BooksClosed(
            year=self.year,
            expired=kilograms(whole),
            unit=Indicator(self.indicator).unit,
            accounts=accounts,
        )
