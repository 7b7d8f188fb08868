"""What authorities published, as lists: limits, forms, targets, rules, coefficients and factors."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BaseModel

from actions.registry.published import BY_CODE, Published, list_published
from api.auth import CurrentActor
from api.late import LateRoute
from api.tables import TABLE_ANSWER, AsWished, table_of

router = APIRouter(route_class=LateRoute, prefix="/api/v1/published", tags=["words and places"])


class ListShown(BaseModel):
    """A list and its address."""

    code: str
    name_zh: str
    name_en: str
    href: str


class PublishedTableShown(BaseModel):
    """A list's rows; a value is text, null where the document gives none.

    `document` and `clause` are where an auditor finds it, `source` is where it was read, and
    `evidence` is yes (in the document itself), secondary (where it is quoted) or no.
    """

    code: str
    name_zh: str
    name_en: str
    items: list[dict[str, str | None]]


@router.get("", response_model=list[ListShown], summary="Lists of published values")
def get_lists(_actor: CurrentActor) -> list[ListShown]:
    """Return the names of the lists."""
    return [_list_shown(one) for one in BY_CODE.values()]


@router.get(
    "/{code}",
    response_model=PublishedTableShown,
    responses=TABLE_ANSWER,
    summary="Published values",
)
def get_list(
    code: Annotated[str, Path(max_length=64)],
    actor: CurrentActor,
    wish: AsWished,
    on: Annotated[
        date | None, Query(description="Editions that hold on this day; else all.")
    ] = None,
    known_at: Annotated[
        AwareDatetime | None, Query(description="As it was known then; else as it is now.")
    ] = None,
) -> PublishedTableShown | Response:
    """Return a list in order of its keys."""
    table = list_published(actor, code, day=on, known_at=known_at)
    if wish.table:
        return table_of(table.columns, table.rows, code, wish, None)
    items = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return PublishedTableShown(code=code, name_zh=table.of.zh, name_en=table.of.en, items=items)


def _list_shown(one: Published) -> ListShown:
    return ListShown(
        code=one.code, name_zh=one.zh, name_en=one.en, href=f"/api/v1/published/{one.code}"
    )
