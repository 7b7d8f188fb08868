"""Institutions that are founded: entered on the roster with all that is known of them."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from psycopg import Connection

_FOUND: Final = "SELECT * FROM access.found_institution(%s, %s, %s, %s, %s, %s, %s)"


def found(
    connection: Connection[Any],
    place: tuple[int, str, str],
    facts: Mapping[str, str],
    day: date,
    document: tuple[str, str],
) -> tuple[int, int]:
    """Enter an institution from a day on; return its id, and that of the change of the roster.

    place: region, level and department line. facts: by attribute. document: number and reason.
    """
    row = connection.execute(_FOUND, [*place, json.dumps(dict(facts)), day, *document]).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
