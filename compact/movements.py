"""Movements of the books: what may follow what, and the entries that each kind makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from analytics.exact import half_up
from compact.books import Kind
from metering.errors import ConflictError

# Which another person than who proposes must approve. As storage.needs_two.
TWO_PEOPLE: Final = frozenset(
    {Kind.ADJUSTMENT, Kind.TRANSFER, Kind.POOL, Kind.REBALANCE, Kind.ROSTER_CHANGE}
)
DELAY_HOURS: Final = 24  # where the agreement says nothing
LONGER_HOURS: Final = 72  # of takers whom the giver has not listed


class State(StrEnum):
    """How far a movement is. As storage.movement_state."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    ENDED = "ended"


class Deed(StrEnum):
    """What is done about a movement."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    CANCEL = "cancel"
    DO = "do"
    END = "end"


_AFTER: Final = {
    Deed.PROPOSE: State.PROPOSED, Deed.APPROVE: State.WAITING, Deed.REFUSE: State.REFUSED,
    Deed.CANCEL: State.CANCELLED, Deed.DO: State.DONE, Deed.END: State.ENDED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """One account's change: of an institution, a member's region, or the union itself. [g]"""

    account: str
    place: int | None
    year: int
    amount_g: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to move, of whom, to whom, for which year. [g]

    member: the region whose authority answers for it.
    """

    kind: Kind
    year: int
    amount_g: int
    institution: int | None = None
    taker: int | None = None
    member: int | None = None

    def legs(self, carry_factor: Fraction = Fraction(1)) -> tuple[Leg, ...]:
        """Return the entries of what moves between two accounts.

        carry_factor: by how much a shortfall is taken off the next year; the rest expires.
        """
        own, year, g = self.institution, self.year, self.amount_g
        ends: tuple[tuple[str, int | None, int], tuple[str, int | None, int]]
        match self.kind:
            case Kind.RESERVE:
                ends = ("union", None, year), ("reserve", self.member, year)
            case Kind.ADJUSTMENT:
                ends = ("reserve", self.member, year), ("holder", own, year)
            case Kind.RETURN:
                ends = ("holder", own, year), ("reserve", self.member, year)
            case Kind.TRANSFER:
                ends = ("holder", own, year), ("holder", self.taker, year)
            case Kind.BANK:
                ends = ("holder", own, year), ("holder", own, year + 1)
            case Kind.BORROW:
                ends = ("holder", own, year + 1), ("holder", own, year)
            case Kind.COVER:
                ends = ("holder", own, year), ("covered", own, year)
            case Kind.REVERSAL:
                ends = ("covered", own, year), ("holder", own, year)
            case Kind.CARRY:
                whole = ceil(g * carry_factor)
                made = (Leg("holder", own, year + 1, -whole), Leg("covered", own, year, g))
                rest = Leg("expired", None, year + 1, whole - g)
                return (*made, rest) if rest.amount_g else made
            case _:
                raise ValueError(f"the legs of {self.kind} are given with it")
        return Leg(*ends[0], -g), Leg(*ends[1], g)


def follow(kind: Kind, state: State | None, deed: Deed, *, due: bool = True) -> State:
    """Return the state after a deed; ConflictError where it does not follow.

    due: whether what was approved has waited long enough. As storage.movement_follows.
    """
    two, waits = kind in TWO_PEOPLE, state is State.WAITING
    may = {
        Deed.PROPOSE: state is None,
        Deed.APPROVE: two and state is State.PROPOSED,
        Deed.REFUSE: two and state is State.PROPOSED,
        Deed.CANCEL: waits or state is State.PROPOSED,
        Deed.DO: (waits and due) if two else state is State.PROPOSED,
        Deed.END: waits and due,
    }
    if not may[deed]:
        raise not_now(state)
    return _AFTER[deed]


def not_now(state: State | None) -> ConflictError:
    """Return the refusal of what a movement's state does not allow."""
    return ConflictError(
        "movement.not_now",
        zh="该变动现在的状态不允许此操作。",
        en="A movement in this state does not allow it.",
        next_zh="请查看该变动的状态。",
        next_en="Look at how far the movement is.",
        where={"state": None if state is None else state.value},
    )


def wait_hours(*, trusted: bool, delay: int | None = None, longer: int | None = None) -> int:
    """Return how long an approved transfer waits. As storage.wait_hours.

    delay, longer: what the agreement says of listed takers and of others, None where it does not.
    """
    short = DELAY_HOURS if delay is None else delay
    return short if trusted else max(short, LONGER_HOURS if longer is None else longer)


def to_successors(held: Sequence[Leg], shares: Sequence[tuple[int, Fraction]]) -> tuple[Leg, ...]:
    """Return the legs by which what an institution holds goes to its successors.

    held: its accounts with what they hold. shares: successors with their parts, which add to 1;
    each account is split to the gram, in order of the successors.
    """
    if sum(part for _, part in shares) != 1:
        raise ConflictError(
            "roster.shares",
            zh="承接份额之和应为 100%。",
            en="The successors' shares must add to 100 %.",
            next_zh="请核对份额。",
            next_en="Correct the shares.",
            where={"sum": str(sum(part for _, part in shares))},
        )
    made: list[Leg] = []
    for one in held:
        made.append(Leg(one.account, one.place, one.year, -one.amount_g))
        before, upto = 0, Fraction(0)
        for successor, part in sorted(shares):
            upto += part
            until = half_up(one.amount_g * upto)
            made.append(Leg(one.account, successor, one.year, until - before))
            before = until
    return tuple(one for one in made if one.amount_g)
