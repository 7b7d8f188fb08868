"""Kills at instants that a seed decides, with cables cut and slowed down in between."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.checker import Verdict, judged
from tests.chaos.scene import VICTIMS, Scene

_AT_WORK_S = 60.0  # within which all is at work at first
_NEXT_RECEIPT_S = 60.0
_PAUSE_S = 1.5
_CALM_S = 120.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a run came to.

    until_receipt_s: of each kill, how long until something that was said later had its receipt.
    """

    verdict: Verdict
    all_receipted: bool
    said_again: int
    until_receipt_s: dict[str, list[float]] = field(default_factory=dict)
    disturbed: Counter[str] = field(default_factory=Counter)


def run(
    folder: Path, seed: int, kills: int, say: Callable[[str], None], collectors: int = 1
) -> Told:
    """Kill each program so often, let it calm down, and judge."""
    waits: dict[str, list[float]] = {victim: [] for victim in VICTIMS}
    disturbed: Counter[str] = Counter()
    with Scene(folder, seed, collectors=collectors) as scene:
        if scene.receipt_after(time.monotonic(), _AT_WORK_S) is None:
            raise AssertionError("no receipt before anything was killed")
        while left := [one for one in VICTIMS if len(waits[one]) < kills]:
            time.sleep(scene.chance.random() * _PAUSE_S)
            if scene.chance.random() < 0.5:
                disturbed[scene.disturb()] += 1
                continue
            victim = scene.chance.choice(left)
            since_s = time.monotonic()
            if scene.kill(victim):
                waited_s = scene.receipt_after(since_s, _NEXT_RECEIPT_S)
                if waited_s is None:
                    raise AssertionError(f"no receipt after {victim} was killed")
                waits[victim].append(waited_s)
                say(f"{victim} killed, {sum(map(len, waits.values()))} in all")
        all_receipted = scene.calm(_CALM_S)
        ledger = scene.gateways.ledger
        verdict = judged(scene.admin_url, ledger)
        return Told(verdict, all_receipted, ledger.said_again, waits, disturbed)
