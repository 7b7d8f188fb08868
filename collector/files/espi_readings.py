"""Green Button XML as readings: each ends where its interval does."""

import numpy as np

from collector.codecs.payload import MAX_AT_MS
from collector.files import questions
from collector.files.answers import Answers
from collector.files.containers import Part
from collector.files.gathered import Chunk, Names, Problems, Told, joined
from collector.files.green_button import Series, feed_of, meter_reading_of, type_of
from collector.files.limits import Limits
from collector.files.refusals import CellError, Place, asked, refusal

_DIGITS = 200


def read_feed(
    part: Part, answers: Answers, names: Names, units: list[str], limits: Limits
) -> tuple[Chunk, Problems, Told]:
    """Return what a feed says, every series of it."""
    told = Told(part.name, "", "green button", "periods")
    problems, place = Problems(limits), Place(part.name)
    chunks: list[Chunk] = []
    try:
        with part.open() as source:
            feed = feed_of(source, limits)
        meters = sorted({meter_reading_of(feed, one) for one in feed.series})
        _ask(answers, meters, place, problems)
        for one in feed.series:
            kind = type_of(feed, one)
            key = _key(answers, meters, meter_reading_of(feed, one), kind.flow)
            if kind.flow and (key, kind.flow) not in told.flows:
                told.flows.append((key, kind.flow))
            unit = kind.unit or answers.unit or ""
            if unit not in units:
                units.append(unit)
            if kind.unit:
                told.how["unit"] = kind.unit
            message = names.of(answers.gateway or "", answers.same.get(key, key))
            chunks.append(_chunk(one, message, units.index(unit), kind.power))
        _check(chunks, place, problems)
    except CellError as error:
        problems.add(refusal(error, place))
    told.how["zone"] = "UTC"
    chunk = joined(chunks)
    told.rows = told.readings = len(chunk)
    return chunk, problems, told


def _ask(answers: Answers, meters: list[str], place: Place, problems: Problems) -> None:
    if not answers.gateway:
        problems.add(asked(questions.GATEWAY, place.at(1, "gateway"), ""))
    if not answers.channel and not all(meters):
        problems.add(asked(questions.KEY, place.at(1, "channel"), ""))


def _key(answers: Answers, meters: list[str], meter: str, flow: str) -> str:
    """Return the key of a series: the one named, or its meter reading's address.

    What was fed in, or is no plain use otherwise, never goes under the key of what was used.
    """
    way = f".{flow}" if flow else ""
    if answers.channel and len(meters) == 1:
        return f"{answers.channel}{way}"
    last = meter.strip("/").rsplit("/", 1)[-1]
    named = f"{answers.channel}.{last}" if answers.channel else meter[-_DIGITS:]
    return f"{named}{way}"


def _chunk(series: Series, message: int, unit: int, power: int) -> Chunk:
    count = len(series.readings)
    start_s = np.array([one.start_s for one in series.readings], np.int64)
    lasts_s = np.array([one.duration_s for one in series.readings], np.int64)
    value = np.array([one.value for one in series.readings], np.float64)
    scaled = value * 10.0**power if power >= 0 else value / 10.0**-power
    most = MAX_AT_MS // 1000 + 1
    start_s, lasts_s = np.clip(start_s, -1, most), np.clip(lasts_s, 0, most)
    return Chunk(
        line=np.array([one.line for one in series.readings], np.int32),
        column=np.zeros(count, np.int32),
        message=np.full(count, message, np.int32),
        at_ms=(start_s + lasts_s) * 1000,
        from_ms=start_s * 1000,
        value=scaled,
        unit=np.full(count, unit, np.int32),
        seq=np.zeros(count, np.int64),
        ratio=np.ones(count, np.float64),
        unsure=np.zeros(count, np.bool_),
    )


def _check(chunks: list[Chunk], place: Place, problems: Problems) -> None:
    """Tell readings of no length, or beyond the times that are taken."""
    for chunk in chunks:
        short = chunk.at_ms <= chunk.from_ms
        far = (chunk.at_ms > MAX_AT_MS) | (chunk.from_ms < 0)
        for n in np.flatnonzero(short | far).tolist():
            code = "bad_time" if far[n] else "backwards"
            problems.cell(
                CellError(code, str(int(chunk.at_ms[n]))),
                place.at(int(chunk.line[n]), "timePeriod"),
            )
