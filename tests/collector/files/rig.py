"""What a file says, told so that a test can compare it."""

import io
from datetime import UTC, datetime
from typing import NamedTuple

from collector.files.answers import Answers
from collector.files.reading import FileReadings, read


class Row(NamedTuple):
    """One reading; begins is None where the file does not say when the use began."""

    gateway: str
    key: str
    begins: str | None
    at: str
    value: float
    unit: str | None = None


def taken(content: str | bytes, name: str = "f.csv", **answers: object) -> FileReadings:
    """Read a file, with answers to what it leaves open."""
    data = content.encode() if isinstance(content, str) else content
    return read(io.BytesIO(data), name, received_ms=7, answers=Answers(**answers))  # type: ignore[arg-type]


def rows(content: str | bytes, name: str = "f.csv", **answers: object) -> list[Row]:
    """Return the readings of a file without faults and without open questions."""
    file = taken(content, name, **answers)
    assert not file.errors, [str(error) for error in file.errors]
    return rows_of(file)


def rows_of(file: FileReadings) -> list[Row]:
    """Return the readings of a file."""
    found, units = file.readings, file.readings.unit or [None] * len(file.readings)
    return [
        Row(
            file.batch[message].gateway,
            key,
            None if begins < 0 else _iso(begins),
            _iso(at),
            value,
            unit,
        )
        for message, key, begins, at, value, unit in zip(
            found.message.tolist(),
            found.channel_key,
            file.from_ms.tolist(),
            found.at_ms.tolist(),
            found.value.tolist(),
            units,
            strict=True,
        )
    ]


def asked(content: str | bytes, **answers: object) -> dict[str, list[str]]:
    """Return what is asked about a file: the answer's name, and what may be chosen."""
    errors = taken(content, **answers).errors
    assert all("question" in error.where for error in errors), [str(error) for error in errors]
    return {
        error.where["question"]: [one["value"] for one in error.where["choices"]]
        for error in errors
    }


def codes(content: str | bytes, **answers: object) -> list[tuple[str, int]]:
    """Return what is wrong with a file: code and line."""
    errors = taken(content, **answers).errors
    return [(error.code, error.where["line"]) for error in errors]


def _iso(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
