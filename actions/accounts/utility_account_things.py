"""Utility account numbers as objects: how they are found and called, and what is refused."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel

from actions.declared import Thing
from actions.fields import Acting, Words
from actions.registry.institutions import institution_name
from metering.errors import ConflictError, InputError
from storage.accounts import utility_accounts
from storage.accounts.utility_accounts import Taken, UtilityAccount


class UtilityAccountNamed(BaseModel):
    """A utility account number's id."""

    utility_account_id: int


def _by_number(at: Acting, texts: Sequence[str]) -> dict[str, list[int]]:
    return utility_accounts.numbered(at.connection, texts)


UTILITY_ACCOUNT: Final = Thing[UtilityAccount](
    "utility_account",
    Words("户号", "utility account number"),
    UtilityAccount,
    find=lambda at, on: next(iter(utility_accounts.listed(at.connection, only=on)), None),
    name=lambda one, _: f"{one.number} · {one.supplier}",
    page=lambda one: f"/bills?utility_account={one.utility_account_id}",
    covered="%(on)s::integer IN (SELECT * FROM access.covers_utility_accounts(%(right)s))",
    way=Words("在“户号”列表中打开户号", "open the number in the list of utility account numbers"),
    way_from="/utility-accounts",
    keyed=_by_number,
)


def days_of(first: date, until: date | None) -> Words:
    """Return a span of days as people read it."""
    if until is None:
        return Words(f"{first} 起", f"from {first} on")
    return Words(f"{first} 起、{until} 前", f"from {first} to before {until}")


def percent(millionths: int) -> str:
    """Return a share as people write it."""
    return f"{millionths / 10_000:.4f}".rstrip("0").rstrip(".") + "%"


def already(at: Acting, number: str, asked: Words, held: Taken) -> ConflictError:
    """Return the refusal of a number that is somebody's on the same days, with both named."""
    name = institution_name(at, held.institution_id) if held.institution_id else None
    whose = name or Words("您无权查看的机构", "an institution that you may not see")
    days = days_of(held.valid_from, held.valid_to)
    return ConflictError(
        "utility_account.taken",
        zh=f"户号 {number}:{asked.zh}的登记与{days.zh}的登记({whose.zh})重叠。",
        en=f"{number}: what is registered {asked.en} overlaps what is registered {days.en} "
        f"({whose.en}).",
        next_zh="请核对户号和日期;换户的,先登记原户的截止日。",
        next_en="Check number and days; where it changed hands, state the end of the other first.",
        where={"field": "number", "value": number, "utility_account_id": held.utility_account_id},
    )


def backwards(first: date, until: date) -> InputError:
    """Return the refusal of an end that does not come after its beginning."""
    return InputError(
        "utility_account.days",
        zh=f"截止日 {until} 不晚于起始日 {first}。",
        en=f"The end, {until}, does not come after the beginning, {first}.",
        next_zh="请核对日期。",
        next_en="Check the days.",
        where={"field": "valid_to", "value": f"{until}"},
    )
