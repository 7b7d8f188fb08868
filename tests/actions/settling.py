"""What waits, settled as tests do it: the declared actions by a gateway's name."""

from typing import Any

from actions.actor import Actor
from actions.checking import check
from actions.doing import acting, carry_out, target
from actions.readings.issue_key import IssueKey
from actions.readings.settle_rejected import ShiftRejected
from actions.readings.shift_rejected import Shifted
from storage.readings import gateways


def id_of(actor: Actor, name: str) -> int:
    """Return a gateway's id, past what the actor sees."""
    with Actor(actor.pool, "user:1").look() as connection:
        found = gateways.named(connection, name)
    assert found is not None
    return found.gateway_id


def shift_rejected(
    actor: Actor, sink: Any, name: str, shift: str = "guess", *, dry_run: bool = False
) -> Shifted:
    actor.sink = sink
    action, on = ShiftRejected(shift=shift), id_of(actor, name)
    if not dry_run:
        return carry_out(actor, action, on).result
    with actor.change(dry_run=True) as connection:
        at = acting(actor, connection)
        found = target(ShiftRejected, on, at)
        check(action, found, at)
        return action.written(found, at, dry_run=True)


def issue_key(actor: Actor, name: str) -> str:
    return carry_out(actor, IssueKey(reason="test"), id_of(actor, name)).result.key
