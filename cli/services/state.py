"""What is kept in the state folder: who runs, on which ports, with which password."""

import contextlib
import fcntl
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import psutil

from metering.errors import ConflictError

Phase = Literal["starting", "running", "stopping"]
LOG_BYTES: Final = 8 * 2**20  # a log longer than this is turned over once


@dataclass(frozen=True, slots=True)
class Running:
    """Where database and broker answer; a pid is None where the service is not ours."""

    database_url: str
    broker_url: str
    broker: str  # "mosquitto 2.0.11", "amqtt 0.12.1", or "external"
    mqtt_version: int  # 5, or 4 for what the world calls 3.1.1
    postgres_pid: int | None
    broker_pid: int | None
    gateway_url: str = ""  # the broker again, with the login of gateways


@dataclass(frozen=True, slots=True)
class Record:
    """What the supervisor last wrote about itself; it counts only while the lock is held."""

    phase: Phase
    supervisor_pid: int
    detached: bool
    place: str  # the folder that holds data, persistence and socket
    socket: str | None = None
    running: Running | None = None
    restarts: dict[str, int] = field(default_factory=dict)
    trouble: str = ""  # the last thing that went wrong and was mended

    @property
    def down(self) -> list[str]:
        """Servers of ours that do not answer just now: they fell, and are started again."""
        if self.running is None:
            return []
        pids = {"postgres": self.running.postgres_pid, "broker": self.running.broker_pid}
        return [name for name in self.restarts if not _lives(pids.get(name))]


def _lives(pid: int | None) -> bool:
    """Return whether a process is there; the record may be a moment older than its end."""
    return pid is not None and psutil.pid_exists(pid)


@dataclass(frozen=True, slots=True)
class Layout:
    """The names inside a state folder."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives, however it ends."""
        return self.root / "services.lock"

    @property
    def record(self) -> Path:
        return self.root / "services.json"

    @property
    def ports(self) -> Path:
        return self.root / "services.ports.json"

    @property
    def password(self) -> Path:
        return self.root / "postgres.password"

    @property
    def broker_logins(self) -> Path:
        """The passwords of the embedded broker."""
        return self.root / "broker.logins.json"

    @property
    def pointer(self) -> Path:
        """Says where the data is when it cannot be in the state folder itself."""
        return self.root / "services.place"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def create(self) -> None:
        """Make the folder where it is missing; an existing one keeps its mode."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except PermissionError as error:
            raise _not_writable(self.root) from error

    def take_lock(self) -> int | None:
        """Return the descriptor that holds the lock, or None where somebody else does."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self.lock, flags, 0o600)
        except PermissionError as error:
            raise _not_writable(self.root) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        like_folder(self.lock)
        return descriptor

    def held(self) -> bool:
        """Return whether a supervisor lives here."""
        if not self.lock.exists():
            return False
        if (descriptor := self.take_lock()) is None:
            return True
        os.close(descriptor)
        return False

    def read_record(self) -> Record | None:
        """Return what the supervisor wrote, if it has written."""
        if not (record := read_json(self.record)):
            return None
        running = record.pop("running")
        return Record(**record, running=Running(**running) if running else None)

    def write_record(self, record: Record) -> None:
        """Replace the record; it carries the database URL, so only its owner may read it."""
        write_private(self.record, json.dumps(asdict(record), indent=1))

    def read_password(self) -> str | None:
        """Return the superuser's password, or None where none was made yet."""
        return self.password.read_text().strip() if self.password.exists() else None

    def write_password(self, password: str) -> None:
        """Keep the password; once it is here, there is a database that knows it."""
        write_private(self.password, password + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a file; a missing or broken one is empty, for all can be found anew."""
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_private(path: Path, text: str) -> None:
    """Put a text in place in one step, for its owner's eyes only."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        like_folder(Path(draft))
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def like_folder(path: Path) -> None:
    """Let root's files in a user's state folder belong to that user, who may come back without."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        with contextlib.suppress(OSError):  # some file systems know no owners
            os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)


def open_log(path: Path) -> int:
    """Return a descriptor that adds to a log; the reader may shorten the file meanwhile."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    like_folder(path)
    return descriptor


def bound_log(path: Path) -> None:
    """Turn a long log over: one older part is kept, and writers go on in the emptied file."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        write_private(path.with_suffix(".log.1"), path.read_text(errors="replace"))
        os.truncate(path, 0)


def last_lines(path: Path, count: int = 8) -> str:
    """Return the end of a log for a message."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-count:])


def _not_writable(folder: Path) -> ConflictError:
    return ConflictError(
        "state_not_writable",
        zh=f"无法写入状态目录 {folder}：它属于其他用户。",
        en=f"The state folder {folder} cannot be written: it belongs to another user.",
        next_zh="请以该用户身份运行，或指定另一个状态目录。",
        next_en="Run as that user, or name another state folder.",
    )
