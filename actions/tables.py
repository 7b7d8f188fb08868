"""A table is declared once: its columns in words, its filter, its query; see architecture.md.

Out of it come JSON, CSV and XLSX at the API, and a page with its filter, pages and exports.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from actions.actor import Actor, denied
from actions.doing import acting
from actions.fields import Acting, Lang, Words, input_kind
from actions.rights import Right, holds
from storage.pages import Page, check_size, count_of, cursor_of

RowT = TypeVar("RowT")
FilterT = TypeVar("FilterT", bound="Filter")
# number: an exact decimal, as text where programs read it. share: of a whole, a ratio. several: a
# list of lines; wholes, numbers, floats: of numbers. counts: whole numbers by name.
Kind = Literal[
    "line", "number", "whole", "share", "day", "instant", "flag", "several", "wholes", "numbers",
    "floats", "counts",
]  # fmt: skip
MOST_AT_ONCE: Final = 1_000
NOTHING: Final = Words("没有符合条件的记录。", "Nothing matches.")
_IN_PATH: Final = re.compile(r"\{(\w+)\}")


class Filter(BaseModel):
    """Which rows of a table are wanted; its fields have words as those of actions do."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its words for people, and what a row says in it.

    value: what programs read. unit_of: the unit of a row's value, where each has its own. places:
    decimals that the page shows; None: those of the quantum. shown:
    what people read instead, where that differs; a list is shown line by line. named: what people
    call that whose id the value is: the page says it instead, a file for people beside it. link:
    the address behind it, empty for none.
    apart: not on the page. only: for whom it is alone: programs; people, on the page and in their
    files; or the page. right: whoever does not hold it finds nothing in it, and no column on the
    page. look: how the page sets it, or its first line where there are several: code, tag,
    "tag ok", "tag warn", missing, when (its lines do not break); may depend on the row. blank: what
    the page says where there is no value. hint: what it says more exactly.
    """

    name: str
    words: Words
    value: Callable[[Any], Any] = lambda row: None
    kind: Kind = "line"
    unit: str = ""
    unit_of: Callable[[Any], str] | None = None
    places: int | None = None
    shown: Callable[[Any, Lang], str | Sequence[str]] | None = None
    named: Callable[[Any, Lang], str] | None = None
    link: Callable[[Any], str] | None = None
    apart: bool = False
    only: Literal["", "programs", "people", "page"] = ""
    right: Right | None = None
    look: str | Callable[[Any], str] = ""
    blank: Words | None = None
    hint: Words | None = None

    def head(self, lang: Lang) -> str:
        """Return what stands above it, with its unit."""
        return f"{self.words.say(lang)} ({self.unit})" if self.unit else self.words.say(lang)

    @property
    def numeric(self) -> bool:
        """Whether people read numbers in it, and no names or links."""
        return (
            self.kind in ("number", "whole", "share") and self.named is None and self.link is None
        )

    @property
    def for_programs(self) -> bool:
        """Whether the API tells it."""
        return self.only in ("", "programs")

    @property
    def on_page(self) -> bool:
        """Whether the page shows it."""
        return not self.apart and self.only != "programs"


@dataclass(frozen=True)  # slots break Table[R, F](...) on Python 3.11
class Table(Generic[RowT, FilterT]):
    """Rows that people and programs read.

    code: names files, and the table among the others. path: of the API, under /api/v1; a field of
    the filter in braces says of what the rows are. about: what the API says of it. ask: a page of
    rows after a cursor. every: all rows in order, as they are read; one of both may be left out.
    page: the address of its page, empty for none. right: asked for beside what rows the reader
    sees anyway; None: whoever sees none finds none. actions: codes of those that the page leads
    to. empty, then: what the page says where nothing is found, and what to do. hint: what stands
    under the page's title. unasked: fields of the filter that a page takes from its address, and
    has no control for. at_once: how many rows a file asks for at a time. reckons: the query reads
    all rows of a planned union to compute from, and shows none of those that are not seen.
    entered_by: code of the action that enters such rows; its files take the table as programs do.
    enters: columns that are fields of that action under another name.
    """

    code: str
    path: str
    words: Words
    about: str
    tag: str
    columns: tuple[Column, ...]
    filter: type[FilterT]
    ask: Callable[[Acting, FilterT, str | None, int], Page[RowT]] | None = None
    every: Callable[[Acting, FilterT], Iterable[RowT]] | None = None
    page: str = ""
    right: Right | None = None
    size: int = 50
    actions: tuple[str, ...] = ()
    empty: Words = NOTHING
    then: Words | None = None
    hint: Words | None = None
    unasked: tuple[str, ...] = ()
    at_once: int = MOST_AT_ONCE
    reckons: bool = False
    entered_by: str = ""
    enters: tuple[tuple[str, str], ...] = ()
    of: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = [one.name for one in self.columns]
        if self.code in TABLES or len(set(names)) < len(names):
            raise TypeError(f"the table {self.code}, or one of its columns, is declared twice")
        if any(self.path == one.path or self.page == one.page != "" for one in TABLES.values()):
            raise TypeError(f"the table {self.code} has the address of another one")
        object.__setattr__(self, "of", tuple(_IN_PATH.findall(self.path)))
        fields = self.filter.model_fields
        if unknown := set(self.of) - set(fields):
            raise TypeError(f"{self.code}: the path names {unknown}, the filter does not")
        for name in set(fields) - {*self.of, *self.unasked}:
            if not _may_be_asked(fields[name]):
                raise TypeError(f"{self.code}.{name}: a filter asks for single values, none needed")
        if self.ask is None and self.every is None:
            raise TypeError(f"the table {self.code} has no query")
        TABLES[self.code] = self

    @property
    def asked(self) -> list[str]:
        """The fields of the filter that people fill in; the path says the others."""
        return [name for name in self.filter.model_fields if name not in self.of]

    def address(self, path: str, wanted: BaseModel) -> str:
        """Return an address with what it is of filled in."""
        return _IN_PATH.sub(lambda found: str(getattr(wanted, found[1])), path)


TABLES: Final[dict[str, Table[Any, Any]]] = {}


def attribute(
    name: str,
    zh: str,
    en: str,
    kind: Kind = "line",
    *,
    hint: tuple[str, str] | None = None,
    called: str = "",
    **more: Any,
) -> Column:
    """Return the column of an attribute of the rows, under its name or as it is `called`."""
    told = Words(*hint) if hint else None
    return Column(called or name, Words(zh, en), attrgetter(name), kind, hint=told, **more)


def rows_of(
    actor: Actor, table: Table[RowT, FilterT], asked: FilterT, after: str | None, limit: int
) -> Page[RowT]:
    """Return a page of a table; DeniedError without its right."""
    check_size(limit, MOST_AT_ONCE)
    with actor.look(reckons=table.reckons) as connection:
        must_hold(connection, table)
        return page_after(table, acting(actor, connection), asked, after, limit)


def may_read(connection: Any, table: Table[Any, Any]) -> bool:
    """Return whether the reader holds a table's right."""
    return table.right is None or holds(connection, table.right)


def must_hold(connection: Any, table: Table[Any, Any]) -> None:
    """Refuse whoever does not hold a table's right."""
    if not may_read(connection, table):
        raise denied(table.code)


def page_of(found: Sequence[RowT], limit: int, key: Callable[[RowT], Any]) -> Page[RowT]:
    """Return a page of rows of which one more than `limit` was asked for.

    key: a row's place in the order, one value or several.
    """
    rows = found[:limit]
    if len(found) <= limit:
        return Page(rows, None)
    place = key(rows[-1])
    return Page(rows, cursor_of(*(place if isinstance(place, tuple) else (place,))))


def page_after(
    table: Table[RowT, FilterT], at: Acting, asked: FilterT, after: str | None, limit: int
) -> Page[RowT]:
    if table.ask is not None:
        return table.ask(at, asked, after, limit)
    assert table.every is not None
    begun = count_of(after)
    found = list(islice(table.every(at, asked), begun, begun + limit + 1))
    return Page(found[:limit], cursor_of(begun + limit) if len(found) > limit else None)


def _may_be_asked(info: FieldInfo) -> bool:
    return not info.is_required() and input_kind(info) not in ("none", "rows", "several", "text")
