"""How far members and institutions are on the path of their quotas."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from actions.compact.disclosure import withheld_words
from actions.compact.progress import Progress, Withheld, progress_of, withheld_of
from actions.figures import in_units, kilograms
from analytics.coverage import coverage
from api.auth import CurrentActor
from api.fields import Coverage, Exact, IdAsked
from api.tables import TABLE_ANSWER, AsWished, models_of

router = APIRouter(prefix="/api/v1", tags=["runs and quotas"])

Day = Annotated[date | None, Query(description="Up to the end of this day; else the newest.")]


class ProgressShown(BaseModel):
    """Use beside the path, both up to the end of a day, in months that have a quota.

    Of a member whose progress is withheld there is a row that says so, and no figure.
    """

    union_id: int
    indicator: str
    year: int
    day: date | None
    member_id: int
    institution_id: int | None = Field(description="null: the member as a whole.")
    quota_kgce: Exact | None
    state: str = Field(
        description="in_force, dropped where the run in force leaves it out, or withheld"
    )
    path_kgce: Exact | None = Field(description="Of the quota, by that day.")
    used_kgce: Exact | None = Field(description="null where nothing was measured.")
    compared_path_kgce: Exact | None = Field(
        description="Due in the months that are enough measured."
    )
    compared_used_kgce: Exact | None = Field(description="Used in the same months.")
    over_kgce: Exact | None = Field(
        description="Use less path in the months that are enough measured, below zero is good; "
        "null where these are too little of the path."
    )
    coverage: Coverage | None = Field(description="By time whose total is known.")
    institutions: int | None = Field(
        description="How many the sums hold; null where worked out before this was kept."
    )
    unmeasured: int | None = Field(description="Of which nothing is measured at all.")
    months: int | None = Field(description="Months due, of all institutions together.")
    compared_months: int | None = Field(
        description="Those that are enough measured: compared_… are their sums."
    )
    enough: float | None = Field(
        description="The share of the expected time that the union asks for."
    )
    run_id: int | None = Field(description="The run in force for the year.")
    as_of: datetime | None = Field(description="When it was worked out.")
    withheld: str | None = Field(
        None, description="In words, which figures would tell of a restricted institution."
    )


class ProgressList(BaseModel):
    """The newest progress of each year."""

    items: list[ProgressShown]


@router.get(
    "/progress/members",
    response_model=ProgressList,
    responses=TABLE_ANSWER,
    summary="Progress of members",
)
def get_progress_of_members(
    actor: CurrentActor, wish: AsWished, union: IdAsked | None = None, day: Day = None
) -> ProgressList | Response:
    """Return how far members are that hold something the reader sees."""
    found = progress_of(actor, union_id=union, day=day)
    hidden = withheld_of(actor, union_id=union, day=day)
    items = [*(_shown(one) for one in found), *(_withheld(one) for one in hidden)]
    return _answer(items, "progress-members", wish)


@router.get(
    "/progress/institutions",
    response_model=ProgressList,
    responses=TABLE_ANSWER,
    summary="Progress of institutions",
)
def get_progress_of_institutions(
    actor: CurrentActor,
    wish: AsWished,
    union: IdAsked | None = None,
    institution: IdAsked | None = None,
    day: Day = None,
) -> ProgressList | Response:
    """Return how far the institutions are that the reader sees."""
    found = progress_of(actor, union_id=union, institution_id=institution, members=False, day=day)
    return _answer([_shown(one) for one in found], "progress-institutions", wish)


def _answer(items: list[ProgressShown], name: str, wish: AsWished) -> ProgressList | Response:
    if wish.table:
        return models_of(items, ProgressShown, name, wish, None)
    return ProgressList(items=items)


def _shown(one: Progress) -> ProgressShown:
    return ProgressShown(
        union_id=one.union_id,
        indicator=one.indicator,
        year=one.year,
        day=one.day,
        member_id=one.member_id,
        institution_id=one.institution_id,
        quota_kgce=kilograms(one.quota_g),
        path_kgce=kilograms(one.path_g),
        used_kgce=in_units(one.used_g, 1000),
        state=one.state,
        compared_path_kgce=kilograms(one.compared_path_g),
        compared_used_kgce=in_units(one.compared_used_g, 1000),
        over_kgce=in_units(one.over_g, 1000),
        coverage=coverage(one.known_s, one.expected_s),
        institutions=one.institutions,
        unmeasured=one.unmeasured,
        months=one.months,
        compared_months=one.compared_months,
        enough=one.enough_permille / 1000,
        run_id=one.run_id,
        as_of=one.as_of,
    )


def _withheld(one: Withheld) -> ProgressShown:
    """Return a row in the place of a member's figures."""
    figures: dict[str, None] = dict.fromkeys(
        ("quota_kgce", "path_kgce", "used_kgce", "compared_path_kgce", "compared_used_kgce",
         "over_kgce", "coverage")
    )  # fmt: skip
    return ProgressShown(
        union_id=one.union_id,
        indicator=one.indicator,
        year=one.year,
        day=None,
        member_id=one.member_id,
        institution_id=None,
        state="withheld",
        run_id=None,
        as_of=None,
        withheld=withheld_words(**figures),
        institutions=None,
        unmeasured=None,
        months=None,
        compared_months=None,
        enough=None,
        **figures,
    )
