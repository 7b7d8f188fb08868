"""The shares of channels that count in accounts: whose they are, until when, and how much."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from psycopg import Connection

from storage.dated import Dated

TERM: Final = Dated(
    "account_term", ("institution_id", "channel_id"), ("carrier", "share"), ends="share"
)

# Where none began with the channel, none is known as well.
_TERMS = """
    SELECT channel_id, share FROM account_term
     WHERE known_until IS NULL AND channel_id = ANY(%(channels)s)
       AND institution_id = ANY(%(institutions)s)
     UNION ALL
    SELECT c.id, 0 FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE c.id = ANY(%(channels)s)
       AND NOT EXISTS (SELECT FROM account_term t
                        WHERE t.channel_id = c.id AND t.institution_id = m.institution_id
                          AND t.known_until IS NULL
                          AND t.valid_from = (c.since AT TIME ZONE c.zone)::date)
"""

_ENDS = """
    SELECT channel_id, institution_id, valid_to FROM account_term
     WHERE known_until IS NULL AND channel_id = ANY(%s)
"""

# Rates of a meter are parts of its total, and what a second gateway sends is the same again.
_TOGETHER = """
    SELECT coalesce(v.name_zh, v.name_en, '#' || t.institution_id), m.code, t.carrier,
           array_agg(DISTINCT c.code ORDER BY c.code)
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
      JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution v ON v.institution_id = t.institution_id
     WHERE m.id = ANY(%s) AND t.known_until IS NULL AND t.valid_to IS NULL AND t.share > 0
     GROUP BY 1, 2, 3, t.institution_id HAVING count(DISTINCT c.id) > 1
     ORDER BY t.institution_id, 2, 3
"""

# Of each channel the first day on which more than the whole of it counts.
_BEYOND = """
    SELECT DISTINCT ON (c.id) m.code, c.code, d.day, sum(t.share)::integer
      FROM (SELECT DISTINCT channel_id, valid_from AS day FROM account_term
             WHERE known_until IS NULL AND channel_id = ANY(%s)) d
      JOIN account_term t ON t.channel_id = d.channel_id AND t.known_until IS NULL
       AND t.valid_from <= d.day AND (t.valid_to IS NULL OR d.day < t.valid_to)
      JOIN channel c ON c.id = d.channel_id
      JOIN meter m ON m.id = c.meter_id
     GROUP BY c.id, m.code, c.code, d.day HAVING sum(t.share) > 1000000
     ORDER BY c.id, d.day
"""

# Shares of one channel-day are rounded one after the other, so all its institutions are concerned.
_STALE_ACCOUNTS = """
    INSERT INTO stale_account (institution_id, first, last)
    SELECT t.institution_id, min(w.first), greatest(min(w.first), storage.civil_day() + 2)
      FROM unnest(%s::integer[], %s::date[]) AS w (id, first)
      JOIN account_term t ON t.channel_id = w.id
     GROUP BY t.institution_id
"""


def term_ends(
    connection: Connection[Any], channel_ids: Sequence[int]
) -> list[tuple[int, int, date | None]]:
    """Return (channel, institution, day before which its share ends or None) of all shares."""
    return connection.execute(_ENDS, [list(channel_ids)]).fetchall()


def beyond_whole(
    connection: Connection[Any], channel_ids: Sequence[int]
) -> list[tuple[str, str, date, int]]:
    """Return (meter, channel, first day, shares in millionths) where shares exceed the whole."""
    return connection.execute(_BEYOND, [list(channel_ids)]).fetchall()


def together(
    connection: Connection[Any], meter_ids: Sequence[int]
) -> list[tuple[str, str, str, list[str]]]:
    """Return (institution, meter, carrier, channels) where several channels of a meter count."""
    return connection.execute(_TOGETHER, [list(meter_ids)]).fetchall()


def of(
    connection: Connection[Any], channel_ids: Sequence[int], institution_ids: Sequence[int]
) -> dict[int, set[int]]:
    """Return the shares that these institutions have, or had, of channels.

    0 is among them where the channel's own institution had none as the channel began.
    """
    found: dict[int, set[int]] = {}
    asked = {"channels": list(channel_ids), "institutions": list(institution_ids)}
    for channel_id, share in connection.execute(_TERMS, asked):
        found.setdefault(channel_id, set()).add(share)
    return found


def queue_accounts(
    connection: Connection[Any], channel_ids: Sequence[int], since: Sequence[str]
) -> None:
    """Have the accounts that channels make rebuilt from a day on."""
    if channel_ids:
        connection.execute(_STALE_ACCOUNTS, [list(channel_ids), list(since)])
