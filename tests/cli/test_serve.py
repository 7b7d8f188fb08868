"""`commonwatt serve` as people start and stop it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from cli.network import claim
from metering.errors import ConflictError

AWAY = "postgresql://nobody@127.0.0.1:1/none"
START_S = 30.0  # a machine under tests is a busy one


def command(*words: str, lang: str = "en") -> tuple[list[str], dict[str, str]]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    # A demo may have left its services in the folder of these tests.
    said = {"COMMONWATT_LANG": lang, "COMMONWATT_STATE": "/nowhere/commonwatt"}
    return [sys.executable, "-m", "cli", "serve", *words], {**known, **said}


def refused(*words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    arguments, environment = command(*words, lang=lang)
    return subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def served(database, port) -> Iterator[subprocess.Popen[str]]:
    """A server that answers."""
    arguments, environment = command("--port", str(port), "--database-url", database.url("api"))
    process = subprocess.Popen(
        arguments, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_for(port, process)
    yield process
    process.kill()
    process.communicate()


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    pytest.fail(f"nothing listens: {process.communicate()}")


def answer(port: int, path: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as got:
            return got.status, json.load(got)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_it_answers_and_a_second_one_names_who_has_the_port(served, port):
    assert answer(port, "/healthz") == (200, {"alive": True})
    assert answer(port, "/readyz")[1]["ready"] is True
    assert answer(port, "/api/v1/openapi.json")[0] == 200

    second = refused("--port", str(port), "--database-url", AWAY)
    assert second.returncode == 3
    assert f"Port {port} of 127.0.0.1 is in use" in second.stderr
    assert "--port " in second.stderr
    assert "Traceback" not in second.stderr
    assert answer(port, "/healthz")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(served, port, number):
    served.send_signal(number)
    _, output = served.communicate(timeout=15)

    assert served.returncode == 0, output
    assert "serve.ends" in output
    assert "Traceback" not in output
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


def test_it_ends_when_its_owner_is_gone(database, port):
    arguments, environment = command(
        "--owned", "--port", str(port), "--database-url", database.url("api")
    )
    process = subprocess.Popen(
        arguments,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for(port, process)
    process.stdin.close()

    assert process.wait(timeout=15) == 0
    process.stdout.close()
    process.stderr.close()


def test_with_the_database_away_it_serves_and_says_that_it_is_not_ready(port):
    arguments, environment = command("--port", str(port), "--database-url", AWAY)
    process = subprocess.Popen(
        arguments, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        wait_for(port, process)
        assert answer(port, "/healthz")[0] == 200
        began = time.monotonic()
        status, problem = answer(port, "/readyz")
        assert (status, problem["code"]) == (503, "database.unavailable")
        assert time.monotonic() - began < 6  # others wait ten seconds for a connection
    finally:
        process.terminate()
        process.communicate(timeout=15)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127/8")
def test_a_port_is_looked_at_on_the_address_that_is_asked_for(port):
    with socket.create_server(("127.0.0.2", port)):
        with claim("127.0.0.1", port):
            pass
        with pytest.raises(ConflictError) as refused:
            claim("127.0.0.2", port)
    assert f"Port {port} of 127.0.0.2" in refused.value.en


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--database-url", AWAY, "--host", "203.0.113.7"], 2, "--host"),
        (["--database-url", AWAY, "--host", "no-such-host.invalid"], 2, "--host"),
        ([], 2, "COMMONWATT_DATABASE_URL"),
        (["--database-url", AWAY, "--port", "70000"], 2, "COMMONWATT_PORT"),
    ],
)
def test_what_cannot_be_served_is_said_with_the_next_step(words, status, told):
    for lang in ("en", "zh"):
        ended = refused(*words, lang=lang)

        assert ended.returncode == status, ended.stderr
        assert told in ended.stderr
        assert "Traceback" not in ended.stderr
