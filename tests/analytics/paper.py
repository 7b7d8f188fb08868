"""Divisions once more, in fractions and by trying every case, as one would do on paper."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product

from hypothesis import strategies as st


@dataclass(frozen=True)
class Problem:
    """A total, and holders as (slope, start, floor, ceiling)."""

    total: Fraction | int
    holders: list[tuple[int, int, int, int]]

    def column(self, which: str) -> list[int]:
        place = ("slope", "start", "floor", "ceiling").index(which)
        return [one[place] for one in self.holders]

    @property
    def columns(self) -> dict[str, list[int]]:
        return {name: self.column(name) for name in ("slope", "start", "floor", "ceiling")}

    @property
    def least(self) -> int:
        return sum(clipped(one, None) if not one[0] else one[2] for one in self.holders)

    @property
    def most(self) -> int:
        return sum(clipped(one, None) if not one[0] else one[3] for one in self.holders)


def clipped(holder: tuple, multiplier: Fraction | None) -> Fraction | int:
    slope, start, floor, ceiling = holder
    reach = start if multiplier is None else start + slope * multiplier
    return min(max(reach, floor), ceiling)


def divided(problem: Problem) -> list[Fraction]:
    """Try every way in which holders can be at their floors, at their ceilings or between."""
    for marks in product("lmh", repeat=len(problem.holders)):
        shares = _with_marks(problem, marks)
        if shares is not None:
            return shares
    raise AssertionError("no case fits")


def _with_marks(problem: Problem, marks: tuple[str, ...]) -> list[Fraction] | None:
    between = [h for h, mark in zip(problem.holders, marks, strict=True) if mark == "m"]
    fixed = sum(
        holder[2] if mark == "l" else holder[3]
        for holder, mark in zip(problem.holders, marks, strict=True)
        if mark != "m"
    )
    rest = problem.total - fixed - sum(start for _, start, _, _ in between)
    slopes = sum(slope for slope, _, _, _ in between)
    if slopes:
        candidates = [Fraction(rest, slopes)]
    elif rest == 0:  # nobody moves: any multiplier at which somebody would turn
        candidates = [
            Fraction(bound - start, slope)
            for slope, start, floor, ceiling in problem.holders
            if slope
            for bound in (floor, ceiling)
        ] or [Fraction(0)]
    else:
        return None
    for multiplier in candidates:
        shares = [Fraction(clipped(holder, multiplier)) for holder in problem.holders]
        if sum(shares) == problem.total:
            return shares
    return None


def random_arrival(total: Fraction, claims: list[Fraction]) -> list[Fraction]:
    """Pay every order of arrival, and take the mean."""
    sums = [Fraction(0)] * len(claims)
    orders = list(permutations(range(len(claims))))
    for order in orders:
        left = Fraction(total)
        for i in order:
            paid = min(left, claims[i])
            sums[i] += paid
            left -= paid
    return [one / len(orders) for one in sums]


AMOUNT = st.integers(0, 60)
WIDE = st.one_of(st.integers(0, 5), st.integers(0, 60), st.integers(0, 10**12))


@st.composite
def problems(draw: st.DrawFn, most_holders: int = 5, amount: st.SearchStrategy = WIDE) -> Problem:
    """Draw holders, and a total that their weights and bounds allow, often just so."""
    count = draw(st.integers(1, most_holders))
    holders = []
    for _ in range(count):
        floor = draw(amount)
        start = draw(st.sampled_from([0, 0, draw(amount), -draw(amount)]))
        holders.append((draw(amount), start, floor, floor + draw(amount)))
    bare = Problem(0, holders)
    total = draw(st.sampled_from([bare.least, bare.most, None]))
    if total is None:
        total = draw(st.integers(bare.least, bare.most))
    return Problem(total, holders)
