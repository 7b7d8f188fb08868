"""API routes made from declared tables: JSON page by page, or all rows as CSV or XLSX."""

from collections.abc import Callable
from datetime import date, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, create_model

from actions.catalogue import tables
from actions.fields import FieldWords, Lang, field_words
from actions.tables import MOST_AT_ONCE, Column, Table, rows_of, values_of
from api.auth import CurrentActor
from api.fields import Exact
from api.tables import TABLE_ANSWER, After, AsWished, next_url, paged, table_of

AnyTable = Table[Any, Any]
_TYPES: Final[dict[str, Any]] = {
    "line": str | None,
    "number": Exact | None,
    "whole": int | None,
    "day": date | None,
    "instant": datetime | None,
    "flag": bool | None,
    "several": list[str],
}
_LIMIT = Annotated[int, Query(ge=1, le=MOST_AT_ONCE)]
_LABELS = Annotated[
    Lang | None,
    Query(description="Head the columns of CSV and XLSX with their labels in this language."),
]


def router() -> APIRouter:
    """Return a route for every declared table."""
    routes = APIRouter(prefix="/api/v1")
    for table in tables():
        _add(routes, table)
    return routes


def _add(routes: APIRouter, table: AnyTable) -> None:
    name = table.code.title().replace(".", "").replace("_", "")
    row = create_model(
        f"{name}Row", __doc__=f"A row of: {table.words.en}.", **dict(map(_field, table.columns))
    )
    page = create_model(
        f"{name}Page",
        __doc__=f"Some rows of: {table.words.en}.",
        items=(list[row], ...),
        next=(str | None, Field(description="Address of the following page.")),
    )
    routes.add_api_route(
        table.path,
        _endpoint(table, page),
        methods=["GET"],
        name=f"get_{table.code.replace('.', '_')}",
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
    def endpoint(**given: Any) -> Any:
        request, actor, wish = given["request"], given["actor"], given["wish"]
        asked = table.filter(**{name: given[name] for name in table.filter.model_fields})
        found = paged(
            wish, given["after"], given["limit"], MOST_AT_ONCE,
            lambda after, limit: rows_of(actor, table, asked, after, limit),
        )  # fmt: skip
        following = next_url(request, found.next)
        if wish.table:
            return _written(table, found.rows, wish, following, given["labels"])
        items = [values_of(table, row) for row in found.rows]
        return page.model_validate({"items": items, "next": following})

    asked: list[tuple[str, Any, Any]] = [
        ("request", Request, Parameter.empty),
        ("actor", CurrentActor, Parameter.empty),
        ("wish", AsWished, Parameter.empty),
        *((name, _asked(info), info.default) for name, info in table.filter.model_fields.items()),
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


def _asked(info: Any) -> Any:
    """Return a field of a filter as a parameter of the query."""
    label = field_words(info).label
    annotation = info.annotation
    for mark in info.metadata:
        if not isinstance(mark, FieldWords):
            annotation = Annotated[annotation, mark]
    return Annotated[annotation, Query(description=f"{label.en}.")]


def _written(
    table: AnyTable, rows: Any, wish: Any, following: str | None, labels: Lang | None
) -> Response:
    head = [one.head(labels) if labels else one.name for one in table.columns]
    exact = [name for name, one in zip(head, table.columns, strict=True) if one.kind == "number"]
    body = [[_cell(one.value(row)) for one in table.columns] for row in rows]
    return table_of(head, body, table.code, wish, following, exact=exact)


def _cell(value: Any) -> Any:
    """Return a value as JSON has it."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value
