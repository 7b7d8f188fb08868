"""How a broker is told to read its files again."""

import os
import shlex
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from metering.errors import UnavailableError

_LONGEST_S: Final = 30.0


def reloading(pid_file: Path | None, command: str | None) -> Callable[[], None]:
    """Return what has the broker read its files: a signal, a command, both or neither."""

    def reload() -> None:
        if pid_file is not None:
            hang_up(_pid(pid_file))
        if command is not None:
            _run(shlex.split(command))

    return reload


def hang_up(pid: int) -> None:
    """Send a broker the signal at which it reads its files and ends who may not stay."""
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        raise _not_told(f"SIGHUP {pid}", error) from error


def _pid(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise _not_told(str(file), error) from error


def _run(words: list[str]) -> None:
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=_LONGEST_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise _not_told(shlex.join(words), error) from error


def _not_told(what: str, error: Exception) -> UnavailableError:
    return UnavailableError(
        "broker.not_reloaded",
        zh=f"文件已写入,但未能通知代理重新读取({what}):{error}",
        en=f"The files are written, but the broker was not told ({what}): {error}",
        next_zh="请核对进程号文件或命令,以及是否有权通知代理;或手工重新加载。",
        next_en="Check the pid file or the command, and that you may signal the broker; or have "
        "it reload by hand.",
    )
