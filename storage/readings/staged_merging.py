"""How the readings of a large file join those that are there, in one transaction.

All of them are inserted before anything is locked; what then differs from what stands is merged as
any batch is. A piece holds as many readings as a statement should take.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from metering.errors import ConflictError
from storage.readings import merging, said
from storage.readings.staged import Piece

_MAKE = """
    CREATE TEMPORARY TABLE differs (
        channel_id integer NOT NULL, at timestamptz NOT NULL, seq bigint NOT NULL,
        value bigint NOT NULL) ON COMMIT DROP;
    CREATE TEMPORARY TABLE whole (
        run bigint PRIMARY KEY, channel_id integer NOT NULL, first timestamptz NOT NULL,
        last timestamptz NOT NULL) ON COMMIT DROP;
    CREATE TEMPORARY TABLE finer (channel_id integer NOT NULL, at timestamptz NOT NULL)
        ON COMMIT DROP
"""
_COUNT = """
    SELECT count(*), count(*) FILTER (WHERE rounded) FROM sorted
     WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
"""
# Of two of one instant on both sides of a border the second differs from the first, once it stands.
_INSERT: Final = f"""
    WITH new AS (
        INSERT INTO reading (channel_id, at, rank, seq, value)
        SELECT DISTINCT ON (channel_id, at) channel_id, at, 0, seq, value FROM sorted
         WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
         ORDER BY channel_id, at, seq DESC, value DESC
        ON CONFLICT DO NOTHING RETURNING channel_id, at, seq, value
    ), noted AS ({said.NOTED})
    SELECT count(*) FROM new
"""  # noqa: S608 - only our own text
_INSERT_AND_TELL: Final = f"""
    WITH each AS (
        SELECT DISTINCT ON (channel_id, at) channel_id, at, seq, value, rounded FROM sorted
         WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
         ORDER BY channel_id, at, seq DESC, value DESC
    ), new AS (
        INSERT INTO reading (channel_id, at, rank, seq, value)
        SELECT channel_id, at, 0, seq, value FROM each
        ON CONFLICT DO NOTHING RETURNING channel_id, at, seq, value
    ), noted AS ({said.NOTED}), told AS (
        INSERT INTO finer SELECT channel_id, at FROM new JOIN each USING (channel_id, at)
         WHERE rounded
    )
    SELECT count(*) FROM new
"""  # noqa: S608 - only our own text
_PIECE: Final = """
    SELECT channel_id, at, seq, value FROM sorted
     WHERE ctid >= %(first)s::tid AND ctid < %(beyond)s::tid
"""
_SPANS: Final = f"""
    SELECT channel_id, min(at) AS first, max(at) AS last FROM ({_PIECE}) p GROUP BY channel_id
"""  # noqa: S608 - only our own text
# What another file said and this one says again, row by row of what is noted: sent twice, a file
# shares those rows with itself, and nothing of it is merged.
_WHOLE: Final = f"""
    INSERT INTO whole (run, channel_id, first, last)
    SELECT f.id, f.channel_id, f.first, f.last
      FROM ({_SPANS}) c
      JOIN run_of_file f ON f.channel_id = c.channel_id AND f.first >= c.first AND f.last <= c.last
       AND f.file_id <> %(file)s AND %(file)s <> ALL (f.also)
     CROSS JOIN LATERAL unnest(f.at, f.seq, f.value) AS u (at, seq, value)
      LEFT JOIN ({_PIECE}) s
        ON s.channel_id = f.channel_id AND s.at = u.at AND s.seq = u.seq AND s.value = u.value
     GROUP BY f.id HAVING bool_and(s.at IS NOT NULL)
"""  # noqa: S608 - only our own text
_DIFFER: Final = f"""
    INSERT INTO differs
    SELECT DISTINCT s.channel_id, s.at, s.seq, s.value
      FROM ({_PIECE}) s
      LEFT JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = s.channel_id AND at = s.at LIMIT 1) r ON true
     WHERE (r.rank, r.seq, r.value) IS DISTINCT FROM (0::smallint, s.seq, s.value)
