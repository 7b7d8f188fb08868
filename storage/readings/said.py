"""What only files said so far: noted with what they say, forgotten where another says it, too."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from metering.messages import AuditNote

_BEGIN = "SELECT nextval(pg_get_serial_sequence('reading_file', 'id'))"
_SAID: Final = """
    SELECT EXISTS (SELECT FROM reading_of_file
                    WHERE channel_id = ANY(%(channels)s) AND file_id = %(file)s)
        OR EXISTS (SELECT FROM run_of_file WHERE file_id = %(file)s)
        OR EXISTS (SELECT FROM run_of_file
                    WHERE channel_id = ANY(%(channels)s) AND %(file)s = ANY(also))
        OR EXISTS (SELECT FROM start_of_file
                    WHERE channel_id = ANY(%(channels)s) AND file_id = %(file)s)
"""
_END = """
    INSERT INTO reading_file (id, made_by, name, channels, readings, first, last)
    SELECT %(file)s, %(by)s, %(name)s, array_agg(DISTINCT channel_id ORDER BY channel_id),
           sum(readings), min(first), max(last)
      FROM (SELECT channel_id, count(*) AS readings, min(at) AS first, max(at) AS last
              FROM reading_of_file
             WHERE channel_id = ANY(%(channels)s) AND file_id = %(file)s GROUP BY channel_id
             UNION ALL
            SELECT channel_id, cardinality(at), first, last FROM run_of_file
             WHERE file_id = %(file)s OR channel_id = ANY(%(channels)s) AND %(file)s = ANY(also)
             UNION ALL
            SELECT channel_id, 0, min(at), max(at) FROM start_of_file
             WHERE channel_id = ANY(%(channels)s) AND file_id = %(file)s GROUP BY channel_id) s
"""

# The rows of a file of which what is said may be a part, become readings of the file.
_UNPACK = """
    WITH hit AS (
        DELETE FROM run_of_file f
         WHERE f.channel_id = ANY(%(locked)s) AND f.file_id IS DISTINCT FROM %(file)s
           AND %(file)s::bigint = ANY(f.also) IS NOT TRUE
           AND EXISTS (SELECT FROM (SELECT channel_id, at FROM incoming
                                     UNION ALL SELECT channel_id, at FROM outdone) s
                        WHERE s.channel_id = f.channel_id AND s.at BETWEEN f.first AND f.last)
        RETURNING f.file_id || f.also AS files, f.channel_id, f.at, f.seq, f.value)
    INSERT INTO reading_of_file (file_id, channel_id, at, seq, value)
    SELECT said.by, h.channel_id, u.at, u.seq, u.value
      FROM hit h CROSS JOIN LATERAL unnest(h.files) AS said (by)
     CROSS JOIN LATERAL unnest(h.at, h.seq, h.value) AS u (at, seq, value)
    ON CONFLICT DO NOTHING
"""
# Whoever else says what files said says it for good.
_SAID_FOR_GOOD = """
    DELETE FROM reading_of_file f
     USING (SELECT channel_id, at, seq, value FROM incoming
             UNION ALL SELECT channel_id, at, seq, value FROM outdone) s
     WHERE s.channel_id = ANY(%(locked)s) AND f.channel_id = s.channel_id AND f.at = s.at
       AND f.seq = s.seq AND f.value = s.value
"""
# What nobody has said before, or only files that can be taken back.
_SAID_BY_FILE = """
    INSERT INTO reading_of_file (file_id, channel_id, at, seq, value)
    SELECT %(file)s, s.channel_id, s.at, s.seq, s.value
      FROM (SELECT channel_id, at, seq, value FROM incoming
             UNION ALL SELECT channel_id, at, seq, value FROM outdone) s
      LEFT JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = s.channel_id AND at = s.at LIMIT 1) r ON true
      LEFT JOIN LATERAL (
           SELECT true AS there FROM reading_revision
            WHERE channel_id = s.channel_id AND at = s.at AND rank = 0 AND seq = s.seq
              AND value = s.value LIMIT 1) v ON true
      LEFT JOIN LATERAL (
           SELECT true AS open FROM reading_of_file
            WHERE channel_id = s.channel_id AND at = s.at AND seq = s.seq AND value = s.value
            LIMIT 1) f ON true
     WHERE s.channel_id = ANY(%(locked)s)
       AND (f.open OR v.there IS NULL
            AND (0, s.seq, s.value) IS DISTINCT FROM (r.rank, r.seq, r.value))
    ON CONFLICT DO NOTHING
