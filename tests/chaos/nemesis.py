"""Kills at instants that a seed decides, with cables cut and slowed down in between."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.checker import Verdict, judged
from tests.chaos.gateways import AGAIN_S
from tests.chaos.scene import VICTIMS, Scene

_AT_WORK_S = 60.0  # within which all is at work at first
_NEXT_RECEIPT_S = 60.0
_PAUSE_S = 1.5
_CALM_S = 300.0
_HURRIED_PAUSE_S = 0.4
_HURRIED_AGAIN_S = 0.5


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
    folder: Path,
    seed: int,
    kills: int,
    say: Callable[[str], None],
    collectors: int = 1,
    *,
    hurried: bool = False,
) -> Told:
    """Kill each program so often, let it calm down, and judge.

    hurried: whether the next that is at work is killed before the last is back.
    """
    waits: dict[str, list[float]] = {victim: [] for victim in VICTIMS}
    disturbed: Counter[str] = Counter()
    pause_s = _HURRIED_PAUSE_S if hurried else _PAUSE_S
    with Scene(
        folder, seed, collectors=collectors, again_s=_HURRIED_AGAIN_S if hurried else AGAIN_S
    ) as scene:
        if scene.receipt_after(time.monotonic(), _AT_WORK_S) is None:
            raise AssertionError("no receipt before anything was killed")
        while left := [one for one in VICTIMS if len(waits[one]) < kills]:
            time.sleep(scene.chance.random() * pause_s)
            if scene.chance.random() < (0.2 if hurried else 0.5):
                disturbed[scene.disturb()] += 1
                continue
            victim = scene.chance.choice(left)
            since_s = time.monotonic()
            if scene.kill(victim, at_work=hurried):
                within_s = 0.0 if hurried else _NEXT_RECEIPT_S
                waited_s = scene.receipt_after(since_s, within_s)
                if waited_s is None and not hurried:
                    raise AssertionError(f"no receipt after {victim} was killed")
                waits[victim].append(waited_s or 0.0)
                say(f"{victim} killed, {sum(map(len, waits.values()))} in all")
        all_receipted = scene.calm(_CALM_S)
        ledger = scene.gateways.ledger
        verdict = judged(scene.admin_url, ledger)
        return Told(verdict, all_receipted, ledger.said_again, waits, disturbed)
