"""Tables with a column for each day of a month, each month, or each instant."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from collector.files import zones
from collector.files.answers import CHANNEL, Answers
from collector.files.instants import DOUBT, LOCAL, Instants
from collector.files.months import month_in_year, month_of
from collector.files.refusals import CellError
from collector.files.tables import Cell, text_of

_DAY: Final = re.compile(r"(\d{1,2})\s*[日号]?", re.ASCII)
_WORDS: Final = re.compile(
    r"\s*(?:[\[(（][^\])）]*[\])）]\s*)?(?:耗|用)?(?:电|水|气|热)?(?:用量|量|能耗|消耗量|读数|示数|"
    r"表码|表底)?\s*(?:[\[(（][^\])）]*[\])）])?"
)
_LEAST_DAYS: Final = set(range(1, 29))
_LONGEST: Final = 30  # characters of a heading that may be a time
_DAY_MS: Final = 86_400_000


class Calendar(NamedTuple):
    """By column: the day of the row's month, the month of its year, a month, or an instant.

    kind: days, year, months or instants; months count from January 1970, instants are in ms.
    """

    kind: str
    columns: Mapping[int, int]


_NONE: Final = Calendar("", {})


def calendar_of(headings: Sequence[Cell]) -> Calendar:
    """Return which columns are headed by a time; none where too few are, or one comes twice."""
    days = _headed(headings, _day)
    if set(days.values()) >= _LEAST_DAYS and _once(days):
        return Calendar("days", days)
    for kind, read, least in (
        ("months", month_of, 1), ("year", month_in_year, 2), ("instants", _instant, 2),
    ):  # fmt: skip
        found = _headed(headings, read)
        if len(found) >= least and _once(found) and _of_one_clock(kind, found):
            return Calendar(kind, found)
    return _NONE


def lasting(columns: Mapping[int, int], answers: Answers) -> Mapping[int, int] | None:
    """Return how long the use lasts that begins at each column's instant. [ms]

    Until the next; the last as long as all others, or to the next day or month where all begin
    one. None where only a person can tell, and has not.
    """
    order = sorted(columns, key=lambda at: columns[at])
    begins = [columns[at] for at in order]
    steps = [b - a for a, b in pairwise(begins)]
    last = steps[0] if len(set(steps)) == 1 else _until_next(begins, answers)
    if last is None and answers.length_s:
        last = answers.length_s * 1000
    return None if last is None else dict(zip(order, [*steps, last], strict=True))


def _headed(headings: Sequence[Cell], read: Callable[[Cell], int | None]) -> dict[int, int]:
    found = {}
    for at, cell in enumerate(headings):
        one = read(cell)
        if one is None:
            one = read(_bare(text_of(cell)))
        if one is not None:
            found[at] = one
    return found


def _bare(text: str) -> str:
    """Return a heading without its unit and the words for use: 1月用电量(kWh) is 1月."""
    for end in range(1, min(len(text), _LONGEST)):
        if _WORDS.fullmatch(text[end:]):
            return text[:end]
    return text


def _of_one_clock(kind: str, found: Mapping[int, int]) -> bool:
    """Return whether all instants have an offset, or none has: else nobody can tell their order."""
    return kind != "instants" or len({at > LOCAL // 2 for at in found.values()}) == 1


def _once(found: Mapping[int, int]) -> bool:
    return len(set(found.values())) == len(found)


def _day(cell: Cell) -> int | None:
    found = _DAY.fullmatch(text_of(cell))
    return int(found[1]) if found and 0 < int(found[1]) < 32 else None


def _instant(cell: Cell) -> int | None:
    text = text_of(cell)
    if len(text) < 8 or text.replace(".", "").isdigit():
        return None
    at = Instants(None).of(text)
    return None if isinstance(at, CellError) or at == DOUBT else at


def _until_next(begins: Sequence[int], answers: Answers) -> int | None:
    """Return the length of the last of days, or of months, of a wall clock."""
    walls = _walls(begins, answers)
    if walls is None or any(wall % _DAY_MS for wall in walls):
        return None
    days = [wall // _DAY_MS for wall in walls]
    first = np.array(days, "M8[D]")
    months = first.astype("M8[M]")
    if bool((months == first).all()) and bool((np.diff(months).astype(int) == 1).all()):
        following = (months[-1] + 1).astype("M8[D]")
    elif all(b - a == 1 for a, b in pairwise(days)):
        following = first[-1] + 1
    else:
        return None
    return _instant_of(int(following.astype(int)) * _DAY_MS, begins[-1], answers) - begins[-1]


def _walls(begins: Sequence[int], answers: Answers) -> list[int] | None:
    if begins[0] > LOCAL // 2:
        return [one - LOCAL for one in begins]
    if answers.zone in {None, CHANNEL}:
        return None
    return [zones.wall_ms(one, str(answers.zone)) for one in begins]


def _instant_of(wall: int, beside: int, answers: Answers) -> int:
    if beside > LOCAL // 2:
        return wall + LOCAL
    early, _, _ = zones.instants(np.array([wall], np.int64), str(answers.zone))
    return int(early[0])
