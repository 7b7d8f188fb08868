"""Bills: entered under a number, corrected, withdrawn; nothing is overwritten."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from pydantic import BaseModel

from actions.accounts.amounts import account_effects
from actions.accounts.bill_checks import refuse_beside, refuse_twice
from actions.accounts.bill_fields import BillFields
from actions.accounts.utility_account_things import UTILITY_ACCOUNT
from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite, Thing
from actions.fields import Acting, Words, field, plain
from actions.figures import in_units, not_found
from actions.kinds import Line
from actions.rights import Right
from storage.accounts import bills, utility_accounts
from storage.accounts.bills import Bill, NewBill
from storage.accounts.utility_accounts import UtilityAccount

BILL: Final = Thing[Bill](
    "bill",
    Words("账单", "bill"),
    Bill,
    find=lambda at, on: next(iter(bills.listed(at.connection, only=on)), None),
    name=lambda one, _: f"{one.account_number} · {one.first} – {one.last}",
    page=lambda one: f"/bills?utility_account={one.utility_account_id}",
    covered="""(SELECT utility_account_id FROM bill WHERE id = %(on)s)
               IN (SELECT * FROM access.covers_utility_accounts(%(right)s))""",
    way=Words("在“账单”列表中打开账单", "open the bill in the list of bills"),
    way_from="/bills",
)


class BillKept(BaseModel):
    """A bill's id."""

    bill_id: int


class EnterBill(BillFields, Action[UtilityAccount, BillKept]):
    """Enter a bill over any days; the accounts of their months have it at once.

    Quantity × price must be the cost and periods add to the quantity, as far as suppliers round.
    """

    about = About(
        code="bill.enter",
        on=UTILITY_ACCOUNT,
        right=Right.KEEP_ACCOUNTS,
        path="/utility-accounts/{on}/bills",
        tag="bills",
        zh="录入账单",
        en="Enter a bill",
        done=("账单已录入。", "The bill has been entered."),
    )

    def check(self, on: UtilityAccount, at: Acting) -> None:
        """Refuse what contradicts itself, or a bill that is known."""
        said = self.said(on, at)
        beside: dict[int, NewBill] = at.known.setdefault(("bills", on.utility_account_id), {})
        refuse_beside(on, said, [one for row, one in beside.items() if row != id(self)])
        beside[id(self)] = said
        span = said.first, said.last
        held = bills.in_the_way(at.connection, on.utility_account_id, span, said.number)
        refuse_twice(on, (*span, said.quanta), held)

    def foresee(self, on: UtilityAccount, at: Acting) -> list[Effect]:
        """Return the months of accounts that would be otherwise."""
        said = self.said(on, at)
        return [
            Effect("bill", BILL.words, None, _in_words(said)),
            *account_effects(
                at, on, on.institutions, _span(said),
                lambda: bills.add(at.connection, [said], at.actor),
            ),
        ]  # fmt: skip

    def do(self, on: UtilityAccount, at: Acting) -> BillKept:
        """Keep it."""
        (made,) = bills.add(at.connection, [self.said(on, at)], at.actor)
        return BillKept(bill_id=made)

    @classmethod
    def do_many(cls, rows: Sequence[tuple[UtilityAccount, Self]], at: Acting) -> Sequence[BillKept]:
        """Keep them all in one statement."""
        made = bills.add(at.connection, [one.said(on, at) for on, one in rows], at.actor)
        return [BillKept(bill_id=one) for one in made]

    def opposite(self, on: UtilityAccount, result: BillKept) -> Opposite:
        """Return its withdrawal."""
        return Opposite(WithdrawBill(reason=BY_MISTAKE.both), result.bill_id)


