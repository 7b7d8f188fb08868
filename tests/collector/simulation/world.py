"""One run: a world drawn from its seed, faults at any instant, then calm in which all must end."""

from dataclasses import dataclass, replace
from random import Random

from collector.settings import CollectorSettings
from tests.collector.simulation.broker import Broker
from tests.collector.simulation.clock import Clock
from tests.collector.simulation.database import Database
from tests.collector.simulation.gateways import Gateways
from tests.collector.simulation.process import Process

_STORMY_S = 60.0
_CALM_S = 900.0  # within which everything has to end, once nothing fails any more


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run was: events in all, messages said, faults by name."""

    events: int
    messages: int
    faults: dict[str, int]


class World:
    """Gateways, broker, collectors and database of one seed."""

    def __init__(self, seed: int) -> None:
        self.clock = clock = Clock(seed)
        chance = clock.chance
        self.faults: dict[str, int] = {}
        common = drawn(chance)
        names = [f"c{place}" for place in range(chance.choice([1, 1, 3]))]
        self.settings = [replace(common, name=name) for name in names]
        window = self.settings[0].receive_maximum if self.settings[0].version == 5 else None
        self.broker = Broker(clock, window, takes=chance.choice([1, 3, 19, 1000]))
        self.database = Database(clock, takes_s=chance.choice([0.005, 0.05, 0.3]))
        pace_s = chance.choice([0.05, 0.1, 0.4])
        self.gateways = Gateways(clock, self.broker, chance.randint(1, 6), pace_s)
        self.broker.gateways = self.gateways
        self.database.ledger = self.gateways.ledger
        self.processes = [self._started(one) for one in self.settings]
        self._stormy = True
        self._restless = chance.choice([0.3, 1.0, 4.0])

    def run(self) -> Ran:
        """Let it storm, then let it calm down, and hold what is left against what was said."""
        clock = self.clock
        clock.after(clock.chance.random(), self._befall)
        clock.after(1.0, self._save)
        clock.run(_STORMY_S)
        self._calm()
        ended = clock.run(clock.now_s + _CALM_S, self._ended)
        waiting = self.gateways.waiting()
        clock.hold(ended, "it does not end", f"{len(waiting)} without a receipt", waiting[:5])
        self._compare()
        return Ran(clock.events, len(self._said()), self.faults)

    def _said(self) -> set[tuple[str, int]]:
        return set(self.gateways.ledger.rows) | set(self.gateways.ledger.refused)

    def _compare(self) -> None:
        """Hold what is stored against the ledger: lost 0, doubled 0, altered 0.

        What was set aside is kept with its bytes, and may have been stored when it came again.
        """
        hold, database, ledger = self.clock.hold, self.database, self.gateways.ledger
        rows: dict[tuple[str, str, int], float] = {}
        due: set[tuple[str, str, int]] = set()
        for identity, said in ledger.rows.items():
            kept = {(identity[0], key, at): value for key, at, value in said}
            rows |= kept
            due |= kept.keys() if identity not in database.set_aside else set()
        hold(due <= database.rows.keys(), "lost", *(due - database.rows.keys()))
        hold(database.rows.items() <= rows.items(), "more than was said, or other")
        refused = {one for one in ledger.refused.items() if one[0] not in database.set_aside}
        hold(refused <= database.refused.items(), "refused without being kept")

    def _ended(self) -> bool:
        return (
            self.clock.events % 64 == 0
            and self.gateways.idle()
            and self.broker.idle()
            and all(one.tally.unacknowledged == 0 for one in self.processes)
        )

    def _started(self, settings: CollectorSettings) -> Process:
        return Process(self.clock, settings, self.broker, self.database, self._over)

    def _save(self) -> None:
        if self.broker.up:
            self.broker.save()
        self.clock.after(1.0, self._save)

    # Faults.

    def _befall(self) -> None:
        """Let something go wrong, and then wait for the next."""
        if not self._stormy:
            return
        chance = self.clock.chance
        fault = chance.choice(FAULTS)
        self.faults[fault.__name__] = self.faults.get(fault.__name__, 0) + 1
        self.clock.note(fault.__name__)
        fault(self)
        self.clock.after(chance.expovariate(self._restless), self._befall)

    def _calm(self) -> None:
        """Let nothing fail any more."""
        self._stormy = False
        self.gateways.measuring = False
        self.database.away, self.database.fails_after = False, None
        self.database.answers_lost, self.database.takes_s = 0.0, 0.02

    def _over(self, process: Process) -> None:
        """Start a collector again, some time after it has ended."""
        self.clock.after(self.clock.chance.random() * 3, self._revive, process)

    def _revive(self, process: Process) -> None:
        place = self.processes.index(process)
        self.processes[place] = self._started(self.settings[place])

    def killed(self) -> None:
        """Kill a collector between any two events."""
        self.clock.chance.choice(self.processes).kill()

    def killed_at_work(self) -> None:
        """Kill a collector between any two effects of a turn."""
        self.clock.chance.choice(self.processes).dies_after = self.clock.chance.randint(0, 4)

    def stopped(self) -> None:
        """Stop a collector in good order."""
        self.clock.chance.choice(self.processes).stop()

    def broker_restarted(self) -> None:
        """Kill the broker; its disk has all, some, or nothing of the sessions."""
        if self.broker.up:
            chance = self.clock.chance
            disk = chance.choice(["all", "some", "none"])
            self.broker.restart(chance.random() * 2, disk)

    def wire_cut(self) -> None:
        """Cut a collector off."""
        sessions = [one for one in self.broker.sessions.values() if one.wire is not None]
        if sessions:
            session = self.clock.chance.choice(sessions)
            self.broker.cut(session.wire)

    def taken_over(self) -> None:
        """Let somebody connect under a collector's name."""
        if self.broker.up and self.broker.sessions:
            self.broker.taken_over(self.clock.chance.choice(sorted(self.broker.sessions)))

    def database_away(self) -> None:
        """Let the database be away, or its disk full, for a while."""
        self.database.away = True
        self.clock.after(self.clock.chance.random() * 4, self._database_back)

    def _database_back(self) -> None:
        self.database.away = False

    def database_slow(self) -> None:
        """Let every transaction take long from now on, or no longer."""
        self.database.takes_s = self.clock.chance.choice([0.005, 0.05, 0.3, 2.0])

    def commit_fails(self) -> None:
        """Let the n-th commit from now on fail."""
        self.database.fails_after = self.clock.chance.randint(1, 5)

    def answers_lost(self) -> None:
        """Let commits happen whose answer never comes, or no longer."""
        self.database.answers_lost = self.clock.chance.choice([0.0, 0.2])

    def gateway_cut(self) -> None:
        """Let a gateway be away."""
        self.gateways.cut(self.clock.chance.random() * 5)

    def burst(self) -> None:
        """Let a gateway deliver what it kept."""
        self.gateways.burst(60)

    def repeated(self) -> None:
        """Let a gateway send again all it has."""
        self.gateways.repeat()


