"""Every night: what stands out of the hours of channels, some channels a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
from psycopg import Connection

from analytics import faults, levels
from analytics.daykinds import hours_open
from analytics.faults import KINDS, METHOD, Findings
from analytics.moments import Bools, Floats, Ints
from analytics.told import Stretch, Told, settled
from analytics.weekly import WEEK
from storage import days, tasks
from storage.accounts import alarms, findings
from storage.accounts.findings import Due, Found, Kept
from storage.connections import WRITING, Bounds, writer
from storage.tasks import Again, Task
from worker.registered import kind, tonight

KIND: Final = "findings.look"
_AT_ONCE: Final = 256  # channels of a transaction
_TOGETHER: Final = 32  # of them in memory
_AGAIN: Final = timedelta(days=28)  # that are looked at once more: readings come late
_AROUND: Final = timedelta(days=56)  # before them, for what is usual
_YEAR: Final = timedelta(days=400)  # for the months of nights and weekends
_MOST: Final = timedelta(days=760)  # that one look goes on
_WIDER: Final = 1.25  # an hour of the week, by each dismissal
_WIDEST: Final = 3.0
_EPOCH: Final = date(1970, 1, 1)  # a Thursday


def plan(url: str, bounds: Bounds = WRITING) -> None:
    """Have it done every night. url: the worker's login."""
    with writer(url, "commonwatt worker", bounds) as connection:
        tasks.add(connection, KIND, "all", datetime.now(UTC))


@kind(KIND)
def look(connection: Connection[Any], task: Task) -> Again:
    """Look at some channels; come again at once while there are others, else next night."""
    some = findings.due(connection, _AT_ONCE)
    for group in _groups(some):
        _look(connection, group)
    now = datetime.now(UTC)
    for message in alarms.tell(connection):
        tasks.add(connection, alarms.KIND, str(message), now)
    return Again(now if some else tonight(now, days.zone(connection)))


def _whole(one: Due) -> bool:
    """Return whether months are looked at too: at the first look, and the first of a month."""
    return one.looked is None or (one.looked.year, one.looked.month) != (
        one.today.year,
        one.today.month,
    )


def _since(one: Due) -> date:
    """Return from which day on findings are sought."""
    return one.begun if one.looked is None else max(one.looked - _AGAIN, one.begun)


def _groups(some: Sequence[Due]) -> Iterator[list[Due]]:
    """Yield channels that are looked at together: few, from about the same day on."""
    group: list[Due] = []
    for one in sorted(some, key=lambda one: (_whole(one), _since(one))):
        if group and (
            len(group) == _TOGETHER
            or _whole(one) != _whole(group[0])
            or _since(one) > _since(group[0]) + _AGAIN
        ):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _look(connection: Connection[Any], some: Sequence[Due]) -> None:
    """Look at channels as far as one look goes, and write down how far."""
    whole, since = _whole(some[0]), _since(some[0])
    first = max(since - (_YEAR if whole else _AROUND), min(one.begun for one in some))
    until = min(max(one.today for one in some), since + _MOST)
    findings.looked(connection, [(one.channel_id, min(one.today, until)) for one in some])
    if first >= until:
        return
    begin, count = (first - _EPOCH).days * 24, (until - first).days * 24
    use = np.full((len(some), count), np.nan)
    hours = findings.hours(connection, some, first, until)
    place, hour = hours["place"] - 1, hours["hour"] - begin
    inside = (hour >= 0) & (hour < count)
    use[place[inside], hour[inside]] = hours["used"][inside]
    known = findings.kept(connection, [one.channel_id for one in some], first, until)
    is_open = _open(connection, some, first, until)
    found = _found(use, first, is_open, _wide(some, known, begin), whole=whole)
    here = [one for one in known if one.until > begin and one.first < begin + count]
    _settle(connection, some, found, here, begin, whole=whole)


def _open(connection: Connection[Any], some: Sequence[Due], first: date, until: date) -> Bools:
    """Return the hours from a midnight on in which each channel's institution is open.

    returns: (n,) where all are open as usual, else (m, n).
    """
    count = (until - first).days
    houses = sorted({one.institution_id for one in some})
    rows = findings.opening(connection, houses, first, until)
    place = {house: row for row, house in enumerate(sorted({one[0] for one in rows}))}
    minutes = np.zeros((2, len(place), count), np.int64)
    for house, day, opens, closes in rows:
        minutes[:, place[house], (day - first).days] = opens, closes
    opened = hours_open(minutes[0], minutes[1])
    if len(place) == 1:
        return np.asarray(opened[0])
    return np.asarray(opened[[place.get(one.institution_id, place[0]) for one in some]])


def _found(use: Floats, first: date, is_open: Bools, wide: Floats, *, whole: bool) -> Findings:
    """Return what stands out of (m, n) civil hours from a midnight."""
    parts = [faults.found(use, wide=wide, is_open=is_open)]
    if whole:
        each = [first + timedelta(days=one) for one in range(use.shape[1] // 24)]
        month: Ints = np.repeat([one.year * 12 + one.month for one in each], 24)
        parts.append(levels.idle(use, is_open, month - month[0]))
    return Findings.of(parts)


def _wide(some: Sequence[Due], known: Iterable[Kept], begin: int) -> Floats:
    """Return (m, 168) by how much dismissals have widened each hour of the week from `begin`."""
    wide = np.ones((len(some), WEEK))
    rows = {one.channel_id: row for row, one in enumerate(some)}
    for one in known:
        if one.answer == "dismissed":
            hours = np.arange(one.first, min(one.until, one.first + WEEK)) - begin
            wide[rows[one.channel_id], hours % WEEK] *= _WIDER
    return np.minimum(wide, _WIDEST)


def _settle(
    connection: Connection[Any],
    some: Sequence[Due],
    found: Findings,
    known: Sequence[Kept],
    begin: int,
    *,
    whole: bool,
) -> None:
    new: list[Found] = []
    moved: list[Found] = []
    gone: list[int] = []
    for row, one in enumerate(some):
        places = np.flatnonzero(found.meter == row).tolist()
        each = [_of(found, place, begin, one.channel_id) for place in places]
        told = [
            Told(kept.id, Stretch(kept.kind, kept.first, kept.until), kept.answer is not None)
            for kept in known
            if kept.channel_id == one.channel_id and (whole or kept.kind != "idle")
        ]
        since = (_since(one) - _EPOCH).days * 24
        done = settled([Stretch(f.kind, f.first, f.until) for f in each], told, since)
        new += [each[place] for place in done.new]
        moved += [_of(found, places[place], begin, key) for key, place in done.moved.items()]
        gone += done.gone
    findings.write(connection, METHOD, new, moved, gone)


def _of(found: Findings, place: int, begin: int, key: int) -> Found:
    first = begin + int(found.first[place])
    return Found(
        key,
        KINDS[int(found.kind[place])],
        first,
        first + int(found.hours[place]),
        round(float(found.used[place])),
        round(float(found.expected[place])),
        float(found.score[place]),
    )
