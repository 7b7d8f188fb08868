"""Taking what was set aside for a wrong clock, with its times put right: seen before it is done."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
from psycopg import Connection

from actions.desk import SYSTEM, Desk, denied, ours
from actions.figures import instant
from collector.codecs import Decode, native
from collector.intake import portions
from metering.clocks import shift_for, shift_of, shift_said
from metering.errors import InputError
from metering.messages import Deed, Message, Readings, Stored
from storage.connections import WRITING, Bounds
from storage.readings import rejects
from storage.readings.binding import AHEAD, BEHIND, bind
from storage.readings.rejects import Rejected
from storage.readings.store import Store, connect
from storage.registry import meters

GUESS: Final = "guess"
_ACT: Final = "rejected.shift"
_MOST: Final = 10_000  # messages of one transaction
_SHOWN: Final = 50
_UNKNOWN: Final = "reading.unknown_key"


class ShiftSink(Protocol):
    """Where shifted readings go, together with the record of the act."""

    def write_shifted(
        self,
        batch: Sequence[Message],
        readings: Readings,
        ids: Sequence[int],
        shift_ms: int,
        *,
        deed: Callable[[Stored], Deed],
        dry_run: bool = False,
    ) -> Stored:
        """Commit what can be taken; of a message of which a reading is refused, nothing is."""
        ...


@dataclass(frozen=True, slots=True)
class ShiftedChannel:
    """What is shifted of one channel, and where to; misfits do not fit the readings there."""

    channel: str
    readings: int
    first: datetime
    last: datetime
    first_shifted: datetime
    last_shifted: datetime
    misfits: int


@dataclass(frozen=True, slots=True)
class Shifted:
    """What a shift did, or would do.

    messages, readings: that were set aside for this. taken, refused: of the messages.
    inserted, revised, duplicates: readings of those taken. left: whether more of them wait.
    """

    gateway: str
    shift: str
    messages: int
    readings: int
    taken: int
    refused: int
    reasons: dict[str, int]
    inserted: int
    revised: int
    duplicates: int
    misfits: int
    channels: list[ShiftedChannel]
    left: bool


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Messages that wait, and their refused readings at the instants that are meant.

    skipped: reasons of messages that wait on in any case.
    """

    gateway: str
    shift_ms: int
    rows: list[Rejected]
    batch: list[Message]
    readings: Readings
    left: bool
    skipped: list[str]

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.rows]


class _DoneError(Exception):
    """Ends the actor's transaction: the sink has written the deed together with the readings."""


def shift_rejected(
    desk: Desk,
    sink: ShiftSink,
    gateway: str,
    shift: str = GUESS,
    *,
    decode: Decode = native.decode,
    dry_run: bool = False,
) -> Shifted:
    """Take what a gateway's wrong clock had set aside, shifted, as far as the actor may write.

    shift: such as -8h for what is ahead, +1d for what fell back, or guess. decode: by the routes.
    """
    done: Shifted | None = None
    with suppress(_DoneError), desk.act(_ACT, gateway) as connection:
        waiting = _waiting(connection, gateway, shift, decode)
        _, refused = bind(connection, waiting.batch, waiting.readings)
        hidden = {one.message: _UNKNOWN for one in refused if one.reason.code == _UNKNOWN}
        waiting = _without(waiting, hidden)  # what the actor does not see is not the actor's
        bound, _ = bind(connection, waiting.batch, waiting.readings)
        ids = np.unique(bound.channel_id).tolist()
        if set(ids) - meters.writable(connection, ids):
            raise denied(_ACT)
        done = _shifted(sink, waiting, desk.actor, dry_run)
        raise _DoneError
    assert done is not None
    return done


def shift_as_operator(
    url: str,
    decode: Decode,
    gateway: str,
    shift: str,
    *,
    dry_run: bool = False,
    bounds: Bounds = WRITING,
) -> Shifted:
    """Do the same as whoever runs this machine.

    url: the collector's login.
    """
    store = Store(url, "shift-rejected", bounds=bounds)
    with ours(), connect(url, "shift-rejected", bounds) as connection:
        waiting = _waiting(connection, gateway, shift, decode)
    try:
        with ours():
            return _shifted(store, waiting, SYSTEM, dry_run)
    finally:
        store.close()


def _shifted(sink: ShiftSink, waiting: _Waiting, actor: str, dry_run: bool) -> Shifted:
    def deed(stored: Stored) -> Deed:
        detail = asdict(_said(waiting, stored)) | {"rejects": waiting.ids}
        return Deed(actor, _ACT, waiting.gateway, detail)

    stored = sink.write_shifted(
        waiting.batch, waiting.readings, waiting.ids, waiting.shift_ms, deed=deed, dry_run=dry_run
    )
    return _said(waiting, stored)


