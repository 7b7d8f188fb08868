"""A page for every declared table: its filter, a page of rows, and exports of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import ValidationError

from actions.catalogue import declared, tables
from actions.doing import acting
from actions.exports import chosen
from actions.fields import Lang
from actions.filled import filled
from actions.rights import holds
from actions.saying import wrong
from actions.table_rows import kept_shut
from actions.tables import Column, Table, must_hold, rows_of
from dashboards.pages import writing
from dashboards.pages.asking import Asking, FormField, Place, asked, flat
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import InputError
from storage.pages import Page

AnyTable = Table[Any, Any]
_BESIDE: Final = ("after", "lang", "theme", "done", "undo")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, line by line; link: the address behind it, empty for none.

    look: how its first line is set.
    """

    lines: Sequence[str]
    link: str
    label: str
    numeric: bool
    look: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A table as a page shows it: what is asked for, some rows, and where the others are.

    address: of the page. file: of its exports. filter: what is asked for beyond what is anyway, as
    it is written; beside: what else the address says. problem: what is wrong that belongs beside
    no field.
    """

    table: AnyTable
    address: str
    file: str
    fields: Sequence[FormField]
    columns: Sequence[Column]
    found: Sequence[Any]
    rows: Sequence[Sequence[Cell]]
    after: str | None
    next: str | None
    filter: Mapping[str, Any]
    beside: Mapping[str, Any]
    problem: str

    @property
    def query(self) -> Mapping[str, Any]:
        """What the address of the first page says."""
        return {**self.beside, **self.filter}

    @property
    def passed_on(self) -> Mapping[str, Any]:
        """What no control of the form holds."""
        unasked = {k: v for k, v in self.filter.items() if k in self.table.unasked}
        return {**self.beside, **unasked}

    @property
    def status(self) -> int:
        """The status of a page that shows it."""
        return 422 if self.problem or any(one.error for one in self.fields) else 200


def router() -> APIRouter:
    """Return the pages of all tables that have one of their own making."""
    routes = APIRouter(include_in_schema=False)
    for table in tables():
        if table.page:
            _add(routes, table)
    return routes


def _add(routes: APIRouter, table: AnyTable) -> None:
    def get_table(viewer: Reader) -> Response:
        shown = listing(viewer, table)
        actions = _actions(viewer, table)
        return viewer.page(
            "table.html", status=shown.status, list=shown, table=table, actions=actions
        )

    routes.add_api_route(table.page, get_table, methods=["GET"])


def listing(
    viewer: Viewer,
    table: AnyTable,
    address: str = "",
    of: Mapping[str, Any] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Listing:
    """Return a table as the query of a page asks for it.

    address: of the page, where it is not the table's own. of: of what its rows are. beside: what
    else the page's address says.
    """
    of = of or {}
    query = viewer.request.query_params
    pairs = [one for one in query.multi_items() if one[0] not in _BESIDE]
    values = {k: v for k, v in filled(pairs, table.filter).items() if k in table.asked}
    after = query.get("after")
    found, said, errors = _found(viewer, table, values, of, after)
    fields, shut = _fields(viewer, table, values, errors)
    columns = [one for one in table.columns if one.on_page and one.name not in shut]
    bare = table.filter.model_construct(**of)  # names its rows, and no more
    return Listing(
        table=table,
        address=address or table.page,
        file=f"/api/v1{table.address(table.path, bare)}",
        fields=fields,
        columns=columns,
        found=found.rows,
        rows=[[cell(one, row, viewer.lang) for one in columns] for row in found.rows],
        after=after,
        next=found.next,
        filter={name: text for name, text in said.items() if name not in errors},
        beside=beside or {},
        problem=next((text for name, text in errors.items() if name not in values), ""),
    )


def _found(
    viewer: Viewer,
    table: AnyTable,
    values: dict[str, Any],
    of: Mapping[str, Any],
    after: str | None,
) -> tuple[Page[Any], dict[str, Any], dict[str, str]]:
    """Return some rows, what was asked for as it is written, and what is wrong with that."""
    nothing: Page[Any] = Page([], None)
    try:
        wanted = table.filter.model_validate({**values, **of})
        found = rows_of(viewer.actor, table, wanted, after, table.size)
        return found, dict(chosen(wanted, table)), {}
    except ValidationError as error:
        return nothing, values, wrong(error, viewer.lang)
    except InputError as error:
        where = str(error.where.get("field", ""))
        return nothing, values, {where: error.text(viewer.lang)}


def _fields(
    viewer: Viewer, table: AnyTable, values: dict[str, Any], errors: dict[str, str]
) -> tuple[list[FormField], frozenset[str]]:
    """Return what the table asks for, and the columns that tell this reader nothing."""
    with viewer.actor.look() as connection:
        must_hold(connection, table)
        asking = Asking(values, errors, acting(viewer.actor, connection), viewer.lang, Place())
        names = [name for name in table.asked if name not in table.unasked]
        fields = [one for one in flat(asked(table.filter, asking)) if one.name in names]
        return fields, kept_shut(connection, table.columns)


def _actions(viewer: Viewer, table: AnyTable) -> list[Any]:
    """Return what the page leads to, as far as the reader may do it."""
    kinds = [declared()[code] for code in table.actions]
    with viewer.actor.look() as connection:
        return [one.about for one in kinds if holds(connection, one.about.right)]


def cell(column: Column, row: Any, lang: Lang) -> Cell:
    """Return what a row shows in a column."""
    value = _said(column, row, lang)
    lines = [_text(one, lang) for one in (value if isinstance(value, list) else [value])]
    link = column.link(row) if column.link else ""
    look = column.look if isinstance(column.look, str) else column.look(row)
    look = look or ("when" if column.kind == "day" else "")  # no day breaks at its hyphens
    return Cell(lines or [writing.DASH], link, column.head(lang), column.numeric, look)


def _said(column: Column, row: Any, lang: Lang) -> Any:
    if column.named is not None:
        return column.named(row, lang) or column.value(row)
    if column.shown is not None:
        return column.shown(row, lang)
    value = column.value(row)
    if value is None and column.blank is not None:
        return column.blank.say(lang)
    if column.kind == "number" and value is not None:
        figure = _figure(Decimal(value), column.places)
        unit = writing.unit_name(column.unit_of(row), lang) if column.unit_of else ""
        return f"{figure} {unit}".rstrip()
    return writing.percent(value) if column.kind == "share" else value


def _figure(value: Decimal, places: int | None) -> str:
    """Return a figure with so many decimals, else those of its quantum, six at most."""
    exponent = value.as_tuple().exponent
    own = min(6, max(0, -exponent)) if isinstance(exponent, int) else 0
    return writing.number(value, own if places is None else places)


def _text(value: Any, lang: Lang) -> str:
    if value is None or value == "":
        return writing.DASH
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, datetime):
        return writing.moment(value, lang)
    if isinstance(value, date):
        return value.isoformat()
    return writing.number(value) if isinstance(value, int) else str(value)
