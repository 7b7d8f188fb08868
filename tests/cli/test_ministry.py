"""The ministry's door as a process: what a collector in a building reports lies in the database."""

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from tests.cli.test_routes import ask, environment, say
from tests.collector.ministry.on_site import AES, Collector
from tests.collector.rig import free_port, until
from tests.storage.world import START_MS, make_channels, rename_key

KEYS = f"""\
aes_key = "{AES.hex()}"
[[collector]]
building = "310101A001"
gateway = "01"
md5_key = "1234567812345678"
"""
ROUTES = """\
[[route]]
topic = "mohurd/+/+"
codec = "mohurd_xml"
gateway = "demo-a/g1"
key = "{1}/{2}/{key}"
"""
REJECTED = "SELECT reason, payload FROM rejected_message"


def test_a_report_lies_in_the_database_when_it_is_acknowledged(database, tmp_path):
    [channel] = make_channels(database.admin_url, [0])
    rename_key(database.admin_url, channel, "310101A001/01/m1/EPI")
    keys, routes, port = tmp_path / "keys.toml", tmp_path / "routes.toml", free_port()
    keys.write_text(KEYS, encoding="utf-8")
    routes.write_text(ROUTES, encoding="utf-8")
    at = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(hours=9)  # of China
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "ministry", "--keys", str(keys), "--port", str(port)],
        env=environment(database.url("collector"), routes),
    )
    try:
        found = []

        def listening() -> bool:
            try:
                found.append(Collector(port))
            except ConnectionRefusedError:
                return False
            return True

        until(listening, within_s=60)
        one = found[0]
        assert one.enter() == "pass"
        one.send_report(1, "12.5", f"{at:%Y%m%d%H%M%S}")
        assert one.answer()["sequence"] == "1"
        rows = ask(database, "SELECT channel_id, value, at FROM reading")
        one.send_report(2, "12.5", "no time")
        assert one.answer()["sequence"] == "2"
        one.close()
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert [row[:2] for row in rows] == [(channel, 12_500)]
    [(reason, payload)] = ask(database, REJECTED)
    assert reason == "payload.malformed"
    assert b"no time" in bytes(payload)


def test_a_file_of_keys_that_cannot_be_used_says_how_it_is_written(database, tmp_path):
    keys = tmp_path / "keys.toml"
    keys.write_text(KEYS.replace("md5_key", "key"), encoding="utf-8")
    refused = say(database.url("collector"), None, "ministry", "--keys", str(keys))

    assert refused.returncode != 0
    assert re.search(r"keys\.toml cannot be used", refused.stderr)
    assert "md5_key" in refused.stderr
