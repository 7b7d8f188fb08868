"""How the platform is, in counts that name nobody: for probes and for monitoring."""

from dataclasses import dataclass

from actions.desk import Desk
from storage import health
from storage.health import Backlog, Rejects, Tally


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be answered; backlog: what still waits to be computed."""

    missing_migrations: list[str]
    backlog: Backlog

    @property
    def ready(self) -> bool:
        """Whether the database has every table that this version asks."""
        return not self.missing_migrations


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
        return Readiness(missing, health.backlog(connection))


def counts(desk: Desk) -> Counts:
    """Return the counts that monitoring reads."""
    with desk.look() as connection:
        return Counts(
            health.tally(connection), health.rejects(connection), health.backlog(connection)
        )
