"""A gateway eight hours ahead, as its operator meets it: listed, looked at, put right."""

import os
import subprocess
import sys

import psycopg

from cli import wiring
from cli.settings import Settings
from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from storage.readings.store import Store
from tests.storage.world import GATEWAY, START_MS, make_channels

HOUR_MS = 3_600_000
READINGS = "SELECT storage.ms(at) FROM reading"


def say(url: str, *fields: str, typed: str = "", lang: str = "en") -> subprocess.CompletedProcess:
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *fields],
        env={**known, "COMMONWATT_DATABASE_URL": url, "COMMONWATT_LANG": lang},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_clock_ahead_is_listed_and_put_right(database):
    make_channels(database.admin_url, [0])
    api, collector = database.url("api"), database.url("collector")
    store = Store(collector, "test")
    payload = native.encode_one(1, "k0", START_MS + 8 * HOUR_MS, 5.0)
    take_in([Message(f"cw/v1/{GATEWAY}/data", GATEWAY, payload, START_MS)], native.decode, store)
    store.close()
    shift = ("replay-rejected", "--gateway", GATEWAY, "--shift", "guess")

    listed = say(api, "gateways").stdout
    assert f"{GATEWAY}: 1 channels, last reading -, 1 refused" in listed
    assert "clock 8 h ahead, try --shift -8h" in listed
    assert "时钟超前 8 小时" in say(api, "gateways", lang="zh").stdout

    refused = say(collector, *shift, typed="n\n")
    assert refused.returncode == 1, refused.stderr
    assert "shifted by -8h" in refused.stdout
    assert "k0 (1): 2016-03-01 08:00:00" in refused.stdout
    assert "nothing was kept" in say(collector, *shift, "--dry-run").stdout
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        assert c.execute(READINGS).fetchall() == []
        done = say(collector, *shift, "--yes")
        assert "1 messages taken: 1 readings new" in done.stdout, done.stderr
        assert c.execute(READINGS).fetchall() == [(START_MS,)]
    assert say(collector, *shift, "--yes").returncode == 2
    assert say(collector, "replay-rejected", "--shift", "-8h").returncode == 2


def test_how_far_ahead_a_reading_may_be_is_a_setting(database, monkeypatch):
    monkeypatch.setenv("COMMONWATT_CLOCK_AHEAD_S", "3600")
    made = wiring.store(Settings(), database.url("collector"), "test")
    made.close()

    assert made.ahead_ms == HOUR_MS
