"""Main meters against their sub-meters, by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection

from storage.whole import whole_row

_FIELDS: Final = """
    SELECT b.channel_id, b.month, c.institution_id, i.name_zh AS house_zh, i.name_en AS house_en,
           c.name_zh, c.name_en, c.code AS channel, c.carrier, c.unit, c.per_unit, b.subs,
           b.main_quanta, b.sub_quanta, b.main_quanta - b.sub_quanta AS rest_quanta, b.days,
           b.of_days, b.extent, b.tolerance, b.verdict
      FROM report.meter_balance(%(ids)s, %(first)s, %(until)s) b
      JOIN report.channel c USING (channel_id)
      JOIN report.institution i USING (institution_id)
"""
_LISTED: Final = f"""
    {_FIELDS}
     WHERE (-(b.month - date '2000-01-01'), b.channel_id) > (%(month)s, %(channel)s)
       AND (%(verdict)s::text IS NULL OR b.verdict = %(verdict)s)
     ORDER BY b.month DESC, b.channel_id LIMIT %(most)s
"""
_EXCEEDED: Final = f"""
    {_FIELDS} WHERE b.verdict = 'exceeded'
     ORDER BY abs(b.main_quanta - b.sub_quanta) / greatest(abs(b.main_quanta), 1) DESC, b.channel_id
     LIMIT %(most)s
"""
_EPOCH: Final = date(2000, 1, 1)
START: Final = (-(10**7), 0)  # before the first row


@dataclass(frozen=True, slots=True)
class Balance:
    """A main meter's month against its sub-meters, over the days that all of them know. [quanta]

    subs: how many there are. rest_quanta: what none of them measured; all three are None where no
    day is known. days, of_days: that are known, and on which it had sub-meters. extent: usual, all
    or part. tolerance: millionths of the main meter's use. verdict: agrees, exceeded, unknown.
    """

    channel_id: int
    month: date
    institution_id: int
    house_zh: str | None
    house_en: str | None
    name_zh: str | None
    name_en: str | None
    channel: str
    carrier: str
    unit: str
    per_unit: int
    subs: int
    main_quanta: int | None
    sub_quanta: int | None
    rest_quanta: int | None
    days: int
    of_days: int
    extent: str
    tolerance: int
    verdict: str


def place(one: Balance) -> tuple[int, int]:
    """Return a row's place in the order of `listed`: the newest month first."""
    return -(one.month - _EPOCH).days, one.channel_id


def listed(
    connection: Connection[Any],
    first: date,
    until: date,
    *,
    after: tuple[int, int] = START,
    most: int,
    institution: int | None = None,
    verdict: str | None = None,
) -> list[Balance]:
    """Return balances of the months between two days, the newest first."""
    asked = {
        "ids": None if institution is None else [institution],
        "first": first,
        "until": until,
        "month": after[0],
        "channel": after[1],
        "verdict": verdict,
        "most": most,
    }
    with connection.cursor(row_factory=whole_row(Balance)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def exceeded(
    connection: Connection[Any], ids: Sequence[int], first: date, until: date, most: int
) -> list[Balance]:
    """Return the balances of institutions that are furthest beyond what is tolerated."""
    asked = {"ids": list(ids), "first": first, "until": until, "most": most}
    with connection.cursor(row_factory=whole_row(Balance)) as cursor:
        return cursor.execute(_EXCEEDED, asked).fetchall()
