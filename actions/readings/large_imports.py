"""Readings by files of any length: received at once, then read and stored as a whole or not at all.

Whoever sends one gets a handle, which says how far it is and when the accounts have it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actions.actor import Actor, denied
from actions.figures import not_found
from actions.readings.import_checks import checked
from actions.readings.large_refusals import as_kept
from actions.registry.values import ProblemsError
from actions.rights import Right, holds
from collector.files.reading import FileReadings
from collector.files.streamed import DEFAULT, Streaming, slices
from metering.errors import ConflictError, InputError, UnavailableError
from metering.messages import AuditNote
from storage import tasks
from storage.readings import imports
from storage.readings.binding import Bound
from storage.readings.imports import LargeImport
from storage.registry import meters

WATCH: Final = "readings.import.watch"
_ACT: Final = "readings.import"
_FIRST_LOOK: Final = timedelta(seconds=30)
_MOST_ERRORS: Final = 1_000  # kept; the rest is counted
_MOST_WRONG: Final = 100_000  # then nothing more is read
_LOOK_S: Final = 0.5


class LargeSink(Protocol):
    """Where one large file goes. ahead_ms: how far a reading may be ahead of its arrival."""

    ahead_ms: int

    @property
    def channels(self) -> list[int]:
        """The channels of which anything was put aside."""
        ...

    def add(self, bound: Bound, line: NDArray[np.int32]) -> None:
        """Put a slice aside."""
        ...

    def tell(self, rows: int, bytes_read: int) -> None:
        """Tell how far the reading is."""
        ...

    def refuse(self, errors: Sequence[dict[str, Any]], count: int) -> None:
        """Tell what stands against the file."""
        ...

    def give_up(self, why: BaseException) -> None:
        """Tell that this file goes no further, and why."""
        ...

    def store(self, size: int, audit: Any) -> None:
        """Commit all that was put aside."""
        ...


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file that was received whole. gateway: of all rows, where it has no such column."""

    source: BinaryIO
    name: str
    sha256: bytes
    size: int
    gateway: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A handle, and how many rows of the two queues wait for its days; None until it is stored."""

    of: LargeImport
    usage_waits: int | None = None
    accounts_wait: int | None = None

    @property
    def state(self) -> str:
        """Where it is; what no queue holds back any more the accounts have."""
        ready = self.usage_waits == 0 and self.accounts_wait == 0
        return "in_accounts" if self.of.state == "stored" and ready else self.of.state

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in {"in_accounts", "refused", "interrupted"}


@dataclass(slots=True)
class _Wrong:
    """What stands against a file: the first are kept, all are counted."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def add(self, errors: Sequence[InputError], beyond: int = 0) -> None:
        self.count += beyond + len(errors)
        self.kept += map(as_kept, errors[: _MOST_ERRORS - len(self.kept)])


def may_send(actor: Actor) -> None:
    """Refuse whoever may bring no file, before its bytes are read."""
    with actor.look() as connection:
        if not holds(connection, Right.CORRECT_READINGS):
            raise denied(_ACT)


def receive(actor: Actor, file: LargeFile) -> int:
    """Write down that a file came, and have the worker look after it; return its handle."""
    with actor.change() as connection:
        if not holds(connection, Right.CORRECT_READINGS):
            raise denied(_ACT)
        import_id = imports.add(connection, actor.name, file.name, file.sha256, file.size)
        at = datetime.now(UTC) + _FIRST_LOOK
        tasks.add(connection, WATCH, str(import_id), at, {})
    return import_id


def take(
    actor: Actor,
    sink: LargeSink,
    file: LargeFile,
    *,
    now_ms: int,
    bounds: Streaming = DEFAULT,
    stopped: Callable[[], bool] = bool,
) -> None:
    """Read a file that was received, then store it; its handle says what became of it.

    stopped: whether to leave it, asked between slices.
    """
    try:
        read = slices(
            file.source, file.name, gateway=file.gateway, received_ms=now_ms, bounds=bounds
        )
        wrong = _put_aside(actor, sink, file, read, stopped)
        if not wrong.count and not sink.channels:
            wrong.add([_empty(file.name)])
        if not wrong.count:
            wrong.add(_stored(actor, sink, file))
        if wrong.count:
            sink.refuse(wrong.kept, wrong.count)
    except BaseException as error:
        sink.give_up(error)
        raise


def _put_aside(
    actor: Actor,
    sink: LargeSink,
    file: LargeFile,
    read: Iterator[FileReadings],
    stopped: Callable[[], bool],
) -> _Wrong:
    """Read a file to its end, and put aside what can be taken while all of it can."""
    wrong, rows = _Wrong(), 0
    for some in read:
        if stopped():
            raise _stopped()
        bound = _checked(actor, sink, some, wrong)
        rows += len(some.readings)
        if bound is not None and not wrong.count:
            sink.add(bound, some.line[bound.place])
        sink.tell(rows, min(file.source.tell(), file.size))
        if wrong.count >= _MOST_WRONG:
            break
    return wrong


def _checked(actor: Actor, sink: LargeSink, some: FileReadings, wrong: _Wrong) -> Bound | None:
    try:
        with actor.look() as connection:
            return checked(connection, some, sink.ahead_ms, corrects=False)
    except ProblemsError as error:
        wrong.add(error.problems, error.count - len(error.problems))
    return None


def _stored(actor: Actor, sink: LargeSink, file: LargeFile) -> list[InputError]:
    """Store what was put aside, where the actor may still write for all of it; return why not."""
    with actor.look() as connection:
        if set(sink.channels) - meters.writable(connection, sink.channels):
            raise denied(_ACT)

    def audit(counts: dict[str, int]) -> AuditNote:
        detail = {**counts, "sha256": file.sha256.hex(), "bytes": file.size}
        return AuditNote(actor.name, _ACT, file.name, detail)

    try:
        sink.store(file.size, audit)
    except ConflictError as error:
        return [
            InputError(
                error.code, zh=error.zh, en=error.en, next_zh=error.next_zh, next_en=error.next_en
            )
        ]
    return []


def progress(actor: Actor, import_id: int, *, wait_s: float = 0) -> Progress:
    """Return how far a file is; wait at most so long for its end."""
    until = time.monotonic() + wait_s
    while True:
        found = _progress(actor, import_id)
        left = until - time.monotonic()
        if found.ended or left <= 0:
            return found
        time.sleep(min(_LOOK_S, left))


def watched(actor: Actor, import_id: int, every_s: float = _LOOK_S) -> Iterator[Progress]:
    """Return how far a file is, again and again to its end."""
    while not (found := _progress(actor, import_id)).ended:
        yield found
        time.sleep(every_s)
    yield found


def _progress(actor: Actor, import_id: int) -> Progress:
    with actor.look() as connection:
        found = imports.one(connection, import_id)
        if found is None:
            raise not_found("导入", "import", {"import_id": import_id})
        if found.state != "stored":
            return Progress(found)
        return Progress(found, *imports.waits(connection, import_id))


def _stopped() -> UnavailableError:
    return UnavailableError(
        "import.stopped",
        zh="服务正在停止,文件没有导入。",
        en="The service stops; nothing of the file was kept.",
        next_zh="请重新发送。",
        next_en="Send it again.",
    )


def _empty(name: str) -> InputError:
    return InputError(
        "import.no_readings",
        zh=f"{name}:文件中没有读数。",
        en=f"{name}: the file holds no readings.",
        next_zh="请核对文件。",
        next_en="Check the file.",
        where={"line": 1},
    )
