"""What authorities published, as tables: each row with document, clause and how it is evidenced."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from actions.published import BY_CODE, list_published
from dashboards.pages.visit import Reader

router = APIRouter(include_in_schema=False)


@router.get("/published")
def get_lists(visit: Reader) -> Response:
    """Return the page of lists."""
    return visit.page("published.html", lists=list(BY_CODE.values()), sheet=None)


@router.get("/published/{code}")
def get_list(code: Annotated[str, Path(max_length=64)], visit: Reader) -> Response:
    """Return the page of one list."""
    sheet = list_published(visit.desk, code)
    return visit.page("published.html", lists=list(BY_CODE.values()), sheet=sheet)
