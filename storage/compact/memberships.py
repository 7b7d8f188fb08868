"""Seats in unions and the deeds by which members take, keep and leave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.memberships import Deed, Seat, Step
from compact.unions import Member

# A seat that was declined or left is proposed again; the place of its kind stays what it was.
_SEAT: Final = """
    INSERT INTO membership (union_id, region_id, level)
    SELECT %(union)s, region, level FROM unnest(%(regions)s::integer[], %(levels)s::text[])
           AS m (region, level)
        ON CONFLICT (union_id, region_id) DO NOTHING
"""
_PROPOSE: Final = """
    INSERT INTO membership_deed (membership_id, union_id, region_id, deed, day, source, made_by)
    SELECT id, union_id, region_id, 'propose', %(day)s, %(source)s, %(by)s
      FROM membership WHERE union_id = %(union)s AND region_id = ANY(%(regions)s)
     ORDER BY id
"""
_DO: Final = """
    INSERT INTO membership_deed (membership_id, union_id, region_id, deed, step, day, source,
                                 made_by)
    SELECT id, union_id, region_id, %(deed)s, %(step)s, %(day)s, %(source)s, %(by)s
      FROM membership WHERE id = %(membership)s
"""
_LISTED: Final = """
    SELECT m.membership_id, m.union_id, m.region_id, m.level, m.state, m.deed, m.step, m.day,
           m.source, m.made_at, m.made_by, f.name_zh, f.name_en,
           m.region_id IN (SELECT * FROM access.acts_for()) AS own,
           a.id AS agreement_id, s.id AS signature_id, s.prepared_by
      FROM report.membership m
      LEFT JOIN agreement a ON a.union_id = m.union_id AND a.state = 'proposed'
           AND m.region_id = ANY(a.members) AND m.region_id <> ALL(a.signed_by)
      LEFT JOIN LATERAL (
           SELECT id, prepared_by FROM agreement_signature
            WHERE agreement_id = a.id AND region_id = m.region_id AND round = a.round
            ORDER BY id DESC LIMIT 1) s ON true
      LEFT JOIN region_fact f ON f.region_id = m.region_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE (%(union)s::integer IS NULL OR m.union_id = %(union)s)
       AND (%(only)s::integer IS NULL OR m.membership_id = %(only)s)
     ORDER BY m.union_id, m.membership_id
"""
_DEEDS: Final = """
    SELECT deed, step, day, source, made_at, made_by FROM membership_deed
     WHERE membership_id = %s ORDER BY id
"""
_PREPARES: Final = "SELECT %s IN (SELECT * FROM access.prepares_unions())"


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A seat after its last deed, with what its region is called today.

    state: as compact.memberships.Standing. own: whether the viewer acts for this member.
    agreement_id: what waits for its signature; signature_id: that is prepared, by whom.
    """

    membership_id: int
    union_id: int
    region_id: int
    level: str
    state: str
    deed: str
    step: str | None
    day: date
    source: str
    made_at: datetime
    made_by: str
    name_zh: str | None
    name_en: str | None
    own: bool
    agreement_id: int | None
    signature_id: int | None
    prepared_by: str | None

    @property
    def sits(self) -> bool:
        """Whether it is in the union, at whatever step."""
        return self.state == self.step

    @property
    def seat(self) -> Seat:
        """The seat as a value."""
        step = None if self.step is None else Step(self.step)
        return Seat(Deed(self.deed), step, self.day)


@dataclass(frozen=True, slots=True)
class DeedRow:
    """One deed about a seat."""

    deed: str
    step: str | None
    day: date
    source: str
    made_at: datetime
    made_by: str


def propose(
    connection: Connection[Any],
    union_id: int,
    members: Sequence[Member],
    *,
    day: date,
    source: str,
    by: str,
) -> None:
    """Ask regions into a union; none of them is a member by that."""
    regions = [one.region for one in members]
    named = {"union": union_id, "regions": regions, "levels": [one.level.value for one in members]}
    connection.execute(_SEAT, named)
    connection.execute(_PROPOSE, named | {"day": day, "source": source, "by": by})


def record(
    connection: Connection[Any], membership_id: int, seat: Seat, *, source: str, by: str
) -> None:
    """Keep what was done last about a seat."""
    parameters = {
        "membership": membership_id,
        "deed": seat.deed.value,
        "step": None if seat.step is None else seat.step.value,
        "day": seat.day,
        "source": source,
        "by": by,
    }
    connection.execute(_DO, parameters)


def listed(connection: Connection[Any], union_id: int | None = None) -> list[MembershipRow]:
    """Return the seats that the viewer sees, of one union or of all."""
    return _found(connection, {"union": union_id, "only": None})


def one(connection: Connection[Any], membership_id: int) -> MembershipRow | None:
    """Return one seat, if the viewer sees it."""
    return next(iter(_found(connection, {"union": None, "only": membership_id})), None)


def deeds(connection: Connection[Any], membership_id: int) -> list[DeedRow]:
    """Return all that was done about a seat, the first one first."""
    with connection.cursor(row_factory=class_row(DeedRow)) as cursor:
        return cursor.execute(_DEEDS, [membership_id]).fetchall()


def prepares(connection: Connection[Any], union_id: int) -> bool:
    """Return whether the viewer may ask regions in, and write the agreement's text."""
    return connection.execute(_PREPARES, [union_id]).fetchone() == (True,)


def _found(connection: Connection[Any], parameters: dict[str, int | None]) -> list[MembershipRow]:
    with connection.cursor(row_factory=class_row(MembershipRow)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()