"""

STARTS: Final = """
    SELECT channel AS channel_id, to_timestamp(at_ms / 1000.0) AS at,
           to_timestamp(from_ms / 1000.0) AS from_at, seq
      FROM unnest(%(channels)s::integer[], %(ats)s::bigint[], %(froms)s::bigint[],
                  %(seqs)s::bigint[]) AS s (channel, at_ms, from_ms, seq)
"""
_STARTS_OF_FILE: Final = f"""
    INSERT INTO start_of_file (file_id, channel_id, at, from_at, seq)
    SELECT %(file)s, s.* FROM ({STARTS}) s
     WHERE EXISTS (SELECT FROM start_of_file f
                    WHERE f.channel_id = s.channel_id AND f.at = s.at AND f.seq = s.seq
                      AND f.from_at = s.from_at)
        OR NOT EXISTS (SELECT FROM reading_start r
                        WHERE r.channel_id = s.channel_id AND r.at = s.at AND r.rank = 0
                          AND r.seq = s.seq AND r.from_at = s.from_at)
        ON CONFLICT DO NOTHING
"""  # noqa: S608 - only our own text
_STARTS_FOR_GOOD: Final = f"""
    DELETE FROM start_of_file f USING ({STARTS}) s
     WHERE f.channel_id = s.channel_id AND f.at = s.at AND f.seq = s.seq AND f.from_at = s.from_at
"""  # noqa: S608 - only our own text


# What was inserted under the name "new", in rows of so many readings; it comes in order.
NOTED: Final = """
    INSERT INTO run_of_file (file_id, channel_id, first, last, at, seq, value)
    SELECT %(file)s, channel_id, min(at), max(at), array_agg(at), array_agg(seq), array_agg(value)
      FROM (SELECT *, (row_number() OVER () - 1) / 10000 AS part FROM new) n
     GROUP BY channel_id, part
"""


# Rows of which a file says all, and of which channels; a row that is gone meanwhile tells nothing.
_SAID_WHOLE = """
    UPDATE run_of_file SET also = also || %(file)s::bigint
     WHERE id = ANY(%(runs)s) AND file_id <> %(file)s AND %(file)s <> ALL (also)
    RETURNING id
"""


def begin(connection: Connection[Any]) -> int:
    """Return the number of a file that is about to be stored."""
    row = connection.execute(_BEGIN).fetchone()
    assert row is not None
    return int(row[0])


def anything(connection: Connection[Any], channels: Sequence[int], file_id: int) -> bool:
    """Return whether a file that was just merged said anything new."""
    asked = {"file": file_id, "channels": list(channels)}
    return connection.execute(_SAID, asked).fetchone() == (True,)


def end(
    connection: Connection[Any], channels: Sequence[int], file_id: int, note: AuditNote
) -> None:
    """Write down that a file said something new."""
    told = {"by": note.actor, "name": note.subject}
    connection.execute(_END, {"file": file_id, "channels": list(channels)} | told)


def note_readings(connection: Connection[Any], channels: list[int], file_id: int | None) -> None:
    """Note what only a file says of `incoming` and `outdone`; else that it is said for good.

    channels: whose locks the caller holds; of these it is noted.
    """
    asked = {"locked": channels, "file": file_id}
    connection.execute(_UNPACK, asked)
    connection.execute(_SAID_FOR_GOOD if file_id is None else _SAID_BY_FILE, asked)


def note_runs(connection: Connection[Any], runs: list[int], file_id: int) -> set[int]:
    """Note that a file says all of these runs of other files; return those that were there still.

    The caller holds the locks of their channels.
    """
    asked = {"runs": runs, "file": file_id}
    return {row[0] for row in connection.execute(_SAID_WHOLE, asked)}


def note_starts(connection: Connection[Any], asked: dict[str, Any]) -> None:
    """Note the same of beginnings of intervals, about to be kept.

    asked: the columns of STARTS, and the file, None where it cannot be taken back.
    """
    noted = _STARTS_FOR_GOOD if asked["file"] is None else _STARTS_OF_FILE
    connection.execute(noted.encode(), asked)
