"""What can be said of the closing of a year, of an office that was measured all through it."""

from itertools import count
from typing import Any, Final

from actions.accounts.close_year import CloseYear
from actions.accounts.estimate_account import EstimateAccount
from actions.accounts.verify_year import VerifyYear
from actions.actor import Actor
from actions.doing import carry_out
from tests.actions.world import World, counts_since, measure, new_office

YEAR: Final = 2015
WH: Final = 1000  # a day
_AGAIN: Final = count(1)


def who(world: World, code: str) -> Actor:
    """Return who does it in tests of all actions: somebody locks, another person verifies."""
    return world.actor("planner of all" if code == "year.verify" else "province officer")


def office(world: World, days: int = 365) -> int:
    """Return a new office that was measured so many days of the year."""
    name = f"closing {next(_AGAIN)}"
    new_office(world, name)
    counts_since(world, name, f"{YEAR}-01-01")
    measure(world, name, f"{YEAR}-01-01", days, WH)
    return world.institution[name]


def locked(world: World) -> int:
    """Return one whose year the operator has locked, so that every officer may verify it."""
    made = office(world)
    carry_out(world.actor(), CloseYear(year=YEAR, institution=made))
    return made


def verified(world: World) -> int:
    """Return one whose year another person has verified."""
    made = locked(world)
    verify = VerifyYear(year=YEAR, institution=made)
    carry_out(who(world, "year.verify"), verify, again=True)
    return made


def later(world: World, institution: int, month: str = f"{YEAR}-03-01", by: int = 500) -> None:
    """Let a month of its account become otherwise, as a late reading or a correction would."""
    world.admin(
        """UPDATE account SET quanta = quanta + %s
            WHERE institution_id = %s AND month = %s AND source = 'meter'""",
        by, institution, month,
    )  # fmt: skip


def changed(world: World) -> int:
    """Return one that is verified, and whose accounts have changed since."""
    made = verified(world)
    later(world, made)
    return made


def bill(amount: str = "31", month: str = f"{YEAR}-12") -> dict[str, Any]:
    """Return what is said of a bill in the place of a month."""
    return {"carrier": "electricity", "month": month, "how": "bill", "amount": amount,
            "reason": "bill of the grid"}  # fmt: skip


def _estimated(world: World) -> tuple[int, dict[str, Any]]:
    made = office(world, 334)
    estimate = EstimateAccount.model_validate(bill())
    carry_out(who(world, "account.estimate"), estimate, made)
    return made, {"carrier": "electricity", "month": f"{YEAR}-12", "reason": "measured after all"}


def _of(institution: int, **more: Any) -> tuple[None, dict[str, Any]]:
    return None, {"year": YEAR, "institution": institution, **more}


# No object of an action: so that tables have something to show.
OBJECTS: Final = {"locked_year": lambda world: {"office": changed(world)}}
EXAMPLES: Final = {
    "account.estimate": lambda world: (office(world, 334), bill()),
    "account.withdraw_estimate": _estimated,
    "year.close": lambda world: _of(office(world)),
    "year.verify": lambda world: _of(locked(world)),
    "year.return": lambda world: _of(locked(world), reason="March is read again first"),
    "year.restate": lambda world: _of(changed(world), reason="the bill of March came late"),
}
