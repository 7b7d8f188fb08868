"""What plans ask of provinces and the nation, as published: beside a union's target."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

# The newest edition of each: whether its years meet another target's is what counts, not today.
_KNOWN = """
    SELECT DISTINCT ON (scope_code, plan, indicator, target_year)
           scope_code, scope_zh, plan, indicator, base_year, target_year, kind, value, unit, source
      FROM plan_target
     WHERE scope_code = ANY(%s) AND kind IN ('cap', 'reduction') AND known_until IS NULL
     ORDER BY scope_code, plan, indicator, target_year, valid_from DESC
"""


@dataclass(frozen=True, slots=True)
class PlanTarget:
    """A plan's cap or reduction; value: in `unit`, a reduction in percent."""

    scope_code: str
    scope_zh: str
    plan: str
    indicator: str
    base_year: int
    target_year: int
    kind: str
    value: Decimal | None
    unit: str | None
    source: str


def known(connection: Connection[Any], codes: Sequence[str]) -> list[PlanTarget]:
    """Return what is known of these codes of provinces, 000000 being the nation."""
    with connection.cursor(row_factory=class_row(PlanTarget)) as cursor:
        return cursor.execute(_KNOWN, [list(codes)]).fetchall()
