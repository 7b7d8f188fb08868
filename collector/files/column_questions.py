"""What is asked about columns: what one holds that nobody knows, which of two is meant."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from collector.files.answers import IGNORE, Answers
from collector.files.headings import Heading, heading_of
from collector.files.own_forms import OWN
from collector.files.questions import MONTH
from collector.files.refusals import (
    CellError,
    Choice,
    Place,
    Question,
    SeveralError,
    asked,
    refusal,
)
from collector.files.tables import Cell, text_of
from metering.errors import InputError

_MEANS: Final = {
    "ignore": ("不读取", "leave it out"),
    "value": ("数值", "the value"),
    "at": ("时间", "the time"),
    "channel": ("表号或通道", "the meter or channel"),
    "from": ("起始时间", "when use began"),
    "to": ("截止时间", "when it ended"),
    "month": ("月份", "the month"),
    "unit": ("单位", "the unit"),
    "ratio": ("倍率", "the multiplier"),
}
_ONE_OF: Final = {
    "value": ("数值", "the value"), "channel": ("通道", "the channel"), "at": ("时间", "the time"),
    "date": ("日期", "the day"),
}  # fmt: skip
_MOST: Final = 12  # columns asked about at once
_LONGEST: Final = 60  # characters of a heading by which a column is named
_HEADED: Final = 10  # rows, of which one may name columns in words that nobody knows
_BOUGHT: Final = re.compile(
    r".*(?:加油|加气|充电|购气|购电|购水|购油|购煤|购热|充值|缴费|预付).{0,6}|"
    r".*(?:refuel|top-?up|purchased).*"
)
_FIGURE: Final = re.compile(r"\D{0,2}\d")


def strange(heading: str, place: Place) -> InputError:
    """Return the question what a column holds whose heading nobody knows."""
    choices = [Choice(f"{heading}={role}", *words) for role, words in _MEANS.items()]
    choices.append(
        Choice(f"{heading}=key:{heading}", "以列名为键的通道", "a channel with that key")
    )
    question = Question("column", "unknown_column", "不认识列“{}”。", "The column “{}” is unknown.",
                        choices)  # fmt: skip
    return asked(question, place, heading)


def called(text: str, at: int) -> str:
    """Return how a person names a column: by its heading, else by its number, from 0 on."""
    return text if text and text.isprintable() and len(text) <= _LONGEST else f"#{at + 1}"


def all_strange(headings: Sequence[str], place: Place) -> InputError:
    """Return the questions what columns hold, each of its own."""
    return SeveralError([strange(one, place) for one in headings[:_MOST]])


def which_column(role: str, headings: Sequence[str], place: Place) -> InputError:
    """Return the question which of several columns has a role of which a row has one."""
    zh, en = _ONE_OF.get(role, _MEANS.get(role, (role, role)))
    question = Question(
        "column",
        "which_column",
        f"“{{}}”几列中,只能有一列是{zh}。",
        f"Of the columns “{{}}” only one can be {en}.",
        [Choice(f"{one}={role}", f"“{one}”是{zh}", f"“{one}” is {en}") for one in headings],
    )
    return asked(question, place, ", ".join(headings))


def headless(
    top: Sequence[tuple[int, list[Cell]]], place: Place, told: Mapping[str, str]
) -> InputError:
    """Return what is said of a table of which no row names a time and a value.

    Where one looks like headings in other words, each of these is asked about.
    """
    found = (one for one, below in pairwise(top[:_HEADED]) if _heads(one[1], below[1]))
    line, row = next(found, (top[0][0], []))
    texts = [text_of(cell) for cell in row]
    if bought := [one for one in texts if _BOUGHT.fullmatch(one)]:
        return refusal(CellError("purchases", bought[0]), place.at(line, "header"))
    unknown = [
        called(one, at)
        for at, one in enumerate(texts)
        if one and not heading_of(one, told.get(called(one, at), "")).role
    ]
    if unknown:
        return all_strange(unknown, place.at(line, "header"))
    first = " ".join(filter(None, map(text_of, top[0][1])))
    return refusal(CellError("no_header", first), place.at(top[0][0], "header"))


def _heads(row: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Return whether a row is of words alone, as many as the row below has cells, with a figure."""
    words = [text for cell in row if (text := text_of(cell))]
    under = [text for cell in below if (text := text_of(cell))]
    figures = any(map(_FIGURE.match, under))
    return len(words) > 1 and len(under) > 1 and figures and not any(map(_FIGURE.match, words))


def demand(
    headings: Sequence[Heading],
    unknown: Sequence[str],
    known: Mapping[str, int],
    missing: Sequence[str],
    place: Place,
    answers: Answers,
) -> None:
    """Raise what is missing, or not understood. unknown: headings; missing: roles."""
    if unknown and answers.columns.get("*") != IGNORE:
        raise all_strange(unknown, place)
    own = {one.text.strip().lower() for one in headings} <= OWN
    if missing == ["at"] and "channel" in known and not own:
        raise asked(MONTH, place, "")
    if missing:
        raise refusal(CellError("missing_column", ", ".join(missing)), place)
    if answers.gateway and "gateway" in known:
        raise refusal(CellError("two_gateways", answers.gateway), place)
