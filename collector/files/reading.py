"""A file of readings: bytes in, columns out, and every mistake and open question with its place.

A file is taken as a whole or not at all, so it is read to its end before anything is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from collector.files import zones
from collector.files.answers import CHANNEL, NONE, Answers
from collector.files.books import FEED, tables_of_part
from collector.files.cells import gateway_of
from collector.files.containers import Part, parts
from collector.files.espi_readings import read_feed
from collector.files.gathered import Chunk, Names, Problems, Told, joined, spared
from collector.files.hidden_sheets import as_hidden
from collector.files.leaves import other_sheets
from collector.files.limits import DEFAULT, Limits
from collector.files.refusals import CellError, Place, refusal
from collector.files.sent_back import as_sent
from collector.files.table_readings import read_table
from collector.files.tables import Table
from metering.errors import InputError
from metering.messages import Message, Readings

MOST_READINGS: Final = DEFAULT.readings
_NAMELESS: Final = "file.missing_column"


@dataclass(frozen=True, slots=True)
class FileReadings:
    """What a file says, in the order of its lines, and all that stands against it.

    batch: a message without bytes for each channel of each gateway, so that a refusal names one.
    readings: `i` counts them, `seq` is 0 where the row has none, `unit` None where it names none.
    line, column, table: where each stands; column in `told[table]`'s headings.
    from_ms: when the use of a reading began, -1 where the file does not say.
    ratio: the multiplier beside a value, 1 where there is none; values are as they were read.
    unsure: whose instant waits for an answer.
    errors: in the order of the lines; with any of them the file is not to be taken. more: those
        beyond, only counted.
    told: what was recognised, table by table.
    """

    batch: list[Message]
    readings: Readings
    line: NDArray[np.int32]
    column: NDArray[np.int32]
    table: NDArray[np.int32]
    from_ms: NDArray[np.int64]
    ratio: NDArray[np.float64]
    unsure: NDArray[np.bool_]
    errors: list[InputError]
    more: int = 0
    told: list[Told] = field(default_factory=list)
    headings: list[tuple[str, ...]] = field(default_factory=list)

    def place(self, row: int, column: str = "") -> Place:
        """Return where a reading stands."""
        told = self.told[int(self.table[row])]
        return Place(told.file, told.sheet, int(self.line[row]), column)


def read(
    source: BinaryIO,
    name: str,
    gateway: str | None = None,
    *,
    received_ms: int,
    most_readings: int = MOST_READINGS,
    answers: Answers = NONE,
    limits: Limits = DEFAULT,
) -> FileReadings:
    """Return what a whole file says.

    gateway: of all rows, where the file has no such column; as answers.gateway.
    """
    answers = answers if gateway is None else replaced(answers, gateway=gateway)
    limits, names, units = replaced(limits, readings=most_readings), Names(), [""]
    problems = Problems(limits)
    chunks: list[Chunk] = []
    told: list[Told] = []
    try:
        _check(answers, name)
        for table in tables_in(source, name, answers, limits):
            room = most_readings - sum(map(len, chunks))
            if isinstance(table, InputError):
                problems.add(table)
                continue
            if isinstance(table, Table):
                found = read_table(table, answers, names, units, limits, room)
                found = as_hidden(table, found, answers)
            else:
                found = read_feed(table, answers, names, units, limits)
            chunks.append(found[0])
            problems.add_all(found[1])
            told.append(found[2])
        other_sheets(told, problems, answers)
    except InputError as error:
        problems.add(error)
    except CellError as error:
        problems.add(refusal(error, Place(name)))
    return _whole(chunks, told, names, units, problems, name, received_ms)


def _check(answers: Answers, name: str) -> None:
    """Refuse answers that mean nothing."""
    if answers.gateway:
        try:
            gateway_of(answers.gateway)
        except CellError as error:
            raise refusal(error, Place(name, line=1, column="gateway")) from None
    if answers.zone and answers.zone != CHANNEL:
        zones.checked(answers.zone)


def tables_in(
    source: BinaryIO, name: str, answers: Answers, limits: Limits
) -> Iterator[Table | Part | InputError]:
    """Return the tables of all parts of a file, or why one is none."""
    for part in parts(source, name, limits):
        if isinstance(part, tuple):
            yield refusal(part[1], Place(part[0], line=0))
            continue
        try:
            if part.form == FEED:
                yield part
                continue
            refuse = answers.formulas == "refuse"
            yield from map(as_sent, tables_of_part(part, limits, refuse_formulas=refuse))
        except InputError as error:
            yield error
        except CellError as error:
            yield refusal(error, Place(part.name))


def _whole(
    chunks: Sequence[Chunk],
    told: list[Told],
    names: Names,
    units: list[str],
    problems: Problems,
    name: str,
    received_ms: int,
) -> FileReadings:
    sizes = [len(one) for one in chunks]
    if any(error.code == _NAMELESS for error in problems.kept):  # whose they are is not known
        chunks, sizes, names = [], [], Names()
    whole = joined(list(chunks))
    batch = [Message(f"file/{name}", of, b"", received_ms) for of, _ in names.place]
    return FileReadings(
        batch,
        _readings(whole, names, units),
        whole.line,
        whole.column,
        spared(np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)),
        whole.from_ms,
        whole.ratio,
        whole.unsure,
        problems.kept,
        problems.count - len(problems.kept),
        told,
    )


def _readings(whole: Chunk, names: Names, units: Sequence[str]) -> Readings:
    """Return columns as readings; each name and unit is kept once."""
    keys = np.array([key for _, key in names.place] or [""], object)
    named = any(units) and bool((whole.unit > 0).any())
    called = np.array([one or None for one in units], object)
    return Readings(
        message=whole.message,
        i=np.arange(len(whole), dtype=np.int32),
        channel_key=keys[whole.message].tolist(),
        seq=whole.seq,
        at_ms=whole.at_ms,
        value=whole.value,
        arrival=np.broadcast_to(np.False_, len(whole)),
        unit=called[whole.unit].tolist() if named else None,
        from_ms=whole.from_ms if bool((whole.from_ms >= 0).any()) else None,
    )
