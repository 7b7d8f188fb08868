"""Gateways: seen by readers, and heard when they push over HTTP."""

from actions.access.login import Pool
from actions.actor import Actor, ours
from storage.pages import Page, check_size, cursor_of, key_of
from storage.readings import gateways
from storage.readings.gateways import Gateway

__all__ = ["Gateway", "list_gateways", "named", "opens", "silent_first"]


def list_gateways(actor: Actor, *, after: str | None = None, limit: int = 100) -> Page[Gateway]:
    """Return the gateways that the reader sees, with when they last spoke."""
    check_size(limit, 500)
    (last,) = key_of(after, "")
    with actor.look() as connection:
        found = gateways.listed(connection, after=str(last), most=limit + 1)
    rows = found[:limit]
    return Page(rows, cursor_of(rows[-1].name) if len(found) > limit else None)


def silent_first(
    actor: Actor, *, text: str = "", page: int = 1, size: int = 50
) -> tuple[int, list[Gateway]]:
    """Return how many gateways have a text in their name, and a page: the longest unheard first."""
    with actor.look() as connection:
        return gateways.silent_first(connection, text=text, skip=(page - 1) * size, most=size)


def named(actor: Actor, name: str) -> Gateway | None:
    """Return the gateway of a name, None where the reader sees none."""
    with actor.look() as connection:
        return gateways.named(connection, name)


def opens(pool: Pool, name: str, key: str) -> bool:
    """Return whether this is the gateway's key; asked before anything it says is read."""
    if not key or len(key) > 200:
        return False
    with ours(), pool.connection() as connection:
        return gateways.opens(connection, name, key.encode())
