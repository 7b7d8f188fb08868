"""Where a union's institutions count and what they are, as dated: to ask whose roster holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg import Connection

from compact.rosters import Dated, Roster, day_of

_PLACES = """
    SELECT institution_id, known_from, region_id, member_id, department_line, valid_from, valid_to
      FROM access.base_places_among(%(union)s, %(only)s::integer[])
     ORDER BY institution_id, valid_from
"""
_CLASSES = """
    SELECT institution_id, class, valid_from, valid_to
      FROM access.base_classes(%(union)s, %(only)s)
     ORDER BY institution_id, valid_from
"""


def roster(
    connection: Connection[Any], union_id: int, ids: Sequence[int], *, whole: bool = True
) -> Roster:
    """Return the roster of institutions that the viewer plans, in order of id.

    whole: whether these are all of the union.
    """
    parameters = {"union": union_id, "only": None if whole else list(ids)}
    who = {institution: place for place, institution in enumerate(ids)}
    places = [row for row in connection.execute(_PLACES, parameters) if row[0] in who]
    classes = [row for row in connection.execute(_CLASSES, parameters) if row[0] in who]
    lines = tuple(sorted({row[4] for row in places}))
    codes = tuple(sorted({row[1] for row in classes}))
    line_at, code_at = ({code: i for i, code in enumerate(each)} for each in (lines, codes))
    known_from = np.zeros(len(ids), np.int64)
    for row in places:
        known_from[who[row[0]]] = day_of(row[1])
    return Roster(
        institution=np.array(ids, np.int64),
        known_from=known_from,
        places=Dated.of([(who[row[0]], i, row[5], row[6]) for i, row in enumerate(places)]),
        region=_column([row[2] for row in places]),
        member=_column([row[3] for row in places]),
        line=_column([line_at[row[4]] for row in places]),
        lines=lines,
        classed=Dated.of([(who[row[0]], code_at[row[1]], row[2], row[3]) for row in classes]),
        classes=codes,
    )


def _column(values: Sequence[int]) -> Any:
    return np.array(values, np.int64)
