"""A registry as its files have it: what holds from which day on, in order, as it is read."""

from collections.abc import Iterator
from typing import Any, Final, LiteralString

from psycopg import Connection

_AT_ONCE: Final = 5_000  # rows

# An institution that has several codes of one keeper goes out under the first.
_OWN: Final[LiteralString] = """
    WITH own AS (
        SELECT institution_id, min(code COLLATE "C") AS code FROM institution_code
         WHERE namespace = %(namespace)s GROUP BY institution_id)
"""
# Those that came with the installation have a document, and stay until somebody changes them.
REGIONS: Final[LiteralString] = """
    SELECT f.code, f.valid_from, f.source, f.kind, f.name_zh, f.name_en,
           (SELECT p.code FROM region_fact p
             WHERE p.region_id = f.parent_id AND p.known_until IS NULL AND p.code IS NOT NULL
             ORDER BY (p.valid_from <= f.valid_from) DESC, p.valid_from DESC LIMIT 1),
           f.climate_zone, f.grid_region, f.is_demo, f.valid_to
      FROM region_fact f
     WHERE f.known_until IS NULL AND f.code IS NOT NULL
       AND EXISTS (SELECT FROM region_fact o WHERE o.region_id = f.region_id
                      AND o.known_until IS NULL AND o.document IS NULL)
     ORDER BY f.code COLLATE "C", f.valid_from
"""

# A row for each fact; the facts of a day come together. Who left the roster is said by changes of
# the roster, which have documents, and a table of their own.
INSTITUTIONS: Final[LiteralString] = """
    SELECT o.code, s.valid_from, s.source, s.attribute, s.said
      FROM own o
      JOIN (SELECT institution_id, valid_from, source, attribute,
                   ARRAY[coalesce(value, number::text)] AS said
              FROM institution_fact
             WHERE known_until IS NULL
               AND attribute NOT IN ('roster_status', 'heated_m2', 'cooled_m2')
             UNION ALL
            SELECT a.institution_id, a.valid_from, a.source, '1 affiliation',
                   ARRAY[(SELECT p.code FROM region_fact p
                           WHERE p.region_id = a.region_id AND p.known_until IS NULL
                             AND p.code IS NOT NULL
                           ORDER BY (p.valid_from <= a.valid_from) DESC, p.valid_from DESC
                           LIMIT 1),
                         a.level, a.department_line]
              FROM affiliation a WHERE a.known_until IS NULL
             UNION ALL
            SELECT l.institution_id, l.valid_from, l.source, '2 location',
                   ARRAY[(SELECT p.code FROM region_fact p
                           WHERE p.region_id = l.region_id AND p.known_until IS NULL
                             AND p.code IS NOT NULL
                           ORDER BY (p.valid_from <= l.valid_from) DESC, p.valid_from DESC
                           LIMIT 1),
                         l.latitude::text, l.longitude::text]
              FROM location l WHERE l.known_until IS NULL) s USING (institution_id)
     ORDER BY o.code COLLATE "C", s.valid_from, s.attribute COLLATE "C", s.source COLLATE "C"
"""

