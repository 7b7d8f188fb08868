"""Judged steps of a register once more: the rules as worded, one reading at a time."""

from fractions import Fraction
from itertools import pairwise
from math import floor

from analytics.lines import Bounds
from tests.analytics.byhand import Row, Step, fits


class _Register:
    """Rows numbered by the register that ends and the one that begins at each."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.into, self.out, now = [], [], 0
        for place, row in enumerate(rows):
            before = now
            now += place == 0 or row.wall
            self.into.append(-1 if row.ends is None else before if place else now)
            self.out.append(now)

    def follows(self, a: int, b: int) -> bool:
        return self.into[b] == self.out[a]

    def rise(self, a: int, b: int) -> int:
        return (self.rows[b].ends or 0) - (self.rows[a].starts or 0)

    def plausible(self, a: int, b: int) -> bool:
        time_ms = self.rows[b].at - self.rows[a].at
        return self.rise(a, b) >= 0 and fits(self.rows[a].facts.most, self.rise(a, b), time_ms)


def stands(rows: list[Row], bounds: Bounds) -> set[int]:
    """Return the places of the rows that stand."""
    whole = _Register(rows)
    left = list(range(len(rows)))
    for longest, way, skip in _passes(bounds):
        if way:
            gone = _judged_runs(whole, left, longest, way, skip, bounds)
        else:
            gone = _bridged(whole, left, longest, skip, bounds)
        left = [place for x, place in enumerate(left) if x not in gone]
    return set(left)


def _passes(bounds: Bounds) -> list[tuple[int, int, int]]:
    """Longest run, way and readings skipped; for bridges way 0, and the steps of calm beside."""
    short, middle, long = bounds.rounds
    return [
        *((short, way, 0) for way in (1, -1)),
        (bounds.run, 0, bounds.rate_steps),
        *((middle, way, 0) for way in (1, -1)),
        *((bounds.both, 1, skip) for skip in range(1, bounds.both + 1)),
        (bounds.run, 0, bounds.beside),
        *((long, way, 0) for way in (1, -1)),
    ]


def _judged_runs(
    whole: _Register, left: list[int], longest: int, way: int, skip: int, bounds: Bounds
) -> set[int]:
    found = [
        run
        for k in range(len(left) - 1)
        if (run := _run(whole, left, k, longest, way, skip, bounds)) is not None
    ]
    inside = {x for a, z, _ in found for x in range(a + 1, z)}
    return {x for a, z, base in found if base not in inside for x in range(a + 1, z)}


def _bridged(
    whole: _Register, left: list[int], longest: int, calm: int, bounds: Bounds
) -> set[int]:
    """The places of what lies between two readings that fit, about steps that cannot be."""
    gone: set[int] = set()
    faults = [_fault(whole, one, other) for one, other in pairwise(left)]
    for length in range(1, longest + 1):
        found = [
            a
            for a in range(len(left) - length - 1)
            if any(faults[a : a + length + 1])  # where nothing is impossible there is no bridge
            and not gone & set(range(a, a + length + 2))
            and _bridges(whole, left, a, a + length + 1, calm, bounds)
        ]
        for before, a in pairwise([-length - 1, *found]):
            if a - before > length:
                gone |= set(range(a + 1, a + length + 1))
    return gone


def _fault(whole: _Register, one: int, other: int) -> str | None:
    """What is impossible about a step of those left; nothing is where no limit is stated."""
    rows = whole.rows
    if not whole.follows(one, other) or rows[one].facts.most is None:
        return None
    if whole.rise(one, other) < 0:
        return None if _can_wrap(rows[one], rows[other], 10) else "fall"
    return None if whole.plausible(one, other) else "over"


def _bridges(whole: _Register, left: list[int], a: int, z: int, calm: int, bounds: Bounds) -> bool:
    rows, old, new = whole.rows, whole.rows[left[a]], whole.rows[left[z]]
    if not whole.follows(left[a], left[z]) or left[z] - left[a] - 1 > bounds.run:
        return False
    if rows[left[z - 1]].at - rows[left[a + 1]].at > _longest_ms(old, bounds):
        return False
    if any(rows[left[x]].reinstated for x in range(a + 1, z)):
        return False

    def fault(x: int) -> str | None:
        """What is impossible about a step; nothing beyond the register is."""
        same = whole.out[left[x]] == whole.out[left[a]]
        return _fault(whole, left[x], left[x + 1]) if same else None

    beside = [*range(max(a - calm, 0), a), *range(z, min(z + calm, len(left) - 1))]
    if any(fault(x) for x in beside):
        return False
    faults = [fault(x) for x in range(a, z)]
    rise = whole.rise(left[a], left[z])
    more = (2 if rise < 0 else 1) * (old.facts.wraps or 0)  # with one whole turn beyond what fits
    if more and fits(old.facts.most, rise + more, new.at - old.at):
        return False
    if rise < 0:
        enough = "fall" in faults and sum(map(bool, faults)) > 1 and old.facts.most is not None
        return enough and _can_wrap(old, new, 10) and _paced(whole, left, a, z, bounds)
    # As long as only calm is asked nearby, a fall that can be a wrap is one.
    fell = any(
        whole.follows(x, x + 1)
        and whole.rise(x, x + 1) < 0
        and (
            calm == bounds.beside
            or (rows[x].facts.most and not _can_wrap(rows[x], rows[x + 1], 10))
        )
        for x in range(left[a], left[z])
    )
    return "over" in faults and fell and whole.plausible(left[a], left[z])


def _paced(whole: _Register, left: list[int], a: int, z: int, bounds: Bounds) -> bool:
    """Whether a wrap from a to z is no faster than some step that rises beside it lets expect."""
    rows, old, new = whole.rows, whole.rows[left[a]], whole.rows[left[z]]
    for more in range(bounds.rate_steps):
        for x in (a - 1 - more, z + more):
            if not 0 <= x < len(left) - 1 or not whole.plausible(left[x], left[x + 1]):
                continue
            one, other = left[x], left[x + 1]
            if not whole.follows(one, other) or whole.out[one] != whole.out[left[a]]:
                continue
            apart = max(rows[other].at - rows[one].at, rows[one].facts.period_s * 1000)
            most = (20 if _short(old, new) else 2) * whole.rise(one, other) * (new.at - old.at)
            if _implied(old, new) * apart <= most:
                return True
    return False


def _run(
    whole: _Register, left: list[int], k: int, longest: int, way: int, skip: int, bounds: Bounds
) -> tuple[int, int, int] | None:
    """Return the run to set aside at the fall from k to k + 1 as (a, z, base), or None."""
    if not whole.follows(left[k], left[k + 1]) or whole.rise(left[k], left[k + 1]) >= 0 or k < skip:
        return None
    base, near = (k - skip, k + 1) if way > 0 else (k + 1, k)
    rows = whole.rows
    for length in range(1, longest + 1):
        far = near + way * length
        if not 0 <= far < len(left):
            return None
        a, z = min(base, far), max(base, far)
        too_many = left[z] - left[a] - 1 > bounds.run
        longest = _longest_ms(rows[left[a]], bounds)
        too_long = rows[left[z - 1]].at - rows[left[a + 1]].at > longest
        if not whole.follows(left[a], left[z]) or too_many or too_long:
            return None
        if whole.plausible(left[a], left[z]):
            reinstated = any(rows[left[x]].reinstated for x in range(a + 1, z))
            bad = _bad(whole, left, k, (a, z, base, far), way, skip, bounds)
            return (a, z, base) if bad and not reinstated else None
    return None


def _longest_ms(row: Row, bounds: Bounds) -> int:
    return max(bounds.run_ms, bounds.run_periods * row.facts.period_s * 1000)


def _bad(
    whole: _Register,
    left: list[int],
    k: int,
    run: tuple[int, int, int, int],
    way: int,
    skip: int,
    bounds: Bounds,
) -> bool:
    a, z, base, far = run
    rows, tail = whole.rows, far - way

    def rise(x: int) -> int:
        return whole.rise(left[x], left[x + 1])

    def time(x: int) -> int:
        return rows[left[x + 1]].at - rows[left[x]].at

    def leaps(step: int) -> bool:
        beside = [
            x
            for d in range(bounds.beside)
            for x in (a - 1 - d, z + d)
            if 0 <= x < len(left) - 1
            and whole.follows(left[x], left[x + 1])
            and whole.out[left[x]] == whole.out[left[a]]
            and rise(x) > 0
        ]
        return bool(beside) and all(
            rise(step) * time(x) > 20 * rise(x) * time(step) for x in beside
        )

    edge = min(tail, far)
    own = sum(max(rise(x), 0) for x in range(a + 1, z - 1))
    over = any(not fits(rows[left[x]].facts.most, rise(x), time(x)) for x in range(a, z))
    leap = leaps(edge)
    if skip:
        leap = leap and leaps(base)
    elif leap or rise(edge) > own:
        leap = rise(edge) > own or not _turns([rows[place] for place in left[a : z + 1]], own)
    small = -rise(k) <= max(2, (rows[left[k]].starts or 0) // bounds.dip)
    soon = rows[left[z]].at - rows[left[a]].at <= _longest_ms(rows[left[a]], bounds)
    return over or leap or ((way, skip) == (1, 0) and small and soon)


def _turns(rows: list[Row], own: int) -> bool:
    """Whether all falls from the first row to the last are wraps at the pace of those between."""
    time = max(rows[-2].at - rows[1].at, rows[0].facts.period_s * 1000)
    return all(
        _can_wrap(old, new, 10)
        and _implied(old, new) * time <= (20 if _short(old, new) else 2) * own * (new.at - old.at)
        for old, new in pairwise(rows)
        if (new.ends or 0) < (old.starts or 0)
    )


def _implied(old: Row, new: Row) -> int:
    return (new.ends or 0) - (old.starts or 0) + (old.facts.wraps or 0)


def _short(old: Row, new: Row) -> bool:
    return new.at - old.at <= 3 * old.facts.period_s * 1000


def _can_wrap(old: Row, new: Row, without_limit: int) -> bool:
    wraps, most, implied = old.facts.wraps, old.facts.most, _implied(old, new)
    part = 2 if most else without_limit
    return bool(
        wraps and implied >= 0 and fits(most, implied, new.at - old.at) and implied <= wraps // part
    )


def steps(rows: list[Row], bounds: Bounds) -> list[Step]:
    """Return the judged steps of a register."""
    left = sorted(stands(rows, bounds))
    whole = _Register(rows)
    why = [_plainly(whole, a, b) for a, b in pairwise(left)]
    plain = list(why)
    for x, reason in enumerate(plain):
        if reason == "FALL" and _wraps(whole, left, x, plain, bounds):
            why[x] = "WRAPPED"
    since = list(range(len(why)))  # from which step each one begins
    for x, reason in enumerate(why):
        if reason == "OVER_LIMIT":
            since[x] = _frozen_since(whole, left, x, why, bounds)
            why[x] = "CAUGHT_UP" if since[x] < x else reason
    doubt = _Turns(whole, left, why, since, bounds).doubt()
    made = []
    for x, reason in enumerate(why):
        if any(since[y] <= x < y for y in range(x + 1, len(why))):
            continue
        old, new = rows[left[x]], rows[left[x + 1]]
        reason = "TURNS" if x in doubt else reason
        used = _used(old, new, reason)
        if used is not None and abs(_raw(old, new, reason) * old.facts.ratio) > 2**53:
            used, reason = None, "OUT_OF_RANGE"
        made.append(Step(rows[left[since[x]]].at, new.at, used, reason, old.facts.period_s))
    return made


class _Turns:
    """Which known steps may be of one turn more, or show one that never was."""

    def __init__(
        self, whole: _Register, left: list[int], why: list[str], since: list[int], bounds: Bounds
    ) -> None:
        self.whole, self.left, self.why, self.since = whole, left, why, since
        self.bounds, self.rows = bounds, [whole.rows[place] for place in left]
        self.count = len(why)
        self.known = [one in ("KNOWN", "WRAPPED", "CAUGHT_UP") for one in why]
        self.used = [
            _raw(self.rows[x], self.rows[x + 1], why[x]) if self.known[x] else 0
            for x in range(self.count)
        ]
        self.said = [row.wrap_confirmed or row.wall for row in self.rows[1:]]
        self.turned = [
            one == "WRAPPED" and not said for one, said in zip(why, self.said, strict=True)
        ]

    def doubt(self) -> set[int]:
        found: set[int] = set()
        for a in range(self.count):
            if self._once_more(a, a):
                found.add(a)
            for z in range(a + 1, min(a + self.bounds.run + 1, self.count)):
                if not self._one_register(a, z):
                    break
                still = not any(self.used[a + 1 : z]) and all(self.known[a + 1 : z])
                at_edge = (self.turned[a] and self._moves(z)) or (self.turned[z] and self._moves(a))
                if z > a + 1 and still and at_edge and self._once_more(a, z):
                    found |= set(range(a, z + 1))
                found |= self._shown(a, z)
        return {x for x in found if self.known[x] and not self.said[x]}

    def _one_register(self, a: int, z: int) -> bool:
        return self.whole.out[self.left[a]] == self.whole.out[self.left[z]]

    def _moves(self, x: int) -> bool:
        return not self.known[x] or self.used[x] != 0

    def _time(self, a: int, z: int) -> int:
        return self.rows[z + 1].at - self.rows[self.since[a]].at

    def _pace(self, x: int, since: int) -> Fraction:
        period = self.rows[x].facts.period_s * 1000
        return Fraction(self.used[x], max(self.rows[x + 1].at - self.rows[since].at, period))

    def _beside(self, a: int, z: int) -> Fraction | None:
        """The fastest of the steps before a and after z that are known, and no wraps."""
        near = [(a - 1 - more, a) for more in range(self.bounds.rate_steps)]
        near += [(z + 1 + more, z) for more in range(self.bounds.rate_steps)]
        some = [
            self._pace(x, x)
            for x, edge in near
            if 0 <= x < self.count
            and self._one_register(x, edge)
            and self.why[x] in ("KNOWN", "CAUGHT_UP")
            and abs(self.rows[x].at - self.rows[edge].at) <= self.bounds.far_ms
        ]
        return max(some, default=None)

    def _once_more(self, a: int, z: int) -> bool:
        facts, time = self.rows[a].facts, self._time(a, z)
        used, beside = sum(self.used[a : z + 1]) + (facts.wraps or 0), self._beside(a, z)
        return (
            facts.wraps is not None
            and all(self.known[a : z + 1])
            and time > 3 * facts.period_s * 1000
            and fits(facts.most, used, time)
            and beside is not None
            and Fraction(used, time) <= beside
        )

    def _shown(self, a: int, z: int) -> set[int]:
        """The steps from a to z that show a turn where less fits, from the first odd one on."""
        facts, used = self.rows[a].facts, sum(self.used[a : z + 1])
        if not facts.wraps or used < facts.wraps or not any(self.turned[a : z + 1]):
            return set()
        between = self.left[z + 1] - self.left[a] - 1
        lasts = self.rows[z].at - self.rows[a + 1].at
        if between > self.bounds.run + self.bounds.beside:
            return set()
        if lasts > _longest_ms(self.rows[a], self.bounds):
            return set()
        beside, time = self._beside(a, z), self.rows[z + 1].at - self.rows[a].at
        if beside is None or Fraction(used % facts.wraps, time) > 2 * beside:
            return set()
        quick = {x for x in range(a, z + 1) if self.known[x] and self._pace(x, x) > 2 * beside}
        odd = quick | {x for x in range(a, z + 1) if self.turned[x]}
        return set(range(min(odd), max(odd) + 1)) if quick else set()


def _plainly(whole: _Register, a: int, b: int) -> str:
    if not whole.follows(a, b):
        return "NO_FINAL"
    if whole.rise(a, b) < 0:
        return "FALL"
    return "KNOWN" if whole.plausible(a, b) else "OVER_LIMIT"


def _raw(old: Row, new: Row, why: str) -> int:
    turn = (old.facts.wraps or 0) if why == "WRAPPED" else 0
    return (new.ends or 0) + turn - (old.starts or 0)


def _used(old: Row, new: Row, why: str) -> Fraction | None:
    if why not in ("KNOWN", "WRAPPED", "CAUGHT_UP"):
        return None
    turn = (old.facts.wraps or 0) if why == "WRAPPED" else 0
    ratio = old.facts.ratio
    return Fraction(floor(((new.ends or 0) + turn) * ratio) - floor((old.starts or 0) * ratio))


def _wraps(whole: _Register, left: list[int], x: int, why: list[str], bounds: Bounds) -> bool:
    """Whether the fall of step x is a wrap; the pace around is that of plainly known steps."""
    rows = whole.rows
    old, new = rows[left[x]], rows[left[x + 1]]
    time, implied = new.at - old.at, _implied(old, new)
    if not _can_wrap(old, new, 2 if new.wrap_confirmed else 10):
        return False
    if new.wrap_confirmed:
        return True
    short, seen = _short(old, new), False
    for far in (*range(-bounds.rate_steps, 0), *range(1, bounds.rate_steps + 1)):
        y = x + far
        if not 0 <= y < len(why) or why[y] != "KNOWN" or whole.out[left[y]] != whole.out[left[x]]:
            continue
        if abs(rows[left[y]].at - old.at) > bounds.far_ms:
            continue
        seen = True
        used = whole.rise(left[y], left[y + 1])
        apart = rows[left[y + 1]].at - rows[left[y]].at
        apart = max(apart, rows[left[y]].facts.period_s * 1000)
        if implied * apart <= (20 if short else 2) * used * time:
            return True
    return short and not seen


def _frozen_since(whole: _Register, left: list[int], x: int, why: list[str], bounds: Bounds) -> int:
    """Return from which place a register was frozen before a leap; x itself where it was not."""
    rows, since = whole.rows, x
    while (
        since
        and whole.out[left[since - 1]] == whole.out[left[x]]
        and why[since - 1] == "KNOWN"
        and whole.rise(left[since - 1], left[since]) == 0
    ):
        since -= 1
    old, new = rows[left[since]], rows[left[x + 1]]
    before_known = (
        since == 0 or whole.out[left[since - 1]] != whole.out[left[x]] or why[since - 1] == "KNOWN"
    )
    time = new.at - old.at
    good = since < x and time <= bounds.far_ms and (old.starts or 0) > 0 and before_known
    good = good and fits(old.facts.most, whole.rise(left[x], left[x + 1]), time)
    return since if good else x
