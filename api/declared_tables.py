"""API routes made from declared tables: JSON page by page, or all rows as CSV or XLSX."""

import re
from collections.abc import Callable
from datetime import date, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from actions.actor import Actor
from actions.catalogue import tables
from actions.exports import export, name_of
from actions.fields import FieldWords, Lang, field_words
from actions.table_rows import kept_shut, values_of
from actions.tables import MOST_AT_ONCE, Column, Filter, Table, rows_of
from api.auth import CurrentActor
from api.fields import Exact
from api.late import LateRoute
from api.tables import TABLE_ANSWER, After, AsWished, Wish, file_answer, next_url

AnyTable = Table[Any, Any]
_TYPES: Final[dict[str, Any]] = {
    "line": str | None,
    "number": Exact | None,
    "whole": int | None,
    "day": date | None,
    "instant": datetime | None,
    "flag": bool | None,
    "share": float | None,
    "several": list[str] | None,
    "wholes": list[int | None] | None,
    "numbers": list[Exact | None] | None,
    "floats": list[float | None] | None,
    "counts": dict[str, int] | None,
}
_LATE: Final = ConfigDict(defer_build=True)  # what checks and writes a table, when first asked for
_LIMIT = Annotated[int, Query(ge=1, le=MOST_AT_ONCE)]
_LABELS = Annotated[
    Lang | None,
    Query(
        description="CSV and XLSX for people: headings, names and words in this language, and at "
        "the end how many rows there are and of when."
    ),
]


def router() -> APIRouter:
    """Return a route for every declared table."""
    routes = APIRouter(prefix="/api/v1", route_class=LateRoute)
    for table in tables():
        _add(routes, table)
    return routes


def _add(routes: APIRouter, table: AnyTable) -> None:
    name = re.sub(r"[^A-Za-z]", "", table.code.title())
    fields = dict(_field(one) for one in table.columns if one.for_programs)
    row = create_model(
        f"{name}Row", __doc__=f"A row of: {table.words.en}.", __config__=_LATE, **fields
    )
    page = create_model(
        f"{name}Page",
        __doc__=f"Some rows of: {table.words.en}.",
        __config__=_LATE,
        items=(list[row], ...),
        next=(str | None, Field(description="Address of the following page.")),
    )
    routes.add_api_route(
        table.path,
        _endpoint(table, page),
        methods=["GET"],
        name=f"get_{re.sub(r'[^a-z]', '_', table.code)}",
        response_model=page,
        responses=TABLE_ANSWER,
        summary=table.words.en,
        description=table.about,
        tags=[table.tag],
    )


def _field(column: Column) -> tuple[str, Any]:
    told = Field(
        description=" ".join(filter(None, (f"{column.head('en')}.", _hint(column)))),
        json_schema_extra={"x-label": {"zh": column.words.zh, "en": column.words.en}},
    )
    return column.name, (_TYPES[column.kind], told)


def _hint(column: Column) -> str:
    return f"{column.hint.en}." if column.hint else ""


def _endpoint(table: AnyTable, page: type[BaseModel]) -> Callable[..., Any]:
    names = list(table.filter.model_fields)

    def endpoint(**given: Any) -> Any:
        actor, wish = given["actor"], given["wish"]
        asked = table.filter(**{name: given[name] for name in names})
        if wish.table and wish.whole and given["after"] is None:
            made = export(actor, table, asked, wish.form, lang=given["labels"], bom=wish.bom)
            return file_answer(made, name_of(table, asked))
        found = rows_of(actor, table, asked, given["after"], given["limit"])
        following = next_url(given["request"], found.next)
        if wish.table:
            return _part(actor, table, asked, found.rows, wish, following, given["labels"])
        shut = _shut(actor, table)
        items = [values_of(table, row, shut) for row in found.rows]
        return page.model_validate({"items": items, "next": following})

    asked: list[tuple[str, Any, Any]] = [
        ("request", Request, Parameter.empty),
        ("actor", CurrentActor, Parameter.empty),
        ("wish", AsWished, Parameter.empty),
        *(_parameter(table, name) for name in names),
        ("after", After, None),
        ("limit", _LIMIT, 100),
        ("labels", _LABELS, None),
    ]
    endpoint.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, annotation, default in asked
        ]
    )
    return endpoint


def _parameter(table: AnyTable, name: str) -> tuple[str, Any, Any]:
    """Return a field of a filter as a parameter: of the path, else of the query."""
    info = table.filter.model_fields[name]
    annotation = info.annotation
    for mark in info.metadata:
        if not isinstance(mark, FieldWords):
            annotation = Annotated[annotation, mark]
    told = f"{field_words(info).label.en}."
    if name in table.of:
        return name, Annotated[annotation, Path(description=told)], Parameter.empty
    # A name that Python keeps for itself ends with an underscore here.
    asked = Query(alias=name.rstrip("_"), description=told)
    return name, Annotated[annotation, asked], info.default


def _part(
    actor: Actor,
    table: AnyTable,
    asked: Filter,
    rows: Any,
    wish: Wish,
    following: str | None,
    labels: Lang | None,
) -> Response:
    """Return some rows as a file, which says that they are a part where more follow."""
    form = cast(Any, wish.form)
    made = export(actor, table, asked, form, lang=labels, bom=wish.bom, some=rows)
    return file_answer(made, name_of(table, asked), following)


def _shut(actor: Actor, table: AnyTable) -> frozenset[str]:
    if all(one.right is None for one in table.columns):
        return frozenset()
    with actor.look() as connection:
        return kept_shut(connection, table.columns)
