"""Profiles: sets of coefficients, by which use becomes coal and CO2."""

from typing import Any

from psycopg import Connection

from actions.figures import not_found
from storage.accounts import ledger


def known_profile(connection: Connection[Any], code: str | None) -> str:
    """Return the profile's code, the default's for None, or say that there is none."""
    found = ledger.profile_of(connection, code)
    if found is None:
        raise not_found("折标系数组", "profile", {"profile": code})
    return found
