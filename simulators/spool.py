"""What gateways have measured and nobody has receipted yet, on disk, and how far each register is.

SQLite keeps it: a group of messages and the new places of their registers are one transaction,
synced to the disk before any of them is sent.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metering.errors import ConflictError

_FILE: Final = "spool.sqlite3"
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS message (
        gateway TEXT NOT NULL, seq INTEGER NOT NULL, readings INTEGER NOT NULL,
        payload BLOB NOT NULL, PRIMARY KEY (gateway, seq)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS gateway (
        name TEXT PRIMARY KEY, next_seq INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS register (
        name TEXT PRIMARY KEY, made INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS tally (what TEXT PRIMARY KEY, count INTEGER NOT NULL);
    INSERT OR IGNORE INTO tally VALUES ('made', 0), ('receipted', 0), ('refused', 0);
    CREATE TABLE IF NOT EXISTS source (content TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One message as a gateway keeps it; readings: how many it carries."""

    gateway: str
    seq: int
    readings: int
    payload: bytes


class Spool:
    """The gateways' disk; used by one thread of one process.

    source: what the readings are made from; another source's spool is refused.
    """

    def __init__(self, folder: Path, source: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / _FILE, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")  # in WAL mode: synced at every commit
            self._db.executescript(_TABLES)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise _in_use(folder, str(error)) from error
        self._check_source(folder, source)
        self._begun = False
        self._next_seq = dict(self._db.execute("SELECT name, next_seq FROM gateway").fetchall())
        self.made = self._count("made")
        self.receipted = self._count("receipted")
        self.refused = self._count("refused")

    def places(self) -> dict[str, int]:
        """Return how many readings of each register were made."""
        return dict(self._db.execute("SELECT name, made FROM register").fetchall())

    def number(self, gateway: str) -> int:
        """Return a gateway's next sequence number; a new spool starts at Unix time in ms."""
        seq = self._next_seq.get(gateway) or time.time_ns() // 1_000_000
        self._next_seq[gateway] = seq + 1
        return seq

    def keep(self, messages: Sequence[Spooled], places: dict[str, int]) -> None:
        """Put messages on the disk, and that their registers are so far; synced on return."""
        self._begin()
        self._db.executemany(
            "INSERT INTO message VALUES (?, ?, ?, ?)",
            [(one.gateway, one.seq, one.readings, one.payload) for one in messages],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO gateway VALUES (?, ?)",
            [(name, self._next_seq[name]) for name in {one.gateway for one in messages}],
        )
        self._db.executemany("INSERT OR REPLACE INTO register VALUES (?, ?)", places.items())
        self.made += sum(one.readings for one in messages)
        self.commit()

    def forget(
        self, gateway: str, ranges: Iterable[tuple[int, int]], refused: int = 0
    ) -> list[int]:
        """Delete exactly these numbers, and return those that were there; `commit` makes it last.

        Where it does not last, the messages are sent and receipted again.
        """
        self._begin()
        gone = []
        for first, last in ranges:
            rows = self._db.execute(
                "DELETE FROM message WHERE gateway = ? AND seq BETWEEN ? AND ?"
                " RETURNING seq, readings",
                (gateway, first, last),
            ).fetchall()
            gone += [seq for seq, _ in rows]
            self.receipted += sum(readings for _, readings in rows)
        self.refused += refused if gone else 0
        return gone

    def waiting(self) -> list[tuple[str, int]]:
        """Return gateway and number of all that has no receipt, in order."""
        return self._db.execute("SELECT gateway, seq FROM message ORDER BY seq").fetchall()

    def payload(self, gateway: str, seq: int) -> bytes | None:
        """Return a message's bytes, None where it has its receipt."""
        row = self._db.execute(
            "SELECT payload FROM message WHERE gateway = ? AND seq = ?", (gateway, seq)
        ).fetchone()
        return row[0] if row else None

    def commit(self) -> None:
        """Make what was done last."""
        if self._begun:
            self._db.executemany(
                "UPDATE tally SET count = ? WHERE what = ?",
                [
                    (self.made, "made"),
                    (self.receipted, "receipted"),
                    (self.refused, "refused"),
                ],
            )
            self._db.execute("COMMIT")
            self._begun = False

    def close(self) -> None:
        """Commit, and let go of the disk."""
        self.commit()
        self._db.close()

    def _begin(self) -> None:
        if not self._begun:
            self._db.execute("BEGIN IMMEDIATE")
            self._begun = True

    def _count(self, what: str) -> int:
        row = self._db.execute("SELECT count FROM tally WHERE what = ?", (what,)).fetchone()
        return int(row[0])

    def _check_source(self, folder: Path, source: str) -> None:
        row = self._db.execute("SELECT content FROM source").fetchone()
        if row is None:
            self._db.execute("INSERT INTO source VALUES (?)", (source,))
        elif row[0] != source:
            self._db.close()
            raise ConflictError(
                "spool.other_source",
                zh=f"{folder} 中的缓存来自另一套数据、种子或平移周数。",
                en=f"The spool in {folder} holds readings of other data, seed or shift.",
                next_zh="请用 --spool 指定另一个目录,或删除它重新开始。",
                next_en="Name another folder with --spool, or remove it to begin anew.",
                where={"file": str(folder)},
            )


def _in_use(folder: Path, why: str) -> ConflictError:
    return ConflictError(
        "spool.in_use",
        zh=f"缓存 {folder} 无法打开,可能有另一个回放正在使用:{why}",
        en=f"The spool {folder} cannot be opened; another replay may be using it: {why}",
        next_zh="请先停止另一个回放,或用 --spool 指定另一个目录。",
        next_en="Stop the other replay first, or name another folder with --spool.",
        where={"file": str(folder)},
    )
