"""The books in memory: what every movement may do and does, said anew in a few plain rules."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

Account = tuple[str, int, int]  # account, whose, year
RESTRICTED = ("transfer", "borrow", "pool", "rebalance")
TWO = ("transfer", "adjustment", "pool", "rebalance", "roster_change")


@dataclass
class Moved:
    """A movement: its state is proposed, waiting, done, refused, cancelled or ended.

    by: which of two people; None is the operator. member: in whose total. back: of which movement.
    """

    kind: str
    holder: int
    year: int
    grams: int
    legs: dict[Account, int]
    by: int | None
    state: str = "proposed"
    member: int | None = None
    back: int | None = None
    reversed: bool = False
    old: bool = False  # fourteen days are over


@dataclass
class BookModel:
    """Balances by account, and what is known of holders. [g]

    quota: in which member's total the runs in force have a holder; issued: what runs have issued;
    used: verified; each by (holder, year). gone: who left the roster when 2017 began.
    """

    balance: dict[Account, int] = field(default_factory=dict)
    quota: dict[tuple[int, int], int] = field(default_factory=dict)
    issued: dict[tuple[int, int], int] = field(default_factory=dict)
    factor: Fraction = Fraction(27, 25)
    bank: int = 25
    borrow: int = 10
    cap: dict[int, int] = field(default_factory=dict)  # what the target lets a year's books issue
    used: dict[tuple[int, int], int] = field(default_factory=dict)
    excluded: set[tuple[int, int]] = field(default_factory=set)
    state: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    moved: dict[int, Moved] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def member_of(self, holder: int, year: int) -> int | None:
        """Return in whose total a holder's quota is: by its own run, else as an heir."""
        if (holder, year) in self.quota:
            return self.quota[holder, year]
        back = {one.back for one in self.moved.values() if one.state == "done"}
        for number, one in sorted(self.moved.items()):
            takes = one.legs.get(("holder", holder, year), 0) > 0
            if (one.kind, one.state, one.back) == ("roster_change", "done", None) and takes \
                    and number not in back and one.member is not None:  # fmt: skip
                return one.member
        return None

    def issue(self, rows: list[tuple[int, int, int, int]], caps: dict[int, int]) -> bool:
        """Issue a run: (year, holder, member, grams) by row; caps: of its target by year."""
        wanted = {(who, year): g for year, who, _, g in rows}
        held = {key: g for key, g in self.issued.items() if key[1] in caps}
        moves = {key: wanted.get(key, 0) - held.get(key, 0) for key in wanted | held}
        legs = {("holder", *key): g for key, g in moves.items() if g}
        for year, cap in caps.items():
            total = sum(g for (_, _, of), g in legs.items() if of == year)
            if sum(g for key, g in wanted.items() if key[1] == year) > cap:
                return False
            if total:
                legs["union", 0, year] = -total
        if not legs or not self.takes("adjustment", legs, caps):
            return False
        self.enter(legs)
        self.cap |= caps
        self.issued = {key: g for key, g in self.issued.items() if key not in held} | wanted
        self.quota = {key: m for key, m in self.quota.items() if key[1] not in caps}
        self.quota |= {(who, year): member for year, who, member, _ in rows}
        return True

    def of(self, account: str, whose: int, year: int) -> int:
        """Return what an account holds."""
        return self.balance.get((account, whose, year), 0)

    def legs_of(
        self, kind: str, holder: int, year: int, g: int, taker: int = 0
    ) -> dict[Account, int]:
        """Return what a kind moves."""
        own, city = ("holder", holder, year), self.member_of(holder, year) or holder
        next_year = ("holder", holder, year + 1)
        covered, reserve = ("covered", holder, year), ("reserve", city, year)
        if kind == "carry":
            whole = ceil(g * self.factor)
            return {next_year: -whole, covered: g, ("expired", 0, year + 1): whole - g}
        ends = {
            "transfer": (own, ("holder", taker, year)),
            "adjustment": (reserve, own),
            "return": (own, reserve),
            "bank": (own, next_year),
            "borrow": (next_year, own),
            "cover": (own, covered),
            "reversal": (covered, own),
            "put": (own, ("pool", city, year)),
            "take": (("pool", city, year), own),
            "reserve": (("union", 0, year), ("reserve", holder, year)),
        }[kind]
        return {ends[0]: -g, ends[1]: g}

    def takes(
        self, kind: str, legs: dict[Account, int], caps: dict[int, int] | None = None
    ) -> bool:
        """Return whether the books take these entries."""
        for (account, whose, year), g in legs.items():
            if not g:
                continue
            if year in self.closed:
                return False
            if account in ("holder", "covered"):
                rests = self.state.get(whose, "open")
                if rests == "closed" or (rests == "restricted" and g < 0 and kind in RESTRICTED):
                    return False
            if account != "union" and self.of(account, whose, year) + g < 0:
                return False
            beyond = -self.of(account, whose, year) - g > ((caps or self.cap).get(year, 0))
            if account == "union" and beyond:
                return False
        return True

    def enter(self, legs: dict[Account, int]) -> None:
        """Let the entries move the balances."""
        for key, g in legs.items():
            self.balance[key] = self.balance.get(key, 0) + g

    def at_once(self, kind: str, holder: int, year: int, g: int) -> bool:
        """Do what needs no second person; return whether it is done."""
        if kind != "reserve" and self.member_of(holder, year) is None:
            return False
        if kind in ("bank", "borrow"):
            share = self.bank if kind == "bank" else self.borrow
            already = sum(
                one.grams
                for one in self.moved.values()
                if (one.kind, one.holder, one.year, one.state) == (kind, holder, year, "done")
            )
            if already + g > self.issued.get((holder, year + 1), 0) * share // 100:
                return False
        if kind == "carry" and g > self.due(holder, year):
            return False
        legs = self.legs_of(kind, holder, year, g)
        if not self.takes(kind, legs):
            return False
        self.enter(legs)
        return True

    def due(self, holder: int, year: int) -> int:
        """Return what of a year's verified use is not covered; 0 where nothing is asked."""
        if year not in self.years(holder):
            return 0
        return max(0, self.used.get((holder, year), 0) - self.of("covered", holder, year))

    def may_give(self, holder: int, taker: int, year: int, g: int) -> bool:
        """Return whether a transfer may be proposed."""
        pending = sum(
            one.grams
            for one in self.moved.values()
            if one.kind == "transfer"
            and one.state in ("proposed", "waiting")
            and (one.holder, one.year) == (holder, year)
        )
        if holder == taker or None in (self.member_of(holder, year), self.member_of(taker, year)):
            return False
        return self.of("holder", holder, year) - pending >= g

    def approve(self, number: int, by: int | None) -> bool:
        """Approve; all but transfers are done at once, or refused."""
        one = self.moved[number]
        if one.kind not in TWO or one.state != "proposed" or by == one.by:
            return False
        if one.kind == "transfer":
            one.state = "waiting"
            return True
        if not self.takes(one.kind, one.legs):
            return False
        self.enter(one.legs)
        one.state = "done"
        return True

    def come_due(self, number: int) -> None:
        """Let a transfer's wait be over."""
        one = self.moved[number]
        if one.state != "waiting":
            return
        one.state = "done" if self.takes(one.kind, one.legs) else "ended"
        if one.state == "done":
            self.enter(one.legs)

    def stop(self, number: int, state: str) -> bool:
        """Refuse or take back."""
        one = self.moved[number]
        may = one.state == "proposed" or (state == "cancelled" and one.state == "waiting")
        if not may or (state == "refused" and one.kind not in TWO):
            return False
        one.state = state
        return True

    def reverse(self, number: int) -> bool:
        """Reverse a cover."""
        one = self.moved[number]
        if one.kind != "cover" or one.state != "done" or one.reversed or one.old:
            return False
        legs = {key: -g for key, g in one.legs.items()}
        if not self.takes("reversal", legs):
            return False
        self.enter(legs)
        one.reversed = True
        return True

    def close(self, year: int) -> bool:
        """Let what is left of a year expire, and close it."""
        recent = any(
            (one.kind, one.year, one.state) == ("cover", year, "done")
            and not one.reversed
            and not one.old
            for one in self.moved.values()
        )
        if year in self.closed or recent:
            return False
        left = {
            key: -g for key, g in self.balance.items()
            if key[2] == year and key[0] in ("holder", "reserve", "pool") and g
        }  # fmt: skip
        legs = left | {("expired", 0, year): -sum(left.values())} if left else {}
        if not self.takes("expiry", legs):
            return False
        self.enter(legs)
        self.closed.add(year)
        return True

    def say(self, holder: int, state: str) -> bool:
        """Restrict, release or close an account."""
        was = self.state.get(holder, "open")
        held = any(
            g for (account, whose, year), g in self.balance.items()
            if account == "holder" and whose == holder and year not in self.closed
        )  # fmt: skip
        if state == was or was == "closed" or (state == "closed" and held):
            return False
        self.state[holder] = state
        return True

    def years(self, holder: int) -> list[int]:
        """Return for which years a holder answers: it has quota of them, and is on the roster."""
        years = [year for year in (2016, 2017) if self.member_of(holder, year) is not None]
        return [year for year in years if year == 2016 or holder not in self.gone]

    def status(self, holder: int, year: int) -> str:
        """Return how a holder's cover stands in a year; who is gone used nothing since."""
        over = [
            each for each in range(min(self.years(holder)), year)
            if each == 2016 or holder not in self.gone
        ]  # fmt: skip
        asked = [each for each in over if (holder, each) not in self.excluded]
        if not asked:
            return "excluded" if over else "not_applicable"
        if any((holder, each) not in self.used or each not in self.years(holder) for each in asked):
            return "c"
        covered = sum(
            g for (account, whose, _), g in self.balance.items()
            if account == "covered" and whose == holder
        )  # fmt: skip
        return "a" if covered >= sum(self.used[holder, each] for each in asked) else "b"
