"""What people said of readings: each a fact of its own, with person and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from psycopg import Connection
from psycopg.rows import class_row

Kind = Literal["void", "set", "reinstate", "wrap", "exchange", "use", "withdraw", "file"]

# Which table a kind speaks in; of one instant, what is said later in a table replaces it there.
OF_READING: Final = ("void", "set", "file")
OF_VERDICT: Final = ("reinstate", "wrap")
OF_EXCHANGE: Final = ("exchange", "use", "withdraw")

_SHOWN = """
    SELECT a.id, a.channel_id, storage.ms(a.at) AS at_ms, a.kind, a.value, a.replaced, a.source,
           a.known_by, a.known_since, a.known_until, storage.ms(coalesce(a.last, a.at)) AS last_ms,
           a.readings, a.file_id, f.source AS file
      FROM amendment a LEFT JOIN correction f ON f.id = a.file_id
"""
_LISTED = f"""
    {_SHOWN}
     WHERE a.channel_id = %(channel)s AND (a.known_until IS NULL OR %(all)s)
       AND coalesce(a.last, a.at) >= to_timestamp(%(first)s / 1000.0)
       AND a.at <= to_timestamp(%(last)s / 1000.0)
     ORDER BY a.at, a.id LIMIT %(most)s
"""
# may: whether the viewer can take it back; of one instant the last that was said goes first.
_NEWEST = f"""
    SELECT s.*, s.known_until IS NULL
           AND s.channel_id IN (SELECT * FROM access.covers_channels('correct_readings'))
           AND NOT EXISTS (
               SELECT FROM amendment l
                WHERE l.channel_id = s.channel_id AND storage.ms(l.at) = s.at_ms AND l.id > s.id
                  AND l.known_until IS NULL
                  AND (s.kind = ANY(%(verdicts)s) AND l.kind = ANY(%(verdicts)s)
                       OR s.kind = ANY(%(exchanges)s) AND l.kind = ANY(%(exchanges)s))) AS may
      FROM ({_SHOWN}
             WHERE a.channel_id = %(channel)s AND (a.known_until IS NULL OR NOT %(holds)s)
               AND (%(before)s::integer IS NULL OR a.id < %(before)s)
             ORDER BY a.id DESC LIMIT %(most)s) s
     ORDER BY s.id DESC
"""  # noqa: S608 - only our own text
_ONE = f"{_SHOWN} WHERE a.id = %s AND a.channel_id = %s"
_FOUND = f"{_SHOWN} WHERE a.id = %s"
_OF_FILE = f"{_SHOWN} WHERE a.file_id = %s ORDER BY a.channel_id"

_LATER = """
    SELECT min(id) FROM amendment
     WHERE channel_id = %(channel)s AND at = to_timestamp(%(at)s / 1000.0)
       AND kind = ANY(%(kinds)s) AND id > %(id)s AND known_until IS NULL
"""

_RECORD = """
    INSERT INTO amendment (channel_id, at, kind, value, replaced, source, known_by)
    VALUES (%s, to_timestamp(%s / 1000.0), %s, %s, %s, %s, %s) RETURNING id
"""
_FILE = """
    INSERT INTO correction (made_by, reason, source, channels) VALUES (%s, %s, %s, %s) RETURNING id
"""
_CHANNELS_OF_FILE = "SELECT channels FROM correction WHERE id = %s"
_RECORD_FILE = """
    INSERT INTO amendment (channel_id, at, last, kind, readings, file_id, source, known_by)
    VALUES (%(channel)s, to_timestamp(%(first)s / 1000.0), to_timestamp(%(last)s / 1000.0), 'file',
            %(readings)s, %(file)s, %(source)s, %(by)s) RETURNING id
"""
_PUT_FILE = """
    SELECT storage.put_file(%s, ARRAY(SELECT to_timestamp(ms / 1000.0)
                                        FROM unnest(%s::bigint[]) WITH ORDINALITY AS t (ms, place)
                                       ORDER BY place), %s::bigint[])
"""
_PUT_STARTS = """
    SELECT storage.put_starts(%s, array_agg(to_timestamp(at_ms / 1000.0)),
                              array_agg(to_timestamp(from_ms / 1000.0)))
      FROM unnest(%s::bigint[], %s::bigint[]) AS t (at_ms, from_ms)
"""
_FORGET = "UPDATE amendment SET known_until = now() WHERE id = %s AND known_until IS NULL"

_RETIRE_VERDICT = """
    UPDATE verdict SET known_until = now()
     WHERE channel_id = %s AND at = to_timestamp(%s / 1000.0) AND known_until IS NULL RETURNING id
"""
_JUDGE = """
    INSERT INTO verdict (channel_id, at, wrap, source, known_by)
    VALUES (%s, to_timestamp(%s / 1000.0), %s, %s, %s)
"""
_RESTORE_VERDICT = """
    INSERT INTO verdict (channel_id, at, wrap, source, known_by)
    SELECT channel_id, at, wrap, source, known_by FROM verdict WHERE id = %s
"""

_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last)
    VALUES (%(channel)s, to_timestamp(%(at)s / 1000.0), to_timestamp(%(at)s / 1000.0))
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that a person said of an instant.

    value: of a reading that is set, or the use that is said of an unknown step, in quanta of the
        channel. replaced: the row of verdict or exchange that was known before.
    known_until: when it was taken back; None where it holds.
    last_ms: the last reading of a file, else the instant itself; readings, file_id, file: how many
        readings of the channel the file has, which one it is, and its name.
    """

    id: int
    channel_id: int
    at_ms: int
    kind: Kind
    value: int | None
    replaced: int | None
    source: str
    known_by: str
    known_since: datetime
    known_until: datetime | None
    last_ms: int
    readings: int | None
    file_id: int | None
    file: str | None


