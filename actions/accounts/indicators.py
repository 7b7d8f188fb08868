"""Indicators: how much per area and person, how complete, since last year, and among its like."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import Connection

from actions.accounts.profiles import known_profile
from metering.errors import InputError
from storage.accounts import indicators
from storage.accounts.indicators import Indicator, IndicatorFilter
from storage.pages import Page, cursor_of, key_of

__all__ = ["Indicator", "indicators_in"]


def indicators_in(
    connection: Connection[Any],
    first: date,
    until: date,
    *,
    profiles: Sequence[str],
    region_id: int | None,
    institution_id: int | None,
    after: str | None,
    limit: int,
) -> Page[Indicator]:
    """Return the indicators of what the reader sees, over whole months; a row a profile.

    until: the first month after them. profiles: none are the default one and those of the
    targets that the reader sees. limit: institutions a page.
    """
    if first >= until:
        raise _no_months(first, until)
    (last,) = key_of(after, 0)
    codes = [known_profile(connection, one) for one in dict.fromkeys(profiles)]
    codes = codes or indicators.profiles(connection)
    wanted = IndicatorFilter(first, until, codes, region_id, institution_id)
    most = limit * len(codes)
    rows = indicators.indicators(connection, wanted, after=int(last), most=most + 1)
    following = cursor_of(rows[most - 1].institution_id) if len(rows) > most else None
    return Page(rows[:most], following)


def _no_months(first: date, until: date) -> InputError:
    return InputError(
        "indicators.no_months",
        zh="起始月份在终止月份之后。",
        en="The first month lies after the last.",
        next_zh="请使 from 不晚于 to。",
        next_en="Let `from` be no later than `to`.",
        where={"from": first.isoformat(), "to": until.isoformat()},
    )
