"""What bases are made of, of many institutions at once: months, terms, stretches and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from compact.base_columns import Known, Months, Terms
from compact.bases import Frozen, Size
from compact.targets import MONTHS, Target
from storage.columns import Columns, gathered
from storage.compact.base_histories import CARRIERS, FROZEN, SIZES, TODAY
from storage.compact.bases import TargetInstitution

_LONG = "SET LOCAL statement_timeout = '10min'"
# What is short shares one number: a column more takes as long to send as this takes to make.
_MONTHS: Final = """
    SELECT (institution_id::bigint << 31) + ((day + 36524)::bigint << 13)
               + ((place - 1) << 5) + (how << 1) + by_act::integer,
           quanta, grams
      FROM access.base_columns(%(union)s, %(profile)s, %(quantity)s, %(only)s::integer[])
"""
_PACKED_TYPES: Final = {"packed": "int8", "quanta": "int8", "grams": "int8"}
_DAYS_BEFORE: Final = 36_524  # those of a century before 2000
_TERMS: Final = """
    SELECT institution_id, place - 1, first, last
      FROM access.base_terms(%(union)s, %(profile)s, %(quantity)s, %(only)s::integer[])
"""
_TERM_TYPES: Final = {"who": "int4", "carrier": "int4", "first": "int4", "last": "int4"}

_FEW: Final = 500  # institutions that are asked for by id; of more, all are read
_EPOCH: Final = "2000-01-01"


def known(
    connection: Connection[Any], union_id: int, target: Target, counted: Sequence[TargetInstitution]
) -> Known:
    """Return what these institutions used as a target counts it, in order of id."""
    connection.execute(_LONG)
    ids = sorted(one.institution_id for one in counted)
    only = ids if len(ids) <= _FEW else None
    counts = {"profile": target.profile, "quantity": target.indicator.quantity.value}
    parameters = {"union": union_id, "only": only} | counts
    packed = gathered(connection, _MONTHS, _PACKED_TYPES, parameters)
    months = _months(_in_order(_unpacked(packed), ids))
    terms = _terms(_in_order(gathered(connection, _TERMS, _TERM_TYPES, parameters), ids))
    first, last = _span(connection, months)
    frozen: dict[int, list[Frozen]] = {who: [] for who in ids}
    for who, *stretch in connection.execute(FROZEN, parameters):
        if who in frozen:
            frozen[who].append(Frozen(*stretch))
    sizes: dict[int, list[Size]] = {who: [] for who in ids}
    for who, *size in connection.execute(SIZES, parameters):
        if who in sizes:
            sizes[who].append(Size(*size))
    return Known(
        institutions=ids,
        carriers=[name for (name,) in connection.execute(CARRIERS, counts)],
        first=first,
        last=last,
        months=months,
        terms=terms,
        frozen={who: stretches for who, stretches in frozen.items() if stretches},
        sizes={who: stated for who, stated in sizes.items() if stated},
        roster={one.institution_id: one.roster_status for one in counted},
    )


def _unpacked(found: Columns) -> Columns:
    """Return the columns that share a number, each by itself."""
    packed = found["packed"]
    return {
        "who": packed >> 31,
        "first": (packed >> 13 & 0x3FFFF) - _DAYS_BEFORE,
        "carrier": packed >> 5 & 0xFF,
        "how": packed >> 1 & 0xF,
        "by_act": (packed & 1).astype(np.bool_),
        "quanta": found["quanta"],
        "grams": found["grams"],
    }


def _in_order(found: Columns, ids: list[int]) -> Columns:
    """Return rows with each institution by its place, in this order."""
    places = np.array(ids, np.int64)
    who = np.searchsorted(places, found["who"])
    order = np.argsort(who, kind="stable")
    asked = np.isin(found["who"][order], places)
    rows = order[asked]
    return {name: column[rows] for name, column in (found | {"who": who}).items()}


def _months(rows: Columns) -> Months:
    columns = {name: rows[name] for name in rows if name != "first"}
    return Months(month=_month(rows["first"]), **columns)


def _terms(rows: Columns) -> Terms:
    return Terms(rows["who"], rows["carrier"], _month(rows["first"]), _month(rows["last"]))


def _month(days: NDArray[Any]) -> NDArray[np.int64]:
    """Return the months of days that are counted from 2000, as months since the year 0."""
    months = (np.datetime64(_EPOCH, "D") + days).astype("datetime64[M]").astype(np.int64)
    return np.asarray(months + 1970 * MONTHS)


def _span(connection: Connection[Any], months: Months) -> tuple[int, int]:
    """Return the first and last month of years with an account, none of them to come.

    A span that ends before it begins, where nobody has one.
    """
    months_of = months.month[~months.by_act]
    row = connection.execute(TODAY).fetchone()
    if row is None or not len(months_of):
        return MONTHS, 0
    today: date = row[0]
    last = int(months_of.max()) // MONTHS * MONTHS + MONTHS - 1
    now = today.year * MONTHS + today.month - 1
    return int(months_of.min()) // MONTHS * MONTHS, min(last, now)
