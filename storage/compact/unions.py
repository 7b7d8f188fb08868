"""Unions with their members, and the agreement that holds between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from compact.unions import Agreement, Grade, Level, Member, State, Union

_NEXT = "SELECT nextval(pg_get_serial_sequence('region_union', 'id'))"
_ADD = "INSERT INTO region_union (id, name_zh, name_en, made_by) VALUES (%s, %s, %s, %s)"
# One statement: the first members of a new union come together.
_JOIN = """
    INSERT INTO union_member (union_id, region_id, level, valid_from, source, known_by)
    SELECT %s, region, level, %s, %s, %s FROM unnest(%s::integer[], %s::text[]) AS m (region, level)
"""
_AGREE = """
    INSERT INTO agreement (union_id, version, grade, state, members, signed_by, source)
    VALUES (%s, (SELECT coalesce(max(version), 0) + 1 FROM agreement WHERE union_id = %s),
            %s, %s, %s, %s, %s)
"""
_AGREEMENT = """
    SELECT grade, state, members, signed_by FROM agreement
     WHERE union_id = %s ORDER BY version DESC LIMIT 1
"""
_LISTED = """
    SELECT u.union_id, u.name_zh, u.name_en,
           u.union_id IN (SELECT * FROM access.planned_unions()) AS planned
      FROM report.region_union u
     WHERE %(only)s::integer IS NULL OR u.union_id = %(only)s
     ORDER BY u.union_id
"""
_MEMBERS = """
    SELECT m.union_id, m.region_id, m.level, f.code, f.name_zh, f.name_en
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
    """A union as readers find it; planned: whether the viewer may set targets and issue quotas."""

    union_id: int
    name_zh: str
    name_en: str
    planned: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member with what its region is called today."""

    union_id: int
    region_id: int
    level: str
    code: str | None
    name_zh: str | None
    name_en: str | None


def add(connection: Connection[Any], union: Union, by: str, source: str, since: date) -> int:
    """Add a union with its members from a day on; return its permanent id."""
    row = connection.execute(_NEXT).fetchone()
    assert row is not None
    union_id = int(row[0])
    connection.execute(_ADD, [union_id, union.name_zh, union.name_en, by])
    regions = [one.region for one in union.members]
    levels = [one.level.value for one in union.members]
    connection.execute(_JOIN, [union_id, since, source, by, regions, levels])
    return union_id


def agree(connection: Connection[Any], union_id: int, agreement: Agreement, source: str) -> None:
    """Keep an agreement as the union's newest."""
    members, signed = sorted(agreement.members), sorted(agreement.signed_by)
    parameters = [union_id, union_id, agreement.grade.value, agreement.state.value, members, signed]
    connection.execute(_AGREE, [*parameters, source])


def agreement(connection: Connection[Any], union_id: int) -> Agreement | None:
    """Return the newest agreement of a union."""
    row = connection.execute(_AGREEMENT, [union_id]).fetchone()
    if row is None:
        return None
    return Agreement(Grade(row[0]), frozenset(row[2]), frozenset(row[3]), State(row[1]))


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
