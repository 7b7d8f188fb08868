"""How long a planner of ten thousand institutions waits for their review, and for three rules."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from actions.actor import SYSTEM, Actor, open_pool
from actions.compact.bases import newest_target, review
from actions.compact.comparing import load, try_one
from actions.compact.runs import try_target
from benchmarks.broad import broad
from benchmarks.figures import Figure, Section
from benchmarks.ground import postgres
from benchmarks.what_if import what_if
from compact.methods import Method, Rule
from storage.connections import Bounds

REVIEW_S: Final = 2.0
WHAT_IF_S: Final = 0.1
_MONTHS: Final = 24
_BOUNDS: Final = Bounds(30.0, 600.0)
_RULES: Final = (
    Method(Rule.PROPORTIONAL),
    Method(Rule.PROPORTIONAL, floor=900_000),
    Method(Rule.PROPORTIONAL, ceiling=1_000_000),
)


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Review a union's bases, and try three rules on them: from one loading, and from three."""
    channels, hours, institutions = (5, 100, 500) if quick else (20, 1000, 10_000)
    with (
        postgres(root / "bases") as server,
        broad(server.url, channels, hours, institutions, months=_MONTHS) as made,
        contextlib.closing(open_pool(made.tables.logins["api"], bounds=_BOUNDS)) as pool,
    ):
        actor = Actor(pool, SYSTEM, made.today)
        target = newest_target(actor)
        section = Section(
            "bases",
            [
                f"{institutions:,} institutions, two carriers, {_MONTHS} months of accounts,",
                "bases answered for. Three rules from what is loaded once, and each from its own.",
            ],
        )
        reviewed = _took(runs, lambda: review(actor, target))
        once = _took(runs, lambda: _compared(actor, target))
        turned = what_if(made, pool, target, max(runs, 10))
        thrice = _took(runs, lambda: [try_target(actor, target, one) for one in _RULES])
    section.figures = [
        Figure("three rules, times faster by loading once", "×", _ratios(thrice, once)),
        Figure("review", "s", reviewed, None if quick else REVIEW_S, "most"),
        Figure("three rules compared", "s", once),
        Figure(
            "a parameter turned, at the page", "s", turned, None if quick else WHAT_IF_S, "most"
        ),
        Figure("set up: answered for, run, issued, progress", "s", [made.shared_s]),
    ]
    return [section]


def _compared(actor: Actor, target: int) -> None:
    """Compare the rules as the page does: loaded once, tried one after another."""
    loaded = load(actor, target)
    for one in _RULES:
        try_one(loaded.start, one)


def _took(runs: int, act: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(runs):
        before = time.perf_counter()
        act()
        took.append(time.perf_counter() - before)
    return took


def _ratios(some: list[float], others: list[float]) -> list[float]:
    return [one / other for one, other in zip(some, others, strict=True)]
