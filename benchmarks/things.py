"""An object of each kind that actions hang on, in a set of the benchmarks; a few are made there."""

import io
from datetime import UTC, datetime, time, timedelta
from typing import Final

import psycopg

from actions.actor import SYSTEM, Actor, open_pool
from actions.catalogue import declared
from actions.readings.file_corrections import correct_by_file
from benchmarks.broad import FIRST, Broad

_SET_ASIDE: Final = """
    INSERT INTO set_aside (stage, key, institution_id, carrier, month, reason, error)
    VALUES ('figure', 'benchmark', 1, 'electricity', '2024-01-01', 'account.out_of_range', '9e15')
"""
_ONE_OF: Final = {
    "channel": "SELECT min(id) FROM channel",
    "correction": "SELECT max(id) FROM amendment",
    "correction_file": "SELECT max(id) FROM correction",
    "gateway": "SELECT max(gateway_id) FROM binding",
    "grant": "SELECT max(id) FROM access_grant",
    "institution": "SELECT min(id) FROM institution",
    "person": "SELECT max(id) FROM app_user",
    "run": "SELECT max(id) FROM run",
    "set_aside": "SELECT max(id) FROM set_aside",
    "target": "SELECT max(id) FROM target",
    "union": "SELECT max(id) FROM region_union",
}


def made_of_each(made: Broad) -> dict[str, int]:
    """Return the id of an object of each kind, by the kind's code."""
    made.tables.execute(_SET_ASIDE)
    _correct(made)
    found = {}
    with psycopg.connect(made.tables.admin_url) as connection:
        for code, query in _ONE_OF.items():
            row = connection.execute(query.encode()).fetchone()
            if row is not None and row[0] is not None:
                found[code] = int(row[0])
    return found


def forms(found: dict[str, int]) -> tuple[dict[str, str], list[str]]:
    """Return the address of every declared action's form, and the actions without an object."""
    known, without = {}, []
    for code, kind in declared().items():
        if kind.about.on is None:
            known[code] = f"/do/{code}"
        elif kind.about.on.code in found:
            known[code] = f"/do/{code}/{found[kind.about.on.code]}"
        else:
            without.append(code)
    return known, without


def _correct(made: Broad) -> None:
    """Correct one reading by a file."""
    at = datetime.combine(FIRST, time(), UTC)
    text = f"gateway,key,at,value\nzhejiang/g1,c1,{at.isoformat()},5.25\n"
    now_ms = int((at + timedelta(days=3650)).timestamp() * 1000)
    with open_pool(made.tables.logins["api"], max_size=2) as pool:
        correct_by_file(
            Actor(pool, SYSTEM), io.BytesIO(text.encode()), "may.csv", reason="letter",
            now_ms=now_ms, ahead_ms=0,
        )  # fmt: skip