# How each channel began: its first setting, the first of the keys that it always had, its share.
# Virtual ones are stated by acts of their own.
CHANNELS: Final[LiteralString] = """
    SELECT o.code, m.code, c.code, c.carrier, c.kind, c.unit, c.per_unit, c.net, c.zone, c.since,
           r.quantum, s.factor, s.under, s.period_s, s.max_per_hour, s.wraps_at, s.source,
           k.gateway, k.key, k.source, t.share, t.source, m.name_zh, m.name_en
      FROM own o
      JOIN meter m USING (institution_id)
      JOIN channel c ON c.meter_id = m.id
      JOIN carrier r ON r.code = c.carrier
      JOIN LATERAL (SELECT * FROM channel_setting f
                     WHERE f.channel_id = c.id AND f.known_until IS NULL
                     ORDER BY f.valid_from LIMIT 1) s ON true
      LEFT JOIN LATERAL (SELECT g.name AS gateway, b.key, b.source
                           FROM binding b JOIN gateway g ON g.id = b.gateway_id
                          WHERE b.channel_id = c.id AND b.known_until IS NULL
                            AND b.valid_from = '-infinity'
                          ORDER BY g.name COLLATE "C", b.key COLLATE "C" LIMIT 1) k ON true
      LEFT JOIN account_term t ON t.channel_id = c.id AND t.institution_id = m.institution_id
       AND t.known_until IS NULL AND t.valid_from = (c.since AT TIME ZONE c.zone)::date
     WHERE NOT EXISTS (SELECT FROM formula f WHERE f.channel_id = c.id)
     ORDER BY o.code COLLATE "C", m.code COLLATE "C", c.code COLLATE "C"
"""
EXCHANGES: Final[LiteralString] = """
    SELECT o.code, m.code, c.code, c.zone, c.per_unit, e.at, e.final, e.initial, e.source
      FROM own o
      JOIN meter m USING (institution_id)
      JOIN channel c ON c.meter_id = m.id
      JOIN exchange e ON e.channel_id = c.id AND e.known_until IS NULL
     ORDER BY o.code COLLATE "C", m.code COLLATE "C", c.code COLLATE "C", e.at
"""
# Of channels whose settings changed; the first row of each is how it began.
SETTINGS: Final[LiteralString] = """
    SELECT o.code, m.code, c.code, c.zone, c.per_unit, c.unit, c.kind, r.quantum, s.factor, s.under,
           s.period_s, s.max_per_hour, s.wraps_at, nullif(s.valid_from, '-infinity'), s.source
      FROM (SELECT *, count(*) OVER (PARTITION BY channel_id) AS many
              FROM channel_setting WHERE known_until IS NULL) s
      JOIN channel c ON c.id = s.channel_id
      JOIN meter m ON m.id = c.meter_id
      JOIN own o ON o.institution_id = m.institution_id
      JOIN carrier r ON r.code = c.carrier
     WHERE s.many > 1
     ORDER BY o.code COLLATE "C", m.code COLLATE "C", c.code COLLATE "C", s.valid_from
"""
# said: by the channel's own row. A channel of an institution without code has none either.
KEYS: Final[LiteralString] = """
    SELECT g.name, b.key, nullif(b.valid_from, '-infinity'), b.valid_to, b.source, c.zone,
           o.code, m.code, c.code, b.said
      FROM (SELECT b.*, b.valid_from = '-infinity'
                    AND row_number() OVER (PARTITION BY b.channel_id, b.valid_from = '-infinity'
                                           ORDER BY h.name COLLATE "C", b.key COLLATE "C") = 1
                   AS said,
                   bool_or(w.institution_id IS NOT NULL) OVER k AS ours,
                   count(*) OVER k > 1 OR b.valid_to IS NOT NULL AS many
              FROM binding b
              JOIN gateway h ON h.id = b.gateway_id
              JOIN channel d ON d.id = b.channel_id
              JOIN meter n ON n.id = d.meter_id
              LEFT JOIN own w ON w.institution_id = n.institution_id
             WHERE b.known_until IS NULL WINDOW k AS (PARTITION BY b.gateway_id, b.key)) b
      JOIN gateway g ON g.id = b.gateway_id
      JOIN channel c ON c.id = b.channel_id
      JOIN meter m ON m.id = c.meter_id
      LEFT JOIN own o ON o.institution_id = m.institution_id
     WHERE b.ours AND (b.many OR NOT b.said)
     ORDER BY g.name COLLATE "C", b.key COLLATE "C", b.valid_from
"""
# said: by the channel's own row.
SHARES: Final[LiteralString] = """
    SELECT o.code, w.code, m.code, c.code, t.share, t.valid_from, t.valid_to, t.source,
           t.institution_id = m.institution_id
             AND t.valid_from = (c.since AT TIME ZONE c.zone)::date AS said
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
      JOIN meter m ON m.id = c.meter_id
      JOIN own o ON o.institution_id = t.institution_id
      JOIN own w ON w.institution_id = m.institution_id
     WHERE t.known_until IS NULL
       AND NOT EXISTS (SELECT FROM formula f WHERE f.channel_id = c.id)
     ORDER BY o.code COLLATE "C", w.code COLLATE "C", m.code COLLATE "C", c.code COLLATE "C",
              t.valid_from
"""
_NAMESPACES: Final = """
    SELECT namespace, count(DISTINCT institution_id) FROM institution_code
     GROUP BY namespace ORDER BY namespace COLLATE "C"
"""
_WITHOUT: Final = """
    SELECT count(*) FROM institution i
     WHERE NOT EXISTS (SELECT FROM institution_code k
                        WHERE k.institution_id = i.id AND k.namespace = %s)
"""
_LONG: Final = "SET LOCAL statement_timeout = '10min'"  # a whole province


def begin(connection: Connection[Any]) -> None:
    """Have time for a whole province."""
    connection.execute(_LONG)


def rows(
    connection: Connection[Any], statement: LiteralString, namespace: str
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of one of these statements as they are read, in constant memory."""
    with connection.cursor(name="registry_out") as cursor:
        cursor.itersize = _AT_ONCE
        yield from cursor.execute(_OWN + statement, {"namespace": namespace})


def namespaces(connection: Connection[Any]) -> dict[str, int]:
    """Return whose codes institutions have, and how many of them."""
    return dict(connection.execute(_NAMESPACES).fetchall())


def without_code(connection: Connection[Any], namespace: str) -> int:
    """Return how many institutions have no code of a keeper."""
    row = connection.execute(_WITHOUT, [namespace]).fetchone()
    return int(row[0]) if row else 0
