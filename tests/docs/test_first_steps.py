"""docs/operations.md from `services up` to an account, line by line as a newcomer runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from cli import embedded, services
from cli.checkup import checks
from cli.settings import load
from tests.cli.services.world import until
from tests.collector.rig import free_port

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/operations.md"
LAST = "commonwatt serve &"


def lines() -> list[str]:
    """Return the lines of the document's first steps."""
    match = re.search(r"## First steps.*?```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert match is not None
    found = match[1].splitlines()
    assert found[-1] == LAST
    return found


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Run the lines in a shell of their own, and leave what they start running."""
    state, port = tmp_path_factory.mktemp("first") / "state", free_port()
    known = {n: value for n, value in os.environ.items() if not n.startswith("COMMONWATT")}
    known |= {"COMMONWATT_STATE": str(state), "COMMONWATT_PORT": str(port), "LANG": "C.UTF-8"}
    password = str(state.with_name("root.password"))
    program = f'set -e\ncommonwatt() {{ "{sys.executable}" -m cli "$@"; }}\n'
    program += "\n".join(f"echo '$ {line}'\n{line}" for line in lines()) + "\nwait\n"
    out = state.with_name("said")
    with out.open("w") as file:
        shell = subprocess.Popen(
            ["bash", "-c", program.replace("root.password", password)],
            cwd=ROOT, env=known, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        until(lambda: f"$ {LAST}" in out.read_text() or shell.poll() is not None, 150)
        assert shell.poll() is None, out.read_text()
        yield state, f"http://127.0.0.1:{port}", out
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.wait(30)
        services.remove(state)


def answer(url: str, token: str = "", **match: object) -> dict:
    """Ask the API, by POST where something is said."""
    data = json.dumps(match).encode() if match else None
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {token}"} if token else {}
    )
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as got:
        return json.load(got)


def january(url: str) -> dict | None:
    try:
        token = answer(
            f"{url}/api/v1/login",
            login="root", password="a-long-Passphrase-of-your-own", bearer=True,
        )["token"]  # fmt: skip
        found = answer(f"{url}/api/v1/accounts?from=2026-01&to=2026-01", token)["items"]
    except OSError:  # it does not listen yet
        return None
    return found[0] if found else None


def test_the_last_line_shows_an_account(walked):
    _, url, out = walked
    found = None
    ends = time.monotonic() + 120
    while found is None and time.monotonic() < ends:
        found = january(url)
        time.sleep(0.5)

    assert found is not None, out.read_text()
    assert float(found["used"]) == 20
    assert "as it should: there are no tables yet" in out.read_text()


def test_doctor_finds_nothing_bad_where_all_runs(walked):
    state, _, _ = walked
    found = list(checks(load({}, state=state)))

    assert [one.en for one in found if one.state == "bad"] == []
    assert any(one.en.startswith("Database energy") for one in found)


def test_what_is_named_is_meant_and_gateways_have_no_database(walked):
    state, _, _ = walked
    running = services.status(state).record.running
    gateways = embedded.filled(load({}, state=state), "gateways")
    named = load({}, state=state, database_url="postgresql://elsewhere/x", broker_url="mqtt://b:1")

    assert (gateways.broker_url, gateways.database_url) == (running.gateway_url, None)
    assert gateways.broker_version == running.mqtt_version
    assert embedded.filled(named, "api") == named
    assert embedded.filled(load({}, state=state / "none"), "api").database_url is None


def test_each_process_has_its_own_login(walked):
    state, _, _ = walked
    record = services.status(state).record
    assert (state / "database.logins.json").stat().st_mode & 0o077 == 0
    with psycopg.connect(record.running.database_url, autocommit=True) as connection:
        until(lambda: {"energy_api", "energy_worker"} <= logins(connection), 60)


def logins(connection: psycopg.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT usename FROM pg_stat_activity")}