class CorrectBill(BillFields, Action[Bill, BillKept]):
    """Put another bill in the place of one that is known; what it said stays on record."""

    about = About(
        code="bill.correct",
        on=BILL,
        right=Right.KEEP_ACCOUNTS,
        path="/bills/{on}/correction",
        tag="bills",
        zh="更正账单",
        en="Correct a bill",
        done=("账单已更正。", "The bill has been corrected."),
    )

    reason: Line = field(zh="更正原因", en="Why", examples=["the supplier corrected it"])

    @classmethod
    def given(cls, on: Bill, at: Acting) -> dict[str, Any]:
        """Return what the bill says now."""
        amounts = on.period_quanta or [None] * 5
        prices = on.period_price or [None] * 5
        per_unit = on.quantity / on.quanta if on.quanta else Decimal(0)
        names = ("sharp", "peak", "flat", "valley", "deep")
        periods = {n: q * per_unit for n, q in zip(names, amounts, strict=True) if q is not None}
        priced = {f"{n}_price": p for n, p in zip(names, prices, strict=True) if p is not None}
        money = {"cost": on.cost_fen, "tax": on.tax_fen, "basic": on.basic_fen,
                 "total": on.total_fen}  # fmt: skip
        held = {"yuan_per_unit": on.yuan_per_unit, "number": on.number}
        return {
            "first": on.first, "last": on.last, "quantity": on.quantity, "unit": on.unit,
            "month": on.month, "estimated": on.estimated, **periods, **priced,
            **{name: Decimal(fen) / 100 for name, fen in money.items() if fen is not None},
            **{name: one for name, one in held.items() if one is not None},
        }  # fmt: skip

    def check(self, on: Bill, at: Acting) -> None:
        """Refuse what contradicts itself, or another bill."""
        account = _account(at, on)
        said = self.said(account, at)
        span = said.first, said.last
        held = bills.in_the_way(
            at.connection, account.utility_account_id, span, said.number, on.bill_id
        )
        refuse_twice(account, (*span, said.quanta), held)

    def foresee(self, on: Bill, at: Acting) -> list[Effect]:
        """Return the months of accounts that would be otherwise."""
        account = _account(at, on)
        said = self._said(account, on, at)
        span = min(_span(said)[0], on.first), max(_span(said)[1], on.last)
        return [
            Effect("bill", BILL.words, _in_words(on), _in_words(said)),
            *account_effects(
                at, account, account.institutions, span, lambda: self._replace(on, said, at)
            ),
        ]

    def do(self, on: Bill, at: Acting) -> BillKept:
        """Keep the new one; the old one is known until now."""
        return BillKept(bill_id=self._replace(on, self._said(_account(at, on), on, at), at))

    def _said(self, account: UtilityAccount, on: Bill, at: Acting) -> NewBill:
        return self.said(account, at, reason=self.reason, corrects=on.bill_id)

    def _replace(self, on: Bill, said: NewBill, at: Acting) -> int:
        bills.retire(at.connection, [on.bill_id])
        (made,) = bills.add(at.connection, [said], at.actor)
        return made


class WithdrawBill(Action[Bill, BillKept]):
    """Take a bill back that should never have been entered; it stays on record."""

    about = About(
        code="bill.withdraw",
        on=BILL,
        right=Right.KEEP_ACCOUNTS,
        path="/bills/{on}/withdrawal",
        tag="bills",
        zh="撤销账单",
        en="Withdraw a bill",
        done=("账单已撤销。", "The bill has been withdrawn."),
    )

    reason: Line = field(zh="原因", en="Why", examples=["of another building"])

    def foresee(self, on: Bill, at: Acting) -> list[Effect]:
        """Return the months of accounts that would be otherwise."""
        account = _account(at, on)
        return [
            Effect("bill", BILL.words, _in_words(on), None),
            *account_effects(
                at, account, on.institutions or [], _span(on),
                lambda: bills.retire(at.connection, [on.bill_id]),
            ),
        ]  # fmt: skip

    def do(self, on: Bill, at: Acting) -> BillKept:
        """Withdraw it."""
        bills.retire(at.connection, [on.bill_id])
        return BillKept(bill_id=on.bill_id)


def _account(at: Acting, on: Bill) -> UtilityAccount:
    found = utility_accounts.listed(at.connection, only=on.utility_account_id)
    if not found:
        words = UTILITY_ACCOUNT.words
        raise not_found(words.zh, words.en, {"utility_account_id": on.utility_account_id})
    return found[0]


def _span(said: NewBill | Bill) -> tuple[date, date]:
    """Return the days whose months a bill may change."""
    return min(said.first, said.month), max(said.last, said.month)


def _in_words(said: NewBill | Bill) -> Words:
    days = f"{said.first} – {said.last}: {said.quantity:f} {said.unit}"
    if said.cost_fen is None:
        return plain(days)
    cost = in_units(said.cost_fen, 100)
    return Words(f"{days},{cost} 元", f"{days}, {cost} yuan")
