"""Files that wait for their confirmation, each its owner's, for a day at most."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

_KEEP = "SELECT access.keep_upload(%s, %s)"
_FOUND = "SELECT id, name, body FROM upload WHERE id = %s AND at > now() - interval '1 day'"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    id: int
    name: str
    body: bytes


def keep(connection: Connection[Any], name: str, body: bytes) -> Upload:
    """Keep a file of the viewer's; of older ones three are kept beside it."""
    row = connection.execute(_KEEP, [name, body]).fetchone()
    assert row is not None
    return Upload(int(row[0]), name, body)


def found(connection: Connection[Any], upload_id: int) -> Upload | None:
    """Return a file of the viewer's that still waits."""
    row = connection.execute(_FOUND, [upload_id]).fetchone()
    return None if row is None else Upload(row[0], row[1], bytes(row[2]))
