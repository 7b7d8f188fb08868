"""A table is declared once: its columns in words, its filter, its query; see architecture.md.

Out of it come JSON, CSV and XLSX at the API, and a page with its filter, pages and exports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from actions.actor import Actor, denied
from actions.doing import acting
from actions.fields import Acting, Lang, Words, input_kind
from actions.rights import Right, holds
from storage.pages import Page, check_size

RowT = TypeVar("RowT")
FilterT = TypeVar("FilterT", bound="Filter")
# number: an exact decimal, as text where programs read it. several: a list of lines.
Kind = Literal["line", "number", "whole", "day", "instant", "flag", "several"]
MOST_AT_ONCE: Final = 1_000
NOTHING: Final = Words("没有符合条件的记录。", "Nothing matches.")


class Filter(BaseModel):
    """Which rows of a table are wanted; its fields have words as those of actions do."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its words for people, and what a row says in it.

    value: what programs read. shown: what people read instead, where that differs; a list is shown
    line by line. link: the address behind it, empty for none. apart: only in files and at the API.
    hint: what it says more exactly.
    """

    name: str
    words: Words
    value: Callable[[Any], Any]
    kind: Kind = "line"
    unit: str = ""
    shown: Callable[[Any, Lang], str | Sequence[str]] | None = None
    link: Callable[[Any], str] | None = None
    apart: bool = False
    hint: Words | None = None

    def head(self, lang: Lang) -> str:
        """Return what stands above it, with its unit."""
        return f"{self.words.say(lang)} ({self.unit})" if self.unit else self.words.say(lang)


@dataclass(frozen=True)  # slots break Table[R, F](...) on Python 3.11
class Table(Generic[RowT, FilterT]):
    """Rows that people and programs read.

    code: names files, and the table among the others. path: of the API, under /api/v1. about: what
    the API says of it. ask: a page of rows after a cursor. page: the address of its page, empty for
    none. right: asked for beside what rows the reader sees anyway. actions: codes of those that the
    page leads to. empty: what the page says where nothing is found.
    """

    code: str
    path: str
    words: Words
    about: str
    tag: str
    columns: tuple[Column, ...]
    filter: type[FilterT]
    ask: Callable[[Acting, FilterT, str | None, int], Page[RowT]]
    page: str = ""
    right: Right = Right.LOOK
    size: int = 50
    actions: tuple[str, ...] = ()
    empty: Words = NOTHING

    def __post_init__(self) -> None:
        names = [one.name for one in self.columns]
        if self.code in TABLES or len(set(names)) < len(names):
            raise TypeError(f"the table {self.code}, or one of its columns, is declared twice")
        for name, info in self.filter.model_fields.items():
            if info.is_required() or input_kind(info) in ("none", "rows", "several", "text"):
                raise TypeError(f"{self.code}.{name}: a filter asks for single values, none needed")
        TABLES[self.code] = self


TABLES: Final[dict[str, Table[Any, Any]]] = {}


def rows_of(
    actor: Actor, table: Table[RowT, FilterT], asked: FilterT, after: str | None, limit: int
) -> Page[RowT]:
    """Return a page of a table; DeniedError without its right."""
    check_size(limit, MOST_AT_ONCE)
    with actor.look() as connection:
        if not holds(connection, table.right):
            raise denied(table.code)
        return table.ask(acting(actor, connection), asked, after, limit)


def values_of(table: Table[Any, Any], row: Any) -> dict[str, Any]:
    """Return what a row says for programs, by column."""
    return {one.name: one.value(row) for one in table.columns}
