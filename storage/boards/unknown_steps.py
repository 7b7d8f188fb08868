"""Channels whose newest days hold hours of which not everything is known."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

# The newest day with readings and the one before it; hours between the first and the last one there
# that are not known, or not there. What comes after the last reading is no step.
_DOUBTFUL: Final = """
    WITH newest AS MATERIALIZED (
        SELECT c.channel_id, c.institution_id, c.zone, c.name_zh, c.name_en, max(u.day) AS day
          FROM report.channel c
          JOIN report.usage_day u ON u.channel_id = c.channel_id AND u.day >= %(since)s
         WHERE c.institution_id = ANY(%(ids)s)
         GROUP BY 1, 2, 3, 4, 5
    ), told AS (
        SELECT d.channel_id, d.institution_id, u.hour, u.known_s,
               min(u.hour) OVER of AS first, max(u.hour) OVER of AS last
          FROM newest d JOIN report.usage_hour u ON u.channel_id = d.channel_id
           AND u.hour >= (d.day - 1)::timestamp AT TIME ZONE d.zone
           AND u.hour < (d.day + 1)::timestamp AT TIME ZONE d.zone
        WINDOW of AS (PARTITION BY d.channel_id)
    ), held AS (
        SELECT channel_id, institution_id, first, last,
               coalesce(sum(known_s) FILTER (WHERE hour > first AND hour < last), 0) AS known_s
          FROM told GROUP BY 1, 2, 3, 4)
    SELECT h.channel_id, n.name_zh AS meter_zh, n.name_en AS meter_en,
           h.institution_id, i.name_zh, i.name_en, h.first, h.last + interval '1 hour' AS until
      FROM held h JOIN newest n USING (channel_id)
      JOIN report.named(%(ids)s) i ON i.institution_id = h.institution_id
     WHERE h.known_s < extract(epoch FROM h.last - h.first) - 3600
     ORDER BY h.last DESC, h.channel_id
     LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A channel, its institution, and the whole hours in which something is not known."""

    channel_id: int
    meter_zh: str | None
    meter_en: str | None
    institution_id: int
    name_zh: str | None
    name_en: str | None
    first: datetime
    until: datetime


def doubtful(connection: Connection[Any], ids: list[int], since: date, most: int) -> list[Doubtful]:
    """Return such channels with use since a day, those with the newest readings first."""
    parameters = {"ids": ids, "since": since, "most": most}
    with connection.cursor(row_factory=class_row(Doubtful)) as cursor:
        return cursor.execute(_DOUBTFUL, parameters).fetchall()
