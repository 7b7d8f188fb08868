"""`commonwatt codec`: what a message says, what it would store, and why not; nothing is kept."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import psycopg

from storage.readings.routes import put
from tests.storage.world import GATEWAY, START_MS, make_channels, rename_key

AT = datetime.fromtimestamp(START_MS / 1000 + 3600, UTC).isoformat()
TASMOTA = json.dumps({"Time": AT, "ENERGY": {"Total": 12.5, "Power": 3}})


def codec(*command: str, url: str = "", stdin: str = "", lang: str = "en"):
    known = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWATT")}
    known |= {"COMMONWATT_LANG": lang, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "cli", "codec", *command],
        env=known | ({"COMMONWATT_DATABASE_URL": url} if url else {}),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_message_is_shown_as_it_is_read():
    done = codec("try", "-", "--codec", "tasmota", stdin=TASMOTA)

    assert done.returncode == 0, done.stderr
    assert "ENERGY.Total" in done.stdout
    assert "12.5 kWh" in done.stdout


def test_settings_are_named_as_in_the_routes_file():
    message = json.dumps({"a": {"b": 7}, "t": 1_700_000_000})
    given = ("--set", "value=a.b", "--set", 'key="meter"', "--set", "scale=0.5", "--set", "time=t")
    done = codec("try", "-", "--codec", "json", *given, stdin=message)

    assert "meter  2023-11-14T22:13:20.000Z  3.5" in done.stdout
    assert "no =" in codec("try", "-", "--codec", "json", "--set", "value").stderr
    assert "time zone" in codec("try", "-", "--codec", "tasmota", "--set", "zone=Mars").stderr


def test_what_is_not_of_the_format_says_what_to_do(tmp_path):
    done = codec("try", "-", "--codec", "shelly", stdin="garbled")
    assert done.returncode != 0
    assert "gateway-guide" in done.stderr
    assert "cannot be read" in codec("try", str(tmp_path / "none"), "--codec", "json").stderr
    assert "没有名为" in codec("try", "-", "--codec", "none", lang="zh").stderr


def test_it_says_what_would_be_stored_and_keeps_nothing(database):
    (channel,) = make_channels(database.admin_url, [0])
    rename_key(database.admin_url, channel, "ENERGY.Total")
    url = database.url("collector")
    asked = ("try", "-", "--codec", "tasmota", "--gateway", GATEWAY)

    done = codec(*asked, url=url, stdin=TASMOTA)

    assert done.returncode == 0, done.stderr
    assert "1 would be stored" in done.stdout
    assert "ENERGY.Power: " in done.stdout  # bound by nobody, with the next step
    with psycopg.connect(database.admin_url) as c:
        for table in ("reading", "rejected_message", "stale_usage"):
            assert c.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,)


def test_formats_are_listed_with_their_settings():
    done = codec("list")

    assert "with_meter" in done.stdout
    assert "winter_offset_min" in done.stdout


def test_a_topic_is_read_by_the_routes_as_they_hold_now_and_says_why_not(database):
    """The database's route comes first; what is bound elsewhere, or out of range, says so."""
    channel, other = make_channels(database.admin_url, [0, 0])
    rename_key(database.admin_url, channel, "ENERGY.Total")
    rename_key(database.admin_url, other, "ENERGY.Power")
    url = database.url("collector")
    with psycopg.connect(database.admin_url) as c:
        put(c, "tele/+/SENSOR", ("tasmota", GATEWAY, "{key}", [], {}), None, "test", "test")
        c.execute("INSERT INTO gateway (name) VALUES ('demo-a/other')")
        put(c, "old/+/SENSOR", ("tasmota", "demo-a/other", "{key}", [], {}), None, "test", "test")

    done = codec("try", "-", "--topic", "tele/m1/SENSOR", url=url, stdin=TASMOTA)
    assert done.returncode == 0, done.stderr
    assert f"tele/+/SENSOR: tasmota → {GATEWAY}" in done.stdout
    assert "1 would be stored" in done.stdout
    assert "a unit that cannot be converted" in done.stdout  # W to a register in kWh
    elsewhere = codec("try", "-", "--topic", "old/m1/SENSOR", url=url, stdin=TASMOTA, lang="zh")
    assert "别的采集网关" in elsewhere.stdout
    assert f"所在采集网关:{GATEWAY}。" in elsewhere.stdout
    assert "/routes" in elsewhere.stdout  # the next step
    below = codec(
        "try", "-", "--topic", "tele/m1/SENSOR", url=url, stdin=TASMOTA.replace("12.5", "-1")
    )
    assert "outside what the channel can show" in below.stdout
    ahead = TASMOTA.replace(AT, "2099-01-01T00:00:00+00:00")
    assert "ahead of its arrival" in codec(
        "try", "-", "--topic", "tele/m1/SENSOR", url=url, stdin=ahead
    ).stdout  # fmt: skip
    nobody = codec("try", "-", "--topic", "x/y", url=url, stdin=TASMOTA)
    assert "/routes" in nobody.stderr
