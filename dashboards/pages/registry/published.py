"""What authorities published, as tables: each row with document, clause and how it is evidenced."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response

from actions.declared import Action
from actions.registry.published import BY_CODE, PublishedTable, list_published
from actions.registry.state_factors import StateCo2Factor, StateCoefficient, StateGridFactor
from actions.registry.withdraw_factor import WithdrawFactor
from actions.rights import Right, holds
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)

# What people may state beside the shipped rows, by list.
_STATED: Final[dict[str, type[Action[Any, Any]]]] = {
    "coefficients": StateCoefficient,
    "co2-factors": StateCo2Factor,
    "grid-factors": StateGridFactor,
}


def in_language(table: PublishedTable, lang: str) -> PublishedTable:
    """Return a list whose sources and notes are in the reader's language alone."""
    others = ("source", "notes") if lang == "zh" else ("source_zh", "notes_zh")
    kept = [place for place, name in enumerate(table.columns) if name not in others]
    return PublishedTable(
        table.of,
        tuple(table.columns[place].removesuffix("_zh") for place in kept),
        [tuple(row[place] for place in kept) for row in table.rows],
    )


@router.get("/published")
def get_lists(viewer: Reader) -> Response:
    """Return the page of lists."""
    return viewer.page("published.html", lists=list(BY_CODE.values()), table=None, acts=[])


@router.get("/published/{code}")
def get_list(code: Annotated[str, Path(max_length=64)], viewer: Reader) -> Response:
    """Return the page of one list."""
    table = in_language(list_published(viewer.actor, code), viewer.lang)
    acts = []
    if code in _STATED:
        with viewer.actor.look() as connection:
            if holds(connection, Right.ADMINISTER):
                acts = [_STATED[code].about, WithdrawFactor.about]
    return viewer.page("published.html", lists=list(BY_CODE.values()), table=table, acts=acts)
