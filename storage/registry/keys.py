"""The keys of gateways: which channel each one means, and whose that channel is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated

BINDING: Final = Dated("binding", ("gateway_id", "key"), ("channel_id",))

_BINDINGS = """
    SELECT g.name, b.key, b.channel_id FROM binding b JOIN gateway g ON g.id = b.gateway_id
     WHERE b.known_until IS NULL AND g.name = ANY(%s) ORDER BY b.id
"""

# An institution is named by its id, its code of the unified social credit, or any keeper's code.
_HOLDERS = """
    SELECT c.id AS channel_id, m.institution_id, m.code AS meter, c.code AS channel,
           array_remove(ARRAY[m.institution_id::text, v.credit_code] || ARRAY(
               SELECT k.code FROM institution_code k WHERE k.institution_id = m.institution_id
                ORDER BY k.code), NULL) AS names,
           coalesce(v.name_zh, v.name_en, '#' || m.institution_id) AS label
      FROM channel c JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution v ON v.institution_id = m.institution_id
     WHERE c.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A channel that a key means, and whose it is; names: by which its institution is known."""

    channel_id: int
    institution_id: int
    meter: str
    channel: str
    names: list[str]
    label: str


def holders(connection: Connection[Any], channel_ids: Sequence[int]) -> list[Holder]:
    """Return whose these channels are."""
    with connection.cursor(row_factory=class_row(Holder)) as cursor:
        return cursor.execute(_HOLDERS, [list(channel_ids)]).fetchall()


def gateways(connection: Connection[Any], names: Sequence[str]) -> dict[str, int]:
    """Return gateways by name."""
    rows = connection.execute("SELECT name, id FROM gateway WHERE name = ANY(%s)", [list(names)])
    return dict(rows.fetchall())


def bindings(
    connection: Connection[Any], gateway_names: Sequence[str]
) -> dict[tuple[str, str], set[int]]:
    """Return which channels each key of gateways means, now or at other times."""
    found: dict[tuple[str, str], set[int]] = {}
    for name, key, channel_id in connection.execute(_BINDINGS, [list(gateway_names)]):
        found.setdefault((name, key), set()).add(channel_id)
    return found
