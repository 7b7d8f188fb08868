"""Targets of unions: set once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from compact.targets import Curve, Indicator, Origin, Target

_ADD = """
    INSERT INTO target (union_id, indicator, profile, fall_millionths, base_year, target_year,
                        curve, origin, source, made_by, binding, incentive_millionths, stale_days)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_BOUND = """
    SELECT region_id FROM access.bound_elsewhere(
           %s, %s::integer[], %s, storage.years_of(%s::integer, %s::integer)) AS b (region_id)
     ORDER BY 1
"""
_LISTED = """
    SELECT id, union_id, source, indicator, profile, fall_millionths, base_year, target_year,
           curve, origin, binding, incentive_millionths, stale_days
      FROM target
     WHERE (%(union)s::integer IS NULL OR union_id = %(union)s)
       AND (%(only)s::integer IS NULL OR id = %(only)s)
     ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with its id, whose it is and where it comes from."""

    target_id: int
    union_id: int
    source: str
    target: Target
    binding: bool = False


def add(
    connection: Connection[Any],
    union_id: int,
    target: Target,
    source: str,
    by: str,
    *,
    binding: bool = False,
) -> int:
    """Set a target and return its id; binding: no other union's may bind its full members then."""
    parameters = [
        union_id,
        target.indicator.value,
        target.profile,
        target.fall_millionths,
        target.base_year,
        target.target_year,
        target.curve.value,
        target.origin.value,
        source,
        by,
        binding,
        target.incentive_millionths,
        target.stale_days,
    ]
    row = connection.execute(_ADD, parameters).fetchone()
    assert row is not None
    return int(row[0])


def bound_elsewhere(
    connection: Connection[Any], union_id: int, regions: Sequence[int], target: Target
) -> list[int]:
    """Return which of these members another union's binding target holds in the same years."""
    years = target.base_year, target.target_year
    found = connection.execute(_BOUND, [union_id, list(regions), target.indicator.value, *years])
    return [row[0] for row in found]


def listed(connection: Connection[Any], union_id: int | None = None) -> list[TargetRow]:
    """Return targets that the viewer sees, of one union or of all."""
    return _found(connection, {"union": union_id, "only": None})


def one(connection: Connection[Any], target_id: int) -> TargetRow | None:
    """Return one target, if the viewer sees it."""
    found = _found(connection, {"union": None, "only": target_id})
    return found[0] if found else None


def _found(connection: Connection[Any], parameters: dict[str, int | None]) -> list[TargetRow]:
    return [_row(*row) for row in connection.execute(_LISTED, parameters)]


def _row(
    target_id: int,
    union_id: int,
    source: str,
    indicator: str,
    profile: str,
    fall_millionths: int,
    base_year: int | None,
    target_year: int | None,
    curve: str,
    origin: str,
    binding: bool,
    *more: Any,
) -> TargetRow:
    years = fall_millionths, base_year, target_year
    words = Curve(curve), Origin(origin)
    target = Target(Indicator(indicator), profile, *years, *words, *more)
    return TargetRow(target_id, union_id, source, target, binding)
