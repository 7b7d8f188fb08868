"""Metrics and `commonwatt status` of a collector that really runs, between broker and database."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import fields

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli import metrics
from collector.codecs import native
from collector.tally import HELP, Histogram, Tally
from tests.cli.test_routes import ask, environment, say
from tests.collector.rig import Gateways, Mosquitto, free_port, until
from tests.storage.world import START_MS, make_channels, rename_key
from worker.loop import Tally as WorkerTally

G1 = "demo-a/g1"


@pytest.fixture
def broker(mosquitto, tmp_path):
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Mosquitto(mosquitto, folder)
    made.start()
    yield made
    made.end()


def scraped(port: int) -> dict[tuple[str, ...], float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation.endswith("."), family.name
        for sample in family.samples:
            found[sample.name, *sorted(sample.labels.values())] = sample.value
    return found


def test_what_a_collector_did_is_counted_timed_and_shown(database, broker):
    [channel] = make_channels(database.admin_url, [0], wraps_at=10**9)
    rename_key(database.admin_url, channel, "e1")
    url, port = database.url("collector"), free_port()
    command = ["collect", "--broker-url", broker.url, "--metrics-port", str(port)]
    process = subprocess.Popen([sys.executable, "-m", "cli", *command], env=environment(url, None))
    gateways = Gateways(broker.port)
    now_ms = int(time.time() * 1000)
    try:
        until(lambda: gateways.states[-1:] == ["up"], within_s=60)
        for seq in (1, 2, 2):
            at_ms = [now_ms - 2_000, START_MS + seq * 1000]
            gateways.say(G1, native.encode_columns(seq, "e1", at_ms, [5.0 + seq, 6.0]))
        gateways.say(G1, b'{"seq":3,"channel":"nobody","value":1}')
        until(lambda: gateways.has_receipts(G1, range(1, 4)))
        until(lambda: scraped(port)["commonwatt_collector_unacknowledged",] == 0)
        found = scraped(port)
        until(lambda: ask(database, "SELECT state FROM collector_beat"), within_s=20)
        once = say(database.url("api"), None, "status", "--once", "--json")
    finally:
        process.send_signal(signal.SIGTERM)
        gateways.close()
    assert process.wait(30) == 0

    def of(name: str, *labels: str) -> float:
        return found[f"commonwatt_collector_{name}", *labels]

    assert of("connected") == 1
    assert of("messages_total") == 4
    assert (of("inserted_total"), of("revised_total")) == (3, 1)
    assert of("duplicates_total") == 2
    assert of("rejected_total", "reading.unknown_key") == 1
    assert of("oldest_unacknowledged_seconds") == of("held") == 0
    assert of("commit_seconds_count") == of("batches_total") > 0
    assert of("arrival_to_queryable_seconds_count") == 4
    # Three old readings beyond every bound, three of two seconds ago within ten.
    assert of("reading_to_queryable_seconds_count") == 6
    assert of("reading_to_queryable_seconds_bucket", "2592000.0") == 3
    assert of("reading_to_queryable_seconds_bucket", "1.0") == 0

    told = json.loads(once.stdout)
    [one] = told["collectors"]
    assert (one["collector"], one["state"], one["silent"]) == ("main", "connected", False)
    assert (one["stored"], one["duplicates"], one["unacknowledged"]) == (3, 2, 0)
    assert one["stored_per_s"] > 0
    assert [row["reason"] for row in told["rejects"]] == ["reading.unknown_key"]
    assert told["gateways"] == {"online": 1, "silent": 0, "never": 0}
    minutes = ask(
        database,
        "SELECT sum(messages), sum(stored), sum(revised), sum(duplicates), sum(refused) "
        "FROM intake_minute WHERE collector = 'main'",
    )
    assert [int(one) for one in minutes[0]] == [4, 3, 1, 2, 1]
    assert ask(database, "SELECT state FROM collector_beat") == [("stopped",)]
    shows_in_both_languages(database)


def shows_in_both_languages(database) -> None:
    """Look as a person does: a collector that was killed says nothing any more."""
    ask(
        database,
        "UPDATE collector_beat SET state = 'connected', unacknowledged = 3, "
        "beat_at = now() - interval '50 s', oldest_at = now() - interval '70 s'",
    )
    ask(database, "UPDATE gateway_seen SET seen_at = seen_at - interval '30 days'")
    ask(database, "UPDATE gateway_clock SET heard_at = heard_at - interval '30 days'")
    url = database.url("api")
    english, chinese = (say(url, None, "status", "--once", lang=lang) for lang in ("en", "zh"))
    assert english.returncode == chinese.returncode == 0, english.stderr
    assert re.search(
        r"^main +silent [\d.]+ (s|min) .* 3 +[\d.]+ (s|min) ", english.stdout, re.MULTILINE
    )
    assert "Gateways: 0 online, 1 silent, 0 never heard" in english.stdout
    assert re.search(r"reading\.unknown_key +1$", english.stdout, re.MULTILINE)
    assert re.search(r"^main +无消息 [\d.]+ (s|min)", chinese.stdout, re.MULTILINE)
    assert "采集网关:在线 0,无数据 1" in chinese.stdout
    assert re.search(r"^用量 ", chinese.stdout, re.MULTILINE)


def test_it_looks_again_until_it_is_told_to_stop(database):
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "status", "--every", "0.5"],
        env=environment(database.url("api"), None), stdout=follower, stderr=follower,
    )  # fmt: skip
    os.close(follower)
    seen = b""
    while seen.count(b"\x1b[2J") < 2:
        seen += os.read(leader, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    os.close(leader)
    assert b"No collector has stored anything yet." in seen


def test_every_counter_of_every_service_is_explained():
    shown = {one.name for one in fields(Tally)} - {"arrived"} | {"oldest_unacknowledged_seconds"}
    assert set(HELP) == shown
    assert set(metrics.OF_WORKER) == {one.name for one in fields(WorkerTally)}
    for service, tally in (("collector", Tally()), ("worker", WorkerTally())):
        families = list(metrics.Tallied(service, lambda tally=tally: tally).collect())
        assert all(family.documentation.endswith(".") for family in families)


def test_a_histogram_counts_each_figure_where_it_belongs():
    made = Histogram((1.0, 10.0))
    for value in (0.5, 1.0, 1.1, 10.0, 11.0):
        made.add(value)
    assert (made.counts, made.total, len(made)) == ([2, 2, 1], 23.6, 5)


def test_the_oldest_of_what_waits_is_the_first_that_came():
    tally = Tally()
    assert tally.oldest_unacknowledged_seconds == 0.0
    tally.came(time.monotonic() - 100)
    tally.came(time.monotonic())
    assert 100 <= tally.oldest_unacknowledged_seconds < 160
    tally.let_go(1)
    assert tally.oldest_unacknowledged_seconds < 60
    tally.let_go(5)
    assert not tally.arrived
