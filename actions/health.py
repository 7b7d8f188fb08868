"""How the platform is, in counts that name nobody: for probes and for monitoring."""

from dataclasses import dataclass
from datetime import UTC, datetime

from actions.desk import Desk
from storage import health
from storage.health import Backlog, Queue, Rejects, Tally


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
    def standing_still(self) -> list[str]:
        """Queues in which something waits and from which nothing was taken for long."""
        now = datetime.now(UTC)
        return [one.queue for one in self.queues if one.stands_still(now)]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was delivered, refused, and waits."""

    tally: list[Tally]
    rejects: list[Rejects]
    backlog: Backlog


def readiness(desk: Desk) -> Readiness:
    """Return the state of the database."""
    with desk.look() as connection:
        missing = health.missing_migrations(connection)
        queues = [] if missing else health.queues(connection)
        taken = health.notify_share(connection)
        return Readiness(missing, health.backlog(connection), queues, taken)


def counts(desk: Desk) -> Counts:
    """Return the counts that monitoring reads."""
    with desk.look() as connection:
        return Counts(
            health.tally(connection), health.rejects(connection), health.backlog(connection)
        )