"""  # noqa: S608 - only our own text
_NOTED: Final = f"""
    SELECT EXISTS (SELECT FROM ({_SPANS}) c JOIN reading_of_file f
                       ON f.channel_id = c.channel_id AND f.at BETWEEN c.first AND c.last
                    WHERE f.file_id <> %(file)s)
"""  # noqa: S608 - only our own text
_SAID_ALONE: Final = f"""
    INSERT INTO differs
    SELECT s.channel_id, s.at, s.seq, s.value FROM ({_PIECE}) s
     WHERE EXISTS (SELECT FROM reading_of_file f
                    WHERE f.channel_id = s.channel_id AND f.at = s.at AND f.seq = s.seq
                      AND f.value = s.value AND f.file_id <> %(file)s)
"""  # noqa: S608 - only our own text
# What lies within rows of others that are not shared: they are taken apart.
_SAID_IN_PART: Final = f"""
    INSERT INTO differs
    SELECT s.channel_id, s.at, s.seq, s.value
      FROM ({_SPANS}) c
      JOIN run_of_file f ON f.channel_id = c.channel_id AND f.file_id <> %(file)s
       AND tstzrange(f.first, f.last, '[]') && tstzrange(c.first, c.last, '[]')
       AND NOT EXISTS (SELECT FROM whole w WHERE w.run = f.id)
      JOIN ({_PIECE}) s ON s.channel_id = f.channel_id AND s.at BETWEEN f.first AND f.last
"""  # noqa: S608 - only our own text
_RUNS = "SELECT run, channel_id FROM whole"
# Of rows that somebody took apart, or back, before their channel was locked.
_LOST = """
    INSERT INTO differs
    SELECT s.channel_id, s.at, s.seq, s.value
      FROM whole w JOIN sorted s ON s.channel_id = w.channel_id AND s.at BETWEEN w.first AND w.last
     WHERE w.run = ANY(%s)
"""
_CHANNELS = "SELECT DISTINCT channel_id FROM differs"
_GREATEST = """
    INSERT INTO incoming (channel_id, at, rank, seq, value)
    SELECT DISTINCT ON (channel_id, at) channel_id, at, 0, seq, value FROM differs
     ORDER BY channel_id, at, seq DESC, value DESC
"""
_OTHERS = """
    INSERT INTO outdone (channel_id, at, rank, seq, value)
    SELECT channel_id, at, 0, seq, value FROM differs
    EXCEPT SELECT channel_id, at, rank, seq, value FROM incoming
"""
# What stood as the file says it may have given way to another reading of the file.
_OUTDONE = """
    SELECT count(*)
      FROM (SELECT DISTINCT channel_id, at, seq, value FROM sorted
             WHERE (channel_id, at) IN (SELECT channel_id, at FROM differs)) s
     CROSS JOIN LATERAL (
           SELECT value FROM reading
            WHERE channel_id = s.channel_id AND at = s.at LIMIT 1) r
     WHERE s.value IS DISTINCT FROM r.value
"""
_MARK = """
    INSERT INTO intake_mark AS m (channel_id, mark, readings, first, last)
    SELECT channel_id, 'rounded', count(*), min(at), max(at) FROM finer
     GROUP BY channel_id ORDER BY channel_id
    ON CONFLICT (channel_id, mark) DO UPDATE SET readings = m.readings + EXCLUDED.readings,
        first = least(m.first, EXCLUDED.first), last = greatest(m.last, EXCLUDED.last)
