"""Reading what could not be taken: messages that wait, with their bytes and the reason."""

from actions.actor import Actor
from actions.figures import not_found
from storage.readings import rejects
from storage.readings.rejects import Rejected, Waiting

__all__ = ["Rejected", "Waiting", "counted", "reject"]


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
