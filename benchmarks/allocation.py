"""Quotas of every institution of a country, in whole units, and one division beside solvers."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from analytics import rules
from analytics.allocation import Holders, allocate
from analytics.cascade import ROOT, Divided, Tree, divide
from analytics.exact import Ints, added
from analytics.rounding import cascade_rows
from benchmarks.figures import Figure, Section

LEVELS: Final = (31, 340, 2_800, 28_000)  # members, cities, counties, department lines
INSTITUTIONS: Final = 1_600_000
MOST_S: Final = 5.0
MOST_MB: Final = 1_500.0
BESIDE: Final = 100_000  # holders of the division that solvers do too
RATIO: Final = 100.0
_FEWER: Final = 1_000  # what scipy's solver does in seconds

Solver = Callable[[Any, Any, float], Any]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one cascade and of its months, and the most memory of the process."""

    cascade_s: float
    months_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Race:
    """Seconds of ours and of a solver on one problem, and what it gave to others. [%]"""

    ours_s: float
    theirs_s: float
    misplaced: float


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure a cascade in a process of its own, and a division beside what is installed."""
    count = INSTITUTIONS // 10 if quick else INSTITUTIONS
    spawn = multiprocessing.get_context("spawn")
    took = []
    for seed in range(runs):  # a process each, so that each has a peak of its own
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            took.append(pool.submit(_cascade, count, seed).result())
    return [_cascade_section(took, count), _beside(runs, BESIDE // 100 if quick else BESIDE)]


def _cascade_section(took: list[Took], count: int) -> Section:
    return Section(
        "cascade in whole units",
        [
            f"Rule B over {count:,} institutions, five levels below the union: the others have",
            f"{', '.join(f'{level:,}' for level in LEVELS)} nodes.",
            "From columns to every node's grams, the tree's check included; each level was then",
            "added up and is the one above. Months: twelve of each institution's, beside it.",
        ],
        [
            Figure("cascade", "s", [one.cascade_s for one in took], MOST_S, "most"),
            Figure("peak memory", "MB", [one.peak_mb for one in took], MOST_MB, "most"),
            Figure("months of every quota", "s", [one.months_s for one in took]),
        ],
    )


def _cascade(count: int, seed: int) -> Took:
    random = np.random.default_rng(seed)
    parent = _parents(random, count)
    base, leading, most = _institutions(random, count)
    total = np.array([int(most[base > leading].sum()) * 6 // 10])
    before = time.perf_counter()
    tree = Tree.of(parent)
    made = divide(total, tree, rules.gap_saving(base, leading, most))
    cascade_s = time.perf_counter() - before
    _refuse_remainders(tree, made)
    peak_mb = _peak_mb()
    weights = np.broadcast_to(random.integers(50, 150, 12), (count, 12))
    before = time.perf_counter()
    cascade_rows(made.amount[tree.leaves], weights)
    return Took(cascade_s, time.perf_counter() - before, peak_mb)


def _parents(random: np.random.Generator, count: int) -> Ints:
    """Return a tree in which every node above the institutions has something below it."""
    parents, first = [np.array([ROOT])], 0
    sizes = (1, *LEVELS, count)
    for above, size in pairwise(sizes):
        some = random.integers(0, above, max(size - above, 0))
        parents.append(first + np.concatenate([np.arange(min(above, size)), some]))
        first += above
    return np.concatenate(parents)


def _institutions(random: np.random.Generator, count: int) -> tuple[Ints, Ints, Ints]:
    """Return base, what the leading value comes to, and the greatest saving. [g]"""
    base = np.exp(random.normal(17, 1.5, count)).astype(np.int64)
    leading = rules.adjusted(base, random.integers(500_000, 1_200_000, count))
    return base, leading, rules.adjusted(base, random.integers(50_000, 300_000, count))


def _refuse_remainders(tree: Tree, made: Divided) -> None:
    below = tree.parent != ROOT
    sums = added(made.amount[below], tree.parent[below], len(tree.parent))
    parents = np.unique(tree.parent[below])
    if (sums[parents] != made.amount[parents]).any():
        raise RuntimeError("a level does not add up to the one above")


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _beside(runs: int, count: int) -> Section:
    section = Section(
        "one division beside solvers",
        [
            "The same problem as a solver states it: least Σ x²/2a with Σ x = total and",
            "0 ≤ x ≤ ceiling. Ours ends in whole units, and is exact; a ratio is the solver's time",
            "over ours, on the same figures, one after the other. Misplaced: what the solver gives",
            "to others than the exact shares do.",
        ],
    )
    for name, package, solver, holders, goal in (
        ("cvxpy, its own choice", "cvxpy", _cvxpy(None), count, RATIO),
        ("cvxpy with Clarabel", "cvxpy", _cvxpy("CLARABEL"), count, None),
        ("scipy trust-constr", "scipy", _scipy, min(count, _FEWER), None),
    ):
        try:
            section.notes.append(f"{package} {version(package)}: {name}, {holders:,} holders.")
        except PackageNotFoundError:
            section.notes.append(f"{package} is not installed: {name} was not run.")
            continue
        times = [_race(solver, holders, seed) for seed in range(runs)]
        section.figures += [
            Figure(f"{name} over ours", "×", [one.theirs_s / one.ours_s for one in times], goal),
            Figure(name, "s", [one.theirs_s for one in times]),
            Figure(f"{name}: misplaced", "% of the total", [one.misplaced for one in times]),
        ]
    alone = [_ours(*_problem(count, seed))[1] * 1000 for seed in range(runs)]
    section.figures.append(Figure(f"ours, {count:,} holders", "ms", alone))
    return section


def _problem(count: int, seed: int) -> tuple[Holders, int]:
    base, leading, most = _institutions(np.random.default_rng(seed), count)
    rows = np.flatnonzero(base > leading)  # the others are asked for nothing
    holders = rules.gap_saving(base[rows], leading[rows], most[rows])
    return holders, int(most[rows].sum()) * 6 // 10


def _race(solver: Solver, count: int, seed: int) -> Race:
    holders, total = _problem(count, seed)
    shares, ours_s = _ours(holders, total)
    mean = total / len(holders)  # solvers like figures near 1
    before = time.perf_counter()
    found = solver(holders.slope / mean, holders.ceiling / mean, float(len(holders)))
    theirs_s = time.perf_counter() - before
    misplaced = np.abs(found - shares / mean).sum() / len(holders) / 2
    return Race(ours_s, theirs_s, 100 * float(misplaced))


def _ours(holders: Holders, total: int) -> tuple[Ints, float]:
    before = time.perf_counter()
    shares = allocate(np.array([total]), holders)
    return shares, time.perf_counter() - before


def _cvxpy(name: str | None) -> Solver:
    def solve(slope: Any, ceiling: Any, total: float) -> Any:
        cvxpy = import_module("cvxpy")
        x = cvxpy.Variable(len(slope))
        cost = cvxpy.sum_squares(cvxpy.multiply(1 / np.sqrt(2 * slope), x))
        bounds = [cvxpy.sum(x) == total, x >= 0, x <= ceiling]
        cvxpy.Problem(cvxpy.Minimize(cost), bounds).solve(solver=name)
        return x.value

    return solve


def _scipy(slope: Any, ceiling: Any, total: float) -> Any:
    optimize, sparse = (import_module(f"scipy.{name}") for name in ("optimize", "sparse"))
    count = len(slope)
    scale = float(slope.mean())
    found = optimize.minimize(
        lambda x: scale * (x * x / (2 * slope)).sum(),
        ceiling * (total / ceiling.sum()),
        jac=lambda x: scale * x / slope,
        hess=lambda x: sparse.diags(scale / slope),
        method="trust-constr",
        constraints=[
            optimize.LinearConstraint(sparse.csr_matrix(np.ones((1, count))), total, total)
        ],
        bounds=optimize.Bounds(np.zeros(count), ceiling),
    )
    return found.x
