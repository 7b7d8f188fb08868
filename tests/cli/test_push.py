"""`commonwatt push`: parts with their times, tried again, kept on disk, told by line."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
import uvicorn

from api import create_app
from cli.push_parts import ROWS, Outbox, Part, parts
from cli.pushing import Pushing, Where
from metering.errors import UnavailableError
from storage.readings.pushed import PushStore
from tests.actions.world import HOUR_MS, START_MS, fill, make_world
from tests.collector.rig import free_port, until

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT = "2026-01-01T00:00:00.000+00:00"
AT_MS = START_MS + 90 * HOUR_MS


def made(text: str) -> list[Part]:
    return list(parts(io.StringIO(text), lambda: NOW))


def test_a_line_without_a_time_gets_that_at_which_it_was_read():
    [csv] = made("channel,value\n\nm1,5\n")
    [objects] = made('{"channel":"m1","value":5}\n{"channel":"m1","value":5,"at":7}\nno json\n')

    assert csv.body.decode() == f"at,channel,value\n{AT},m1,5\n"
    assert [csv.line(place) for place in (None, 1, 2, 3)] == [None, 1, 3, None]
    first, second, third = objects.body.decode().splitlines()
    assert json.loads(first) == {"channel": "m1", "value": 5, "at": AT}
    assert (json.loads(second)["at"], third) == (7, "no json")
    assert made("at,channel,value\n7,m1,5\n")[0].body == b"at,channel,value\n7,m1,5\n"
    assert made("") == made("\n\n") == []


def test_parts_are_bounded_and_each_has_its_headings_and_lines():
    found = made("at;channel;value\n" + "".join(f"{n};m;1\n" for n in range(2 * ROWS + 5)))
    assert [len(one.numbers) for one in found] == [ROWS + 1, ROWS + 1, 6]
    assert all(one.body.startswith(b"at;channel;value\n") for one in found)
    assert found[1].line(2) == ROWS + 2
    assert len({one.key for one in found}) == 3


def test_input_that_pauses_is_sent_as_far_as_it_has_come():
    going = threading.Event()

    def lines() -> Iterator[str]:
        yield "channel,value"
        yield "m1,5"
        assert going.wait(20)
        yield "m1,6"

    found = parts(lines(), lambda: NOW)
    assert next(found).body.endswith(b"m1,5\n")
    going.set()
    assert [one.body[-5:] for one in found] == [b"m1,6\n"]


def test_what_waits_on_disk_is_found_again_in_its_order(tmp_path):
    outbox = Outbox(tmp_path / "spool")
    for n in range(3):
        outbox.keep(Part(csv=n != 1, body=f"part {n}".encode()))
    outbox.answered()
    (tmp_path / "spool" / "torn.new").write_bytes(b"a part that was being written")

    again = Outbox(tmp_path / "spool")
    assert [len(outbox), len(again)] == [2, 2]
    assert (again.first().csv, again.first().body, again.first().line(1)) == (
        False,
        b"part 1",
        None,
    )


@pytest.fixture(scope="module")
def world(database_of_module):
    with closing(make_world(database_of_module)) as found:
        fill(found)
        key = b"the gateway's own"
        found.admin("UPDATE gateway SET key_sha256 = sha256(%s) WHERE name = 'demo-a/g1'", key)
        yield found


@contextmanager
def served(world, port: int) -> Iterator[None]:
    """Serve the API at a port until the end of the block."""
    with closing(PushStore(world.database.url("collector"), "push")) as sink:
        config = uvicorn.Config(
            create_app(world.pool, sink=sink), port=port, log_config=None, ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until(lambda: server.started)
            yield
        finally:
            server.should_exit = True
            thread.join(20)


def environment(port: int) -> dict[str, str]:
    known = {n: value for n, value in os.environ.items() if not n.startswith("COMMONWATT")}
    return known | {
        "COMMONWATT_PUSH_URL": f"http://127.0.0.1:{port}",
        "COMMONWATT_PUSH_GATEWAY": "demo-a/g1",
        "COMMONWATT_PUSH_KEY": "the gateway's own",
        "LANG": "C.UTF-8",
    }


def run(port: int, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "push", *options],
        input=text, env=environment(port), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_script_pushes_what_is_refused_is_told_by_line_and_again_nothing_changes(world):
    port = free_port()
    rows = [f"{AT_MS + n},office e,200,kWh" for n in range(3)]
    text = "\n".join(["at,channel,value,unit", *rows, f"{AT_MS},nobody's,1,kWh", ""])
    with served(world, port):
        first, again = run(port, text), run(port, text)
        good = run(port, "\n".join(["at,channel,value,unit", *rows]))
        wrong = subprocess.run(
            [sys.executable, "-m", "cli", "push", "--gateway", "demo-a/g2"],
            input=text, env=environment(port), capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert (first.returncode, first.stdout) == (
        2, "3 stored, 0 were known, 0 stand beside another\n",
    )  # fmt: skip
    assert "line 5: nobody's: This gateway has no channel under that key." in first.stderr
    assert again.stdout == first.stdout, "under the same key it is answered alike"
    assert (good.returncode, good.stdout.split(", ")[1]) == (0, "3 were known")
    assert wrong.returncode == 2
    assert "not the key" in wrong.stderr


def test_a_platform_that_is_away_is_waited_for_and_what_is_kept_goes_first(world, tmp_path):
    port, spool = free_port(), tmp_path / "spool"
    body = f"at,channel,value\n{AT_MS + 60_000},office e,200\n"
    away = run(port, body, "--spool", str(spool), "--wait", "0")
    assert away.returncode == 6
    assert str(spool) in away.stderr
    assert len(Outbox(spool)) == 1

    told: list[str] = []
    where = Where(f"http://127.0.0.1:{port}", "demo-a/g1", "the gateway's own")
    waits: list[float] = []
    impatient = Pushing(where, Outbox(), told.append, 10, waits.append)
    with pytest.raises(UnavailableError):
        impatient.run(made(body))
    assert waits[:3] == [1, 2, 4]
    with served(world, port):
        pushing = Pushing(where, Outbox(spool), told.append, 10)
        pushing.run(made(f"at,channel,value\n{AT_MS + 61_000},office e,200\n"))
    assert pushing.counts["inserted"] == 2
    assert len(Outbox(spool)) == 0
