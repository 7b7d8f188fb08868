"""Which channels measure again, behind which others, part of what these measure; dated rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated("submeter", ("channel_id",), ("carrier", "main_id"), ends="main_id")
_TREES: Final = "SELECT channel_id, main_id, valid_from, valid_to FROM access.meter_trees(%s)"
_SHARES: Final = "SELECT channel_id, share, valid_from, valid_to FROM access.tree_shares(%s)"
_KNOWN: Final = """
    SELECT s.id AS submeter_id, s.channel_id, m.code AS meter, c.code AS channel, m.name_zh,
           m.name_en, m.institution_id, i.name_zh AS house_zh, i.name_en AS house_en, s.carrier,
           k.name_zh AS carrier_zh, k.name_en AS carrier_en, s.main_id, n.code AS main_meter,
           u.code AS main_channel, n.name_zh AS main_zh, n.name_en AS main_en,
           s.valid_from, s.valid_to, s.source
      FROM submeter s
      JOIN channel c ON c.id = s.channel_id
      JOIN meter m ON m.id = c.meter_id
      JOIN report.institution i USING (institution_id)
      JOIN channel u ON u.id = s.main_id
      JOIN meter n ON n.id = u.meter_id
      JOIN carrier k ON k.code = s.carrier
     WHERE s.known_until IS NULL AND s.id > %(after)s
       AND (%(institution)s::integer IS NULL
            OR %(institution)s IN (m.institution_id, n.institution_id))
       AND (%(carrier)s::text IS NULL OR s.carrier = %(carrier)s)
     ORDER BY s.id LIMIT %(most)s
"""
_TERMS: Final = """
    SELECT institution_id, carrier FROM account_term
     WHERE channel_id = %(channel)s AND known_until IS NULL
       AND (valid_to IS NULL OR valid_to > %(day)s)
     GROUP BY institution_id, carrier ORDER BY institution_id
"""


@dataclass(frozen=True, slots=True)
class Submeter:
    """A channel, and its main one from a day on; both with what people call them."""

    submeter_id: int
    channel_id: int
    meter: str
    channel: str
    name_zh: str
    name_en: str
    institution_id: int
    house_zh: str | None
    house_en: str | None
    carrier: str
    carrier_zh: str
    carrier_en: str
    main_id: int
    main_meter: str
    main_channel: str
    main_zh: str
    main_en: str
    valid_from: date
    valid_to: date | None
    source: str


def listed(
    connection: Connection[Any],
    *,
    institution: int | None = None,
    carrier: str | None = None,
    after: int = 0,
    most: int,
) -> list[Submeter]:
    """Return what is known of sub-meters that the viewer sees, in order of id."""
    asked = {"institution": institution, "carrier": carrier, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(Submeter)) as cursor:
        return cursor.execute(_KNOWN, asked).fetchall()


def trees(
    connection: Connection[Any], channels: Sequence[int]
) -> list[tuple[int, int, date, date | None]]:
    """Return (channel, main, from, to) of the whole trees in which channels of the viewer stand."""
    return connection.execute(_TREES, [list(channels)]).fetchall()


def counted(
    connection: Connection[Any], channels: Sequence[int]
) -> list[tuple[int, int, date, date | None]]:
    """Return (channel, share in millionths, from, to) of all that counts of these trees."""
    return connection.execute(_SHARES, [list(channels)]).fetchall()


def terms(connection: Connection[Any], channel: int, day: date) -> list[tuple[int, str]]:
    """Return in whose accounts, and of which carrier, a channel counts on or after a day."""
    return connection.execute(_TERMS, {"channel": channel, "day": day}).fetchall()


def state(
    connection: Connection[Any], channel: int, carrier: str, main: int | None, valid_from: date,
    source: str, by: str,
) -> bool:  # fmt: skip
    """Let a channel have a main one from a day on, until the next known; None: it has none.

    returns: whether that is new.
    """
    row = (channel, carrier, main, valid_from, source)
    return bool(supersede(connection, _TABLE, [row], by))
