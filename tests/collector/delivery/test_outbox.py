from dataclasses import dataclass, field

from collector.delivery.effects import Acknowledge, Publish, Settled
from collector.delivery.outbox import Outbox
from collector.tally import Tally


@dataclass
class Broker:
    """Stands for the network: what was published, by number, and what was acknowledged."""

    published: dict[int, str] = field(default_factory=dict)
    acknowledged: list[int] = field(default_factory=list)

    def let(self, outbox: Outbox) -> None:
        """Do what the outbox says."""
        for effect in outbox.flush():
            match effect:
                case Publish(topic, _, number):
                    assert number not in self.published
                    self.published[number] = topic
                case Acknowledge(mids):
                    self.acknowledged += mids


def settled(mids: list[int], receipts: int) -> Settled:
    """Return messages of so many gateways."""
    return Settled(1, mids, [(f"p/g{place}", b"{}") for place in range(receipts)])


def test_the_broker_never_has_more_receipts_than_it_takes_and_gets_them_all():
    broker = Broker()
    outbox = Outbox(Tally(), most=1_000)
    outbox.window = 3

    outbox.send(settled([7, 8], 10), current=True)
    broker.let(outbox)
    assert len(broker.published) == 3
    for mid in range(1, 11):
        assert len(broker.published) - (mid - 1) <= 3
        assert broker.acknowledged == []
        outbox.published(mid)
        broker.let(outbox)

    assert list(broker.published.values()) == [f"cw/v1/p/g{place}/receipt" for place in range(10)]
    assert broker.acknowledged == [7, 8]
    assert not outbox


def test_receipts_beyond_what_may_wait_are_dropped_and_hold_nobody_up():
    broker, tally = Broker(), Tally()
    outbox = Outbox(tally, most=4)

    outbox.send(settled([1], 6), current=True)
    broker.let(outbox)
    for mid in list(broker.published):
        outbox.published(mid)
    broker.let(outbox)

    assert (tally.receipts, tally.receipts_dropped) == (4, 2)
    assert broker.acknowledged == [1]


def test_receipts_outlive_a_connection_and_its_numbers_do_not():
    broker = Broker()
    outbox = Outbox(Tally(), most=100)
    outbox.window = 1
    outbox.send(settled([5], 3), current=True)
    broker.let(outbox)

    outbox.disown()
    for mid in (1, 2, 3):
        outbox.published(mid)
        broker.let(outbox)

    assert len(broker.published) == 3
    assert broker.acknowledged == []
