"""Tables with a column for each hour of a day, or each channel."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from collector.files.answers import Answers
from collector.files.headings import Heading
from collector.files.questions import LENGTH, STAMP
from collector.files.refusals import CellError, Place, asked, refusal
from collector.files.tables import Cell, text_of
from collector.files.values import ValueColumn


def hours_of(
    headings: Sequence[Heading],
    hours: Mapping[int, tuple[int, int]],
    place: Place,
    answers: Answers,
) -> tuple[ValueColumn, ...]:
    """Return a column for each hour; asked, where headings do not say what they mark."""
    first = next(iter(hours.values()))
    if first[1] <= 0:
        heading = headings[next(iter(hours))].text
        if answers.stamp is None:
            raise asked(STAMP, place.at(place.line, heading), heading)
        starts = answers.stamp == "start"
        step = -first[1] or (answers.length_s or 0) // 60
        if starts and not step:
            raise asked(LENGTH, place.at(place.line, heading), heading)
        step = step if starts or first[1] else 0  # else since whatever was read before
        hours = {at: (minutes + step * starts, step) for at, (minutes, _) in hours.items()}
    return tuple(
        ValueColumn(at, headings[at].text, after_ms=end * 60_000, length_ms=step * 60_000)
        for at, (end, step) in hours.items()
    )


def channels_of(
    headings: Sequence[Heading], unknown: Sequence[int], sample: Sequence[list[Cell]]
) -> tuple[ValueColumn, ...]:
    """Return a column for each channel: those headed by no word we know that hold figures."""
    found = []
    for at in unknown:
        cells = [text_of(row[at]) for row in sample if len(row) > at]
        if any(any(sign.isdigit() for sign in cell) for cell in cells):
            one = headings[at]
            key = one.role.removeprefix("key:") or _bare(one)
            found.append(ValueColumn(at, one.text, key=key, unit=one.unit))
    return tuple(found)


def _bare(one: Heading) -> str:
    return re.sub(r"\s*[\[(（][^\])）]*[\])）]\s*$", "", one.text).strip() if one.unit else one.text


def each_a_channel(headings: list[Heading]) -> list[Heading]:
    """Return several columns of values, of meters that nothing names, as a channel each."""
    roles = [one.role for one in headings]
    if "channel" in roles or roles.count("value") < 2:
        return headings
    return [replace(one, role="") if one.role == "value" else one for one in headings]


def must_differ(found: Sequence[ValueColumn], place: Place) -> None:
    """Refuse two columns of one channel: what tells them apart may stand above."""
    keys = [one.key for one in found]
    twice = [one.heading for one in found if keys.count(one.key) > 1]
    if twice:
        raise refusal(CellError("double_column", ", ".join(twice)), place.at(place.line, "header"))
