"""A gateway as its page shows it: how it is, what it sent last, how it is set up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from actions.actor import Actor
from actions.doing import acting, may
from actions.readings.issue_key import IssueKey
from metering.errors import NotFoundError
from metering.gateways import Habits
from storage.readings import gateway_state, gateways, watched
from storage.readings.gateway_state import Counts
from storage.readings.gateways import Gateway
from storage.readings.watched import Heard


@dataclass(frozen=True, slots=True)
class GatewayPage:
    """A gateway, what was seen of it, and for whoever administers its last messages.

    heard: None where the reader may not see messages. watched_until: None where none are kept.
    """

    gateway: Gateway
    habits: Habits
    counts: Counts
    heard: Sequence[Heard] | None
    watched_until: datetime | None

    @property
    def first_taken(self) -> Heard | None:
        """The newest message of which a reading was taken, since it has its key."""
        since = self.gateway.keyed_at
        taken = (one for one in self.heard or () if one.taken)
        return next((one for one in taken if since is None or one.received_at >= since), None)


def gateway_page(actor: Actor, gateway_id: int) -> GatewayPage:
    """Return a gateway that the reader sees."""
    with actor.look() as connection:
        found = gateways.one(connection, gateway_id)
        if found is None:
            raise _none(gateway_id)
        installs = may(IssueKey, gateway_id, acting(actor, connection))
        return GatewayPage(
            found,
            replace(found.habits, seqs=gateway_state.seqs(connection, gateway_id)),
            gateway_state.counts(connection, gateway_id),
            watched.heard(connection, gateway_id) if installs else None,
            watched.watched_until(connection, gateway_id) if installs else None,
        )


def _none(gateway_id: int) -> NotFoundError:
    return NotFoundError(
        "gateway.none",
        zh=f"没有编号为 {gateway_id} 的采集网关,或您无权查看。",
        en=f"There is no gateway {gateway_id}, or you may not see it.",
        next_zh="请在“采集网关”页面选择。",
        next_en="Choose it on the page of gateways.",
    )
