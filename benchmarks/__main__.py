"""`python -m benchmarks`: measures, prints, and asserts nothing."""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from benchmarks import (
    accounts,
    allocation,
    backfill,
    baselines,
    bases,
    boards,
    books,
    demo,
    drained,
    files,
    findings,
    ground,
    ingest,
    late,
    live,
    logins,
    machine,
    memory,
    out,
    outlooks,
    recovery,
    rush,
    serving,
    viewers,
)
from benchmarks.figures import Section

PARTS: Final[dict[str, Callable[..., Iterable[Section]]]] = {
    "ingest": ingest.run,
    "drained": drained.run,
    "live": live.run,
    "backfill": backfill.run,
    "recovery": recovery.run,
    "accounts": accounts.run,
    "late": late.run,
    "memory": memory.run,
    "out": out.run,
    "allocation": allocation.run,
    "boards": boards.run,
    "bases": bases.run,
    "books": books.run,
    "viewers": viewers.run,
    "serve": serving.run,
    "logins": logins.run,
    "flood": rush.run,
    "files": files.run,
    "baselines": baselines.run,
    "findings": findings.run,
    "outlook": outlooks.run,
    "demo": demo.run,
}
ONCE: Final = {"flood", "live"}  # last minutes: each second is a sample


def main() -> None:
    """Run the parts that were asked for, all of them where none was."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)}; all where none is named")
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    parser.add_argument("--quick", action="store_true", help="less data: to see that it works")
    parser.add_argument("--minutes", type=float, default=10.0, help="live; flood: at each rate")
    parser.add_argument("--quotas", type=int, help="books: how many; 1.6 million where not said")
    parser.add_argument("--json", type=Path, help="the figures, for a program")
    asked = parser.parse_args()
    if unknown := set(asked.part) - PARTS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # ends what it started
    with tempfile.TemporaryDirectory(prefix="commonwatt-bench-") as folder:
        root = Path(folder)
        header = _header(root)
        sections = []
        for name in asked.part or PARTS:
            state = f"load before {machine.load()}, one fsync {machine.sync_ms(root):.2f} ms"
            runs = 1 if name in ONCE else asked.runs
            given = {"minutes": asked.minutes} if name in ONCE else {}
            if name == "books":
                given = {"quotas": asked.quotas}
            for section in PARTS[name](root, runs=runs, quick=asked.quick, **given):
                section.notes.append(f"{runs} runs, median [least–most]; {state}.")
                section.show()
                sys.stdout.flush()
                sections.append(section)
                _keep(asked.json, header, sections)


def _header(root: Path) -> dict[str, str]:
    """Print where the figures are from."""
    with ground.postgres(root) as server, ground.broker(root, "auto") as known:
        found = machine.machine() | machine.versions(server.url, known.broker)
    for name, value in found.items():
        print(f"{name:<20} {value}")
    return found


def _keep(path: Path | None, header: dict[str, str], sections: list[Section]) -> None:
    if path is not None:
        content = {"header": header, "sections": [one.as_json() for one in sections]}
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
