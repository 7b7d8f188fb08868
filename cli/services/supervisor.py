"""The small process that keeps database and broker running: `python -m cli.services.supervisor`.

It is a process of its own so that it outlives an owner that is killed with -9, and then stops what
it started. Should it be killed itself, Linux ends its children, and elsewhere the next start does.
"""

import contextlib
import fcntl
import json
import logging
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

from cli.services import broker, place, ports
from cli.services.postgres import Postgres
from cli.services.process import ServerProcess
from cli.services.state import Layout, Phase, Record, Running, bound_log
from cli.services.wire import Wish, error_as_json
from cli.services.words import say
from metering.errors import EnergyError

_TICK_S: Final = 0.1
_STARTING_TICK_S: Final = 0.01
_LOG_LOOK_S: Final = 5.0
_PATIENCE_S: Final = 5.0  # a start that takes longer is explained
_OTHER_PORTS: Final = 5  # how often a port that was lost to somebody else is changed

_LOG: Final = logging.getLogger(__name__)


class Supervisor:
    """Servers, and the record of how they are."""

    def __init__(self, layout: Layout, wish: Wish) -> None:
        self._layout = layout
        self._wish = wish
        self._phase: Phase = "starting"
        self._told_to_stop = False
        self._place: place.Place | None = None
        self._postgres: Postgres | None = None
        self._broker: broker.Broker | None = None
        self._kept: list[ServerProcess] = []
        self._logs_seen = 0.0
        # Handlers rather than SIG_IGN, which the servers would inherit.
        signal.signal(signal.SIGTERM, self._stop)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)

    def run(self) -> None:
        """Start, say so, keep running until there is reason to stop, and stop."""
        try:
            self._write()
            self._assemble()
            if self._start():
                self._phase = "running"
                self._write()
                _tell({"ready": True})
                self._keep()
        except EnergyError as error:
            _tell({"error": error_as_json(error)})
        finally:
            self._finish()

    def _assemble(self) -> None:
        """Find places, ports and programs, and make the data folder if there is none."""
        wish, layout = self._wish, self._layout
        postgres = wish.database_url is None
        self._place = place.find(layout, postgres=postgres, progress=_progress)
        _spare_from_cleaning(self._place.root)
        if postgres:
            if not self._place.postgres.joinpath("data").exists():
                _progress(say("正在建立数据库……", "Making the database …"))
            port = ports.settle(layout, "postgres", wish.postgres_port)
            self._postgres = Postgres(layout, self._place, port)
            self._kept.append(ServerProcess(self._postgres, self._write))
        if wish.broker_url is None:
            port = ports.settle(layout, "broker", wish.broker_port)
            self._broker = broker.choose(wish.broker_kind, layout, self._place, port)
            if wish.broker_kind == "auto" and isinstance(self._broker, broker.Amqtt):
                _progress(_slow_broker())
            self._kept.append(ServerProcess(self._broker, self._write))

    def _start(self) -> bool:
        """Return whether all came up before there was reason to stop."""
        explained = time.monotonic() + _PATIENCE_S
        while not all(kept.ready for kept in self._kept):
            for kept in self._kept:
                kept.tend()
                if kept.falls:
                    self._try_another_port(kept)
            if self._must_stop(_STARTING_TICK_S):
                return False
            if time.monotonic() > explained:
                explained += _PATIENCE_S
                _progress(say("仍在启动（上次未正常结束，正在恢复）……", "Still starting …"))
        return True

    def _try_another_port(self, kept: ServerProcess) -> None:
        """Go on with a new port if the old one was taken meanwhile and nobody insists on it."""
        server = kept.server
        asked = {"postgres": self._wish.postgres_port, "broker": self._wish.broker_port}
        lost = ports.taken(server.port) and asked[server.name] is None
        if not lost or kept.falls > _OTHER_PORTS:
            raise server.failed(kept.trouble)
        server.port = ports.settle(self._layout, server.name, None)
        kept.falls = 0

    def _keep(self) -> None:
        while not self._must_stop(_TICK_S):
            for kept in self._kept:
                kept.tend()
            if time.monotonic() > self._logs_seen + _LOG_LOOK_S:
                self._bound_logs()

    def _bound_logs(self) -> None:
        self._logs_seen = time.monotonic()
        with contextlib.suppress(OSError):  # a full disk is no reason to stop a server
            for path in self._layout.logs.glob("*.log"):
                bound_log(path)

    def _must_stop(self, wait_s: float) -> bool:
        """Wait a moment, and return whether somebody said stop or the owner is gone."""
        if self._wish.owner_pid is None:
            time.sleep(wait_s)
            return self._told_to_stop
        if select.select([0], [], [], wait_s)[0]:  # the end of the pipe, or a word in it
            return True
        return self._told_to_stop or os.getppid() != self._wish.owner_pid

    def _stop(self, *_: object) -> None:
        self._told_to_stop = True

    def _finish(self) -> None:
        """Stop everything, all at the same time."""
        self._phase = "stopping"
        self._write()
        for kept in self._kept:
            kept.ask_to_stop()
        for kept in self._kept:
            kept.finish()
        if self._postgres is not None:
            self._postgres.leave()
        self._layout.record.unlink(missing_ok=True)

    def _write(self) -> None:
        """Say how things are, to whoever looks from another terminal."""
        record = Record(
            phase=self._phase,
            supervisor_pid=os.getpid(),
            detached=self._wish.owner_pid is None,
            place=str(self._place.root) if self._place else "",
            socket=str(self._postgres.socket) if self._postgres else None,
            running=None if self._phase == "starting" else self._running(),
            restarts={kept.server.name: kept.falls for kept in self._kept},
            trouble="; ".join(kept.trouble for kept in self._kept if kept.trouble),
        )
        try:
            self._layout.write_record(record)
        except OSError as error:  # a full disk, say
            _LOG.warning("the record could not be written: %s", error)

    def _running(self) -> Running:
        pids = {kept.server.name: kept.pid for kept in self._kept}
        return Running(
            database_url=self._postgres.url if self._postgres else self._wish.database_url or "",
            broker_url=self._broker.url if self._broker else self._wish.broker_url or "",
            broker=self._broker.version if self._broker else "external",
            mqtt_version=self._broker.mqtt_version if self._broker else 5,
            postgres_pid=pids.get("postgres"),
            broker_pid=pids.get("broker"),
            gateway_url=self._broker.gateway_url if self._broker else self._wish.broker_url or "",
        )


def _slow_broker() -> str:
    return say(
        "没有找到 mosquitto，改用 amqtt：较慢，只支持 MQTT 3.1.1，断线期间不保留消息。",
        "mosquitto was not found; amqtt is used: slower, MQTT 3.1.1 only, and it keeps no messages "
        "for clients that are away.",
    )


def _spare_from_cleaning(folder: Path) -> None:
    """Hold a lock that tells systemd's cleaner of temporary folders to leave this one alone."""
    descriptor = os.open(folder, os.O_RDONLY)
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _progress(text: str) -> None:
    _tell({"progress": text})


def _tell(message: dict[str, Any]) -> None:
    """Write a line to the owner, who may be gone or no longer listening."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(message).encode() + b"\n")


def main() -> None:
    """Serve one state folder; the owner hands over its lock and says what to run."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.umask(0o077)
    with contextlib.suppress(EOFError):
        Supervisor(Layout(Path(sys.argv[1])), Wish.read(0)).run()


if __name__ == "__main__":
    main()
