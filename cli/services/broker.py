"""The broker: mosquitto where it is installed, else amqtt, as something to be kept running."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

import psutil

from cli.services import logins, ports
from cli.services.broker_parts import KINDS, join
from cli.services.place import Place
from cli.services.privileges import Servant, give, may
from cli.services.process import Server, Steps
from cli.services.state import Layout, write_private
from metering.errors import UnavailableError

Kind = Literal["auto", "mosquitto", "amqtt"]

_ASIDE: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")  # off a user's PATH
_FIRST_WITH_MQTT_5: Final = (1, 6)
_FILE: Final = "mosquitto.conf"
_STOPS: Final[Steps] = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

# max_queued_messages 0: mosquitto's limit of 1,000 loses messages that it has acknowledged.
# max_inflight_messages: the collector's window, for clients that cannot name their own.
# autosave_interval: in seconds. A broker that is killed loses what came after; our gateways send
#   that again, as they have no receipt for it. Saving at every change wrote the whole store each
#   time: 69 messages/s with 7,600 waiting, against 20,000/s with this.
_CONFIGURATION: Final = """\
# Written by CommonWatt at every start.
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
max_queued_messages 0
max_inflight_messages 4000
persistent_client_expiration 14d
persistence true
persistence_location {folder}/
autosave_interval 5
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_timestamp_format %Y-%m-%dT%H:%M:%SZ
"""


class Broker(Server):
    """What both have in common."""

    name = "broker"
    stops: Steps = _STOPS
    version: str
    mqtt_version: int

    def __init__(self, layout: Layout, place: Place, port: int) -> None:
        self.port = port
        self.log = layout.logs / "broker.log"
        self.servant = place.servant
        self._place = place
        self._logins = logins.logins(layout)

    @property
    def url(self) -> str:
        """Where it answers, as the collector."""
        return self._url(logins.COLLECTOR)

    @property
    def gateway_url(self) -> str:
        """Where it answers, as gateways."""
        return self._url(logins.GATEWAYS)

    def _url(self, login: str) -> str:
        return logins.url(ports.HOST, self.port, login, self._logins[login])

    def ready(self, pid: int) -> bool:
        """Return whether it takes connections."""
        return ports.answers(self.port)


class Mosquitto(Broker):
    """The C broker, with a configuration of its own and sessions that survive a restart."""

    def __init__(self, layout: Layout, place: Place, port: int, program: Path) -> None:
        super().__init__(layout, place, port)
        number = _version(program) or "?"
        self.version = f"mosquitto {number}"
        numbers = tuple(int(part) for part in re.findall(r"\d+", number)[:2])
        self._old = numbers < (2,)
        self.mqtt_version = 5 if numbers >= _FIRST_WITH_MQTT_5 else 4
        self._program = program
        self._folder = place.mosquitto
        self._configuration = place.mosquitto / _FILE

    def prepare(self) -> None:
        """Write its configuration, and who may do what."""
        folder = self._place.own(self._folder)
        write_private(self._configuration, _CONFIGURATION.format(port=self.port, folder=folder))
        give(self.servant, self._configuration)
        _write_own(folder, self._logins, self.servant, old=self._old)

    def command(self) -> list[str]:
        return [str(self._program), "-c", str(self._configuration)]

    def relics(self) -> tuple[Sequence[psutil.Process], Steps]:
        """Return brokers that were started with this very configuration."""
        return relics(self._folder)


def _write_own(folder: Path, known: dict[str, str], servant: Servant | None, *, old: bool) -> None:
    """Write the logins of our services; those of gateways stay as they were left."""
    for name, text in (
        ("acl.own", logins.ACL),
        ("passwords.own", logins.password_file(known, old=old)),
    ):
        write_private(folder / name, text)
    join(folder)
    for path in folder.iterdir():
        if path.name.startswith(KINDS):
            give(servant, path)


class Amqtt(Broker):
    """The Python broker in a process of its own: 3.1.1, for low rates, keeping nothing on disk."""

    mqtt_version = 4

    def __init__(self, layout: Layout, place: Place, port: int) -> None:
        super().__init__(layout, place, port)
        try:
            self.version = f"amqtt {version('amqtt')}"
        except PackageNotFoundError as error:
            raise _none_at_all() from error
        # It turns into the servant by itself, after its modules were loaded: the servant may not
        # be able to read them. It also watches its parent by itself.
        self._becomes, self.servant = self.servant, None
        self._folder = place.mosquitto  # of the files that both read

    def prepare(self) -> None:
        """Write who may do what."""
        _write_own(self._place.own(self._folder), self._logins, self._becomes, old=False)

    def command(self) -> list[str]:
        user = [str(self._becomes.uid), str(self._becomes.gid)] if self._becomes else []
        told = [str(self.port), str(self._folder), *user]
        return [sys.executable, "-m", "cli.services.amqtt_child", *told]

    def environment(self) -> dict[str, str]:
        """Return ours, for Python finds its modules by it."""
        return dict(os.environ)

    def relics(self) -> tuple[Sequence[psutil.Process], Steps]:
        """Return none: it ends with its parent."""
        return (), self.stops


def choose(kind: Kind, layout: Layout, place: Place, port: int) -> Broker:
    """Return the broker that was asked for, or the better one that is there."""
    program = None if kind == "amqtt" else _mosquitto(place)
    if program is not None:
        return Mosquitto(layout, place, port, program)
    if kind == "mosquitto":
        raise UnavailableError(
            "no_mosquitto",
            zh="没有找到 mosquitto。",
            en="mosquitto was not found.",
            next_zh="请安装它（apt install mosquitto，brew install mosquitto），或改用 amqtt。",
            next_en="Install it (apt install mosquitto, brew install mosquitto), or use amqtt.",
        )
    return Amqtt(layout, place, port)


def relics(folder: Path) -> tuple[Sequence[psutil.Process], Steps]:
    """Return brokers that were started with the configuration in a folder, and how to end them."""
    return list(_started_with("mosquitto", str(folder / _FILE))), _STOPS


def _mosquitto(place: Place) -> Path | None:
    """Return the program if it is installed, starts, and the servant may run it."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_ASIDE))
    found = shutil.which("mosquitto", path=path)
    if found is None or _version(Path(found)) is None:
        return None
    program = Path(found)
    return program if may(place.servant, [(program, os.X_OK)]) else None


def _version(program: Path) -> str | None:
    with suppress(OSError, subprocess.TimeoutExpired):
        output = subprocess.run(
            [program, "-h"], capture_output=True, text=True, check=False, timeout=10
        )
        found = re.search(r"mosquitto version (\S+)", output.stdout + output.stderr)
        return found[1] if found else None
    return None


def _started_with(name: str, argument: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == name and argument in (process.info["cmdline"] or ()):
            yield process


def _none_at_all() -> UnavailableError:
    return UnavailableError(
        "no_broker",
        zh="既没有 mosquitto，也没有 Python 包 amqtt。",
        en="There is neither mosquitto nor the Python package amqtt.",
        next_zh="请安装其中之一，或用 COMMONWATT_BROKER_URL 指定一个代理。",
        next_en="Install one of them, or name a broker in COMMONWATT_BROKER_URL.",
    )
