"""Reading what could not be taken: messages that wait, with their bytes and the reason."""

from actions.actor import Actor
from actions.doing import acting
from actions.figures import not_found
from actions.readings.routes_now import routes_now
from metering.errors import InputError
from metering.messages import Message
from storage.readings import elsewhere, rejects
from storage.readings.rejects import Rejected, Waiting

__all__ = ["Rejected", "Waiting", "bound_at", "counted", "reject"]


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


def bound_at(actor: Actor, one: Rejected) -> list[str]:
    """Return the other gateways at which refused keys are bound, as far as the reader sees."""
    if one.reason != elsewhere.ELSEWHERE:
        return []
    received_ms = round(one.received_at.timestamp() * 1000)
    with actor.look() as connection:
        table = routes_now(acting(actor, connection))
        try:
            said = table.decode(Message(one.topic, one.gateway, one.payload, received_ms))
        except InputError:  # its route is another one by now
            return []
        keys = {said.channel_key[i] for i in one.i if i < len(said.channel_key)}
        found = elsewhere.bound_at(connection, one.gateway, keys)
    return sorted({name for names in found.values() for name in names})
