"""Unions with their members of today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from compact.unions import Level, Member, Union

_NEXT = "SELECT nextval(pg_get_serial_sequence('region_union', 'id'))"
_ADD = """
    INSERT INTO region_union (id, name_zh, name_en, guide_id, made_by) VALUES (%s, %s, %s, %s, %s)
"""
_LISTED = """
    SELECT u.union_id, u.name_zh, u.name_en,
           u.union_id IN (SELECT * FROM access.planned_unions()) AS planned, u.guide_id
      FROM report.region_union u
     WHERE %(only)s::integer IS NULL OR u.union_id = %(only)s
     ORDER BY u.union_id
"""
_MEMBERS = """
    SELECT m.union_id, m.region_id, m.level, m.step, f.code, f.name_zh, f.name_en
      FROM report.union_member m
      LEFT JOIN region_fact f ON f.region_id = m.region_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE %(only)s::integer IS NULL OR m.union_id = %(only)s
     ORDER BY m.union_id, m.region_id
"""
_PARENTS = """
    SELECT region_id, parent_id, kind FROM region_fact
     WHERE known_until IS NULL AND storage.today() >= valid_from
       AND (valid_to IS NULL OR storage.today() < valid_to)
"""
_PLANS = "SELECT %s IN (SELECT * FROM access.planned_unions())"
_PLANS_REGIONS = "SELECT access.plans_regions(%s)"


@dataclass(frozen=True, slots=True)
class UnionRow:
    """A union as readers find it; planned: whether the viewer may set targets and issue quotas.

    guide_id: the region whose authority guides it, None: by its members alone.
    """

    union_id: int
    name_zh: str
    name_en: str
    planned: bool
    guide_id: int | None = None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member with what its region is called today; step: observer, shadow or full."""

    union_id: int
    region_id: int
    level: str
    step: str
    code: str | None
    name_zh: str | None
    name_en: str | None


def add(connection: Connection[Any], union: Union, by: str, guide: int | None) -> int:
    """Add a union that has no members yet; return its permanent id."""
    row = connection.execute(_NEXT).fetchone()
    assert row is not None
    union_id = int(row[0])
    connection.execute(_ADD, [union_id, union.name_zh, union.name_en, guide, by])
    return union_id


def listed(connection: Connection[Any], only: int | None = None) -> list[UnionRow]:
    """Return the unions that the viewer sees, or one of them."""
    with connection.cursor(row_factory=class_row(UnionRow)) as cursor:
        return cursor.execute(_LISTED, {"only": only}).fetchall()


def members(connection: Connection[Any], only: int | None = None) -> list[MemberRow]:
    """Return the members of the unions that the viewer sees, or of one."""
    with connection.cursor(row_factory=class_row(MemberRow)) as cursor:
        return cursor.execute(_MEMBERS, {"only": only}).fetchall()


def regions(connection: Connection[Any]) -> Mapping[int, tuple[int | None, str]]:
    """Return every region's parent and kind today."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(_PARENTS)}


def plans(connection: Connection[Any], union_id: int) -> bool:
    """Return whether the viewer may set targets, run and issue for a union."""
    return connection.execute(_PLANS, [union_id]).fetchone() == (True,)


def plans_regions(connection: Connection[Any], wanted: Sequence[int]) -> bool:
    """Return whether the viewer plans for all of these regions."""
    return connection.execute(_PLANS_REGIONS, [list(wanted)]).fetchone() == (True,)


def member_of(region: int, kind: str) -> Member | None:
    """Return a region as a member, None where its kind can be none."""
    level = {"province": "province", "corps": "province", "city": "city", "county": "county",
             "development_zone": "county"}.get(kind)  # fmt: skip
    return None if level is None else Member(region, Level(level))
