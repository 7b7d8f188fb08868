"""Two demos at once: each tells where its own pages answer, and nobody enters the other's."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.demo.run import Demo
from tests.cli.demo import sets
from tests.collector.rig import free_port, until

LISTENS = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    print("listening", flush=True)
    time.sleep(600)
"""
READY = re.compile(r"The CommonWatt demo is ready:\s+(http://\S+)")


@pytest.fixture
def listeners():
    """Two programs that listen on a port each."""
    ports = free_port(), free_port()
    programs = [
        subprocess.Popen([sys.executable, "-c", LISTENS, str(port)], stdout=subprocess.PIPE)
        for port in ports
    ]
    for one in programs:
        assert one.stdout is not None
        one.stdout.readline()
    yield list(zip(ports, programs, strict=True))
    for one in programs:
        one.kill()
        one.wait()


def test_a_port_is_ones_own_only_where_ones_own_process_listens(listeners):
    (port, mine), (other, others) = listeners
    demo = SimpleNamespace(children=[SimpleNamespace(name="api", process=mine)])
    neighbour = SimpleNamespace(children=[SimpleNamespace(name="api", process=others)])

    assert Demo.serves(demo, "api", port)
    assert Demo.serves(neighbour, "api", other)
    assert not Demo.serves(demo, "api", other)
    assert not Demo.serves(neighbour, "api", port)
    assert not Demo.serves(demo, "worker", port)


class Served:
    """A demo that is served, in a state folder and with a log of its own."""

    def __init__(self, data: Path, folder: Path, wanted: int) -> None:
        folder.mkdir()
        self.folder, self.log = folder, folder / "said"
        known = {n: value for n, value in os.environ.items() if not n.startswith("COMMONWATT")}
        known |= {"COMMONWATT_LANG": "en"}
        command = [sys.executable, "-c", _ON_PORT, str(wanted), "--data", str(data)]
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [*command, "--state", str(folder / "state")],
                env=known, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def found(self, wanted: re.Pattern[str]) -> str:
        """Return what the demo told, empty as long as it did not."""
        assert self.process.poll() is None, self.log.read_text()
        names = wanted.search(self.log.read_text())
        return names[1] if names else ""

    @property
    def planner(self) -> str:
        """The password of its planner."""
        (memory,) = self.folder.rglob("demo.json")
        return str(json.loads(memory.read_text())["users"]["planner"])

    def end(self) -> None:
        """Let it end all that it started."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


# The port is a default that both want, as where nobody names one: --port must be free.
_ON_PORT = """
import sys
from cli import settings
from cli.main import run
port = int(sys.argv.pop(1))
load = settings.load
settings.load = lambda *said, **given: load(*said, **given).model_copy(update={"port": port})
sys.argv.insert(1, "demo")
run()
"""


def log_in(url: str, password: str) -> urllib.request.OpenerDirector:
    """Return what asks with a session of the planner."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    names = json.dumps({"login": "planner", "password": password}).encode()
    asked = urllib.request.Request(
        f"{url}/api/v1/login", names, {"Content-Type": "application/json"}
    )
    opener.open(asked, timeout=20).close()
    return opener


@pytest.mark.slow
def test_two_demos_at_once_tell_their_own_addresses(tmp_path):
    data = sets.cut(tmp_path / "set", meters=1, days=40)
    wanted = free_port()
    demos = [Served(data, tmp_path / name, wanted) for name in ("a", "b")]
    try:
        until(lambda: all(one.found(READY) for one in demos), 240)
        urls = [one.found(READY) for one in demos]
        assert len({*urls}) == 2
        for own, other in ((0, 1), (1, 0)):
            opener = log_in(urls[own], demos[own].planner)
            with opener.open(f"{urls[own]}/", timeout=20) as got:
                page = got.read().decode()
            assert urls[other] not in page
            with pytest.raises(urllib.error.HTTPError) as refused:
                log_in(urls[other], demos[own].planner)
            assert refused.value.code == 401
    finally:
        for one in demos:
            one.end()
