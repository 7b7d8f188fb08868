"""Other brokers than mosquitto, each in a folder of its own: RabbitMQ, NATS, mochi."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.collector.rig import free_port

_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # what is on the PATH changes its user
_STARTS_S = 60.0


class Broker:
    """A broker's process.

    name, program: as people call it, and what is looked for. version: of MQTT that it speaks.
    keeps: what it acknowledged and nobody took yet, over a kill -9.
    """

    name = ""
    program = ""
    version = 5
    keeps = True

    def __init__(self, folder: Path, more: str = "") -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.folder = folder
        self.more = more
        folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def found(cls) -> str | None:
        """Return where its program is."""
        return shutil.which(cls.program)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = (self.folder / "broker.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._command(),
                env=os.environ | self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        ends = time.monotonic() + _STARTS_S
        while not self._answers():
            if time.monotonic() > ends or self._process.poll() is not None:
                raise AssertionError(f"{self.name}: {(self.folder / 'broker.log').read_text()}")
            time.sleep(0.1)

    def end(self, with_signal: int = signal.SIGTERM) -> None:
        """End it and all that it started, and wait until it has."""
        if self._process is not None:
            os.killpg(self._process.pid, with_signal)
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        return {}


class RabbitMq(Broker):
    """RabbitMQ with its plugin for MQTT 3.1.1 (5 from version 3.13 on)."""

    name, program, version = "RabbitMQ", "rabbitmq-server", 4

    def start(self) -> None:
        """Start its name server as a child of ours, then it."""
        self._names = free_port()
        self._epmd = subprocess.Popen(["epmd", "-port", str(self._names), "-relaxed_command_check"])
        (self.folder / "plugins").write_text(
            "[rabbitmq_mqtt,rabbitmq_auth_backend_http].\n", encoding="utf-8"
        )
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "mqtt.subscription_ttl = 1209600000\n"
            "mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_dets\n"
            f"{self.more}\n",
            encoding="utf-8",
        )
        super().start()

    def end(self, with_signal: int = signal.SIGTERM) -> None:
        """End it and its name server."""
        super().end(with_signal)
        self._epmd.kill()
        self._epmd.wait(10)

    def _command(self) -> list[str]:
        return [str(_RABBITMQ)]

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "HOME": folder,
            "ERL_EPMD_PORT": str(self._names),
            "RABBITMQ_NODENAME": f"cw{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }


class Nats(Broker):
    """NATS with JetStream, which keeps what MQTT 3.1.1 entrusts to it."""

    name, program, version = "NATS", "nats-server", 4

    def _command(self) -> list[str]:
        file = self.folder / "nats.conf"
        file.write_text(
            f'server_name: "cw"\nlisten: "127.0.0.1:{free_port()}"\n'
            f'jetstream {{ store_dir: "{self.folder}/kept", sync_interval: always }}\n'
            f'mqtt {{ listen: "127.0.0.1:{self.port}"\n{self.more} }}\n',
            encoding="utf-8",
        )
        return [str(self.found()), "-c", str(file)]


class Mochi(Broker):
    """mochi, MQTT 5 in memory: the program that its makers build has no persistence."""

    name, program, keeps = "mochi", "mochi", False

    def _command(self) -> list[str]:
        ports = [f"127.0.0.1:{free_port()}" for _ in range(2)]
        here = ["-tcp", f"127.0.0.1:{self.port}", "-ws", ports[0], "-info", ports[1]]
        return [str(self.found()), *here]
