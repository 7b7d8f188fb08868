"""Makes views, functions, policies and triggers: all anew, whenever a text of them has changed.

What holds rows is made once, by `storage/migrations`. What holds none is in
`storage/definitions/ROOM`, and is dropped and made again in one transaction, so that a text is
changed where it stands.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from psycopg import Connection, errors

from metering.errors import ConflictError

ROOMS: Final = ("ground", "access", "registry", "readings", "accounts", "compact", "boards")
_REQUIRES: Final = re.compile(r"^-- requires: (\w+)$", re.MULTILINE)
_BOOK: Final = """
    CREATE TABLE IF NOT EXISTS definition (
        name text PRIMARY KEY, place integer NOT NULL, sha256 text NOT NULL,
        makes text[] NOT NULL,  -- in the order in which they were made
        made_at timestamptz NOT NULL DEFAULT now())
"""
_HAS: Final = "SELECT name, sha256 FROM definition"
# Names as they are whatever the session looks for, and as DROP takes them.
_OBJECTS: Final = """
    SELECT upper(o.type) || ' ' || o.identity
      FROM (SELECT 'pg_proc'::regclass AS catalog, p.oid, p.pronamespace AS schema FROM pg_proc p
            UNION ALL
            SELECT 'pg_class', c.oid, c.relnamespace FROM pg_class c WHERE c.relkind = 'v'
            UNION ALL
            SELECT 'pg_type', t.oid, t.typnamespace
              FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c'
            UNION ALL
            SELECT 'pg_policy', p.oid, c.relnamespace
              FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
            UNION ALL
            SELECT 'pg_trigger', t.oid, c.relnamespace
              FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE NOT t.tgisinternal AND t.tgparentid = 0) x,
           pg_identify_object(x.catalog, x.oid, 0) o
     WHERE x.schema IN ('public'::regnamespace, 'storage'::regnamespace, 'access'::regnamespace,
                        'report'::regnamespace)
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = x.catalog AND d.objid = x.oid AND d.deptype = 'e')
     ORDER BY x.oid
"""
_WRITE_DOWN: Final = """
    INSERT INTO definition (name, place, sha256, makes) VALUES (%s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Text:
    """One file of definitions."""

    name: str  # room/file
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def is_for(text: str, engine: str) -> bool:
    """Return whether this engine takes a file that says what it requires, if anything."""
    needs = _REQUIRES.search(text)
    return needs is None or needs.group(1) == engine


def texts(engine: str) -> list[Text]:
    """Return the definitions of this version in the order in which they stand on one another."""
    root = resources.files("storage").joinpath("definitions")
    return [
        text
        for room in ROOMS
        if (folder := root.joinpath(room)).is_dir()
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.name.endswith(".sql")
        and is_for((text := Text(f"{room}/{path.name}", path.read_text("utf-8"))).text, engine)
    ]


def keep_book(connection: Connection[Any]) -> None:
    """Make the table that says which texts made what."""
    connection.execute(_BOOK)


def changed(connection: Connection[Any], engine: str) -> list[str]:
    """Return the files whose text is not the one that the database was made from."""
    has = dict(connection.execute(_HAS).fetchall())
    wanted = {text.name: text.sha256 for text in texts(engine)}
    return sorted(name for name in has.keys() | wanted.keys() if has.get(name) != wanted.get(name))


def drop(connection: Connection[Any]) -> None:
    """Drop what definitions made, the last first; what somebody else built on it is an error."""
    made = connection.execute("SELECT makes FROM definition ORDER BY place DESC").fetchall()
    for makes in (row[0] for row in made):
        for one in reversed(makes):
            _drop(connection, one)
    connection.execute("DELETE FROM definition")


def make(connection: Connection[Any], engine: str) -> None:
    """Make every definition, and write down what each file made."""
    there = _objects(connection)
    for place, text in enumerate(texts(engine)):
        connection.execute(text.text.encode())
        now = _objects(connection)
        makes = [one for one in now if one not in there]
        there = now
        connection.execute(_WRITE_DOWN, [text.name, place, text.sha256, makes])


def _objects(connection: Connection[Any]) -> dict[str, None]:
    return dict.fromkeys(row[0] for row in connection.execute(_OBJECTS))


def _drop(connection: Connection[Any], one: str) -> None:
    try:
        connection.execute(f"DROP {one}".encode())
    except errors.DependentObjectsStillExist as error:
        detail = error.diag.message_detail or ""
        raise ConflictError(
            "migrate.stood_on",
            zh=f"{one} 上另建有不属于 CommonWatt 的对象:{detail}",
            en=f"Something that is not of CommonWatt stands on {one}: {detail}",
            next_zh="请先删除该对象,迁移之后再重建;未作任何改动。",
            next_en="Drop it, migrate, and make it again afterwards; nothing was changed.",
            where={"object": one},
        ) from None
