"""Use by hour, day and month: of a channel, or of an institution by carrier."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from actions.accounts.usage import UsageSeries, channel_usage, institution_usage
from actions.figures import in_units
from analytics.coverage import coverage
from api.auth import CurrentActor
from api.fields import Coverage, Exact, From, Id, To, Zone
from api.late import LateRoute
from api.tables import TABLE_ANSWER, After, AsWished, Wish, next_url, table_of

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["series"])

Limit = Annotated[int, Query(ge=1, le=50_000)]


class UsageSeriesShown(BaseModel):
    """Use in order of time; columns of equal length. Times without any reading have no row."""

    carrier: str
    grain: Literal["hour", "day", "month"]
    zone: str
    unit: str
    t: list[str] = Field(description="An hour with its offset, a day, or a month.")
    used: list[Exact | None] = Field(description="In `unit`; null where nothing is known.")
    measured_s: list[int] = Field(
        description="Seconds within steps short enough to show their shape; the rest of an hour "
        "with a figure is estimated, its total measured."
    )
    known_s: list[int] = Field(description="Seconds of which the total is known.")
    coverage: list[Coverage | None] = Field(
        description="Of the total: known_s over the time expected; null where none is over."
    )
    shape_coverage: list[Coverage | None] = Field(description="Of the shape, by measured_s.")
    complete: bool = Field(description="False where a channel is beyond the reader's rights.")
    waits: bool = Field(description="Readings have come whose use is still to be computed.")
    next: str | None = Field(description="Address of the following page.")


@router.get(
    "/channels/{channel_id}/usage",
    response_model=UsageSeriesShown,
    responses=TABLE_ANSWER,
    summary="Use of a channel",
)
def get_channel_usage(
    channel_id: Id,
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    grain: Literal["hour", "day", "month"] = "hour",
    since: From = None,
    until: To = None,
    zone: Zone | None = None,
    after: After = None,
    limit: Limit = 1000,
) -> UsageSeriesShown | Response:
    """Return use in whole quanta; days and months are those of the channel's civil zone."""
    found = channel_usage(
        actor,
        channel_id,
        grain,
        since=since,
        until=until,
        zone=zone,
        after=after,
        limit=wish.most(limit, 50_000),
    )
    return _answer(request, found, wish, f"usage-{channel_id}-{grain}")


@router.get(
    "/institutions/{institution_id}/usage/{carrier}",
    response_model=UsageSeriesShown,
    responses=TABLE_ANSWER,
    summary="Use of an institution",
)
def get_institution_usage(
    institution_id: Id,
    carrier: Annotated[str, Path(max_length=64)],
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    grain: Literal["hour", "day", "month"] = "hour",
    since: From = None,
    until: To = None,
    zone: Zone | None = None,
    after: After = None,
    limit: Limit = 1000,
) -> UsageSeriesShown | Response:
    """Return what the institution's terms take of its channels.

    Months are its metered accounts, days add to them exactly.
    """
    found = institution_usage(
        actor,
        institution_id,
        carrier,
        grain,
        since=since,
        until=until,
        zone=zone,
        after=after,
        limit=wish.most(limit, 50_000),
    )
    return _answer(request, found, wish, f"usage-{institution_id}-{carrier}-{grain}")


def _answer(
    request: Request, found: UsageSeries, wish: Wish, name: str
) -> UsageSeriesShown | Response:
    columns, following = found.columns, next_url(request, found.next)
    used = [in_units(one, found.per_unit) for one in columns.used]
    covered, shaped = (
        [coverage(each, expected) for each, expected in zip(held, columns.expected_s, strict=True)]
        for held in (columns.known_s, columns.measured_s)
    )
    if wish.table:
        units = [found.unit] * len(used)
        held = (columns.measured_s, columns.known_s, covered, shaped)
        body = zip(columns.t, used, units, *held, strict=True)
        header = ["t", "used", "unit", "measured_s", "known_s", "coverage", "shape_coverage"]
        return table_of(header, body, name, wish, following, exact=["used"])
    return UsageSeriesShown(
        carrier=found.carrier,
        grain=found.grain,
        zone=found.zone,
        unit=found.unit,
        t=columns.t,
        used=used,
        measured_s=columns.measured_s,
        known_s=columns.known_s,
        coverage=covered,
        shape_coverage=shaped,
        complete=found.complete,
        waits=found.waits,
        next=following,
    )
