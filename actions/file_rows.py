"""The rows of a file, each read as an action and checked; what is wrong is kept by its row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from actions.cells import tables_in, too_many
from actions.checking import check
from actions.declared import Action, Thing
from actions.doing import lock, target
from actions.fields import Acting, Lang, Words
from actions.file_columns import names_of, pairs_of_row
from actions.filled import filled
from actions.saying import label_of, place_of
from collector.files.sent_back import ours
from metering.days import CIVIL_ZONE
from metering.errors import EnergyError, InputError

MOST_ROWS: Final = 20_000
_MOST_ABOVE: Final = 10  # rows, of a title and the like, above the one that names the columns
MOST_SINGLE: Final = 2_000  # beyond, the action must take its rows as columns

Kind = type[Action[Any, Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be done: where it stands in the file, the field, and why.

    number: its line, or row of a sheet. row: its place among the rows, the header's is 1.
    path: the field's, empty where the whole row is at fault. column: what people call it.
    """

    number: int
    row: int
    path: str
    column: Words
    text: Words

    def say(self, lang: Lang) -> str:
        """Return column and reason."""
        column = self.column.say(lang)
        return f"{column}: {self.text.say(lang)}" if column else self.text.say(lang)


@dataclass(slots=True)
class FileRows:
    """A file being taken: its rows by field, and what was found wrong."""

    kind: Kind
    names: list[str]
    cells: list[list[str]]
    lines: list[int]
    wrong: list[WrongRow] = field(default_factory=list)
    ids: list[int | None] = field(default_factory=list)

    def attempt(self, number: int, do: Callable[[], T]) -> T | None:
        """Return what comes of a row, None where it is refused; the refusal is kept."""
        try:
            return do()
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                self.refuse(number, *place_of(one))
        except EnergyError as error:
            path = str(error.where.get("field", ""))
            self.refuse(number, path, Words(error.text("zh"), error.text("en")))
        return None

    def refuse(self, number: int, path: str, why: Words) -> None:
        """Keep what is wrong with a row."""
        if path == "on" and self.kind.about.on is not None:
            column = self.kind.about.on.words
        else:
            column = Words(label_of(self.kind, path, "zh"), label_of(self.kind, path, "en"))
        self.wrong.append(WrongRow(self.lines[number - 1], number, path, column, why))


def opened(kind: Kind, body: bytes) -> FileRows:
    """Return the rows of a file under their fields; InputError where it is none, or too long."""
    wrong: list[InputError] = []
    for grid in tables_in(body, MOST_ROWS):
        columns = ours(grid.rows[0])  # of a workbook of failed rows
        cells = [row[columns:] for row in grid.rows] if columns else grid.rows
        for top, header in enumerate(cells[:_MOST_ABOVE]):
            try:
                names = names_of(kind, header)
            except InputError as error:
                wrong.append(error)
                continue
            if len(cells) - top - 1 > MOST_SINGLE and not kind.takes_many():
                raise too_many(MOST_SINGLE)
            return FileRows(kind, names, cells[top:], grid.lines[top:])
    raise min(wrong, key=_how_far)


def _how_far(error: InputError) -> tuple[int, int]:
    """Return how many columns a row lacks to be the header, and how many are none of its."""
    return len(error.where["missing"]), len(error.where["unknown"])


def checked(file: FileRows, at: Acting) -> list[tuple[int, Any, Action[Any, Any]]]:
    """Return row number, object and action of each row that could be done."""
    ids = file.ids = _ids(file, at)
    objects = _objects(file, ids, at)
    found = []
    for number, (row, on) in enumerate(zip(file.cells[1:], ids, strict=True), 2):
        if file.kind.about.on is not None and on not in objects:
            continue

        def read(row: list[str] = row, on: int | None = on) -> Action[Any, Any]:
            action = _read(file, row, objects.get(on))
            check(action, objects.get(on), at)
            return action

        if (action := file.attempt(number, read)) is not None:
            found.append((number, objects.get(on), action))
    return found


def _objects(file: FileRows, ids: list[int | None], at: Acting) -> dict[int | None, Any]:
    """Return the objects that the rows name, each locked, found and allowed once."""
    objects: dict[int | None, Any] = {}
    thing: Thing[Any] | None = file.kind.about.on
    if thing is None:
        return objects
    first = {on: number for number, on in reversed(list(enumerate(ids, 2)))}
    for on in sorted(one for one in first if one is not None):  # so that no two wait for another
        lock(at.connection, thing, on)
        got = file.attempt(first[on], lambda on=on: target(file.kind, on, at))  # type: ignore[misc]
        if got is not None:
            objects[on] = got
    return objects


def _ids(file: FileRows, at: Acting) -> list[int | None]:
    """Return which object each row names: by the field's own number for it, else by its id.

    A number that means several is refused, and none where the action needs an object.
    """
    thing: Thing[Any] | None = file.kind.about.on
    if thing is None:
        return [None] * (len(file.cells) - 1)
    named = [
        dict(zip(file.names, row, strict=False)).get("on", "").strip() for row in file.cells[1:]
    ]
    keyed = thing.keyed(at, sorted({*named})) if thing.keyed else {}
    found: list[int | None] = []
    for number, name in enumerate(named, 2):
        several = keyed.get(name, ())
        if len(several) > 1:
            ids = ", ".join(map(str, several))
            file.refuse(
                number, "on", Words(f"“{name}”不止一个:{ids}。", f"{name} is any of {ids}.")
            )
        found.append(several[0] if len(several) == 1 else None if several else _id(name))
        if found[-1] is None and not several:
            file.refuse(number, "on", _nobody(name))
    return found


def _nobody(name: str) -> Words:
    if not name:
        return Words("请填写编号。", "Enter its id.")
    return Words(f"没有编号或名称为“{name}”的。", f"There is none with the id or name “{name}”.")


def _id(named: str) -> int | None:
    """Return the id that a cell names; a spreadsheet writes whole numbers as 12.0, too."""
    named = named.removesuffix(".0")
    return int(named) if named.isdecimal() and len(named) <= 9 else None


def _read(file: FileRows, row: list[str], on: Any) -> Action[Any, Any]:
    thing: Thing[Any] | None = file.kind.about.on
    pairs = pairs_of_row(file.kind, file.names, row)
    zone = thing.zone(on) if thing else CIVIL_ZONE
    return file.kind.model_validate(filled(pairs, file.kind), context={"zone": zone})
