"""Between which days channels have use, so that a curve can begin where there is something."""

from datetime import date
from typing import Any

from psycopg import Connection

# Two looks into an index for each channel, however long its history is.
_DAYS = """
    SELECT c.id, f.day, l.day FROM unnest(%s::integer[]) AS c(id)
      LEFT JOIN LATERAL (SELECT day FROM report.usage_day u
                          WHERE u.channel_id = c.id ORDER BY day LIMIT 1) f ON true
      LEFT JOIN LATERAL (SELECT day FROM report.usage_day u
                          WHERE u.channel_id = c.id ORDER BY day DESC LIMIT 1) l ON true
"""


def days(
    connection: Connection[Any], channel_ids: list[int]
) -> dict[int, tuple[date | None, date | None]]:
    """Return the first and the last civil day with use of each channel."""
    rows = connection.execute(_DAYS, [channel_ids]).fetchall()
    return {channel: (first, last) for channel, first, last in rows}
