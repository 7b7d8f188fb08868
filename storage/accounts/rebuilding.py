"""Accounts: what an institution used of a carrier in a month, rebuilt from days and terms."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from metering.units import MOST_QUANTA

_CANDIDATES = """
    SELECT institution_id FROM stale_account WHERE NOT institution_id = ANY(%(without)s)
     GROUP BY institution_id ORDER BY min(id) LIMIT %(most)s
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
_RENEW = "SELECT storage.renew_some(%s)"
_LEFT = "SELECT storage.figures_left()"
_MAKE_TOUCHED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS touched (
        institution_id integer NOT NULL, first date NOT NULL, until date NOT NULL)
    ON COMMIT DELETE ROWS
"""
# Who takes the whole of a channel throughout a month takes its month; only the months in which such
# a term begins or ends, and shares, which are rounded by the day, are summed by days. An offset
# keeps a look-up what it is: of tables that were never analysed all would be joined with all. What
# is as it was is written too, for its figure may have other terms to be expected of.
_REBUILD = """
    WITH term AS MATERIALIZED (
        SELECT t.*, t.share = 1000000 AS whole, x.first, x.until,
               (date_trunc('month', (t.valid_from - 1)::timestamp) + interval '1 month')::date
                   AS since,
               coalesce(date_trunc('month', t.valid_to::timestamp)::date, 'infinity') AS upto
          FROM touched x
         CROSS JOIN LATERAL (SELECT * FROM account_term
                              WHERE institution_id = x.institution_id::bigint
                                AND known_until IS NULL OFFSET 0) t
    ), piece AS (
        SELECT t.institution_id, t.carrier, m.month, m.used::numeric AS quanta, m.measured_s,
               m.known_s
          FROM term t
          JOIN usage_month m ON m.channel_id = t.channel_id
           AND m.month >= greatest(t.first, t.since) AND m.month < least(t.until, t.upto)
         WHERE t.whole
         UNION ALL
        SELECT t.institution_id, t.carrier, date_trunc('month', d.day::timestamp)::date,
               d.quanta, d.measured_s, d.known_s
          FROM term t
         CROSS JOIN LATERAL (
               VALUES ('-infinity'::date, CASE WHEN t.whole THEN t.since ELSE 'infinity' END),
                      (CASE WHEN t.whole THEN greatest(t.since, t.upto) ELSE 'infinity' END,
                       'infinity')) AS s (first, until)
         CROSS JOIN LATERAL (
               SELECT u.day, storage.part_of(u.used, b.share_before, t.share) AS quanta,
                      u.measured_s, u.known_s
                 FROM usage_day u
                CROSS JOIN LATERAL storage.share_before(
                      t.institution_id, t.channel_id, u.day, t.share) b
                WHERE u.channel_id = t.channel_id
                  AND u.day >= greatest(t.first, t.valid_from, s.first)
                  AND u.day < least(t.until, t.valid_to, s.until) OFFSET 0) d
         WHERE greatest(t.first, t.valid_from, s.first) < least(t.until, t.valid_to, s.until)
    ), made AS MATERIALIZED (
        SELECT institution_id, carrier, month, sum(quanta) AS quanta,
               sum(measured_s) AS measured_s, sum(known_s) AS known_s
          FROM piece GROUP BY 1, 2, 3
    ), absurd AS (
        INSERT INTO set_aside (stage, key, institution_id, carrier, month, reason, error)
        SELECT 'figure', concat_ws('/', institution_id, carrier, month), institution_id, carrier,
               month, 'account.out_of_range', quanta::text
          FROM made WHERE abs(quanta) > %(most)s
        ON CONFLICT (stage, key) DO UPDATE
           SET error = excluded.error, attempts = set_aside.attempts + 1, last_at = now(),
               retry_at = NULL
    ), gone AS (
        DELETE FROM account WHERE ctid = ANY (ARRAY(
            SELECT o.ctid
              FROM touched x
             CROSS JOIN LATERAL (
                   SELECT ctid, institution_id, carrier, month FROM account
                    WHERE institution_id = x.institution_id AND source = 'meter'
                      AND month >= x.first AND month < x.until OFFSET 0) o
             WHERE (o.institution_id, o.carrier, o.month)
                   NOT IN (SELECT institution_id, carrier, month FROM made)))
    )
    INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
    SELECT institution_id, carrier, month, 'meter',
           CASE WHEN abs(quanta) <= %(most)s THEN quanta::bigint END, measured_s, known_s
      FROM made
    ON CONFLICT (institution_id, carrier, month, source) DO UPDATE
       SET quanta = excluded.quanta, measured_s = excluded.measured_s, known_s = excluded.known_s
"""
# Of the accounts made anew, those that this transaction did not find beyond the maximum again.
_FORGIVE = """
    DELETE FROM set_aside s USING touched t
     WHERE s.stage = 'figure' AND s.institution_id = t.institution_id
       AND s.month >= t.first AND s.month < t.until AND s.last_at < now()
"""


def prepare(connection: Connection[Any]) -> None:
    """Make the connection ready for `rebuild`."""
    connection.execute(_MAKE_TOUCHED)


def rebuild(connection: Connection[Any], *, most: int, without: Sequence[int] = ()) -> list[int]:
    """Rebuild the accounts of institutions that wait, in one transaction; return whose.

    without: institutions that are left alone for now.
    """
    with connection.transaction():
        asked = {"without": list(without), "most": most}
        waiting = [row[0] for row in connection.execute(_CANDIDATES, asked)]
        if not waiting:
            return []
        locked = [row[0] for row in connection.execute(_LOCK, [waiting])]
        if locked:
            connection.execute(_TAKE, [locked])
            connection.execute(_REBUILD, {"most": MOST_QUANTA})
            connection.execute(_FORGIVE)
        return locked


def renew_some(connection: Connection[Any], most: int) -> int:
    """Convert figures of some institutions anew whose factors changed; return how many are left."""
    row = connection.execute(_RENEW, [most]).fetchone()
    assert row is not None
    return int(row[0])


def figures_left(connection: Connection[Any]) -> int:
    """Return of how many institutions figures are still converted anew, after factors changed."""
    row = connection.execute(_LEFT).fetchone()
    assert row is not None
    return int(row[0])
