"""What can be said of utility account numbers, bills and typed figures."""

from itertools import count
from typing import Any, Final

from actions.accounts.bills import EnterBill
from actions.accounts.typed import TypeFigure
from actions.accounts.utility_accounts import RegisterUtilityAccount
from actions.doing import carry_out
from tests.actions.world import World, new_office

_AGAIN: Final = count(1)


def number(world: World, name: str = "office") -> tuple[int, dict[str, Any]]:
    """Return what is said of a number that nobody has, and whose it is."""
    said = {"number": f"04{next(_AGAIN):08}", "supplier": "grid", "carrier": "electricity",
            "valid_from": "2015-01-01", "source": "first bill"}  # fmt: skip
    return world.institution[name], said


def account(world: World, name: str = "office", **more: Any) -> int:
    """Return a number of an institution."""
    on, said = number(world, name)
    action = RegisterUtilityAccount.model_validate(said | more)
    return carry_out(world.actor(), action, on).result.utility_account_id


def said(**more: Any) -> dict[str, Any]:
    """Return what a bill says."""
    return {"first": "2015-01-01", "last": "2015-01-31", "quantity": "480", "yuan_per_unit": "0.68",
            "cost": "326.4"} | more  # fmt: skip


def bill(world: World, name: str = "office", **more: Any) -> int:
    """Return a bill of a number of its own."""
    action = EnterBill.model_validate(said(**more))
    return carry_out(world.actor(), action, account(world, name)).result.bill_id


def typed(world: World, name: str = "office", **more: Any) -> tuple[int, dict[str, Any]]:
    """Return what is typed in of a month that nobody has typed in."""
    month = next(_AGAIN)
    said = {"carrier": "raw_coal", "month": f"{1990 + month // 12}-{month % 12 + 1:02}",
            "quantity": "12.5", "unit": "t", "basis": "ledger"}  # fmt: skip
    return world.institution[name], said | more


def figure(world: World, name: str = "office", **more: Any) -> int:
    """Return a figure that was typed in."""
    on, fields = typed(world, name, **more)
    return carry_out(world.actor(), TypeFigure.model_validate(fields), on).result.figure_id


def _delivered(world: World) -> tuple[int, dict[str, Any]]:
    said = {"kind": "lpg_bottle_15", "day": "2015-01-12", "quantity": "2",
            "basis": f"receipt {next(_AGAIN)}"}  # fmt: skip
    return world.institution["office"], said


def differing(world: World, name: str = "clinic") -> int:
    """Return an institution of which a bill and a typed figure of a month differ."""
    number, coal = account(world, name, carrier="raw_coal", valid_from="2015-01-01"), "raw_coal"
    enter = EnterBill.model_validate({"first": "2015-01-01", "last": "2015-01-31", "quantity": "1"})
    carry_out(world.actor(), enter, number)
    said = {"carrier": coal, "month": "2015-01", "quantity": "2", "basis": "ledger"}
    carry_out(world.actor(), TypeFigure.model_validate(said), world.institution[name])
    return world.institution[name]


def _differing(world: World) -> tuple[int, dict[str, Any]]:
    name = f"bills {next(_AGAIN)}"
    new_office(world, name)
    return differing(world, name), {"carrier": "raw_coal", "month": "2015-01", "word": "stock"}


def _rule(world: World) -> tuple[int, dict[str, Any]]:
    month = next(_AGAIN)
    said = {"carrier": "water", "valid_from": f"{1990 + month // 12}-{month % 12 + 1:02}",
            "first": "meter", "spread": "billed", "source": "circular"}  # fmt: skip
    return world.institution["office"], said


def _shared(world: World) -> tuple[int, dict[str, Any]]:
    shares = [{"institution": world.institution["office"], "percent": "100"}]
    return account(world), {"valid_from": "2015-02-01", "shares": shares, "source": "agreement"}


def _of_each(make: Any) -> Any:
    return lambda world: {name: make(world, name) for name in ("office", "clinic", "police")}


EXAMPLES = {
    "utility_account.register": number,
    "utility_account.share": _shared,
    "utility_account.end": lambda world: (account(world), {"day": "2016-02-01"}),
    "utility_account.withdraw": lambda world: (account(world), {"day": "2015-01-01"}),
    "bill.enter": lambda world: (account(world), said()),
    "bill.correct": lambda world: (
        bill(world),
        said(quantity="500", cost="340", reason="read wrong"),
    ),
    "bill.withdraw": lambda world: (bill(world), {"reason": "of another building"}),
    "figure.type": typed,
    "figure.correct": lambda world: (figure(world), {"quantity": "11.5", "basis": "ledger p. 3"}),
    "figure.withdraw": lambda world: (figure(world), {"reason": "of another institution"}),
    "delivery.record": _delivered,
    "account.counting": _rule,
    "account.explain_difference": _differing,
}
OBJECTS = {"utility_account": _of_each(account), "bill": _of_each(bill), "figure": _of_each(figure)}
