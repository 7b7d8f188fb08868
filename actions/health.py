"""How the platform is, in counts that name nobody: for probes and for monitoring."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from actions.actor import Actor
from storage import health
from storage.health import Backlog, Queue, Rejects, Tally
from storage.readings import minutes
from storage.readings.minutes import Collector

_WAIT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be answered; backlog, queues: what still waits to be computed.

    notify_share: how much of the server's queue of notifications is taken, from 0 to 1.
    """

    missing_migrations: list[str]
    backlog: Backlog
    queues: list[Queue]
    notify_share: float

    @property
    def ready(self) -> bool:
        """Whether the database has every table that this version asks."""
        return not self.missing_migrations

    @property
    def stalled(self) -> list[str]:
        """Queues in which something waits and from which nothing was taken for long."""
        now = datetime.now(UTC)
        return [one.queue for one in self.queues if one.is_stalled(now)]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was delivered, refused, and waits."""

    tally: list[Tally]
    rejects: list[Rejects]
    backlog: Backlog
    collectors: list[Collector]


def readiness(actor: Actor) -> Readiness:
    """Return the state of the database; who probes is told within a second that it is away."""
    with actor.look(wait_s=_WAIT_S) as connection:
        missing = health.missing_migrations(connection)
        queues = [] if missing else health.queues(connection)
        taken = health.notify_share(connection)
        return Readiness(missing, health.backlog(connection), queues, taken)


def counts(actor: Actor) -> Counts:
    """Return the counts that monitoring reads."""
    with actor.look() as connection:
        return Counts(
            health.tally(connection),
            health.rejects(connection),
            health.backlog(connection),
            minutes.collectors(connection),
        )
