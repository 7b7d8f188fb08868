"""Readings of a channel, and what was also said of the same instants."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.figures import in_units, instant
from actions.readings.stored import ReadingSeries, readings, revisions
from api.auth import CurrentActor
from api.fields import Exact, From, Id, To
from api.late import LateRoute
from api.tables import TABLE_ANSWER, After, AsWished, Wish, next_url, table_of

router = APIRouter(route_class=LateRoute, prefix="/api/v1/channels/{channel_id}", tags=["series"])

_AT_ONCE: Final = 50_000
_HEADER: Final = ("from", "at", "value", "unit", "quanta", "rank", "seq")
Limit = Annotated[int, Query(ge=1, le=_AT_ONCE)]


class ReadingSeriesShown(BaseModel):
    """Readings in order of time; columns of equal length."""

    channel_id: int
    unit: str
    per_unit: int
    at: list[str] = Field(description="UTC, to the millisecond.")
    value: list[Exact | None] = Field(description="In `unit`; null is a void.")
    quanta: list[int | None] = Field(description="Whole quanta of the channel, within 2^53.")
    rank: list[int] = Field(description="0 gateway or file, 1 person.")
    seq: list[int] = Field(description="The message's number, 0 where it had none.")
    begins: list[str | None] = Field(
        description="When the use of an interval began, where a file told it; else a period before."
    )
    next: str | None = Field(description="Address of the following page.")


@router.get(
    "/readings", response_model=ReadingSeriesShown, responses=TABLE_ANSWER, summary="Readings"
)
def get_readings(
    channel_id: Id,
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    since: From = None,
    until: To = None,
    after: After = None,
    limit: Limit = 1000,
) -> ReadingSeriesShown | Response:
    """Return the readings that stand: of several for one instant, the greatest (rank, seq)."""
    found = readings(
        actor, channel_id, since=since, until=until, after=after, limit=wish.most(limit, _AT_ONCE)
    )
    if wish.table and wish.whole:
        return _all(found, wish, partial(readings, actor, channel_id, since=since, until=until))
    return _answer(request, found, wish, "readings")


@router.get(
    "/revisions", response_model=ReadingSeriesShown, responses=TABLE_ANSWER, summary="Revisions"
)
def get_revisions(
    channel_id: Id,
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    since: From = None,
    until: To = None,
    after: After = None,
    limit: Limit = 1000,
) -> ReadingSeriesShown | Response:
    """Return what was said of an instant beside the reading that stands."""
    found = revisions(
        actor, channel_id, since=since, until=until, after=after, limit=wish.most(limit, _AT_ONCE)
    )
    return _answer(request, found, wish, "revisions")


def _all(first: ReadingSeries, wish: Wish, more: Callable[..., ReadingSeries]) -> Response:
    """Return every reading as a file, read a page at a time."""

    def body() -> Iterator[tuple[Any, ...]]:
        found = first
        yield from _rows(found)
        while found.next is not None:
            found = more(after=found.next, limit=_AT_ONCE)
            yield from _rows(found)

    name = f"readings-{first.channel.channel_id}"
    return table_of(_HEADER, body(), name, wish, None, exact=["value"])


def _rows(found: ReadingSeries) -> Iterator[tuple[Any, ...]]:
    channel, columns = found.channel, found.columns
    begins = (None if ms is None else _written(ms) for ms in columns.from_ms)
    at = map(_written, columns.at_ms)
    value = (in_units(one, channel.per_unit) for one in columns.value)
    rows = zip(begins, at, value, columns.value, columns.rank, columns.seq, strict=True)
    for b, a, v, q, r, s in rows:
        yield b, a, v, channel.unit, q, r, s


def _written(at_ms: int) -> str:
    return instant(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answer(
    request: Request, found: ReadingSeries, wish: Wish, name: str
) -> ReadingSeriesShown | Response:
    channel, columns = found.channel, found.columns
    following = next_url(request, found.next)
    if wish.table:
        called = f"{name}-{channel.channel_id}"
        return table_of(_HEADER, _rows(found), called, wish, following, exact=["value"])
    return ReadingSeriesShown(
        channel_id=channel.channel_id,
        unit=channel.unit,
        per_unit=channel.per_unit,
        at=[_written(ms) for ms in columns.at_ms],
        value=[in_units(one, channel.per_unit) for one in columns.value],
        quanta=columns.value,
        rank=columns.rank,
        seq=columns.seq,
        begins=[None if ms is None else _written(ms) for ms in columns.from_ms],
        next=following,
    )
