"""A database's schema as lines of text, for comparing two of them."""

from typing import Any

from psycopg import Connection

# Columns by name: in which order they came says nothing.
_LINES = """
    WITH ours AS (
        SELECT n.oid FROM pg_namespace n
         WHERE n.nspname IN ('public', 'storage', 'access', 'report', 'journal')
    ), relation AS (
        SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
         WHERE c.relnamespace IN (SELECT oid FROM ours) AND c.relkind IN ('r', 'p', 'v', 'S')
           AND NOT c.relispartition
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                              AND d.objid = c.oid AND d.deptype = 'e')
    )
    SELECT format('%s %s %s rls=%s/%s %s', r.relkind, r.name, r.reloptions, r.relrowsecurity,
                  r.relforcerowsecurity,
                  ARRAY(SELECT a::text FROM unnest(r.relacl) a ORDER BY 1)) AS line
      FROM relation r
    UNION ALL
    SELECT format('%s.%s %s not null=%s %s %s', r.name, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid),
                  ARRAY(SELECT x::text FROM unnest(a.attacl) x ORDER BY 1))
      FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
      LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind <> 'S'
    UNION ALL
    SELECT format('%s %s %s', r.name, k.conname, pg_get_constraintdef(k.oid))
      FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype <> 'n'
    UNION ALL
    SELECT pg_get_indexdef(i.indexrelid) FROM relation r JOIN pg_index i ON i.indrelid = r.oid
    UNION ALL
    SELECT format('%s %s', r.name, pg_get_viewdef(r.oid)) FROM relation r WHERE r.relkind = 'v'
    UNION ALL
    SELECT format('%s %s', pg_get_functiondef(p.oid),
                  ARRAY(SELECT a::text FROM unnest(p.proacl) a ORDER BY 1))
      FROM pg_proc p
     WHERE p.pronamespace IN (SELECT oid FROM ours)
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                          AND d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('%s %s %s %s %s %s', r.name, p.polname, p.polcmd, p.polroles::regrole[],
                  pg_get_expr(p.polqual, r.oid), pg_get_expr(p.polwithcheck, r.oid))
      FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT pg_get_triggerdef(t.oid)
      FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
"""


def lines(connection: Connection[Any]) -> set[str]:
    """Return what a dump of the schema would say, a line for each part of it."""
    return {row[0] for row in connection.execute(_LINES)}
