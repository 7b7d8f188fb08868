"""What a script pushes, in parts: rows or objects, each with its time, kept until answered."""

import json
import os
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

ROWS: Final = 2_000  # of a part
_BYTES: Final = 400_000  # of a part, about
_QUIET_S: Final = 2.0  # input that pauses so long is sent as far as it has come
_AHEAD: Final = 10_000  # lines read before they are needed
_TIMES: Final = frozenset({"at", "time", "timestamp", "时间"})


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are sent together; numbers: of the input's lines, one a line of the body.

    kept: the file in which it waits, where it is kept on disk.
    """

    csv: bool
    body: bytes
    numbers: tuple[int, ...] = ()
    kept: Path | None = None

    @property
    def key(self) -> str:
        """The idempotency key: the same lines are stored once, and answered alike."""
        return sha256(self.body).hexdigest()[:40]

    def line(self, of_body: int | None) -> int | None:
        """Return the input's line for one of the body, as far as it is known."""
        if of_body is None or not 1 <= of_body <= len(self.numbers):
            return None
        return self.numbers[of_body - 1]


def parts(lines: Iterable[str], now: Any = None) -> Iterator[Part]:
    """Yield the input in parts, as soon as one is full or the input pauses.

    A line without a time gets that at which it was read: sent again, it is the same reading.
    now: what tells the time, an aware datetime; the clock unless said otherwise.
    """
    clock = now or (lambda: datetime.now(UTC))
    head: _Head | None = None
    rows: list[tuple[int, str]] = []
    size = 0
    for number, line in _paused(lines):
        if line is not None and line.strip():
            if head is None:
                head = _head(line.strip())
                if head.text:
                    continue
            rows.append((number, head.with_time(line.strip(), clock())))
            size += len(rows[-1][1])
        if head and rows and (line is None or len(rows) >= ROWS or size >= _BYTES):
            yield head.part(rows)
            rows, size = [], 0
    if head and rows:
        yield head.part(rows)


@dataclass(frozen=True, slots=True)
class _Head:
    """The headings of CSV, empty for objects; timed: whether one of them is the time."""

    text: str
    timed: bool = True

    @property
    def _separator(self) -> str:
        return max(",;\t|", key=self.text.count)

    def part(self, rows: list[tuple[int, str]]) -> Part:
        numbers, lines = [number for number, _ in rows], [one for _, one in rows]
        if self.text:
            first = self.text if self.timed else f"at{self._separator}{self.text}"
            lines, numbers = [first, *lines], [1, *numbers]
        return Part(bool(self.text), ("\n".join(lines) + "\n").encode(), tuple(numbers))

    def with_time(self, line: str, now: datetime) -> str:
        at = now.isoformat(timespec="milliseconds")
        if self.text:
            return line if self.timed else f"{at}{self._separator}{line}"
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return line  # the answer says what is wrong with it
        if isinstance(said, dict) and "value" in said and said.get("at") is None:
            timeless = {name: one for name, one in said.items() if name != "at"}
            return json.dumps({**timeless, "at": at}, ensure_ascii=False)
        return line


def _head(line: str) -> _Head:
    if line[:1] == "{":
        return _Head("")
    names = {one.strip('" ').casefold() for one in line.split(_Head(line)._separator)}
    return _Head(line, bool(_TIMES & names))


def _paused(lines: Iterable[str]) -> Iterator[tuple[int, str | None]]:
    """Yield numbered lines, and None where no line has come for a while."""
    waiting: queue.Queue[tuple[int, str] | None] = queue.Queue(_AHEAD)

    def read() -> None:
        try:
            for number, line in enumerate(lines, 1):
                waiting.put((number, line))
        finally:
            waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            one = waiting.get(timeout=_QUIET_S)
        except queue.Empty:
            yield 0, None
            continue
        if one is None:
            return
        yield one


class Outbox:
    """Parts that wait for their answer, in their order: on disk where a folder is named."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._waiting = [] if folder is None else _found(folder)

    def __len__(self) -> int:
        return len(self._waiting)

    def keep(self, part: Part) -> None:
        """Take a part; on disk it is synced before this returns."""
        self._waiting.append(part if self.folder is None else _written(self.folder, part))

    def first(self) -> Part:
        """Return the oldest."""
        return self._waiting[0]

    def answered(self) -> None:
        """Forget the oldest."""
        part = self._waiting.pop(0)
        if part.kept is not None:
            with suppress(FileNotFoundError):
                part.kept.unlink()


def _found(folder: Path) -> list[Part]:
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(one for one in folder.iterdir() if one.suffix in {".csv", ".jsonl"})
    return [Part(one.suffix == ".csv", one.read_bytes(), (), one) for one in files]


def _written(folder: Path, part: Part) -> Part:
    name = f"{time.time_ns():020d}"
    unfinished, file = folder / f"{name}.new", folder / f"{name}{'.csv' if part.csv else '.jsonl'}"
    with unfinished.open("wb") as out:
        out.write(part.body)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(file)
    at = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)
    return Part(part.csv, part.body, part.numbers, file)
