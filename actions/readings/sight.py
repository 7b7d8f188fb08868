"""How the intake and the books are, in one look: collectors, gateways, what waits, what differs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from actions.actor import Actor
from storage import health
from storage.compact import second_log
from storage.compact.second_log import BooksStand
from storage.health import Queue, Rejects
from storage.readings import heard, minutes
from storage.readings.heard import Heard
from storage.readings.minutes import Collector

__all__ = ["BooksStand", "Collector", "Heard", "Queue", "Rejects", "Sight", "sight"]


@dataclass(frozen=True, slots=True)
class Sight:
    """All of it; at: when. rejects: messages that wait, most first. books: of each union."""

    at: datetime
    collectors: list[Collector]
    gateways: Heard
    rejects: list[Rejects]
    queues: list[Queue]
    books: list[BooksStand]

    @property
    def stalled(self) -> list[str]:
        """Queues in which something waits and from which nothing was taken for long."""
        return [one.queue for one in self.queues if one.is_stalled(self.at)]


def sight(actor: Actor) -> Sight:
    """Return how the intake is, as far as the actor sees it."""
    now = datetime.now(UTC)
    with actor.look() as connection:
        return Sight(
            now,
            minutes.collectors(connection),
            heard.heard(connection),
            sorted(health.rejects(connection), key=lambda one: -one.messages),
            health.queues(connection),
            second_log.stand(connection),
        )
