"""What channels used between days, and what an institution's accounts hold beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection

from storage.whole import whole_row

_USED: Final = """
    SELECT s.place::integer, c.channel_id, u.used, coalesce(u.known_s, 0) AS known_s,
           report.expected_s(NULL, NULL, c.zone, s.first, s.until) AS expected_s
      FROM unnest(%(first)s::date[], %(until)s::date[]) WITH ORDINALITY AS s(first, until, place)
     CROSS JOIN report.channel c
      LEFT JOIN LATERAL (
            SELECT sum(d.used) AS used, sum(d.known_s) AS known_s
              FROM report.usage_day d
             WHERE d.channel_id = c.channel_id AND d.day >= s.first AND d.day < s.until) u ON true
     WHERE c.channel_id = ANY(%(channels)s)
"""
_ACCOUNTS: Final = """
    SELECT DISTINCT a.month, a.carrier, a.quanta FROM report.account_counted a
     WHERE a.institution_id = %(institution)s AND a.month >= %(first)s AND a.month < %(until)s
"""


@dataclass(frozen=True, slots=True)
class Used:
    """What a channel used in a span, of those asked for. [quanta; s]

    place: of the span, from 1. used: None where nothing of it is known.
    """

    place: int
    channel_id: int
    used: int | None
    known_s: int
    expected_s: int


def used(
    connection: Connection[Any], channels: Sequence[int], spans: Sequence[tuple[date, date]]
) -> list[Used]:
    """Return what channels used in spans of days, the last of each not included."""
    asked = {
        "channels": list(channels),
        "first": [first for first, _ in spans],
        "until": [until for _, until in spans],
    }
    with connection.cursor(row_factory=whole_row(Used)) as cursor:
        return cursor.execute(_USED, asked).fetchall()


def accounts(
    connection: Connection[Any], institution: int, first: date, until: date
) -> dict[tuple[date, str], int | None]:
    """Return what counts in an institution's accounts, by (month, carrier). [quanta]"""
    asked = {"institution": institution, "first": first, "until": until}
    rows = connection.execute(_ACCOUNTS, asked)
    return {
        (month, carrier): None if quanta is None else int(quanta) for month, carrier, quanta in rows
    }
