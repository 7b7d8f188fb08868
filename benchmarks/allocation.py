"""Quotas of every institution of a country by the path that the product takes, and one division
beside solvers.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.compact.runs import Trial, try_from
from analytics.allocation import Holders, allocate
from analytics.cascade import Tree, divide
from analytics.exact import Ints, added, millionths
from benchmarks.country import CITIES, COUNTIES, MEMBERS, METHODS, country
from benchmarks.figures import Figure, Section
from compact.allocations import among_of

INSTITUTIONS: Final = 1_600_000
FEW: Final = 10_000
MOST_S: Final = 5.0
MOST_MB: Final = 1_500.0
MOST_MS: Final = 100.0
BESIDE: Final = 100_000  # holders of the division that solvers do too
RATIO: Final = 100.0
_FEWER: Final = 1_000  # what scipy's solver does in seconds

Solver = Callable[[Any, Any, float], Any]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of a rule by the product's path, of its bare division, and the process's peak.

    processor_s: of the path; on a busy machine it tells more than the clock.
    """

    product_s: float
    processor_s: float
    division_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Race:
    """Seconds of ours and of a solver on one problem, and what it gave to others. [%]"""

    ours_s: float
    theirs_s: float
    misplaced: float


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Measure each rule in a process of its own, and a division beside what is installed."""
    count = INSTITUTIONS // 10 if quick else INSTITUTIONS
    return [
        _country_section(count, runs),
        _few_section(runs),
        _beside(runs, BESIDE // 100 if quick else BESIDE),
    ]


def _country_section(count: int, runs: int) -> Section:
    section = Section(
        "quotas of a country by the product's path",
        [
            f"{count:,} institutions of {COUNTIES:,} counties, {CITIES} cities and {MEMBERS}",
            "members, ten department lines each. From what is loaded to every level, quota and",
            "month, with the roster of the year: actions.compact.runs.try_from. Each level was",
            "added up and is the one above, and months are their quota. Bare division: the same",
            "tree and shares in analytics.cascade.divide alone, without months.",
        ],
    )
    for letter in METHODS:
        took = [_apart(letter, count, seed) for seed in range(runs)]
        seconds = [one.product_s for one in took]
        section.figures += [
            Figure(f"rule {letter}", "s", seconds, MOST_S, "most"),
            Figure(f"rule {letter}: processor", "s", [one.processor_s for one in took]),
            Figure(f"rule {letter}: peak", "MB", [one.peak_mb for one in took], MOST_MB, "most"),
            Figure(
                f"rule {letter} over its bare division",
                "×",
                [one.product_s / one.division_s for one in took],
            ),
        ]
    return section


def _apart(letter: str, count: int, seed: int) -> Took:
    """Measure in a process of its own, which has a peak of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_country, letter, count, seed).result()


def _country(letter: str, count: int, seed: int) -> Took:
    start = country(count, seed)
    before, processor_s = time.perf_counter(), time.process_time()
    trial = try_from(start, METHODS[letter])
    product_s, processor_s = time.perf_counter() - before, time.process_time() - processor_s
    peak_mb = _peak_mb()
    _refuse_remainders(trial)
    return Took(product_s, processor_s, _division_s(trial), peak_mb)


def _division_s(trial: Trial) -> float:
    """Return how long the division alone takes, of the years' totals as they came out."""
    made, problem = trial.run.allocation, trial.run.problem
    sharing = problem.method.by.shares(among_of(problem, made.quotas.member))
    parent, years = np.concatenate([made.nodes.parent, made.quotas.node]), made.nodes.years
    totals = made.nodes.amount_g[years]
    if problem.method.by.saves:
        totals = made.nodes.base_g[years] - totals
    before = time.perf_counter()
    divide(totals, Tree.of(parent), sharing)
    return time.perf_counter() - before


def _refuse_remainders(trial: Trial) -> None:
    nodes, quotas = trial.run.allocation.nodes, trial.run.allocation.quotas
    amount, parent = nodes.amount_g, nodes.parent
    sums = added(quotas.amount_g, quotas.node, len(nodes))
    sums += added(amount[parent >= 0], parent[parent >= 0], len(nodes))
    months = quotas.months_g.sum(axis=1)
    if (sums != amount).any() or (months != quotas.amount_g).any():
        raise RuntimeError("a level does not add up to the one above")


def _few_section(runs: int) -> Section:
    start = country(FEW, 0)
    section = Section("one rule tried", [f"{FEW:,} institutions, loaded already; ten times each."])
    for letter, method in METHODS.items():
        times = []
        for _ in range(10 * runs):
            before = time.perf_counter()
            try_from(start, method)
            times.append((time.perf_counter() - before) * 1000)
        section.figures.append(Figure(f"rule {letter}", "ms", times, MOST_MS, "most"))
    return section


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _institutions(random: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """Return gaps to the leading value, and the greatest saving. [g]"""
    base = np.exp(random.normal(17, 1.5, count)).astype(np.int64)
    leading = millionths(base, random.integers(500_000, 1_200_000, count))
    return base - leading, millionths(base, random.integers(50_000, 300_000, count))


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
    gap, most = _institutions(np.random.default_rng(seed), count)
    rows = np.flatnonzero(gap > 0)  # the others are asked for nothing
    return Holders.of(gap[rows], ceiling=most[rows]), int(most[rows].sum()) * 6 // 10


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
