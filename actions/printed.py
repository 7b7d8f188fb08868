"""A document as values: headings, figures and tables that PDF and workbook print alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from actions.fields import Lang


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is printed with so many decimal places, grouped; a workbook holds it whole.

    of: what a workbook works out itself, over the cells above it in its column.
    """

    value: Decimal
    places: int = 3
    signed: bool = False
    of: Literal["", "sum", "product"] = ""

    @property
    def text(self) -> str:
        """The number as people read it."""
        sign = "+" if self.signed and self.value > 0 else ""
        return f"{sign}{self.value:,.{self.places}f}".replace("-", "−")


Cell = str | Figure | None


def text_of(cell: Cell) -> str:
    """Return what a cell says; what is unknown is a dash, never zero."""
    if cell is None:
        return "–"
    return cell.text if isinstance(cell, Figure) else cell


@dataclass(frozen=True, slots=True)
class Block:
    """A titled table, with what is said above and below it; foot: whether its last row sums up."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    lead: Sequence[str] = ()
    notes: Sequence[str] = ()
    foot: bool = False

    @property
    def numeric(self) -> list[bool]:
        """Whether each column holds numbers, or nothing but what is unknown."""
        columns = ([row[place] for row in self.rows] for place in range(len(self.head)))
        return [
            any(isinstance(one, Figure) for one in column) or all(one is None for one in column)
            for column in columns
        ]


def numbered(blocks: Sequence[Block], lang: Lang) -> list[Block]:
    """Return blocks with their place before their title."""
    signs = "一二三四五六七八九" if lang == "zh" else "123456789"
    joint = "、" if lang == "zh" else ". "
    return [
        replace(one, title=f"{sign}{joint}{one.title}")
        for sign, one in zip(signs, blocks, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of about a page.

    above, title, number: at its head; to: whom it is for. state: said under the title, where it
    matters. told: labels with what they say. headline: its figure, large. foot: at the end, small.
    """

    lang: Lang
    title: str
    number: str
    above: str
    to: str
    state: str
    told: Sequence[tuple[str, str]]
    headline: str
    meaning: Sequence[str]
    blocks: Sequence[Block]
    foot: Sequence[str]
