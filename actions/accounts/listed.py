"""Reading accounts: use by institution, carrier and month, as coal and CO2 under a profile."""

from datetime import date
from typing import Any

from psycopg import Connection

from actions.actor import Actor
from actions.figures import not_found
from actions.registry.institutions import no_institution
from storage.accounts import ledger
from storage.accounts.ledger import Account, AccountFilter
from storage.pages import Page, check_size, cursor_of, key_of
from storage.registry import institutions
from storage.registry.institutions import InstitutionFilter

__all__ = ["Account", "AccountFilter", "accounts_of", "list_accounts"]

EVER = AccountFilter(date(1970, 1, 1), date(2100, 1, 1))


def accounts_of(
    actor: Actor, institution_id: int, asked: AccountFilter = EVER, *, profile: str | None = None
) -> list[Account]:
    """Return all accounts of one institution in these months.

    profile: the set of coefficients; None is the default one.
    """
    with actor.look() as connection:
        if institutions.one(connection, institution_id) is None:
            raise no_institution(institution_id)
        code = known_profile(connection, profile)
        return ledger.accounts(connection, [institution_id], asked, code)


def list_accounts(
    actor: Actor,
    asked: AccountFilter,
    wanted: InstitutionFilter | None = None,
    *,
    profile: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Account]:
    """Return accounts of all institutions that the reader sees, or of those that are wanted.

    limit: institutions a page; each comes with all its accounts of these months.
    """
    check_size(limit, 500)
    (last,) = key_of(after, 0)
    with actor.look() as connection:
        code = known_profile(connection, profile)
        ids = ledger.institutions_with_accounts(
            connection,
            asked,
            after=int(last),
            most=limit + 1,
            among=None if wanted is None else institutions.matching(connection, wanted),
        )
        rows = ledger.accounts(connection, ids[:limit], asked, code)
    return Page(rows, cursor_of(ids[limit - 1]) if len(ids) > limit else None)


def known_profile(connection: Connection[Any], code: str | None) -> str:
    """Return the profile's code, the default's for None, or say that there is none."""
    found = ledger.profile_of(connection, code)
    if found is None:
        raise not_found("折标系数组", "profile", {"profile": code})
    return found
