"""Gateways: seen by readers, given keys by administrators, heard when they push over HTTP."""

import secrets

from actions.access.login import Pool
from actions.desk import Desk, ours
from actions.figures import not_found
from storage.pages import Page, check_size, cursor_of, key_of
from storage.readings import gateways
from storage.readings.gateways import Gateway

__all__ = ["Gateway", "issue_key", "list_gateways", "opens"]


def list_gateways(desk: Desk, *, after: str | None = None, limit: int = 100) -> Page[Gateway]:
    """Return the gateways that the reader sees, with when they last spoke."""
    check_size(limit, 500)
    (last,) = key_of(after, "")
    with desk.look() as connection:
        found = gateways.listed(connection, after=str(last), most=limit + 1)
    rows = found[:limit]
    return Page(rows, cursor_of(rows[-1].name) if len(found) > limit else None)


def issue_key(desk: Desk, name: str) -> str:
    """Give a gateway a new key for pushing over HTTP, shown once; the old one ends."""
    key = secrets.token_urlsafe(32)
    with desk.act("gateway.key", name) as connection:
        if not gateways.set_key(connection, name, key.encode()):
            raise not_found("采集网关", "gateway", {"gateway": name})
    return key


def opens(pool: Pool, name: str, key: str) -> bool:
    """Return whether this is the gateway's key; asked before anything it says is read."""
    if not key or len(key) > 200:
        return False
    with ours(), pool.connection() as connection:
        return gateways.opens(connection, name, key.encode())
