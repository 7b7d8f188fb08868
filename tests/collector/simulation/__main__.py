"""`python -m tests.collector.simulation`: worlds without end, or that of one seed again."""

import argparse
import sys
import time
from collections import Counter

from tests.collector.simulation.clock import LawBrokenError
from tests.collector.simulation.world import run


def main() -> int:
    """Run worlds from a seed on until so many events have happened; tell the seed that failed."""
    asks = argparse.ArgumentParser(prog="python -m tests.collector.simulation")
    asks.add_argument("--seed", type=int, help="of the first world; else of this moment")
    asks.add_argument("--events", type=int, default=1_000_000, help="at least (1 for one world)")
    asked = asks.parse_args()
    first = time.time_ns() // 1_000_000 if asked.seed is None else asked.seed
    print(f"seed {first}", flush=True)
    began, seed = time.monotonic(), first
    events = messages = 0
    faults: Counter[str] = Counter()
    while events < asked.events:
        try:
            ran = run(seed)
        except LawBrokenError as error:
            print(f"\nThe world of seed {seed} breaks a law. {error}")
            print(f"\nAgain: python -m tests.collector.simulation --seed {seed} --events 1")
            return 1
        events, messages, seed = events + ran.events, messages + ran.messages, seed + 1
        faults.update(ran.faults)
    took_s = time.monotonic() - began
    print(f"{seed - first} worlds, {events:,} events, {messages:,} messages, in {took_s:.1f} s")
    print(", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    print("lost 0, doubled 0, altered 0; nothing receipted or acknowledged before its commit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
