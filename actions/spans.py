"""From the days and instants that people name to spans of milliseconds."""

from datetime import date, datetime
from typing import Any

from psycopg import Connection

from actions.figures import milliseconds
from metering.errors import InputError
from storage.readings import series
from storage.readings.series import Span

When = date | datetime | None


def span_of(
    connection: Connection[Any], since: When, until: When, zone: str, after_ms: int
) -> Span:
    """Return the span from one end to before the other; a day begins at its midnight in the zone.

    after_ms: where the page before ended, -1 at the beginning.
    """
    whole = Span()
    first = whole.first_ms if since is None else _at(connection, since, zone, "from")
    last = whole.until_ms if until is None else _at(connection, until, zone, "to")
    if last < first:
        raise InputError(
            "span.ends_before_it_begins",
            zh="结束时间早于开始时间。",
            en="The time ends before it begins.",
            next_zh="请对调 from 与 to。",
            next_en="Exchange `from` and `to`.",
            where={"field": "to", "value": str(until)},
        )
    return Span(max(first, 0), min(last, whole.until_ms), after_ms)


def _at(connection: Connection[Any], when: date | datetime, zone: str, field: str) -> int:
    if not isinstance(when, datetime):
        return series.midnight(connection, when, zone)
    if when.tzinfo is None:
        raise InputError(
            "span.naive_time",
            zh=f"时间“{when.isoformat()}”没有时区。",
            en=f"The time “{when.isoformat()}” has no offset.",
            next_zh="请写明时差,如 +08:00;或只写日期。",
            next_en="Add an offset such as +08:00, or give a day alone.",
            where={"field": field, "value": when.isoformat()},
        )
    return milliseconds(when)


def month_after(month: date) -> date:
    """Return the first day of the month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
