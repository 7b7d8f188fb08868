"""Shared compounds: which channels a managing body's meters have, and how they are split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import supersede
from storage.registry import shares
from storage.registry.roster_values import Term
from storage.registry.shares import TERM
from storage.registry.table import new_ids

_CHANNELS: Final = """
    SELECT c.id AS channel_id, m.code || '/' || c.code AS code
      FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id = %s AND c.carrier = %s ORDER BY 2
"""
_TERMS: Final = """
    SELECT institution_id, channel_id, carrier, share, valid_from, valid_to, source
      FROM account_term
     WHERE known_until IS NULL AND channel_id = ANY(%s) AND (valid_to IS NULL OR valid_to > %s)
     ORDER BY channel_id, institution_id, valid_from
"""
_RETIRE: Final = """
    UPDATE compound_split SET known_until = now()
     WHERE institution_id = %s AND carrier = %s AND valid_from = %s AND known_until IS NULL
"""
_ADD: Final = """
    INSERT INTO compound_split (id, institution_id, carrier, basis, valid_from, source, known_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_USERS: Final = """
    INSERT INTO compound_user (split_id, institution_id, numerator, denominator, sub_meter)
    SELECT %s, * FROM unnest(%s::integer[], %s::numeric[], %s::numeric[], %s::text[])
"""
_LISTED: Final = """
    SELECT s.id AS split_id, s.institution_id, i.name_zh, i.name_en, s.carrier,
           c.name_zh AS carrier_zh, c.name_en AS carrier_en, s.basis, u.institution_id AS user_id,
           n.name_zh AS user_zh, n.name_en AS user_en, u.numerator, u.denominator,
           u.sub_meter, s.valid_from,
           (SELECT min(l.valid_from) FROM compound_split l
             WHERE l.institution_id = s.institution_id AND l.carrier = s.carrier
               AND l.known_until IS NULL AND l.valid_from > s.valid_from) AS valid_to,
           s.source, s.known_since, s.known_by
      FROM compound_split s
      JOIN compound_user u ON u.split_id = s.id
      JOIN carrier c ON c.code = s.carrier
      LEFT JOIN report.institution i ON i.institution_id = s.institution_id
      LEFT JOIN report.institution n ON n.institution_id = u.institution_id
     WHERE s.known_until IS NULL
       AND (%(institution)s::integer IS NULL
            OR %(institution)s IN (s.institution_id, u.institution_id))
       AND (s.id, u.institution_id, u.sub_meter) > (%(split)s, %(user)s, %(sub)s)
     ORDER BY s.id, u.institution_id, u.sub_meter LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class CompoundChannel:
    """A channel of the managing body's meters; code: of meter and channel."""

    channel_id: int
    code: str


@dataclass(frozen=True, slots=True)
class CompoundUser:
    """Who uses a part of a compound: a part of the rest, or a sub-meter's use."""

    institution_id: int
    part: Fraction
    sub_meter: str


@dataclass(frozen=True, slots=True)
class CompoundRow:
    """One user of a split; numerator 0: by a sub-meter alone."""

    split_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    carrier: str
    carrier_zh: str
    carrier_en: str
    basis: str
    user_id: int
    user_zh: str | None
    user_en: str | None
    numerator: Decimal
    denominator: Decimal
    sub_meter: str
    valid_from: date
    valid_to: date | None
    source: str
    known_since: datetime
    known_by: str

    @property
    def part(self) -> Fraction:
        """Its part of what no sub-meter measures."""
        return Fraction(self.numerator) / Fraction(self.denominator)


def channels(
    connection: Connection[Any], institution_id: int, carrier: str
) -> list[CompoundChannel]:
    """Return the channels of an institution's meters of one carrier."""
    with connection.cursor(row_factory=class_row(CompoundChannel)) as cursor:
        return cursor.execute(_CHANNELS, [institution_id, carrier]).fetchall()


def terms(connection: Connection[Any], channel_ids: Sequence[int], day: date) -> list[Term]:
    """Return for whom channels count on a day or later, as far as the viewer sees them."""
    with connection.cursor(row_factory=class_row(Term)) as cursor:
        return cursor.execute(_TERMS, [list(channel_ids), day]).fetchall()


def record(
    connection: Connection[Any], whose: tuple[int, str, str], users: Sequence[CompoundUser],
    changed: Mapping[tuple[int, int], int], day: date, source: str, by: str,
) -> int:  # fmt: skip
    """Write a split down and let it hold from a day on; accounts from then are rebuilt.

    whose: managing body, carrier, basis. changed: shares by (institution, channel), 0: it ends.
    """
    who, carrier, basis = whose
    (made,) = new_ids(connection, "compound_split", 1)
    connection.execute(_RETIRE, [who, carrier, day])
    connection.execute(_ADD, [made, who, carrier, basis, day, source, by])
    columns = [
        [one.institution_id for one in users],
        [one.part.numerator for one in users],
        [one.part.denominator for one in users],
        [one.sub_meter for one in users],
    ]
    connection.execute(_USERS, [made, *columns])
    rows = [
        (whom, channel, carrier, share or None, day, source)
        for (whom, channel), share in sorted(changed.items())
    ]
    supersede(connection, TERM, rows, by)
    touched = sorted({channel for _, channel in changed})
    shares.queue_accounts(connection, touched, [f"{day}"] * len(touched))
    return made


def listed(
    connection: Connection[Any], *, most: int, institution: int | None = None,
    after: tuple[int, int, str] = (0, 0, ""),
) -> list[CompoundRow]:  # fmt: skip
    """Return splits that are known, a row for each user, in order."""
    asked = {"institution": institution, "most": most} | dict(
        zip(("split", "user", "sub"), after, strict=True)
    )
    with connection.cursor(row_factory=class_row(CompoundRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()