"""
_FINER = "SELECT count(*) FROM finer"
# A row for each run of days, as after any batch.
_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last, added)
    SELECT channel_id, min(first), max(last), %s
      FROM (SELECT channel_id, first, last, sum(apart) OVER of_channel AS run
              FROM (SELECT channel_id, first, last,
                           (day - lag(day, 1, day) OVER (PARTITION BY channel_id ORDER BY day) > 1)
                           ::integer AS apart, day
                      FROM (SELECT channel_id, (at AT TIME ZONE 'UTC')::date AS day,
                                   min(at) AS first, max(at) AS last
                              FROM sorted GROUP BY 1, 2) by_day) gaps
            WINDOW of_channel AS (PARTITION BY channel_id ORDER BY day)) runs
     GROUP BY channel_id, run
"""
# What was true of a channel while the file was read holds still.
_CHANGED = """
    SELECT EXISTS (SELECT FROM binding
                    WHERE channel_id = ANY(%(channels)s)
                      AND (known_since > %(since)s OR known_until > %(since)s))
        OR EXISTS (SELECT FROM unnest(%(channels)s::integer[], %(first)s::bigint[])
                               AS s (channel_id, first_ms)
                     JOIN channel c ON c.id = s.channel_id
                    WHERE s.first_ms < storage.ms(greatest(c.since, c.sealed_before)))
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the readings of a large file; the words are those of small ones."""

    inserted: int
    revised: int
    duplicates: int
    rounded: int
    outdone: int


def unchanged(
    connection: Connection[Any], channels: Sequence[int], first_ms: Sequence[int], since: object
) -> None:
    """Refuse a file whose channels were bound, sealed or begun otherwise while it was read."""
    asked = {"channels": list(channels), "first": list(first_ms), "since": since}
    if connection.execute(_CHANGED, asked).fetchone() == (True,):
        raise ConflictError(
            "import.channels_changed",
            zh="读取文件期间,其中的通道绑定或起始时间有变动,没有导入任何内容。",
            en="Channels of the file were bound or sealed otherwise meanwhile; nothing was kept.",
            next_zh="请重新发送该文件。",
            next_en="Send the file again.",
        )


def prepare(connection: Connection[Any]) -> None:
    """Make what the transaction needs."""
    for statement in _MAKE.split(";"):
        connection.execute(statement.encode())


def insert(connection: Connection[Any], piece: Piece, file_id: int) -> tuple[int, int]:
    """Insert a piece; return how many readings it has, and how many are of new instants.

    file_id: of the file, as whose what is new is noted.
    """
    where = {**piece._asdict(), "file": file_id}
    row = connection.execute(_COUNT, where).fetchone()
    readings, rounded = row or (0, 0)
    statement = _INSERT_AND_TELL if rounded else _INSERT
    told = connection.execute(statement.encode(), where).fetchone()
    inserted = int(told[0]) if told else 0
    if inserted < readings:
        _compare(connection, where)
    return readings, inserted


def _compare(connection: Connection[Any], where: dict[str, Any]) -> None:
    """Tell of a piece what differs from what stands, and what only other files said before."""
    for statement in (_WHOLE, _DIFFER, _SAID_IN_PART):
        connection.execute(statement.encode(), where)
    if connection.execute(_NOTED.encode(), where).fetchone() == (True,):
        connection.execute(_SAID_ALONE.encode(), where)


def settle(connection: Connection[Any], readings: int, inserted: int, file_id: int) -> Counts:
    """Merge what differs from what stands, once all is inserted; mark and queue."""
    differ = _differing(connection, file_id)
    revised = replaced = outdone = 0
    if ids := sorted(differ):
        connection.execute(_GREATEST)
        connection.execute(_OTHERS)
        revised, replaced = merging.settle(connection, ids, file_id)
        outdone = _one(connection, _OUTDONE)
    rounded = _one(connection, _FINER)
    if inserted or revised or replaced:
        connection.execute(_QUEUE, [not revised and not replaced])
    connection.execute(_MARK)
    return Counts(inserted, revised, readings - inserted - revised, rounded, outdone)


def _differing(connection: Connection[Any], file_id: int) -> set[int]:
    """Note what is shared with other files, and return the channels of which something differs."""
    differ = {row[0] for row in connection.execute(_CHANNELS)}
    of_run = dict(connection.execute(_RUNS).fetchall())
    if not of_run:
        return differ
    merging.lock(connection, sorted(differ | set(of_run.values())))
    lost = of_run.keys() - said.note_runs(connection, list(of_run), file_id)
    if lost:
        connection.execute(_LOST, [list(lost)])
    return differ | {of_run[run] for run in lost}


def _one(connection: Connection[Any], asked: str) -> int:
    row = connection.execute(asked.encode()).fetchone()
    return int(row[0]) if row else 0
