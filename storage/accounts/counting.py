"""Which source of an account counts: the rule as it is stated, and sources side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_RULE: Final = Dated("counting_rule", ("institution_id", "carrier"), ("first_source", "spread"))
_KNOWN: Final = """
    SELECT institution_id, carrier, first_source, spread, valid_from, valid_to, source
      FROM counting_rule
     WHERE known_until IS NULL AND institution_id = %s AND carrier = %s ORDER BY valid_from
"""
_SOURCES: Final = """
    SELECT r.institution_id, r.carrier, k.name_zh AS carrier_zh, k.name_en AS carrier_en, k.unit,
           k.per_unit, r.month, r.meter, r.meter_whole, r.by_days, r.by_bill, r.typed, r.estimate,
           r.source, r.quanta, r.difference, r.differs, r.word, r.said_by
      FROM report.sources(%s, %s, %s) r JOIN report.carrier k ON k.code = r.carrier
     ORDER BY r.institution_id, r.carrier, r.month
"""
_SAY: Final = """
    INSERT INTO difference_word (institution_id, carrier, month, difference, word, made_by)
    VALUES (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which source goes first, and how bills fall into months, from a month to before another."""

    institution_id: int
    carrier: str
    first_source: str
    spread: str
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What each source says of a month of an account, and which counts. [quanta]

    meter_whole: whether the meter knows the month whole. by_days, by_bill: of bills, None unless
    they know it whole. difference: of the source farthest from what counts; None where there is
    none beside it. differs: by more than 2 %. word: what was said of that very difference.
    """

    institution_id: int
    carrier: str
    carrier_zh: str
    carrier_en: str
    unit: str
    per_unit: int
    month: date
    meter: int | None
    meter_whole: bool
    by_days: int | None
    by_bill: int | None
    typed: int | None
    estimate: int | None
    source: str | None
    quanta: int | None
    difference: int | None
    differs: bool
    word: str | None
    said_by: str | None


def rules(connection: Connection[Any], institution_id: int, carrier: str) -> list[Rule]:
    """Return the rules of a carrier that are known, in order of their months."""
    with connection.cursor(row_factory=class_row(Rule)) as cursor:
        return cursor.execute(_KNOWN, [institution_id, carrier]).fetchall()


def state(connection: Connection[Any], rows: Sequence[tuple[Any, ...]], by: str) -> None:
    """Let rules hold from a month on, until the next one known; accounts have them at once.

    rows: institution, carrier, first source, spread, first day, source.
    """
    supersede(connection, _RULE, rows, by)


def sources(
    connection: Connection[Any], institutions: Sequence[int], first: date, until: date
) -> list[Sources]:
    """Return what sources say of months from the first to before another."""
    with connection.cursor(row_factory=class_row(Sources)) as cursor:
        return cursor.execute(_SOURCES, [list(institutions), first, until]).fetchall()


def say(
    connection: Connection[Any], of: tuple[int, str, date], difference: int, word: str, by: str
) -> None:
    """Keep what is said of a difference; of: institution, carrier, month."""
    connection.execute(_SAY, [*of, difference, word, by])
