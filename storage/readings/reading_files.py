"""Files of readings that can be taken back: what only they said, for as long as they can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_SHOWN: Final = """
    SELECT id, made_by, made_at, name, channels, readings, first, last, undone_at, undone_by,
           settled_at IS NULL AND undone_at IS NULL AND storage.file_is_open(made_at) AS open,
           CASE WHEN undone_at IS NULL AND storage.file_is_open(made_at)
                THEN storage.taken_back_by_now(id) END AS taken_back
      FROM reading_file
"""
_ONE: Final = _SHOWN + " WHERE id = %s"
_LISTED: Final = (
    _SHOWN
    + """
     WHERE (%(before)s::bigint IS NULL OR id < %(before)s)
       AND (NOT %(open)s OR settled_at IS NULL AND undone_at IS NULL
                            AND storage.file_is_open(made_at))
     ORDER BY id DESC LIMIT %(most)s
"""
)
_SPAN = """
    SELECT storage.ms(min(at)), storage.ms(max(at))
      FROM (SELECT at FROM reading_of_file WHERE channel_id = %(channel)s AND file_id = %(file)s
             UNION ALL
            SELECT unnest(ARRAY[first, last]) FROM run_of_file
             WHERE channel_id = %(channel)s AND (file_id = %(file)s OR %(file)s = ANY(also))
             UNION ALL
            SELECT at FROM start_of_file WHERE channel_id = %(channel)s AND file_id = %(file)s) s
"""
_LONG = "SET LOCAL statement_timeout = '1h'"  # of a file of any length
_TAKE_BACK = "SELECT gone, back, beside, kept FROM storage.take_back_file(%s, %s)"
_TELL = "SELECT set_config('application_name', format('commonwatt undo %%s 0', %s::bigint), true)"
_UNDONE = """
    UPDATE reading_file SET undone_at = now(), undone_by = %s WHERE id = %s AND undone_at IS NULL
"""
# What a person has said of a reading needs the reading; a value or a void of theirs does not.
_STOOD_UPON = """
    SELECT a.id, a.channel_id, storage.ms(a.at)
      FROM reading_file f
      JOIN amendment a ON a.channel_id = ANY(f.channels) AND a.at BETWEEN f.first AND f.last
       AND a.known_until IS NULL AND a.known_since >= f.made_at
       AND a.kind = ANY('{reinstate,wrap,use}')
     WHERE f.id = %s
       AND (EXISTS (SELECT FROM run_of_file t
                     WHERE t.channel_id = a.channel_id AND t.file_id = f.id AND t.also = '{}'
                       AND a.at BETWEEN t.first AND t.last AND a.at = ANY(t.at))
            OR EXISTS (SELECT FROM reading_of_file t
                        WHERE t.channel_id = a.channel_id AND t.at = a.at AND t.file_id = f.id
                          AND NOT EXISTS (
                              SELECT FROM reading_of_file o
                               WHERE o.channel_id = t.channel_id AND o.at = t.at AND o.seq = t.seq
                                 AND o.value = t.value AND o.file_id <> f.id)))
     ORDER BY a.id LIMIT 1
"""
_SEALED = """
    SELECT c.id, storage.ms(c.sealed_before)
      FROM reading_file f JOIN channel c ON c.id = ANY(f.channels)
     WHERE f.id = %s
       AND EXISTS (SELECT FROM reading_of_file t
                    WHERE t.channel_id = c.id AND t.file_id = f.id AND t.at < c.sealed_before
                    UNION ALL
                   SELECT FROM run_of_file t
                    WHERE t.channel_id = c.id AND (t.file_id = f.id OR f.id = ANY(t.also))
                      AND t.first < c.sealed_before)
     ORDER BY c.id LIMIT 1
"""
_SETTLE = "SELECT storage.settle_files(%s)"
_FILES_AT_ONCE: Final = 20
_FORGET = """
    DELETE FROM reading_file WHERE id IN (
           SELECT id FROM reading_file WHERE made_at < now() - interval '90 days'
              AND (settled_at IS NOT NULL OR undone_at IS NOT NULL) ORDER BY id LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class ReadingFile:
    """A file of readings that said something new.

    channels: of which. readings: that nobody had said before. open: whether it can be taken back.
    taken_back: how many of its readings are gone so far, while somebody takes it back.
    """

    id: int
    made_by: str
    made_at: datetime
    name: str
    channels: Sequence[int]
    readings: int
    first: datetime
    last: datetime
    undone_at: datetime | None
    undone_by: str | None
    open: bool
    taken_back: int | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of the readings that a file said of a channel, counted.

    gone: nothing stands at their instant any more. back: another stands there again. beside: they
    stood beside the one that stands. kept: another file says them, too.
    """

    gone: int = 0
    back: int = 0
    beside: int = 0
    kept: int = 0

    def __add__(self, other: "TakenBack") -> "TakenBack":
        """Return both together."""
        return TakenBack(
            self.gone + other.gone, self.back + other.back, self.beside + other.beside,
            self.kept + other.kept,
        )  # fmt: skip


def one(connection: Connection[Any], file_id: int) -> ReadingFile | None:
    """Return a file that the viewer may know of: their own, or of channels that they see."""
    with connection.cursor(row_factory=class_row(ReadingFile)) as cursor:
        return cursor.execute(_ONE, [file_id]).fetchone()


def listed(
    connection: Connection[Any], *, only_open: bool, before: int | None, most: int
) -> list[ReadingFile]:
    """Return files that the viewer may know of, the last first."""
    asked = {"open": only_open, "before": before, "most": most}
    with connection.cursor(row_factory=class_row(ReadingFile)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def span(connection: Connection[Any], file_id: int, channel_id: int) -> tuple[int, int] | None:
    """Return the first and the last instant of what a file alone said of a channel."""
    row = connection.execute(_SPAN, {"file": file_id, "channel": channel_id}).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def take_back(connection: Connection[Any], file_id: int, channel_id: int) -> TakenBack:
    """Let what only the file said of a channel be gone, and queue what that changes."""
    connection.execute(_LONG)
    row = connection.execute(_TAKE_BACK, [file_id, channel_id]).fetchone()
    assert row is not None
    return TakenBack(*row)


def tell_taken_back(connection: Connection[Any], file_id: int) -> None:
    """Let others see from now on how far this transaction takes a file back."""
    connection.execute(_TELL, [file_id])


def undone(connection: Connection[Any], file_id: int, by: str) -> None:
    """Write down who took a file back."""
    connection.execute(_UNDONE, [by, file_id])


def stood_upon(connection: Connection[Any], file_id: int) -> tuple[int, int, int] | None:
    """Return a correction since that stands on a reading of the file: its id, channel, instant."""
    return connection.execute(_STOOD_UPON, [file_id]).fetchone()


def sealed(connection: Connection[Any], file_id: int) -> tuple[int, int] | None:
    """Return a channel that was sealed over readings of the file, and before when."""
    return connection.execute(_SEALED, [file_id]).fetchone()


def settle(connection: Connection[Any], most: int) -> int:
    """Have files that cannot be taken back any more said for good; return most if more may wait."""
    row = connection.execute(_SETTLE, [_FILES_AT_ONCE]).fetchone()
    settled = int(row[0]) if row else 0
    return most if settled == _FILES_AT_ONCE else settled


def forget(connection: Connection[Any], most: int) -> int:
    """Delete the record of files older than 90 days; return how many."""
    return connection.execute(_FORGET, [most]).rowcount
