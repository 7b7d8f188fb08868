"""What authorities published, as tables: each row with document, clause and how it is evidenced."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from actions.registry.published import BY_CODE, Sheet, list_published
from dashboards.pages.visit import Reader

router = APIRouter(include_in_schema=False)


def in_language(sheet: Sheet, lang: str) -> Sheet:
    """Return a list whose sources and notes are in the reader's language alone."""
    others = ("source", "notes") if lang == "zh" else ("source_zh", "notes_zh")
    kept = [place for place, name in enumerate(sheet.columns) if name not in others]
    return Sheet(
        sheet.of,
        tuple(sheet.columns[place].removesuffix("_zh") for place in kept),
        [tuple(row[place] for place in kept) for row in sheet.rows],
    )


@router.get("/published")
def get_lists(visit: Reader) -> Response:
    """Return the page of lists."""
    return visit.page("published.html", lists=list(BY_CODE.values()), sheet=None)


@router.get("/published/{code}")
def get_list(code: Annotated[str, Path(max_length=64)], visit: Reader) -> Response:
    """Return the page of one list."""
    sheet = in_language(list_published(visit.desk, code), visit.lang)
    return visit.page("published.html", lists=list(BY_CODE.values()), sheet=sheet)
