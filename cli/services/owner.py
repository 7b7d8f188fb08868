"""Starting the services from the program that wants them, and stopping them with it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import cli
from cli.services.broker import Kind
from cli.services.state import Layout, Record, Running, last_lines, open_log
from cli.services.wire import Wish, error_from_json
from metering.errors import ConflictError, EnergyError, UnavailableError

MODULE: Final = "cli.services.supervisor"
_STARTING_S: Final = 120.0  # how long another starter is waited for
STOPPING_S: Final = 90.0  # longer than the supervisor gives the database
LOOK_S: Final = 0.05

Progress = Callable[[str], None]


class Services:
    """Database and broker in use; those that this program started stop with it."""

    def __init__(
        self, layout: Layout, wish: Wish, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._layout = layout
        self._wish = wish
        self._process = process
        named = (wish.database_url or "", wish.broker_url or "")
        self._last = Running(*named, "external", 5, None, None)

    @property
    def running(self) -> Running:
        """Where they answer now: pids change when a server had to be started again."""
        self.look()
        return self._last

    def look(self) -> None:
        """Take what the supervisor last wrote; what it wrote before holds if it is gone."""
        record = self._layout.read_record()
        if record is not None and record.running is not None:
            self._last = _as_wished(record.running, self._wish)

    @property
    def started_here(self) -> bool:
        """Whether closing stops them; else they are another program's, which it attached to."""
        return self._process is not None

    def alive(self) -> bool:
        """Return whether somebody looks after them."""
        if self._wish.database_url and self._wish.broker_url:
            return True
        return self._process.poll() is None if self._process else self._layout.held()

    def close(self) -> None:
        """Stop what this program started, and nothing else; a second time does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(b"stop\n")
            process.stdin.close()
        try:
            process.wait(STOPPING_S)
        except subprocess.TimeoutExpired as error:
            raise will_not_stop(process.pid, self._layout) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def up(
    state: Path,
    *,
    database_url: str | None = None,
    broker_url: str | None = None,
    broker_kind: Kind = "auto",
    postgres_port: int | None = None,
    broker_port: int | None = None,
    progress: Progress = lambda text: None,
    detach: bool = False,
) -> Services:
    """Return running services: the state folder's, started if need be, or those that were named.

    Where another program runs them already this one attaches to them, and leaves them running.
    detach: they outlive this program, until `down`.
    """
    layout = Layout(state.absolute())
    owner = None if detach else os.getpid()
    wish = Wish(database_url, broker_url, broker_kind, postgres_port, broker_port, owner)
    if database_url and broker_url:
        return Services(layout, wish)
    layout.create()
    patience = time.monotonic() + _STARTING_S
    while time.monotonic() < patience:
        if (lock := layout.take_lock()) is not None:
            try:
                return _start(layout, wish, lock, progress)
            finally:
                os.close(lock)  # the supervisor has it now
        record = layout.read_record()
        if record is not None and record.phase == "running" and record.running is not None:
            _refuse_others(record, record.running, wish)
            return Services(layout, wish)
        time.sleep(LOOK_S)
    raise busy(layout)


def _start(layout: Layout, wish: Wish, lock: int, progress: Progress) -> Services:
    """Start the supervisor, which takes the lock over, and wait until all is ready."""
    layout.record.unlink(missing_ok=True)  # of a supervisor that was killed
    log = open_log(layout.logs / "supervisor.log")
    modules = [str(Path(cli.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", MODULE, str(layout.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[lock],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, modules))},
            start_new_session=True,  # Ctrl-C is for the owner, who then closes
        )
    finally:
        os.close(log)
    services = Services(layout, wish, process)
    try:
        _hear(process, wish, layout, progress)
        services.look()
    except BaseException:
        services.close()
        raise
    if wish.owner_pid is None:
        assert process.stdin is not None
        process.stdin.close()
        return Services(layout, wish)
    return services


def _hear(process: subprocess.Popen[bytes], wish: Wish, layout: Layout, progress: Progress) -> None:
    """Pass on what the supervisor says until it is ready."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.write(wish.line())
        process.stdin.flush()
    with process.stdout:
        for line in process.stdout:
            message = json.loads(line)
            if "ready" in message:
                return
            if "error" in message:
                raise error_from_json(message["error"])
            progress(message["progress"])
    raise _supervisor_died(layout)


def _as_wished(running: Running, wish: Wish) -> Running:
    """Return it with the URLs that this program was given instead."""
    if wish.database_url:
        running = replace(running, database_url=wish.database_url, postgres_pid=None)
    if wish.broker_url:
        running = replace(
            running,
            broker_url=wish.broker_url,
            gateway_url=wish.broker_url,
            broker="external",
            mqtt_version=5,
            broker_pid=None,
        )
    return running


def _refuse_others(record: Record, running: Running, wish: Wish) -> None:
    """Raise if what runs is not what was asked for."""
    kind, port = wish.broker_kind, wish.broker_port
    fits = [
        wish.database_url or "postgres" in record.restarts,
        wish.broker_url or "broker" in record.restarts,
        wish.broker_url or kind == "auto" or running.broker.startswith(kind),
        not wish.postgres_port or f":{wish.postgres_port}/" in running.database_url,
        not port or running.broker_url.endswith(f":{port}"),
    ]
    if not all(fits):
        raise ConflictError(
            "services_run_otherwise",
            zh=f"该状态目录的服务已在运行，但与要求不同：{running.broker}，{running.broker_url}。",
            en="The services of this state folder run already, but not as asked for: "
            f"{running.broker}, {running.broker_url}.",
            next_zh="请先停止：commonwatt services down，然后重试。",
            next_en="Stop them with `commonwatt services down`, then start again.",
        )


def busy(layout: Layout) -> EnergyError:
    """Return the message for a state folder that another program holds too long."""
    return UnavailableError(
        "services_busy",
        zh=f"{layout.root} 的服务正由另一个程序启动或停止，等待超时。",
        en=f"Another program is still starting or stopping the services of {layout.root}.",
        next_zh=f"请稍后重试；日志在 {layout.logs}。",
        next_en=f"Try again in a while; the logs are in {layout.logs}.",
    )


def will_not_stop(pid: int | None, layout: Layout) -> EnergyError:
    """Return the message for servers that hang."""
    return UnavailableError(
        "services_do_not_stop",
        zh=f"服务在 {STOPPING_S:.0f} 秒内没有停止（监管进程 {pid}）。",
        en=f"The services did not stop within {STOPPING_S:.0f} s (supervisor pid {pid}).",
        next_zh=f"请查看 {layout.logs} 中的日志。",
        next_en=f"Look at the logs in {layout.logs}.",
    )


def _supervisor_died(layout: Layout) -> EnergyError:
    tail = last_lines(layout.logs / "supervisor.log")
    return UnavailableError(
        "supervisor_died",
        zh=f"监管进程意外结束：\n{tail}\n",
        en=f"The supervisor ended unexpectedly:\n{tail}\n",
        next_zh=f"日志在 {layout.logs}。",
        next_en=f"The logs are in {layout.logs}.",
    )
