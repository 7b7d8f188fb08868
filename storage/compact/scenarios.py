"""Scenarios: a rule with what it is given, what it came to, and what is said of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.whole import whole_row

_ADD = """
    INSERT INTO scenario (target_id, union_id, name, rule, method, year, more, less, same, least,
                          most, gini, made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_ADD_MEMBER = """
    INSERT INTO scenario_member (scenario_id, union_id, member_id, base_g, amount_g, equal_g,
                                 guarded)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_LISTED = """
    SELECT s.id AS scenario_id, s.target_id, s.union_id, t.indicator, s.name, s.rule, s.method,
           s.year, s.more, s.less, s.same, s.least, s.most, s.gini, s.made_at, s.made_by
      FROM scenario s JOIN target t ON t.id = s.target_id
     WHERE (%(only)s::integer IS NULL OR s.id = %(only)s)
       AND (%(target)s::integer IS NULL OR s.target_id = %(target)s)
       AND (%(union)s::integer IS NULL OR s.union_id = %(union)s)
     ORDER BY s.id
"""
_MEMBERS = """
    SELECT scenario_id, member_id, base_g, amount_g, equal_g
      FROM scenario_member WHERE scenario_id = ANY(%s)
     ORDER BY scenario_id, member_id NULLS LAST
"""
_NAMED = "SELECT EXISTS (SELECT FROM scenario WHERE target_id = %s AND name = %s)"
_COMMENT = """
    INSERT INTO scenario_comment (scenario_id, union_id, region_id, text, made_by)
    VALUES (%s, %s, %s, %s, %s) RETURNING id
"""
_COMMENTS = """
    SELECT c.id AS comment_id, c.scenario_id, c.region_id, c.text, c.made_at, c.made_by,
           r.name_zh, r.name_en
      FROM scenario_comment c LEFT JOIN report.region r ON r.region_id = c.region_id
     WHERE c.scenario_id = %s ORDER BY c.id DESC LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario; method: the rule with what it is given, as a snapshot writes it.

    more, less, same: how many institutions get that beside the same percentage for all. least,
    most: quota over base, of whoever has least and most. gini: of the falls.
    """

    scenario_id: int
    target_id: int
    union_id: int
    indicator: str
    name: str
    rule: str
    method: Mapping[str, Any]
    year: int | None
    more: int
    less: int
    same: int
    least: float | None
    most: float | None
    gini: float | None
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class MemberSum:
    """What a scenario gives a member, or all (None), and what the same percentage would. [g]"""

    scenario_id: int
    member_id: int | None
    base_g: int
    amount_g: int
    equal_g: int


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of a scenario, and for which region; None: as a planner of all."""

    comment_id: int
    scenario_id: int
    region_id: int | None
    text: str
    made_at: datetime
    made_by: str
    name_zh: str | None
    name_en: str | None


def add(
    connection: Connection[Any],
    row: tuple[Any, ...],
    members: Sequence[tuple[int | None, int, int, int, Sequence[int]]],
) -> int:
    """Keep a scenario; return its id.

    row: target, union, name, rule, method, year, more, less, same, least, most, gini, by whom.
    members: each with base, amount and equal share in grams, and its institutions.
    """
    values = [json.dumps(one) if isinstance(one, Mapping) else one for one in row]
    made = connection.execute(_ADD, values).fetchone()
    assert made is not None
    for who, base, amount, equal, ids in members:
        parameters = [made[0], row[1], who, base, amount, equal, list(ids)]
        connection.execute(_ADD_MEMBER, parameters)
    return int(made[0])


def is_named(connection: Connection[Any], target_id: int, name: str) -> bool:
    """Return whether a target has a scenario of that name."""
    return connection.execute(_NAMED, [target_id, name]).fetchone() == (True,)


def listed(
    connection: Connection[Any],
    *,
    only: int | None = None,
    target_id: int | None = None,
    union_id: int | None = None,
) -> list[ScenarioRow]:
    """Return the scenarios that the viewer sees, in the order in which they were kept."""
    wanted = {"only": only, "target": target_id, "union": union_id}
    with connection.cursor(row_factory=class_row(ScenarioRow)) as cursor:
        return cursor.execute(_LISTED, wanted).fetchall()


def members(connection: Connection[Any], ids: Sequence[int]) -> list[MemberSum]:
    """Return what scenarios give members and all, as far as it tells of no restricted one."""
    with connection.cursor(row_factory=whole_row(MemberSum)) as cursor:
        return cursor.execute(_MEMBERS, [list(ids)]).fetchall()


def comment(
    connection: Connection[Any], of: tuple[int, int], region_id: int | None, text: str, by: str
) -> int:
    """Keep what is said of a scenario; of: its id and union. Return the comment's id."""
    row = connection.execute(_COMMENT, [*of, region_id, text, by]).fetchone()
    assert row is not None
    return int(row[0])


def comments(connection: Connection[Any], scenario_id: int) -> list[Comment]:
    """Return what was said of a scenario, the newest first."""
    with connection.cursor(row_factory=class_row(Comment)) as cursor:
        return cursor.execute(_COMMENTS, [scenario_id]).fetchall()