def _waiting(connection: Connection[Any], gateway: str, shift: str, decode: Decode) -> _Waiting:
    """Find what is meant: what is ahead is put back, what fell back is put forward."""
    shift_ms = None if shift == GUESS else shift_of(shift)
    reason = BEHIND if shift_ms is not None and shift_ms > 0 else AHEAD
    rows = rejects.waiting(connection, gateway=gateway, reason=reason, most=_MOST + 1)
    if not rows or shift_ms == 0:
        raise _nothing(gateway, reason)
    if shift_ms is None:
        shift_ms = shift_for(max(row.off_ms or 0 for row in rows))
    rows, left = rows[:_MOST], len(rows) > _MOST
    batch = [
        Message(row.topic, row.gateway, row.payload, round(row.received_at.timestamp() * 1000))
        for row in rows
    ]
    (portion,) = portions(batch, decode)
    meant = _meant(portion.readings, rows, shift_ms)
    found = _Waiting(gateway, shift_ms, rows, batch, meant, left, [])
    whole = {one.message: one.reason.code for one in portion.rejected if not one.i}
    return _without(found, whole)


def _without(waiting: _Waiting, skipped: dict[int, str]) -> _Waiting:
    """Leave out messages, by their places, for the reasons given."""
    if not skipped:
        return waiting
    stay = [place for place in range(len(waiting.batch)) if place not in skipped]
    place_of = np.full(len(waiting.batch), -1, np.int32)
    place_of[stay] = np.arange(len(stay), dtype=np.int32)
    kept = waiting.readings.only(place_of[waiting.readings.message] >= 0)
    return replace(
        waiting,
        rows=[waiting.rows[place] for place in stay],
        batch=[waiting.batch[place] for place in stay],
        readings=replace(kept, message=place_of[kept.message]),
        skipped=[*waiting.skipped, *skipped.values()],
    )


def _meant(said: Readings, rows: Sequence[Rejected], shift_ms: int) -> Readings:
    """Return the refused readings of each message, shifted."""
    kept = np.zeros(len(said), np.bool_)
    for place, row in enumerate(rows):
        of = said.message == place
        kept |= of & np.isin(said.i, row.i) if row.i else of
    meant = said.only(kept)
    return replace(meant, at_ms=meant.at_ms + shift_ms)


def _said(waiting: _Waiting, stored: Stored) -> Shifted:
    refused: dict[int, str] = {}
    for one in stored.rejected:
        refused.setdefault(one.message, one.reason.code)
    reasons = [*refused.values(), *waiting.skipped]
    return Shifted(
        gateway=waiting.gateway,
        shift=shift_said(waiting.shift_ms),
        messages=len(waiting.batch) + len(waiting.skipped),
        readings=len(waiting.readings),
        taken=len(waiting.batch) - len(refused),
        refused=len(reasons),
        reasons={code: reasons.count(code) for code in sorted(set(reasons))},
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
        misfits=len(stored.misfits),
        channels=_channels(waiting, set(stored.misfits)),
        left=waiting.left,
    )


def _channels(waiting: _Waiting, misfits: set[int]) -> list[ShiftedChannel]:
    places: dict[str, list[int]] = {}
    for place, key in enumerate(waiting.readings.channel_key):
        places.setdefault(key, []).append(place)
    shown = []
    for key in sorted(places)[:_SHOWN]:
        at_ms = waiting.readings.at_ms[places[key]]
        first, last, shift_ms = int(at_ms.min()), int(at_ms.max()), waiting.shift_ms
        shown.append(
            ShiftedChannel(
                channel=key,
                readings=len(places[key]),
                first=instant(first - shift_ms),
                last=instant(last - shift_ms),
                first_shifted=instant(first),
                last_shifted=instant(last),
                misfits=len(misfits.intersection(places[key])),
            )
        )
    return shown


def _nothing(gateway: str, reason: str) -> InputError:
    return InputError(
        "rejects.nothing_to_shift",
        zh=f"采集网关 {gateway} 没有因 {reason} 搁置的报文。",
        en=f"Nothing of the gateway {gateway} waits as {reason}.",
        next_zh="负偏移用于超前(clock.ahead),正偏移用于回退(clock.behind)。",
        next_en="Put back, as -8h, what is clock.ahead; put forward, as +8h, what is clock.behind.",
        where={"gateway": gateway, "reason": reason},
    )