FAULTS = (
    World.killed,
    World.killed_at_work,
    World.stopped,
    World.broker_restarted,
    World.wire_cut,
    World.taken_over,
    World.database_away,
    World.database_slow,
    World.commit_fails,
    World.answers_lost,
    World.gateway_cut,
    World.burst,
    World.burst,
    World.repeated,
)


def drawn(chance: Random) -> CollectorSettings:
    """Return the settings of all collectors of a world, narrow ones, so that every limit is met."""
    receive_maximum = chance.choice([4, 20, 60, 400])
    version = chance.choice([5, 5, 5, 4])
    # A broker without a window hands over everything again after each overflow.
    held_bytes = chance.choice([2_000, 20_000, 1 << 20] if version == 5 else [100_000, 1 << 20])
    return CollectorSettings(
        "mqtt://broker",
        version=version,
        receive_maximum=receive_maximum,
        held_bytes=held_bytes,
        gateway_bytes_per_s=100,
        gateway_burst_bytes=chance.choice([500, 1 << 25, 1 << 25]),
        batch_bytes=chance.choice([1_000, 1 << 22, 1 << 22]),
        batch_messages=chance.randint(1, receive_maximum // 2),
        batch_ms=chance.choice([1, 20, 100]),
        write_readings=chance.choice([1, 7, 50]),
        receipt_ms=chance.choice([0, 10, 250]),
        retry_first_s=0.05,
        retry_most_s=0.5,
        reconnect_first_s=0.1,
        reconnect_most_s=2.0,
        stop_s=5.0,
        queued_receipts=20_000,
    )


def run(seed: int) -> Ran:
    """Run the world of a seed; LawBrokenError tells what must not happen, and what led to it."""
    return World(seed).run()
