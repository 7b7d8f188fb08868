"""End uses: the items of code sets, how sets map, and what channels are for; dated rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated("channel_end_use", ("channel_id",), ("code_set", "code"), ends="code")
_ITEMS: Final = """
    SELECT code_set, code, name_zh, name_en, carrier_class, apart
      FROM end_use
     WHERE known_until IS NULL AND valid_from <= %(day)s
       AND (valid_to IS NULL OR %(day)s < valid_to)
     ORDER BY code_set DESC, code
"""
_MAPPINGS: Final = """
    SELECT from_set, from_code, to_code FROM end_use_mapping
     WHERE known_until IS NULL AND to_set = %(to)s AND valid_from <= %(day)s
       AND (valid_to IS NULL OR %(day)s < valid_to)
"""
_CLASS: Final = "SELECT left(mohurd_class, 2) FROM carrier WHERE code = %s"
_KNOWN: Final = """
    SELECT u.id AS end_use_id, u.channel_id, m.institution_id, i.name_zh AS house_zh,
           i.name_en AS house_en, m.code AS meter, m.name_zh, m.name_en, c.code AS channel,
           c.carrier, u.code_set, u.code, u.valid_from, u.valid_to, u.source
      FROM channel_end_use u
      JOIN channel c ON c.id = u.channel_id
      JOIN meter m ON m.id = c.meter_id
      JOIN report.institution i USING (institution_id)
     WHERE u.known_until IS NULL AND u.id > %(after)s
       AND (%(institution)s::integer IS NULL OR m.institution_id = %(institution)s)
       AND (%(channel)s::integer IS NULL OR u.channel_id = %(channel)s)
     ORDER BY u.id LIMIT %(most)s
"""
EVERY: Final = 100_000  # of one institution


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a code set. carrier_class: two digits; None: of any. apart: None: it does not."""

    code_set: str
    code: str
    name_zh: str
    name_en: str
    carrier_class: str | None
    apart: str | None

    @property
    def key(self) -> str:
        """Its code with its set, as it is chosen."""
        return f"{self.code_set}:{self.code}"


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """What a channel is for from a day on, with what people call it."""

    end_use_id: int
    channel_id: int
    institution_id: int
    house_zh: str | None
    house_en: str | None
    meter: str
    name_zh: str
    name_en: str
    channel: str
    carrier: str
    code_set: str
    code: str
    valid_from: date
    valid_to: date | None
    source: str

    @property
    def key(self) -> str:
        """The code with its set, as it is chosen."""
        return f"{self.code_set}:{self.code}"

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def items(connection: Connection[Any], day: date) -> list[Item]:
    """Return the items of all code sets on a day, the ministry's first."""
    with connection.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(_ITEMS, {"day": day}).fetchall()


def mapped(connection: Connection[Any], to: str, day: date) -> dict[str, str]:
    """Return which item of a set items of other sets are; both with their set, SET:CODE."""
    rows = connection.execute(_MAPPINGS, {"to": to, "day": day})
    return {f"{of}:{code}": f"{to}:{found}" for of, code, found in rows}


def class_of(connection: Connection[Any], carrier: str) -> str | None:
    """Return the ministry's class of a carrier, two digits; None where it has none."""
    row = connection.execute(_CLASS, [carrier]).fetchone()
    return row[0] if row else None


def known(
    connection: Connection[Any],
    *,
    institution: int | None = None,
    channel: int | None = None,
    after: int = 0,
    most: int = EVERY,
) -> list[ChannelUse]:
    """Return what is known of channels that the viewer sees, in order of id."""
    asked = {"institution": institution, "channel": channel, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(ChannelUse)) as cursor:
        return cursor.execute(_KNOWN, asked).fetchall()


def state(
    connection: Connection[Any], channel: int, key: str | None, valid_from: date, source: str,
    by: str,
) -> bool:  # fmt: skip
    """Let a channel be for an item (SET:CODE) from a day on; None: for none from then on."""
    code_set, _, code = (key or "").partition(":")
    row = (channel, code_set, code or None, valid_from, source)
    return bool(supersede(connection, _TABLE, [row], by))
