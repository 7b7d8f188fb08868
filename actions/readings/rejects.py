"""Reading what could not be taken: messages that wait, with their bytes and the reason."""

from actions.actor import Actor
from actions.figures import not_found
from storage.pages import Page, check_size, cursor_of, key_of
from storage.readings import rejects
from storage.readings.rejects import Rejected, Waiting

__all__ = ["Rejected", "Waiting", "counted", "list_rejects", "reject"]


def list_rejects(
    actor: Actor,
    *,
    gateway: str | None = None,
    reason: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[Rejected]:
    """Return waiting refusals of the gateways that the reader sees, in the order they came."""
    check_size(limit, 1000)
    (last,) = key_of(after, 0)
    with actor.look() as connection:
        found = rejects.waiting(
            connection, after=int(last), most=limit + 1, gateway=gateway, reason=reason
        )
    rows = found[:limit]
    return Page(rows, cursor_of(rows[-1].id) if len(found) > limit else None)


def counted(actor: Actor) -> list[Waiting]:
    """Return how much waits by gateway and reason, what came last first."""
    with actor.look() as connection:
        return rejects.counted(connection)


def reject(actor: Actor, reject_id: int) -> Rejected:
    """Return one waiting refusal."""
    with actor.look() as connection:
        found = rejects.waiting(connection, after=reject_id - 1, most=1)
    if not found or found[0].id != reject_id:
        raise not_found("待处理的拒收报文", "waiting refusal", {"reject_id": reject_id})
    return found[0]
