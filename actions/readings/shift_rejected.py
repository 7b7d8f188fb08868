"""Taking what was set aside for a wrong clock, with its times put right: seen before it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

from psycopg import Connection
from pydantic import BaseModel, Field

from actions.actor import SYSTEM, ours
from actions.figures import instant
from actions.readings.waiting import Waiting, of_actor, waiting
from actions.routes import Routes
from metering.clocks import shift_for, shift_of, shift_text
from metering.errors import InputError
from metering.messages import AuditNote, Message, Readings, Stored
from storage.connections import WRITING, Bounds
from storage.readings.refusing import AHEAD, BEHIND
from storage.readings.store import Store, connect

GUESS: Final = "guess"
ACT: Final = "rejected.shift"
_SHOWN: Final = 50


@runtime_checkable
class ShiftSink(Protocol):
    """Where shifted readings go, together with the record of the act."""

    def write_shifted(
        self,
        batch: Sequence[Message],
        readings: Readings,
        ids: Sequence[int],
        shift_ms: int,
        *,
        audit: Callable[[Stored], AuditNote],
        dry_run: bool = False,
    ) -> Stored:
        """Commit what can be taken; of a message of which a reading is refused, nothing is."""
        ...


class ShiftedChannel(BaseModel):
    """What is shifted of one channel, and where to."""

    channel: str = Field(description="The gateway's name of it.")
    readings: int
    first: datetime
    last: datetime
    first_shifted: datetime
    last_shifted: datetime
    misfits: int = Field(description="Do not fit the readings there.")


class Shifted(BaseModel):
    """What a shift did, or would do."""

    gateway: str
    shift: str
    messages: int
    readings: int
    taken: int = Field(description="Messages.")
    refused: int = Field(description="Messages that wait on, for the reasons named.")
    reasons: dict[str, int]
    inserted: int
    revised: int
    duplicates: int
    misfits: int
    channels: list[ShiftedChannel] = Field(description="The first of them.")
    left: bool = Field(description="More wait; do it again.")


@dataclass(frozen=True, slots=True)
class Shift:
    """Messages of a gateway's wrong clock, their readings at the instants that are meant."""

    gateway: str
    shift_ms: int
    waiting: Waiting

    def of_actor(self, connection: Connection[Any]) -> "Shift":
        """Leave out what the actor does not see; DeniedError where he may not write for it."""
        return replace(self, waiting=of_actor(connection, self.waiting, ACT))

    def write(
        self, sink: ShiftSink, audit: Callable[[dict[str, Any]], AuditNote], *, dry_run: bool
    ) -> Shifted:
        """Have the sink take it, with the audit entry.

        audit: makes the entry out of what is to be said in it.
        """

        def noted(stored: Stored) -> AuditNote:
            detail = _shifted(self, stored).model_dump(mode="json")
            return audit(detail | {"rejects": self.waiting.ids})

        stored = sink.write_shifted(
            self.waiting.batch,
            self.waiting.readings,
            self.waiting.ids,
            self.shift_ms,
            audit=noted,
            dry_run=dry_run,
        )
        return _shifted(self, stored)


def shift(connection: Connection[Any], gateway: str, by: str, routes: Routes) -> Shift:
    """Find what is meant: what is ahead is put back, what fell back is put forward.

    by: such as -8h for what is ahead, +1d for what fell back, or guess.
    """
    shift_ms = None if by == GUESS else shift_of(by)
    reason = BEHIND if shift_ms is not None and shift_ms > 0 else AHEAD
    found = waiting(connection, gateway, routes, reason)
    if shift_ms == 0 or not (found.rows or found.skipped):
        raise _nothing(gateway, reason)
    if shift_ms is None:
        shift_ms = shift_for(found.ahead_ms)
    meant = replace(found.readings, at_ms=found.readings.at_ms + shift_ms)
    return Shift(gateway, shift_ms, replace(found, readings=meant))


def shift_as_operator(
    url: str,
    routes: Routes,
    gateway: str,
    by: str,
    *,
    dry_run: bool = False,
    bounds: Bounds = WRITING,
) -> Shifted:
    """Shift as whoever runs this machine.

    url: the collector's login.
    """
    store = Store(url, "shift-rejected", bounds=bounds)
    with ours(), connect(url, "shift-rejected", bounds) as connection:
        found = shift(connection, gateway, by, routes)
    try:
        with ours():
            return found.write(
                store, lambda detail: AuditNote(SYSTEM, ACT, gateway, detail), dry_run=dry_run
            )
    finally:
        store.close()


def _shifted(one: Shift, stored: Stored) -> Shifted:
    refused: dict[int, str] = {}
    for each in stored.rejected:
        refused.setdefault(each.message, each.reason.code)
    found, reasons = one.waiting, [*refused.values(), *one.waiting.skipped]
    return Shifted(
        gateway=one.gateway,
        shift=shift_text(one.shift_ms),
        messages=len(found.batch) + len(found.skipped),
        readings=len(found.readings),
        taken=len(found.batch) - len(refused),
        refused=len(reasons),
        reasons={code: reasons.count(code) for code in sorted(set(reasons))},
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
        misfits=len(stored.misfits),
        channels=_channels(one, set(stored.misfits)),
        left=found.left,
    )


def _channels(one: Shift, misfits: set[int]) -> list[ShiftedChannel]:
    places: dict[str, list[int]] = {}
    readings = one.waiting.readings
    for place, key in enumerate(readings.channel_key):
        places.setdefault(key, []).append(place)
    shown = []
    for key in sorted(places)[:_SHOWN]:
        at_ms = readings.at_ms[places[key]]
        first, last = int(at_ms.min()), int(at_ms.max())
        shown.append(
            ShiftedChannel(
                channel=key,
                readings=len(places[key]),
                first=instant(first - one.shift_ms),
                last=instant(last - one.shift_ms),
                first_shifted=instant(first),
                last_shifted=instant(last),
                misfits=len(misfits.intersection(places[key])),
            )
        )
    return shown


def _nothing(gateway: str, reason: str) -> InputError:
    return InputError(
        "rejects.nothing_to_shift",
        zh=f"采集网关 {gateway} 没有因 {reason} 暂存待核的报文。",
        en=f"Nothing of the gateway {gateway} waits as {reason}.",
        next_zh="负偏移用于超前(clock.ahead),正偏移用于回退(clock.behind)。",
        next_en="Put back, as -8h, what is clock.ahead; put forward, as +8h, what is clock.behind.",
        where={"gateway": gateway, "reason": reason, "field": "shift"},
    )
