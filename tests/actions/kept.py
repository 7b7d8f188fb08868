"""What a database held at an instant, brought back as often as a test wants it."""

from collections.abc import Iterable
from typing import Final

from tests.actions.world import World

_TABLES: Final = """
    SELECT n.nspname, c.relname,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.attgenerated = '')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND NOT c.relispartition
       AND n.nspname IN ('public', 'storage', 'access', 'journal') AND c.relname ~ %s
     ORDER BY 1, 2
"""


class Kept:
    """Copies of all tables; only what was written to since is put back, past all triggers."""

    def __init__(self, world: World, like: str = "") -> None:
        """Copy what there is; like: of tables whose names match."""
        self._world = world
        world.admin("CREATE SCHEMA kept")
        self._columns = {f'{schema}."{name}"': columns for schema, name, columns
                         in world.admin(_TABLES, like)}  # fmt: skip
        self._copy = {name: f"kept.t{place}" for place, name in enumerate(self._columns)}
        for name, copy in self._copy.items():
            world.admin(f"CREATE TABLE {copy} AS TABLE {name}")
        self._counts = {
            name: f"SELECT {name!r}, count(*), coalesce(sum(xmin::text::bigint), 0) FROM {name}"
            for name in self._columns
        }
        self._stands = self._counted(self._columns)

    def back(self) -> None:
        """Let all tables hold what they held."""
        now = self._counted(self._columns)
        changed = [name for name, found in now.items() if found != self._stands[name]]
        said = "".join(
            f"DELETE FROM {name}; INSERT INTO {name} ({self._columns[name]}) "
            f"OVERRIDING SYSTEM VALUE SELECT {self._columns[name]} FROM {self._copy[name]};"
            for name in changed
        )
        self._world.admin(
            f"SET session_replication_role = replica; {said} SET session_replication_role = DEFAULT"
        )
        self._stands |= self._counted(changed)

    def _counted(self, names: Iterable[str]) -> dict[str, tuple[int, int]]:
        asked = " UNION ALL ".join(self._counts[name] for name in names)
        found = self._world.admin(asked) if asked else []
        return {name: (many, told) for name, many, told in found}
