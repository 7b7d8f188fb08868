"""One gateway says more than the database can take: the others hardly notice."""

import pytest

from collector.codecs import native
from collector.delivery.shares import Shares
from collector.settings import CollectorSettings
from metering.messages import Stored
from tests.collector.simulation.broker import Broker, Sent
from tests.collector.simulation.clock import Clock
from tests.collector.simulation.process import Process

OTHERS, LASTS_S = 20, 60.0
READING_S, MESSAGE_S, COMMIT_S = 30e-6, 100e-6, 3e-3  # what a transaction takes of each
MANY = 1_000
HEAVY = native.encode_columns(1, "e1", list(range(MANY)), [1.0] * MANY)
LIGHT = [native.encode_columns(seq, "e1", [seq], [1.0]) for seq in range(1, 1_000)]
SETTINGS = CollectorSettings(
    "mqtt://broker",
    receive_maximum=400,
    batch_messages=200,
    batch_bytes=200_000,
    gateway_bytes_per_s=50_000,
    gateway_burst_bytes=500_000,
)


class Slow:
    """A database that is slow in proportion to what it is given, one transaction at a time."""

    def __init__(self, clock):
        self.committed = AnyOfThem()
        self.stored = 0
        self.set_aside = 0
        self.waits_s = []
        self._clock = clock

    def write(self, portion, answer):
        takes_s = COMMIT_S + READING_S * len(portion.readings) + MESSAGE_S * len(portion.batch)
        self._clock.after(takes_s, self._end, portion, answer)

    def _end(self, portion, answer):
        refused = {one.message for one in portion.rejected}
        assert {one.reason.code for one in portion.rejected} <= {"gateway.too_fast"}
        for place, message in enumerate(portion.batch):
            if message.gateway == "p/abusive":
                self.set_aside += place in refused
            else:
                assert place not in refused
                self.stored += 1
                self.waits_s.append(self._clock.now_s - message.received_ms / 1000)
        seqs = [native.seq_of(message.payload) for message in portion.batch]
        answer(Stored(seqs, portion.rejected))


class AnyOfThem(set):
    """Who is asked here for a commit or a receipt is believed: that is held elsewhere."""

    def __contains__(self, _):
        return True


class Receipts:
    """Gateways that hear, and say nothing again."""

    def receipt(self, gateway, payload):
        """Forget it."""

    def numbers_of(self, payload):
        """Nothing is compared here."""
        return []


def ran(heavy_per_s: float) -> Slow:
    """Return the database after a minute beside one that sends so many heavy messages a second."""
    clock = Clock(1)
    broker = Broker(clock, SETTINGS.receive_maximum, takes=1_000)
    broker.gateways, broker.receipted = Receipts(), AnyOfThem()
    database = Slow(clock)
    Process(clock, SETTINGS, broker, database, lambda process: None)

    def say(gateway, payloads, place, pace_s):
        broker.publish(Sent(gateway, place, payloads[place % len(payloads)]))
        clock.after(pace_s, say, gateway, payloads, place + 1, pace_s)

    for one in range(OTHERS):
        clock.after(1 + one / OTHERS, say, f"p/g{one}", LIGHT, 0, 0.5)
    if heavy_per_s:
        clock.after(1.0, say, "p/abusive", [HEAVY], 0, 1 / heavy_per_s)
    clock.run(LASTS_S)
    return database


def test_an_abusive_gateway_lowers_the_others_rate_by_less_than_5_percent():
    alone, beside = ran(0), ran(100)  # three times what the database can take

    assert alone.set_aside == 0
    assert alone.stored > 2 * OTHERS * (LASTS_S - 3)
    assert beside.stored > 0.95 * alone.stored
    assert beside.set_aside > 0
    assert max(beside.waits_s) < 4


def test_without_shares_it_would_lower_it_by_half(monkeypatch):
    monkeypatch.setattr(Shares, "too_fast", lambda *_: False)

    assert ran(100).stored < 0.5 * ran(0).stored


def test_whoever_is_alone_or_like_all_others_is_never_too_fast():
    alone = Shares(per_s=1, burst=100)
    assert not any(alone.too_fast("p/g1", 60, second / 10) for second in range(50))
    alike = Shares(per_s=1, burst=100)
    assert not any(
        alike.too_fast(f"p/g{one}", 60, turn / 10) for turn in range(50) for one in range(3)
    )


@pytest.mark.parametrize(("pause_s", "again"), [(0.0, 0), (5.0, 1), (25.0, 5), (1e6, 10)])
def test_a_bucket_fills_again_with_time_and_never_runs_over(pause_s, again):
    shares = Shares(per_s=2, burst=100)
    taken = []
    for now_s in (0.0, pause_s):
        shares.too_fast("p/other", 5, now_s)
        taken.append([shares.too_fast("p/g1", 10, now_s) for _ in range(12)].count(False))

    assert taken == [10, again]
