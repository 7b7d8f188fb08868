"""Steps of the newest days whose use nobody knows, each with whether the reader may settle it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection

from actions.readings.evidence import Unmeasured, evidence_of
from actions.rights import Right, holds
from actions.things import CHANNEL
from storage.boards.unknown_steps import Doubtful, doubtful
from storage.registry import meters
from storage.registry.meters import Channel

# Not those of which the total is known and only the course is estimated.
_UNKNOWN: Final = frozenset(
    ("fall", "held_too_long", "out_of_range", "no_final", "missing", "over_limit")
)


@dataclass(frozen=True, slots=True)
class UnknownStep:
    """A stretch of which nobody knows the use; corrects: whether the reader may settle it."""

    of: Doubtful
    channel: Channel
    step: Unmeasured
    corrects: bool


def unknown_steps(
    connection: Connection[Any], ids: list[int], since: date, most: int
) -> list[UnknownStep]:
    """Return the newest unknown steps since a day, of so many channels at most."""
    found = doubtful(connection, ids, since, most)
    known = {
        one.channel_id: one
        for one in meters.channels(connection, [one.channel_id for one in found])
    }
    steps = [step for one in found for step in _steps_of(connection, one, known[one.channel_id])]
    return sorted(steps, key=lambda one: -one.step.end_ms)[:most]


def _steps_of(connection: Connection[Any], of: Doubtful, channel: Channel) -> list[UnknownStep]:
    evidence = evidence_of(connection, of.channel_id, _ms(of.first), _ms(of.until))
    corrects = holds(connection, Right.CORRECT_READINGS, CHANNEL.covered, of.channel_id)
    return [
        UnknownStep(of, channel, one, corrects)
        for one in evidence.unmeasured
        if one.reason in _UNKNOWN
    ]


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000
