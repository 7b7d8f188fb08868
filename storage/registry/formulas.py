"""What virtual channels are made of, from days on; dated rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated(
    "formula", ("channel_id",), ("inputs", "signs", "by", "members"), ends="inputs"
)
_FIELDS: Final = """
    SELECT f.id AS formula_id, f.channel_id, m.institution_id, i.name_zh AS house_zh,
           i.name_en AS house_en, m.code AS meter, m.name_zh, m.name_en, c.carrier, f.inputs,
           f.signs, f.by, f.members, f.valid_from, f.valid_to, f.source,
           ARRAY(SELECT coalesce(n.code || ' · ' || d.code, '#' || u.id)
                   FROM unnest(f.inputs) WITH ORDINALITY AS u(id, place)
                   LEFT JOIN channel d ON d.id = u.id
                   LEFT JOIN meter n ON n.id = d.meter_id ORDER BY u.place) AS names
      FROM formula f
      JOIN channel c ON c.id = f.channel_id
      JOIN meter m ON m.id = c.meter_id
      JOIN report.institution i USING (institution_id)
     WHERE f.known_until IS NULL
"""
_LISTED: Final = f"""
    {_FIELDS} AND f.id > %(after)s
       AND (%(institution)s::integer IS NULL OR m.institution_id = %(institution)s)
       AND (%(channel)s::integer IS NULL OR f.channel_id = %(channel)s)
     ORDER BY f.id LIMIT %(most)s
"""
_MAKE: Final = """
    SELECT access.virtual_channel(%(institution)s, %(code)s, %(zh)s, %(en)s, %(carrier)s, %(zone)s,
                                  %(since)s)
"""
_OTHERS: Final = """
    SELECT channel_id FROM formula
     WHERE inputs = ARRAY[%(input)s]::integer[] AND by IS NOT NULL AND known_until IS NULL
       AND (valid_to IS NULL OR valid_to > %(day)s) AND NOT channel_id = ANY(%(but)s)
     GROUP BY channel_id ORDER BY channel_id
"""
_IS_VIRTUAL: Final = """
    SELECT DISTINCT channel_id FROM formula WHERE channel_id = ANY(%s) ORDER BY channel_id
"""
_QUEUE: Final = """
    INSERT INTO stale_formula (channel_id, first, last)
    SELECT c.id, %(first)s::timestamp AT TIME ZONE c.zone, now() + interval '1 day'
      FROM channel c WHERE c.id = %(channel)s
"""
_QUANTUM: Final = "SELECT quantum, per_unit FROM carrier WHERE code = %s"
_SIZES: Final = """
    SELECT a.id, f.id IS NOT NULL FROM unnest(%(members)s::integer[]) AS a(id)
      LEFT JOIN institution_fact f ON f.institution_id = a.id AND f.attribute = %(by)s
       AND f.known_until IS NULL AND f.number > 0 AND f.valid_from <= %(day)s
       AND (f.valid_to IS NULL OR %(day)s < f.valid_to)
"""


@dataclass(frozen=True, slots=True)
class Formula:
    """What a virtual channel is from a day on, with what people call it and its inputs.

    by: area_m2 or persons, by which members divide the one input; None: inputs by their signs.
    """

    formula_id: int
    channel_id: int
    institution_id: int
    house_zh: str | None
    house_en: str | None
    meter: str
    name_zh: str
    name_en: str
    carrier: str
    inputs: list[int]
    signs: list[int]
    by: str | None
    members: list[int] | None
    valid_from: date
    valid_to: date | None
    source: str
    names: list[str]

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def listed(
    connection: Connection[Any],
    *,
    institution: int | None = None,
    channel: int | None = None,
    after: int = 0,
    most: int = 10_000,
) -> list[Formula]:
    """Return what is known of virtual channels that the viewer sees, in order of id."""
    asked = {"institution": institution, "channel": channel, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(Formula)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def virtual(connection: Connection[Any], channels: list[int]) -> list[int]:
    """Return which of some channels are virtual ones."""
    return [row[0] for row in connection.execute(_IS_VIRTUAL, [channels])]


def make(
    connection: Connection[Any], institution: int, code: str, names: tuple[str, str], carrier: str,
    zone: str, since: date,
) -> int | None:  # fmt: skip
    """Return the virtual channel of a code, made where there is none.

    None where the institution has another meter of that code.
    """
    asked = {"institution": institution, "code": code, "zh": names[0], "en": names[1],
             "carrier": carrier, "zone": zone, "since": since}  # fmt: skip
    row = connection.execute(_MAKE, asked).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def state(
    connection: Connection[Any], channel: int, inputs: list[int], signs: list[int],
    split: tuple[str, list[int]] | None, valid_from: date, source: str, by: str,
) -> bool:  # fmt: skip
    """Let a virtual channel be that from a day on, and have its use computed; whether it is new."""
    size, members = split or (None, None)
    row = (channel, inputs, signs, size, members, valid_from, source)
    changed = bool(supersede(connection, _TABLE, [row], by))
    if changed:
        connection.execute(_QUEUE, {"channel": channel, "first": valid_from})
    return changed


def quantum(connection: Connection[Any], carrier: str) -> tuple[str, int]:
    """Return the accounting quantum of a carrier, and how many make a unit."""
    row = connection.execute(_QUANTUM, [carrier]).fetchone()
    assert row is not None
    return row[0], int(row[1])


def without_size(connection: Connection[Any], members: list[int], by: str, day: date) -> list[int]:
    """Return which institutions state no size on a day."""
    asked = {"members": members, "by": by, "day": day}
    return [one for one, known in connection.execute(_SIZES, asked) if not known]


def end_others(
    connection: Connection[Any], channel: int, but: list[int], day: date, source: str, by: str
) -> list[int]:
    """Let parts of a channel be nothing from a day on, but for some; return which."""
    asked = {"input": channel, "day": day, "but": but}
    ended = [row[0] for row in connection.execute(_OTHERS, asked)]
    for one in ended:
        supersede(connection, _TABLE, [(one, None, None, None, None, day, source)], by)
        connection.execute(_QUEUE, {"channel": one, "first": day})
    return ended
