"""Corrections by people, and the record of what they did, kept with the readings they change."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from psycopg import Connection

from metering.messages import Correction, Deed, Outdone
from storage import merging
from storage.binding import Bound

_MAKE = """
    INSERT INTO correction (made_by, reason, source) VALUES (%s, %s, %s) RETURNING id
"""
_DEED = "INSERT INTO deed (actor, act, subject, detail) VALUES (%s, %s, %s, %s)"


def let_count(
    connection: Connection[Any], correction: Correction, bound: Bound, outdone: list[Outdone]
) -> int:
    """Let readings that another outdid count against it, as a person's; return how many."""
    if not outdone:
        return 0
    made = [correction.made_by, correction.reason, correction.source]
    row = connection.execute(_MAKE, made).fetchone()
    assert row is not None
    some = bound.only(np.isin(bound.place, [one.place for one in outdone]))
    merging.clear(connection)
    merging.merge(connection, replace(some, seq=np.full(len(some.seq), row[0], np.int64)), rank=1)
    return len(outdone)


def write_down(connection: Connection[Any], deed: Deed) -> None:
    """Keep who did what, in the caller's transaction."""
    said = json.dumps(deed.detail, default=str, ensure_ascii=False)
    connection.execute(_DEED, [deed.actor, deed.act, deed.subject, said])
