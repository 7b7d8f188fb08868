"""`commonwatt healthy`: what it says where a service is not well."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from cli import start
from cli.main import app
from metering.errors import InputError, UnavailableError
from tests.collector.rig import free_port

WELL = "commonwatt_collector_connected 1.0\ncommonwatt_collector_sink_away 0.0\n"


@contextmanager
def answering(status: int, answer: str) -> Iterator[int]:
    """Lend the port of something that answers like this, whatever it is asked."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def asked(monkeypatch) -> Callable[..., Exception | None]:
    def ask(service: str, **variables: int) -> Exception | None:
        for name, value in variables.items():
            monkeypatch.setenv(f"COMMONWATT_{name}", str(value))
        ended = CliRunner().invoke(app, ["healthy", service])
        return ended.exception if ended.exit_code else None

    return ask


HEAVY = ("typer", "pydantic", "numpy", "psycopg", "http.client", "cli.main")


def test_a_probe_loads_no_more_than_it_needs():
    """Containers ask every half minute: loading the whole program would cost half a second."""
    ask = f"""
import sys
from cli import start
print(start.probe(["healthy", sys.argv[1]], {{"COMMONWATT_PORT": sys.argv[2]}}))
print([name for name in {HEAVY} if name in sys.modules])
"""
    with answering(200, "{}") as well, answering(503, "no") as unwell:
        for port, status in ((well, 0), (unwell, 6)):
            asked = [sys.executable, "-c", ask, "serve", str(port)]
            done = subprocess.run(asked, capture_output=True, text=True, check=True)
            assert done.stdout.splitlines() == [str(status), "[]"]


def test_a_probe_whose_port_is_no_plain_variable_is_answered_by_the_whole_program():
    assert start.probe(["healthy", "serve"], {}) is None
    assert start.probe(["healthy", "serve"], {"COMMONWATT_PORT": "x"}) is None
    assert start.probe(["healthy", "nothing"], {"COMMONWATT_PORT": "1"}) is None
    assert start.probe(["healthy", "--help"], {"COMMONWATT_PORT": "1"}) is None


def test_a_collector_with_broker_and_database_is_well(asked):
    with answering(200, WELL) as port:
        assert asked("collect", METRICS_PORT=port) is None


@pytest.mark.parametrize(
    ("stats", "missing"),
    [
        (WELL.replace("connected 1.0", "connected 0.0"), "commonwatt_collector_connected 1.0"),
        (WELL.replace("away 0.0", "away 1.0"), "commonwatt_collector_sink_away 0.0"),
        ("", "commonwatt_collector_connected 1.0, commonwatt_collector_sink_away 0.0"),
    ],
)
def test_a_collector_without_one_of_them_is_not(asked, stats, missing):
    with answering(200, stats) as port:
        refused = asked("collect", METRICS_PORT=port)

    assert isinstance(refused, UnavailableError)
    assert refused.en == f"The service is not well: {missing}"


@pytest.mark.parametrize(
    ("service", "variable", "path"),
    [("serve", "PORT", "/readyz")],
)
def test_a_service_that_is_not_ready_says_what_it_lacks(asked, service, variable, path):
    with answering(503, "0016 is missing") as port:
        refused = asked(service, **{variable: port})

    assert isinstance(refused, UnavailableError)
    assert f"127.0.0.1:{port}{path}: 503 0016 is missing" in refused.en


@pytest.mark.parametrize(
    ("service", "variable"),
    [("collect", "METRICS_PORT"), ("work", "METRICS_PORT"), ("serve", "PORT")],
)
def test_a_service_that_does_not_run_is_named_by_its_port(asked, service, variable):
    port = free_port()
    refused = asked(service, **{variable: port})

    assert isinstance(refused, UnavailableError)
    assert f"127.0.0.1:{port}/" in refused.en
    assert "log" in refused.next_en


def test_without_a_port_to_ask_the_setting_is_named(asked, monkeypatch):
    monkeypatch.delenv("COMMONWATT_METRICS_PORT", raising=False)
    refused = asked("work")

    assert isinstance(refused, InputError)
    assert refused.where == {"field": "COMMONWATT_METRICS_PORT"}