def listed(
    connection: Connection[Any],
    channel_id: int,
    first_ms: int,
    last_ms: int,
    *,
    taken_back: bool = False,
    most: int = 1000,
) -> list[Correction]:
    """Return what holds of a channel's instants, and with `taken_back` what held once."""
    parameters = {
        "channel": channel_id,
        "first": first_ms,
        "last": last_ms,
        "all": taken_back,
        "most": most,
    }
    with connection.cursor(row_factory=class_row(Correction)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()


def newest(
    connection: Connection[Any], channel_id: int, *, holds: bool, before: int | None, most: int
) -> list[tuple[Correction, bool]]:
    """Return what was said of a channel, the last first, and whether the viewer can undo it.

    holds: leave out what was taken back. before: only what was said before that one.
    """
    asked = {"channel": channel_id, "holds": holds, "before": before, "most": most}
    kinds = {"verdicts": list(OF_VERDICT), "exchanges": list(OF_EXCHANGE)}
    rows = connection.execute(_NEWEST, asked | kinds)
    return [(Correction(*row[:-1]), row[-1]) for row in rows]


def one(connection: Connection[Any], channel_id: int, correction_id: int) -> Correction | None:
    """Return one correction of a channel."""
    with connection.cursor(row_factory=class_row(Correction)) as cursor:
        return cursor.execute(_ONE, [correction_id, channel_id]).fetchone()


def found(connection: Connection[Any], correction_id: int) -> Correction | None:
    """Return one correction of whatever channel."""
    with connection.cursor(row_factory=class_row(Correction)) as cursor:
        return cursor.execute(_FOUND, [correction_id]).fetchone()


def later(connection: Connection[Any], correction: Correction, kinds: Sequence[str]) -> int | None:
    """Return a correction of these kinds that was said of the same instant since, and holds."""
    parameters = {"channel": correction.channel_id, "at": correction.at_ms, "kinds": list(kinds)}
    row = connection.execute(_LATER, parameters | {"id": correction.id}).fetchone()
    return row[0] if row else None


def record(
    connection: Connection[Any],
    channel_id: int,
    at_ms: int,
    kind: Kind,
    *,
    value: int | None = None,
    replaced: int | None = None,
    source: str,
    by: str,
) -> int:
    """Write down what a person says; a void and a set value become a reading of rank 1."""
    parameters = [channel_id, at_ms, kind, value, replaced, source, by]
    row = connection.execute(_RECORD, parameters).fetchone()
    assert row is not None
    if kind in ("void", "set"):
        connection.execute("SELECT storage.put_correction(%s)", [row[0]])
    queue(connection, channel_id, at_ms)
    return int(row[0])


def new_file(connection: Connection[Any], *, name: str, channels: int, reason: str, by: str) -> int:
    """Write down that a file corrects so many channels; return its id."""
    row = connection.execute(_FILE, [by, reason, name, channels]).fetchone()
    assert row is not None
    return int(row[0])


def record_file(
    connection: Connection[Any],
    file_id: int,
    channel_id: int,
    at_ms: Sequence[int],
    value: Sequence[int],
    *,
    reason: str,
    by: str,
    starts: Sequence[tuple[int, int]] = (),
) -> None:
    """Let a file's readings of a channel stand, at instants in order; they have rank 1.

    starts: of the intervals whose beginning the file tells, the instant and that beginning.
    """
    span = {"first": at_ms[0], "last": at_ms[-1], "readings": len(at_ms)}
    parameters = {"channel": channel_id, "file": file_id, "source": reason, "by": by, **span}
    row = connection.execute(_RECORD_FILE, parameters).fetchone()
    assert row is not None
    connection.execute(_PUT_FILE, [row[0], list(at_ms), list(value)])
    if starts:
        told = [list(column) for column in zip(*starts, strict=True)]
        connection.execute(_PUT_STARTS, [row[0], *told])


def of_file(connection: Connection[Any], file_id: int) -> tuple[int | None, list[Correction]]:
    """Return how many channels a file corrects, and what it says of those that the viewer sees."""
    row = connection.execute(_CHANNELS_OF_FILE, [file_id]).fetchone()
    with connection.cursor(row_factory=class_row(Correction)) as cursor:
        return (row[0] if row else None), cursor.execute(_OF_FILE, [file_id]).fetchall()


def take_back(connection: Connection[Any], correction: Correction) -> None:
    """End a correction; of a reading, what stood without it stands again."""
    if correction.kind in OF_READING:  # which queues what it changes
        connection.execute("SELECT storage.take_back_correction(%s)", [correction.id])
    else:
        queue(connection, correction.channel_id, correction.at_ms)
    connection.execute(_FORGET, [correction.id])


def judge(
    connection: Connection[Any], channel_id: int, at_ms: int, *, wrap: bool, source: str, by: str
) -> int | None:
    """Keep a verdict on a reading; return the row that it replaces."""
    replaced = retire_verdict(connection, channel_id, at_ms)
    connection.execute(_JUDGE, [channel_id, at_ms, wrap, source, by])
    return replaced


def retire_verdict(connection: Connection[Any], channel_id: int, at_ms: int) -> int | None:
    """End the verdict on a reading; return its row."""
    row = connection.execute(_RETIRE_VERDICT, [channel_id, at_ms]).fetchone()
    return row[0] if row else None


def restore_verdict(connection: Connection[Any], verdict_id: int) -> None:
    """Let a verdict that was replaced hold again."""
    connection.execute(_RESTORE_VERDICT, [verdict_id])


def queue(connection: Connection[Any], channel_id: int, at_ms: int) -> None:
    """Have the use around an instant computed anew."""
    connection.execute(_QUEUE, {"channel": channel_id, "at": at_ms})
