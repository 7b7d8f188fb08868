"""The real programs, killed: a short run of `make chaos`, and whether its checker sees anything."""

import time
from collections import deque

import psycopg
import pytest

from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from storage.readings.store import Store
from tests.chaos import checker, nemesis
from tests.chaos.gateways import KEYS, Ledger
from tests.chaos.scene import Scene
from tests.collector.rig import until
from tests.storage.world import GATEWAY, START_MS, make_channels


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_kills_of_each_lose_double_and_alter_nothing(mosquitto, tmp_path):
    told = nemesis.run(tmp_path / "state", seed=1, kills=5, say=deque().append, hurried=True)

    assert told.verdict.good, told
    assert told.all_receipted
    assert all(len(waits) == 5 for waits in told.until_receipt_s.values())


@pytest.mark.crash
@pytest.mark.slow
def test_of_three_collectors_that_share_any_may_be_killed_and_stay_away(mosquitto, tmp_path):
    # A third of what is said, and said again, waits for who stays away: twice as late each time.
    state = tmp_path / "state"
    with Scene(state, seed=3, collectors=3, works=False, again_s=0.5) as scene:
        assert scene.receipt_after(time.monotonic(), 60) is not None
        until(lambda: shares(scene).keys() == set(scene.collectors), 60)
        gone = scene.chance.choice(scene.collectors)
        scene.rest(gone)
        said_s = time.monotonic()
        assert scene.receipt_after(said_s, 30) is not None
        time.sleep(2)
        assert scene.calm(200)  # what lies in the session of the one is said again to the others
        before = checker.judged(scene.admin_url, scene.gateways.ledger, hours=False)
        messages = shares(scene)[gone]
        scene.rise()
        until(lambda: shares(scene)[gone] > messages, 60)  # it takes what waited, a second time
        after = checker.judged(scene.admin_url, scene.gateways.ledger, hours=False)

    assert before.good, before
    assert after == before


def shares(scene: Scene) -> dict[str, int]:
    """Return how many messages each collector has committed."""
    with psycopg.connect(scene.admin_url) as connection:
        return dict(connection.execute("SELECT collector, messages FROM intake_tally").fetchall())


def test_the_checker_counts_what_is_lost_doubled_altered_and_refused(database):
    make_channels(database.admin_url, [0] * KEYS, wraps_at=10**9)
    at_ms = [START_MS, START_MS + 1, START_MS + 2]
    said = [(1, [1.0, 2.0, 3.0]), (2, [1.0, 2.0, 4.0])]
    payloads = [native.encode_columns(seq, "k0", at_ms, value) for seq, value in said]
    store = Store(database.url("collector"), "test")
    batch = [Message("t", GATEWAY, one, START_MS + 10**9) for one in (*payloads, b"{}")]
    take_in(batch, native.decode, store)
    store.close()
    said = {("k0", START_MS + place): place + 1 for place in (0, 1, 3, 4)}
    ledger = Ledger(said, number_of=dict.fromkeys(said, 1) | {("k0", START_MS + 4): 3})
    ledger.receipted = {1, 2}

    verdict = checker.judged(database.admin_url, ledger, hours=False)

    assert (verdict.said, verdict.stored, verdict.lost, verdict.altered) == (4, 3, 1, 1)
    assert (verdict.doubled, verdict.refused, verdict.good) == (3, 1, False)
