"""Two demos at once: each tells where its own pages answer, and nobody enters the other's."""

import subprocess
import sys
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest

from cli.demo.run import Demo
from tests.cli.demo import sets
from tests.cli.demo.served import READY, Served, log_in
from tests.collector.rig import free_port, until

LISTENS = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    print("listening", flush=True)
    time.sleep(600)
"""


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
            opener = log_in(urls[own], demos[own], "planner")
            with opener.open(f"{urls[own]}/", timeout=20) as got:
                page = got.read().decode()
            assert urls[other] not in page
            with pytest.raises(urllib.error.HTTPError) as refused:
                log_in(urls[other], demos[own], "planner")
            assert refused.value.code == 401
    finally:
        for one in demos:
            one.end()
