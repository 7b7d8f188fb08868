"""Accounts: what an institution used of a carrier in a month, rebuilt from days and terms."""

from typing import Any

from psycopg import Connection

_CANDIDATES = """
    SELECT institution_id FROM stale_account GROUP BY institution_id ORDER BY min(id) LIMIT %s
"""
_LOCK = """
    SELECT id FROM institution WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_TAKE = """
    WITH taken AS (DELETE FROM stale_account WHERE institution_id = ANY(%s)
                   RETURNING institution_id, first, last)
    INSERT INTO touched (institution_id, first, until)
    SELECT institution_id, date_trunc('month', min(first)::timestamp)::date,
           (date_trunc('month', max(last)::timestamp) + interval '1 month')::date
      FROM taken GROUP BY institution_id
"""
_MAKE_TOUCHED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS touched (
        institution_id integer NOT NULL, first date NOT NULL, until date NOT NULL)
    ON COMMIT DELETE ROWS
"""
_CLEAR = """
    DELETE FROM account a USING touched t
     WHERE a.institution_id = t.institution_id AND a.source = 'meter'
       AND a.month >= t.first AND a.month < t.until
"""
# Cascade rounding in order of institution: each takes the running share's rounded amount less the
# one before it, so shares that add to one add to the day. Products with exact decimals, never
# divisions, which numeric would round.
_REBUILD = """
    INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s,
                         known_s)
    SELECT p.institution_id, p.carrier, date_trunc('month', p.day::timestamp)::date, 'meter',
           sum(floor(p.used * (p.before + p.share) * 0.000001 + 0.5)
               - floor(p.used * p.before * 0.000001 + 0.5))::bigint,
           sum(p.measured_s), sum(p.known_s)
      FROM (SELECT t.institution_id, t.carrier, t.share::numeric AS share, d.day,
                   d.used::numeric AS used, d.measured_s, d.known_s,
                   (SELECT coalesce(sum(o.share), 0) FROM account_term o
                     WHERE o.channel_id = t.channel_id AND o.known_until IS NULL
                       AND o.institution_id < t.institution_id
                       AND o.valid_from <= d.day AND (o.valid_to IS NULL OR d.day < o.valid_to)
                   )::numeric AS before
              FROM touched x
              JOIN account_term t ON t.institution_id = x.institution_id
               AND t.known_until IS NULL
              JOIN usage_day d ON d.channel_id = t.channel_id
               AND d.day >= greatest(t.valid_from, x.first)
               AND d.day < least(coalesce(t.valid_to, 'infinity'), x.until)) p
     GROUP BY 1, 2, 3
"""


def prepare(connection: Connection[Any]) -> None:
    """Make the connection ready for `rebuild`."""
    connection.execute(_MAKE_TOUCHED)


def rebuild(connection: Connection[Any], *, most: int) -> int:
    """Rebuild the accounts of institutions that wait, in one transaction; return how many."""
    with connection.transaction():
        waiting = [row[0] for row in connection.execute(_CANDIDATES, [most])]
        if not waiting:
            return 0
        locked = [row[0] for row in connection.execute(_LOCK, [waiting])]
        if locked:
            for statement, parameters in ((_TAKE, [locked]), (_CLEAR, None), (_REBUILD, None)):
                connection.execute(statement, parameters)
        return len(locked)
