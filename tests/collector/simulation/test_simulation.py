"""The machine in worlds where everything fails: no law breaks, and a machine at fault is found."""

from collections import Counter

import pytest

from collector.delivery import writing
from collector.delivery.effects import Committed, Failed, Taken
from collector.delivery.inbox import Inbox
from collector.delivery.machine import Machine
from collector.delivery.outbox import Outbox
from collector.delivery.writing import Writing
from metering.messages import Stored
from tests.collector.simulation.clock import LawBrokenError
from tests.collector.simulation.world import FAULTS, run

SEEDS = (4, 9, 13, 14, 15)


def test_whatever_fails_nothing_is_lost_doubled_altered_or_let_go_too_early():
    faults: Counter[str] = Counter()
    for seed in SEEDS:
        faults.update(run(seed).faults)

    assert set(faults) == {fault.__name__ for fault in FAULTS}


def test_a_seed_is_the_same_world_each_time():
    assert run(13) == run(13)


def run_all():
    for seed in SEEDS:
        run(seed)


def acknowledges_on_another_connection(patch):
    send = Outbox.send
    patch.setattr(Outbox, "send", lambda self, one, *, current: send(self, one, current=True))
    patch.setattr(Outbox, "disown", lambda self: None)


def keeps_numbers_of_a_connection_that_is_gone(patch):
    patch.setattr(Inbox, "disown", lambda self: None)


def acknowledges_before_the_receipt(patch):
    flush = Outbox.flush

    def hasty(self):
        for one in self._waiting:
            one.receipts_under_way = 0
        return flush(self)

    patch.setattr(Outbox, "flush", hasty)


def takes_a_failure_for_a_commit(patch):
    commit = Writing._commit

    def credulous(self, portion, decode):
        steps, outcome = commit(self, portion, decode), None
        while True:
            try:
                outcome = yield steps.send(outcome)
            except StopIteration as end:
                return end.value
            if isinstance(outcome, Failed):
                seqs = [None] * len(portion.batch)
                pairs = zip(portion.readings.message, portion.readings.seq, strict=True)
                for place, seq in pairs:
                    seqs[place] = int(seq)
                outcome = Committed(Stored(seqs, portion.rejected), outcome.now_s)

    patch.setattr(Writing, "_commit", credulous)


def settles_the_wrong_messages(patch):
    settled = writing._settled
    patch.setattr(writing, "_settled", lambda batch, _, *rest: settled(batch, 0, *rest))


def forgets_that_the_writer_has_room(patch):
    heard = Machine.heard
    count = Counter()

    def deaf(self, one):
        count[self] += isinstance(one, Taken)
        if not (isinstance(one, Taken) and count[self] % 50 == 0):
            heard(self, one)

    patch.setattr(Machine, "heard", deaf)


def gives_up_when_the_database_is_away(patch):
    commit = Writing._commit

    def faint(self, portion, decode):
        steps, outcome = commit(self, portion, decode), None
        while not isinstance(outcome, Failed):
            try:
                outcome = yield steps.send(outcome)
            except StopIteration as end:
                return end.value
        return None

    patch.setattr(Writing, "_commit", faint)


def takes_whatever_comes(patch):
    take_in = Inbox.take_in

    def greedy(self, *message):
        held, self.held_bytes = self.held_bytes, 0
        taken = take_in(self, *message)
        self.held_bytes += held
        return taken

    patch.setattr(Inbox, "take_in", greedy)


def keeps_more_than_a_window(patch):
    patch.setattr(Inbox, "make_room", lambda self: None)


@pytest.mark.parametrize(
    "fault",
    [
        acknowledges_on_another_connection,
        keeps_numbers_of_a_connection_that_is_gone,
        acknowledges_before_the_receipt,
        takes_a_failure_for_a_commit,
        settles_the_wrong_messages,
        forgets_that_the_writer_has_room,
        gives_up_when_the_database_is_away,
        takes_whatever_comes,
        keeps_more_than_a_window,
    ],
)
def test_a_collector_with_a_fault_breaks_a_law(monkeypatch, fault):
    fault(monkeypatch)

    with pytest.raises(LawBrokenError):
        run_all()
