"""The lines of the guides that push readings, run as they stand, and what they are answered."""

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import uvicorn

from actions.actor import open_pool
from api import create_app
from storage.readings.pushed import PushStore
from tests.collector.rig import until
from tests.storage.world import make_channels, rename_key

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "docs" / f"gateway-guide{lang}.md" for lang in ("", ".zh-CN")]
KEY = "a key of the tests"
CSV = """\
channel,at,value,unit
m1.import,2026-11-24T02:00:00+08:00,1280.5,kWh
m1.import,2026-11-24T02:15:00+08:00,1287.25,kWh
"""


def pairs(guide: Path) -> list[tuple[str, str]]:
    """Return the lines that push with what the guide says they answer."""
    text = guide.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (block,) = (one for one in blocks if "curl -u " in one)
    return re.findall(r"^\$ ((?:.*\\\n)*.*[^\\\n])\n(.+)$", block, re.MULTILINE)


@pytest.fixture(scope="module")
def url(database_of_module):
    database = database_of_module
    [channel] = make_channels(database.admin_url, [0], wraps_at=10**9)
    rename_key(database.admin_url, channel, "m1.import")
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute(
            "UPDATE gateway SET name = 'example/gw1', key_sha256 = sha256(%s)", [KEY.encode()]
        )
    pool = open_pool(database.url("api"), max_size=2)
    with closing(pool), closing(PushStore(database.url("collector"), "push")) as sink:
        server = uvicorn.Server(
            uvicorn.Config(create_app(pool, sink=sink), port=0, log_config=None, ws="none")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        until(lambda: server.started)
        (listening,) = (one for made in server.servers for one in made.sockets)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


def test_the_lines_are_answered_as_the_guides_say(url, tmp_path):
    english, chinese = (pairs(guide) for guide in GUIDES)
    assert english == chinese
    assert len(english) == 4
    (tmp_path / "readings.csv").write_text(CSV, encoding="utf-8")
    known = {n: value for n, value in os.environ.items() if not n.startswith("COMMONWATT")}
    known |= {"URL": url, "KEY": KEY, "COMMONWATT_PUSH_KEY": KEY, "LANG": "C.UTF-8"}
    ours = f'commonwatt() {{ PYTHONPATH={shlex.quote(str(ROOT))} "{sys.executable}" -m cli "$@"; }}'
    for command, answer in english:
        line = command.replace("curl ", "curl -s ", 1) if command.startswith("curl") else command
        done = subprocess.run(
            ["bash", "-c", f"set -e -o pipefail\n{ours}\n{line}"],
            cwd=tmp_path, env=known, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        if answer.endswith("…"):
            assert done.stdout.startswith(answer[:-1]), command
            assert json.loads(done.stdout)["rejected"][0]["readings"][0]["line"] == 1
        else:
            assert done.stdout.strip() == answer, command
