"""The real programs, killed: a short run of `make chaos`, and whether its checker sees anything."""

from collections import deque

import pytest

from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from storage.readings.store import Store
from tests.chaos import checker, nemesis
from tests.chaos.gateways import KEYS, Ledger
from tests.storage.world import GATEWAY, START_MS, make_channels


@pytest.mark.crash
@pytest.mark.slow
def test_kills_lose_double_and_alter_nothing(mosquitto, tmp_path):
    told = nemesis.run(tmp_path / "state", seed=1, kills=1, say=deque().append)

    assert told.verdict.good, told
    assert told.all_receipted
    assert all(len(waits) == 1 for waits in told.until_receipt_s.values())


def test_the_checker_counts_what_is_lost_doubled_altered_and_refused(database, monkeypatch):
    monkeypatch.setattr(checker, "_hours_agree", lambda *_: True)
    make_channels(database.admin_url, [0] * KEYS, wraps_at=10**9)
    at_ms = [START_MS, START_MS + 1, START_MS + 2]
    said = [(1, [1.0, 2.0, 3.0]), (2, [1.0, 2.0, 4.0])]
    payloads = [native.encode_columns(seq, "k0", at_ms, value) for seq, value in said]
    store = Store(database.url("collector"), "test")
    batch = [Message("t", GATEWAY, one, START_MS + 10**9) for one in (*payloads, b"{}")]
    take_in(batch, native.decode, store)
    store.close()
    ledger = Ledger({("k0", START_MS): 1, ("k0", START_MS + 1): 2, ("k0", START_MS + 3): 9})

    verdict = checker.judged(database.admin_url, ledger)

    assert (verdict.said, verdict.stored, verdict.lost, verdict.altered) == (3, 3, 1, 1)
    assert (verdict.doubled, verdict.refused, verdict.good) == (3, 1, False)
