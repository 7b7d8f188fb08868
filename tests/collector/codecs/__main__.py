"""`python -m tests.collector.codecs`: mangles messages of all formats, and stores some of them."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from cli import services
from collector.codecs.payload import PayloadError
from collector.intake import take_in
from metering.messages import Decoded, Message
from storage import migrate
from storage.readings.store import Store
from tests.collector.codecs.mangled import RECEIVED_MS, judged, mangled
from tests.storage.world import make_channels

_BATCH = 200
_KINDS = [0, 1, 2]  # register, interval, power


def main() -> int:
    """Try so many messages; tell the seed of the first that breaks a law."""
    asks = argparse.ArgumentParser(prog="python -m tests.collector.codecs")
    asks.add_argument("--messages", type=int, default=100_000)
    asks.add_argument("--seed", type=int, help="of the first message; else of this moment")
    asks.add_argument("--store", type=int, default=0, help="each so-manieth is stored; 0: none")
    asked = asks.parse_args()
    first = time.time_ns() // 1_000_000 if asked.seed is None else asked.seed
    print(f"seed {first}", flush=True)
    outcomes: Counter[str] = Counter()
    slowest_s = 0.0
    with (
        tempfile.TemporaryDirectory(prefix="commonwatt-mangled-") as folder,
        _storing(Path(folder) / "state", bool(asked.store)) as keep,
    ):
        for seed in range(first, first + asked.messages):
            began_s = time.process_time()
            name, message, found = _of(seed)
            slowest_s = max(slowest_s, time.process_time() - began_s)
            outcomes[f"{name} {_outcome(found)}"] += 1
            if keep is not None and seed % asked.store == 0:
                keep(message, found)
    for outcome, count in sorted(outcomes.items()):
        print(f"{outcome:45} {count}")
    print(f"{asked.messages:,} messages, no crash, the slowest took {slowest_s:.3f} s")
    return 0


def _of(seed: int) -> tuple[str, Message, Decoded | PayloadError]:
    """Return format, message and what it says; tell the seed where that breaks a law."""
    name, topic, payload = mangled(seed)
    try:
        return name, *judged(name, topic, payload, RECEIVED_MS + seed % 10**7 * 1000)
    except Exception as error:
        print(f"\nThe message of seed {seed} breaks a law of {name}: {error!r}\n{payload!r}")
        print(f"Again: python -m tests.collector.codecs --messages 1 --seed {seed}")
        raise


def _outcome(found: Decoded | PayloadError) -> str:
    if isinstance(found, PayloadError):
        return found.code
    return "readings" if found.value else "nothing"


@contextmanager
def _storing(folder: Path, wanted: bool) -> Iterator[Any]:
    """Yield what stores a message in a database of its own, some at a time; None if unwanted."""
    if not wanted:
        yield None
        return
    embedded = services.up(folder)
    url = embedded.running.database_url
    passwords = dict.fromkeys(migrate.GROUPS, "mangled")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE mangled")
    admin = psycopg.conninfo.make_conninfo(url, dbname="mangled")
    migrate.migrate(admin, passwords=passwords)
    make_channels(admin, _KINDS, wraps_at=10**9)
    login = {"user": "mangled_collector", "password": "mangled"}
    keeping = Keeping(Store(psycopg.conninfo.make_conninfo(admin, **login), "mangled"))
    try:
        yield keeping
        keeping.write()
        print(f"stored: {dict(sorted(keeping.outcomes.items()))}")
    finally:
        keeping.store.close()
        embedded.close()
        services.remove(folder)


class Keeping:
    """Writes messages as the collector does; every second one under keys that are bound."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outcomes: Counter[str] = Counter()
        self._found: dict[int, Decoded | PayloadError] = {}
        self._batch: list[Message] = []

    def __call__(self, message: Message, found: Decoded | PayloadError) -> None:
        """Keep one, and write when there are enough."""
        if isinstance(found, Decoded) and len(self._batch) % 2:
            keys = [f"k{place % len(_KINDS)}" for place in range(len(found.value))]
            found = found._replace(channel_key=keys)
        self._found[id(message)] = found
        self._batch.append(message)
        if len(self._batch) >= _BATCH:
            self.write()

    def write(self) -> None:
        """Write what was kept: each message counts as stored or is refused with a reason."""
        stored = take_in(self._batch, self._decode, self.store)
        refused = {one.message for one in stored.rejected}
        self.outcomes["refused"] += len(refused)
        self.outcomes["taken"] += len(self._batch) - len(refused)
        self.outcomes["readings"] += stored.inserted
        self._batch, self._found = [], {}

    def _decode(self, message: Message) -> Decoded:
        found = self._found[id(message)]
        if isinstance(found, PayloadError):
            raise found
        return found


if __name__ == "__main__":
    sys.exit(main())
