"""What cannot be computed: set aside with its reason while all else goes on, and tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from psycopg import Connection
from psycopg.rows import class_row

from storage.reasons import reason_of, text_of

Stage = Literal["usage", "account"]

_RESTING = "SELECT key::integer FROM set_aside WHERE stage = %s AND retry_at > now()"
# Of what waits and is not left alone: the one in front.
_OLDEST: Final = {
    "usage": """
        SELECT channel_id FROM stale_usage WHERE NOT channel_id = ANY(%s)
         GROUP BY channel_id ORDER BY min(id) LIMIT 1
    """,
    "account": """
        SELECT institution_id FROM stale_account WHERE NOT institution_id = ANY(%s)
         GROUP BY institution_id ORDER BY min(id) LIMIT 1
    """,
}
# A minute at first, twice as long each time, at most a day.
_KEEP = """
    INSERT INTO set_aside AS s (stage, key, channel_id, institution_id, reason, error, retry_at)
    SELECT %(stage)s, %(id)s::text, c.id,
           CASE WHEN %(stage)s = 'account' THEN %(id)s::integer ELSE m.institution_id END,
           %(reason)s, %(error)s, now() + interval '1 minute'
      FROM (SELECT) one
      LEFT JOIN channel c ON %(stage)s = 'usage' AND c.id = %(id)s::integer
      LEFT JOIN meter m ON m.id = c.meter_id
    ON CONFLICT (stage, key) DO UPDATE
       SET reason = excluded.reason, error = excluded.error, attempts = s.attempts + 1,
           last_at = now(),
           retry_at = now() + least(interval '1 minute' * 2 ^ least(s.attempts, 11),
                                    interval '1 day')
    RETURNING institution_id, extract(epoch FROM retry_at - now())::float8
"""
_FORGIVE = "DELETE FROM set_aside WHERE stage = %s AND key = ANY(%s::text[])"
_LISTED = """
    SELECT id, stage, channel_id, institution_id, carrier, month, reason, error, attempts, since,
           last_at, retry_at
      FROM report.set_aside
     WHERE id > %(after)s
       AND (%(institution)s::integer IS NULL OR institution_id = %(institution)s)
     ORDER BY id LIMIT %(most)s
"""
_RETRY = "SELECT access.retry_set_aside(%s)"


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that cannot be computed, and why.

    stage: `usage` of a channel, `account` of an institution, `figure` of one account alone.
    retry_at: when it is tried again by itself; None where it waits for a change.
    """

    id: int
    stage: str
    channel_id: int | None
    institution_id: int | None
    carrier: str | None
    month: date | None
    reason: str
    error: str
    attempts: int
    since: datetime
    last_at: datetime
    retry_at: datetime | None


def resting(connection: Connection[Any], stage: Stage) -> list[int]:
    """Return the channels, or institutions, that are left alone for now."""
    return [row[0] for row in connection.execute(_RESTING, [stage])]


def oldest(connection: Connection[Any], stage: Stage, without: Sequence[int]) -> int | None:
    """Return the channel, or institution, that has waited longest, but for some."""
    row = connection.execute(_OLDEST[stage], [list(without)]).fetchone()
    return None if row is None else int(row[0])


def keep(
    connection: Connection[Any], stage: Stage, key: int, error: Exception
) -> tuple[int | None, float]:
    """Set a channel or an institution aside; return whose it is, and for how many seconds."""
    asked = {
        "stage": stage,
        "id": key,
        "reason": reason_of(error),
        "error": text_of(error),
    }
    row = connection.execute(_KEEP, asked).fetchone()
    assert row is not None
    return row[0], row[1]


def forgive(connection: Connection[Any], stage: Stage, keys: list[int]) -> None:
    """Forget what was set aside and could be computed after all."""
    connection.execute(_FORGIVE, [stage, [str(key) for key in keys]])


def listed(
    connection: Connection[Any], *, after: int, most: int, institution_id: int | None = None
) -> list[SetAside]:
    """Return what is set aside of the institutions that the viewer sees."""
    asked = {"after": after, "most": most, "institution": institution_id}
    with connection.cursor(row_factory=class_row(SetAside)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def retry(connection: Connection[Any], asked: int | None) -> int:
    """Have one thing, or all that the viewer may write for, tried at once; return how many."""
    row = connection.execute(_RETRY, [asked]).fetchone()
    return int(row[0]) if row else 0
