"""A page for every declared table: its filter, a page of rows, and exports of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import ValidationError

from actions.actor import denied
from actions.catalogue import declared, tables
from actions.doing import acting
from actions.fields import Lang
from actions.filled import filled, written
from actions.rights import holds
from actions.saying import wrong
from actions.tables import Column, Filter, Table, rows_of
from dashboards.pages import writing
from dashboards.pages.asking import Asking, Place, asked, flat
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import InputError
from storage.pages import Page

AnyTable = Table[Any, Any]
_BESIDE = ("after", "lang", "theme", "done", "undo")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, line by line; link: the address behind it, empty for none."""

    lines: Sequence[str]
    link: str
    label: str
    numeric: bool


def router() -> APIRouter:
    """Return the pages of all tables that have one."""
    routes = APIRouter(include_in_schema=False)
    for table in tables():
        if table.page:
            _add(routes, table)
    return routes


def _add(routes: APIRouter, table: AnyTable) -> None:
    def get_table(viewer: Reader) -> Response:
        return _page(viewer, table)

    routes.add_api_route(table.page, get_table, methods=["GET"])


def _page(viewer: Viewer, table: AnyTable) -> Response:
    query = viewer.request.query_params
    values = filled([one for one in query.multi_items() if one[0] not in _BESIDE], table.filter)
    after, errors = query.get("after"), {}
    found: Page[Any] = Page([], None)
    chosen = values
    try:
        wanted = table.filter.model_validate(values)
        found = rows_of(viewer.actor, table, wanted, after, table.size)
        chosen = written(_chosen(wanted), table.filter)
    except ValidationError as error:
        errors = wrong(error, viewer.lang)
    except InputError as error:
        errors = {str(error.where.get("field", "")): error.text(viewer.lang)}
    columns = [one for one in table.columns if not one.apart]
    return viewer.page(
        "table.html",
        status=422 if errors else 200,
        table=table,
        fields=_fields(viewer, table, values, errors),
        columns=columns,
        rows=[[cell(one, row, viewer.lang) for one in columns] for row in found.rows],
        after=after,
        next=found.next,
        filter={name: text for name, text in chosen.items() if name not in errors},
        problem=next((text for name, text in errors.items() if name not in values), ""),
        actions=_actions(viewer, table),
    )


def _chosen(wanted: Filter) -> dict[str, Any]:
    """Return what a filter asks for beyond what it asks for anyway."""
    fields = type(wanted).model_fields
    return {name: value for name, value in wanted if value != fields[name].default}


def _fields(
    viewer: Viewer, table: AnyTable, values: dict[str, Any], errors: dict[str, str]
) -> list[Any]:
    with viewer.actor.look() as connection:
        if not holds(connection, table.right):
            raise denied(table.code)
        asking = Asking(values, errors, acting(viewer.actor, connection), viewer.lang, Place())
        return flat(asked(table.filter, asking))


def _actions(viewer: Viewer, table: AnyTable) -> list[Any]:
    """Return what the page leads to, as far as the reader may do it."""
    kinds = [declared()[code] for code in table.actions]
    with viewer.actor.look() as connection:
        return [one.about for one in kinds if holds(connection, one.about.right)]


def cell(column: Column, row: Any, lang: Lang) -> Cell:
    """Return what a row shows in a column."""
    value: Any = column.value(row) if column.shown is None else column.shown(row, lang)
    lines = [_text(column, one, lang) for one in (value if isinstance(value, list) else [value])]
    numeric = column.kind in ("number", "whole")
    link = column.link(row) if column.link else ""
    return Cell(lines or [writing.DASH], link, column.head(lang), numeric)


def _text(column: Column, value: Any, lang: Lang) -> str:
    if value is None or value == "":
        return writing.DASH
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, datetime):
        return writing.moment(value, lang)
    if isinstance(value, date):
        return value.isoformat()
    return writing.number(value) if isinstance(value, int) else str(value)
