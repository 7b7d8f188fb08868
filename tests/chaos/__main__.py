"""`python -m tests.chaos`: kills the real programs again and again, and counts what that costs."""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.nemesis import Told, run


def main() -> int:
    """Kill each program so often, and compare database and ledger; 1 where they differ."""
    asks = argparse.ArgumentParser(prog="python -m tests.chaos")
    asks.add_argument("--kills", type=int, default=10, help="of each program")
    asks.add_argument("--seed", type=int, help="of kills and cables; else of this moment")
    asks.add_argument("--collectors", type=int, default=1, help="that share the messages")
    asked = asks.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and what was started ends with it
    seed = time.time_ns() // 1_000_000 if asked.seed is None else asked.seed
    print(f"seed {seed}: {asked.kills} kills each", flush=True)
    with tempfile.TemporaryDirectory(prefix="commonwatt-chaos-") as folder:
        state = Path(folder) / "state"
        told = run(state, seed, asked.kills, lambda line: print(line, flush=True), asked.collectors)
    _print(told)
    more = f"--kills {asked.kills} --collectors {asked.collectors}"
    print(f"Again: python -m tests.chaos {more} --seed {seed}")
    return 0 if told.verdict.good and told.all_receipted else 1


def _print(told: Told) -> None:
    verdict = told.verdict
    for victim, waits in told.until_receipt_s.items():
        shown = f"median {statistics.median(waits):.1f} s, longest {max(waits):.1f} s"
        print(f"{victim:10} {len(waits)} kills, until a receipt of what was said later {shown}")
    for what, times in sorted(told.disturbed.items()):
        print(f"{what:24} {times} times")
    print(f"said {verdict.said}, stored {verdict.stored}, said again {told.said_again} messages")
    print(f"lost {verdict.lost}, duplicated {verdict.doubled}, altered {verdict.altered}")
    if verdict.refused or verdict.hours_differ or not told.all_receipted:
        print(
            f"refused {verdict.refused}, hours differ: {verdict.hours_differ}, "
            f"every message receipted: {told.all_receipted}"
        )


if __name__ == "__main__":
    sys.exit(main())
