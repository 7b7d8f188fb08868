"""Change `analytics` in many small ways and say how many of the changes a test notices.

python scripts/mutation.py [--share 0.15] [--seed 7] [--workers 1] [module …]
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from math import ceil
from pathlib import Path

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).parents[1]
MADE = ROOT / "mutants" / "analytics"
NOTICED = ("killed", "timeout")  # a loop without end would be noticed too
FIRST = "analytics.exact.x_half_up__*"  # the least that makes mutmut write down all mutants
COLUMNS = ("mutants", "tried", "killed", "timeout", "survived", "no tests", "other")


def run(names: Iterable[str], workers: int) -> None:
    """Let mutmut try some mutants; its own account of them goes to a log."""
    with (ROOT / "mutants.log").open("wb") as log:
        command = ["mutmut", "run", "--max-children", str(workers), *names]
        beside = Path(sys.executable).parent
        done = subprocess.run([beside / command[0], *command[1:]], cwd=ROOT, stdout=log, stderr=log)
    if done.returncode:
        sys.exit(f"mutmut ended with {done.returncode}: see mutants.log")


def mutants(module: str) -> dict[str, int | None]:
    """Return the mutants of a module, and how the tests of each one ended."""
    found: dict[str, int | None] = json.loads((MADE / f"{module}.py.meta").read_text())[
        "exit_code_by_key"
    ]
    return found


def drawn(names: Iterable[str], share: float, seed: int) -> list[str]:
    """Return a share of the mutants, the same ones for the same seed."""
    every = sorted(names)
    return sorted(random.Random(seed).sample(every, ceil(share * len(every))))


def row(name: str, ends: list[str], of: int) -> str:
    """Return a line of the table."""
    count = Counter(end if end in COLUMNS else "other" for end in ends)
    score = sum(count[end] for end in NOTICED) / len(ends) if ends else 1.0
    cells = [of, len(ends), *(count[end] for end in COLUMNS[2:])]
    return f"| {name} | {' | '.join(map(str, cells))} | {score:.1%} |"


def main() -> None:
    """Try the mutants of some modules, or of all, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()

    run([FIRST], args.workers)
    have = sorted(path.name.removesuffix(".py.meta") for path in MADE.glob("*.py.meta"))
    if unknown := set(args.modules) - set(have):
        sys.exit(f"analytics has no module {', '.join(sorted(unknown))}")
    chosen = {
        module: names
        for module in args.modules or have
        if (names := drawn(mutants(module), args.share, args.seed))
    }
    run([name for names in chosen.values() for name in names], args.workers)

    print("| module |", " | ".join(COLUMNS), "| score |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    every, of = [], 0
    for module, names in chosen.items():
        found = mutants(module)
        ends = [status_by_exit_code[found[name]] for name in names]
        print(row(module, ends, len(found)))
        every += ends
        of += len(found)
    print(row("all", every, of))


if __name__ == "__main__":
    main()
