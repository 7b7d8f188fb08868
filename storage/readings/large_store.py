"""One large file on its way in: put aside in slices, then stored as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection

from metering.clocks import AHEAD_MS
from metering.errors import ConflictError, EnergyError
from metering.messages import AuditNote
from storage import connections
from storage.connections import WRITING, Bounds
from storage.readings import corrections, imports, said, staged, staged_merging
from storage.readings.binding import Bound
from storage.readings.minutes import tally
from storage.readings.months import ENSURE
from storage.readings.store import connect
from storage.reasons import reason_of, text_of

_LOCK = "SELECT pg_try_advisory_lock(%s, %s)"
_ROOM: Final = ("work_mem", "64MB")
_NAME: Final = "import"


class LargeStore:
    """Where a large file goes, on the collector's login; whoever dies leaves nothing but a handle.

    One session keeps the readings aside and stores them, another tells how far it is: what is told
    within the transaction would be seen at its end. While the first lives the file is being taken.

    ahead_ms: how far a reading may be ahead of its arrival.
    """

    def __init__(
        self, url: str, import_id: int, *, ahead_ms: int = AHEAD_MS, bounds: Bounds = WRITING
    ) -> None:
        self.ahead_ms = ahead_ms
        self.import_id = import_id
        self._since = datetime.now(UTC)
        self._heard = staged.Heard()
        self._rows = 0
        self._work = connect(url, "commonwatt import", bounds)
        self._told = connections.opened(url, "commonwatt import progress", bounds)
        self._begin()

    @property
    def channels(self) -> list[int]:
        """The channels of which anything was put aside."""
        return self._heard.channels

    def add(self, bound: Bound, line: NDArray[np.int32]) -> None:
        """Put a slice aside."""
        self._heard.hear(bound)
        staged.add(self._work, bound, line)

    def tell(self, rows: int, bytes_read: int) -> None:
        """Tell how far the reading is."""
        self._rows = rows
        imports.tell(
            self._told, self.import_id, state="received", bytes_read=bytes_read, rows_read=rows
        )

    def refuse(self, errors: Sequence[Mapping[str, Any]], count: int) -> None:
        """Tell what stands against the file; nothing of it is kept."""
        imports.refused(self._told, self.import_id, errors, count)

    def give_up(self, why: BaseException) -> None:
        """Tell that this file goes no further, and why, where anybody can be told."""
        with suppress(psycopg.OperationalError):
            imports.give_up(self._told, self.import_id, _words(why))

    def store(self, size: int, audit: Callable[[Mapping[str, int]], AuditNote]) -> None:
        """Commit all that was put aside, and what is written down of it.

        ConflictError where a channel is not what it was while the file was read.
        """
        self._read(size)
        behind = staged.leave_out_behind(self._work, self._heard.falls)
        pieces = list(staged.sort(self._work))
        for month in sorted(self._heard.months):
            at = np.datetime64(month, "M").astype("datetime64[s]").astype(datetime)
            at = at.replace(tzinfo=UTC)
            self._work.execute(ENSURE, [at, at])
        with self._work.transaction():
            ids = self._heard.channels
            first_ms = self._heard.first[ids].tolist()
            staged_merging.unchanged(self._work, ids, first_ms, self._since)
            file_id = said.begin(self._work)
            counts = asdict(self._merged(size, pieces, file_id)) | {"behind": len(behind)}
            span_ms = (int(self._heard.first[ids].min()), int(self._heard.last[ids].max()))
            note = audit(counts)
            corrections.write_down(self._work, note)
            tally(self._work, _NAME, len(ids), counts)
            new = said.anything(self._work, ids, file_id)
            if new:
                said.end(self._work, ids, file_id, note)
            imports.stored(
                self._work, self.import_id, counts, ids, span_ms, file_id if new else None
            )

    def cancel(self) -> None:
        """End the statement that is at work, if any; another thread may say so."""
        self._work.cancel_safe()

    def close(self) -> None:
        """Give the sessions back, and with them what was put aside."""
        self._work.close()
        self._told.close()

    def _begin(self) -> None:
        """Hold the file, so that everybody can see whether it is still being taken."""
        taken = self._work.execute(_LOCK, [imports.LOCK_CLASS, self.import_id]).fetchone()
        if taken != (True,):
            self.close()
            raise ConflictError(
                "import.taken",
                zh="该文件正在导入。",
                en="This file is being taken already.",
                next_zh="请查看其进度。",
                next_en="Look at its progress.",
            )
        self._work.execute("SELECT set_config(%s, %s, false)", list(_ROOM))
        staged.make(self._work)

    def _read(self, size: int, stored: int = 0) -> None:
        imports.tell(
            self._told, self.import_id,
            state="read", bytes_read=size, rows_read=self._rows, rows_stored=stored,
        )  # fmt: skip

    def _merged(
        self, size: int, pieces: Sequence[staged.Piece], file_id: int
    ) -> staged_merging.Counts:
        work: Connection[Any] = self._work
        staged_merging.prepare(work)
        readings = inserted = 0
        for piece in pieces:
            had, new = staged_merging.insert(work, piece, file_id)
            readings, inserted = readings + had, inserted + new
            self._read(size, readings)
        return staged_merging.settle(work, readings, inserted, file_id)


def _words(why: BaseException) -> dict[str, str]:
    """Return what ended a file, for its handle."""
    if isinstance(why, EnergyError):
        return {
            "code": why.code, "zh": why.zh, "en": why.en,
            "next_zh": why.next_zh, "next_en": why.next_en,
        }  # fmt: skip
    text, code = type(why).__name__, "import.stopped"
    if isinstance(why, Exception):
        text, code = text_of(why), reason_of(why)
    return {
        "code": code,
        "zh": f"导入中断:{text}",
        "en": f"It broke off: {text}",
        "next_zh": "请重新发送该文件。",
        "next_en": "Send the file again.",
    }
