"""A quota's calendar on a page: by month what a day of each kind may use, and every day."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from actions.compact.days_table import KINDS, QUOTA_DAYS, DayQuota, MonthOfDays, months_of_days
from actions.compact.target_words import QUOTAS
from compact.indicators import Indicator
from dashboards.pages import writing
from dashboards.pages.compact.amounts import kilograms
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer

router = APIRouter(include_in_schema=False)

_GRAMS: Final = 3


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month as the page writes it; of_kind: a day's mean quota of each kind."""

    month: int
    days: int
    quota: str
    of_kind: list[str]


@router.get("/institutions/{institution_id}/quotas/{year}/days")
def get_days(
    institution_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    year: Annotated[int, Path(ge=1970, le=2100)],
    viewer: Reader,
) -> Response:
    """Return the page."""
    of = {"institution_id": institution_id, "year": year}
    shown = listing(viewer, QUOTA_DAYS, viewer.path, of)
    found: list[DayQuota] = list(shown.found)
    asked = {name: viewer.request.query_params.get(name) for name in ("union", "indicator")}
    back = viewer.url(f"/institutions/{institution_id}/quotas/{year}", **asked)
    indicator = found[0].indicator
    return viewer.page(
        "compact/days.html",
        status=shown.status,
        list=shown,
        year=year,
        unit=Indicator(indicator).unit_shown,
        quota_name=QUOTAS[indicator].say(viewer.lang),
        back=back,
        months=[_line(one) for one in months_of_days(found)],
        kinds=[words.say(viewer.lang) for words in KINDS.values()],
        known=all(one.published for one in found),
        hint=_rests(viewer, found),
    )


def _line(one: MonthOfDays) -> MonthLine:
    return MonthLine(
        one.month,
        one.days,
        writing.number(kilograms(one.grams), _GRAMS),
        [_mean(one, *one.of_kind[kind]) for kind in KINDS],
    )


def _mean(one: MonthOfDays, many: int, grams: int) -> str:
    if one.grams is None or not many:
        return writing.DASH
    return writing.number(kilograms(round(grams / many)), _GRAMS)


def _rests(viewer: Viewer, found: list[DayQuota]) -> str:
    """Return how many days rest on less than their own month."""
    less = sum(one.rests_on != "month" for one in found if one.grams is not None)
    return viewer.say("days_rest_on_less", days=less) if less else ""
