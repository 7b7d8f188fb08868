"""What moves in the books: by their holders, by two people, and by the end of a year."""

from typing import Any

import hypothesis.strategies as st
import psycopg
from hypothesis.stateful import precondition, rule

from actions.compact.account_acts import CloseAccount, ReleaseAccount, RestrictAccount
from actions.compact.close_books import CloseBooks
from actions.compact.cover_acts import CoverUse, ExcludeYear, IncludeYear, ReverseCover
from actions.compact.decide_movements import ApproveMovement, CancelMovement, RefuseMovement
from actions.compact.own_movements import (
    BankQuota,
    BorrowQuota,
    CarryShortfall,
    FillReserve,
    ReturnQuota,
)
from actions.compact.propose_movements import ProposeTransfer, RequestAdjustment
from actions.compact.rebalance import ProposeRebalancing
from actions.compact.shared_movements import ProposeSuccession, PutInPool, TakeFromPool
from storage.compact import movements
from tests.actions.book_model import Moved
from tests.actions.book_world import progressed
from tests.actions.year.begun import HOLDERS, PARTS, PERSON, YEARS, Begun


class Movements(Begun):
    """Two people of all members, and the operator."""

    @rule(
        kind=st.sampled_from(["return", "bank", "borrow", "carry", "cover", "cover"]),
        name=HOLDERS, year=YEARS, part=PARTS, by=PERSON,
    )  # fmt: skip
    def at_once(self, kind: str, name: str, year: int, part: int, by: int) -> None:
        holder = self.of[name]
        g = self.part("holder", holder, year, part)
        kinds = {"return": ReturnQuota, "bank": BankQuota, "borrow": BorrowQuota,
                 "carry": CarryShortfall, "cover": CoverUse}  # fmt: skip
        legs = self.model.legs_of(kind, holder, year, g)
        made = self.tried(by, kinds[kind](**self.said(year, g)), holder)
        assert (made is not None) == self.model.at_once(kind, holder, year, g), self.refusal
        if made is not None:
            done = Moved(kind, holder, year, g, legs, by, "done")
            self.model.moved[made.movement_id] = done

    @rule(name=HOLDERS, year=YEARS, grams=st.integers(1, 100_000), by=PERSON)
    def verify_a_years_use(self, name: str, year: int, grams: int, by: int) -> None:
        """Amend a figure, before the year's books are closed or after: the newest one counts."""
        self.model.used[self.of[name], year] = grams
        self.past_triggers(
            """INSERT INTO account_version (institution_id, year, version, kgce_g,
                       estimated_kgce_g, known_months, estimated_months, sha256, locked_by, answer,
                       answered_at, answered_by)
               SELECT %s, %s, (SELECT coalesce(max(version), 0) + 1 FROM account_version),
                      g.g, g.g, 12, 0, repeat('0', 64), 'user:1', 'verified', now(), 'user:2'
                 FROM (SELECT array_fill(%s::numeric, ARRAY[max(place)]) AS g FROM profile) g""",
            self.of[name], year, grams,
        )  # fmt: skip

    @rule(giver=HOLDERS, taker=HOLDERS, year=YEARS, part=PARTS, by=PERSON)
    def transfer(self, giver: str, taker: str, year: int, part: int, by: int) -> None:
        one, other = self.of[giver], self.of[taker]
        g = self.part("holder", one, year, part)
        action = ProposeTransfer(**self.said(year, g), taker=other)
        may = self.model.may_give(one, other, year, g)
        legs = self.model.legs_of("transfer", one, year, g, other)
        self.proposed(by, action, one, may, Moved("transfer", one, year, g, legs, by))

    @rule(
        kind=st.sampled_from(["adjustment", "put", "take"]),
        name=HOLDERS, year=YEARS, part=PARTS, by=PERSON,
    )  # fmt: skip
    def ask(self, kind: str, name: str, year: int, part: int, by: int) -> None:
        holder, city = self.of[name], self.model.member_of(self.of[name], year)
        of = {"adjustment": "reserve", "put": "holder", "take": "pool"}[kind]
        g = self.part(of, holder if kind == "put" else city or 0, year, part)
        kinds = {"adjustment": RequestAdjustment, "put": PutInPool, "take": TakeFromPool}
        legs = self.model.legs_of(kind, holder, year, g)
        may = city is not None and (kind != "put" or self.left(holder, year) >= g)
        what = Moved("adjustment" if kind == "adjustment" else "pool", holder, year, g, legs, by)
        self.proposed(by, kinds[kind](**self.said(year, g)), holder, may, what)

    @rule(name=HOLDERS, heir=HOLDERS, by=PERSON)
    def succeed(self, name: str, heir: str, by: int) -> None:
        """Hand over what somebody holds by hand, whatever the roster says."""
        holder, other = self.of[name], self.of[heir]
        if holder == other:
            return
        legs: dict[Any, int] = {}
        for (account, whose, year), g in self.model.balance.items():
            if account == "holder" and whose == holder and g and year not in self.model.closed:
                legs[account, holder, year] = legs.get((account, holder, year), 0) - g
                legs[account, other, year] = legs.get((account, other, year), 0) + g
        years = sorted(year for _, _, year in legs)
        member = self.model.member_of(holder, years[0]) if years else None
        what = Moved("roster_change", holder, years[0] if years else 0, 0, legs, by, member=member)
        rows = [{"institution": other, "percent": "100"}]
        action = ProposeSuccession(union=self.union.union, successors=rows, reason="merged")
        self.proposed(by, action, holder, member is not None, what)

    @rule(name=HOLDERS, other=HOLDERS, part=PARTS)
    def rebalance(self, name: str, other: str, part: int) -> None:
        """Let one have used little and another much; the books' laws hold, whatever moves."""
        city = self.model.quota.get((self.of[name], 2016))
        if city is None or name == other:
            return
        self.world.admin("DELETE FROM progress")
        held = {one: self.part("holder", self.of[one], 2016, 100) for one in (name, other)}
        used = {name: held[name] // 9, other: held[other] * part // 100}
        progressed(self.union, {one: (held[one] // 2 + 1, used[one]) for one in used})
        action = ProposeRebalancing(member=city, year=2016, reason="half-year review")
        made = self.tried(None, action, self.union.union)
        if made is None:
            return
        rows = self.world.admin(
            "SELECT account, institution_id, year, amount_g FROM movement_leg WHERE movement_id=%s",
            made.movement_id,
        )
        legs = {row[:3]: row[3] for row in rows}
        assert sum(legs.values()) == 0
        assert all(self.model.quota[who, year] == city for _, who, year in legs)
        self.model.moved[made.movement_id] = Moved("rebalance", 0, 2016, 0, legs, None)

    @rule(name=HOLDERS, year=YEARS, part=PARTS)
    def reserve(self, name: str, year: int, part: int) -> None:
        city = self.model.quota.get((self.of[name], year))
        if city is None:
            return
        left = self.model.cap[year] + self.model.of("union", 0, year)
        g = max(1, left * part // 100)
        said = self.said(year, g)
        del said["union"]
        made = self.tried(None, FillReserve(member=city, **said), self.union.union)
        legs = self.model.legs_of("reserve", city, year, g)
        may = self.model.takes("reserve", legs)
        assert (made is not None) == may, self.refusal
        if may:
            self.model.enter(legs)

    @precondition(lambda self: self.model.moved)
    @rule(nth=st.integers(0, 5), asks=st.booleans(), late=st.booleans())
    def approve(self, nth: int, asks: bool, late: bool) -> None:
        """Approve as the other person, or as the one who asked; and wait, or not."""
        number = self.number(nth)
        asked = self.model.moved[number].by
        by = asked if asks else 1 - (asked or 0)
        made = self.tried(by, ApproveMovement(), number)
        assert (made is not None) == self.model.approve(number, by), self.model.moved[number]
        if late:
            self.time_passes_of(number)

    @precondition(lambda self: self.model.moved)
    @rule(nth=st.integers(0, 5))
    def time_passes(self, nth: int) -> None:
        """A transfer comes due."""
        self.time_passes_of(self.number(nth))

    def time_passes_of(self, number: int) -> None:
        """Let one wait be over, and the worker come by."""
        one = self.model.moved[number]
        if one.state != "waiting":
            return
        self.past_triggers(
            "UPDATE movement_deed SET due_at = now() WHERE movement_id = %s AND deed = 'approve'",
            number,
        )
        with psycopg.connect(self.world.database.url("worker"), autocommit=True) as worker:
            state = movements.do_due(worker, number)
        self.model.come_due(number)
        assert state == one.state

    @precondition(lambda self: self.model.moved)
    @rule(nth=st.integers(0, 5), by=PERSON, refuses=st.booleans())
    def stop(self, nth: int, by: int, refuses: bool) -> None:
        number = self.number(nth)
        kind, state = (RefuseMovement, "refused") if refuses else (CancelMovement, "cancelled")
        whole = self.model.moved[number].kind == "rebalance"  # of no holder: whoever plans all
        made = self.tried(None if whole else by, kind(reason="no"), number)
        assert (made is not None) == self.model.stop(number, state), self.refusal

    @precondition(lambda self: any(one.kind == "cover" for one in self.model.moved.values()))
    @rule(nth=st.integers(0, 5), by=PERSON, weeks=st.integers(0, 3))
    def reverse(self, nth: int, by: int, weeks: int) -> None:
        """Reverse a cover: once, by all of it, within two weeks; which may be over."""
        own = [number for number, one in self.model.moved.items() if one.kind == "cover"]
        number = own[nth % len(own)]
        if weeks == 3:
            self.two_weeks_pass(number)
        made = self.tried(by, ReverseCover(reason="wrong"), number)
        assert (made is not None) == self.model.reverse(number), self.refusal

    def two_weeks_pass(self, number: int) -> None:
        """Let a cover be old; the log has its own instant back before it is compared."""
        if self.model.moved[number].old:
            return
        self.model.moved[number].old = True
        ((cause,),) = self.world.admin("SELECT id FROM book_cause WHERE movement_id = %s", number)
        self.past_triggers(
            "UPDATE book_cause SET made_at = made_at - interval '15 days' WHERE id = %s", cause
        )
        self.shifted.append(cause)

    @rule(name=HOLDERS, year=YEARS, out=st.booleans(), dice=st.integers(0, 3))
    def leave_out(self, name: str, year: int, out: bool, dice: int) -> None:
        if dice:
            return
        action = (ExcludeYear if out else IncludeYear)(
            union=self.union.union, year=year, reason="rebuilt"
        )
        made = self.tried(0, action, self.of[name])
        assert (made is not None) == bool(self.model.years(self.of[name])), self.refusal
        if made is not None:
            key = self.of[name], year
            (self.model.excluded.add if out else self.model.excluded.discard)(key)

    @rule(
        name=HOLDERS, by=PERSON, dice=st.integers(0, 2),
        kind=st.sampled_from([RestrictAccount, ReleaseAccount, ReleaseAccount, CloseAccount]),
    )  # fmt: skip
    def account(self, name: str, by: int, dice: int, kind: type) -> None:
        if dice:
            return
        states = {RestrictAccount: "restricted", ReleaseAccount: "open", CloseAccount: "closed"}
        made = self.tried(by, kind(union=self.union.union, reason="test"), self.of[name])
        assert (made is not None) == self.model.say(self.of[name], states[kind]), self.refusal

    @rule(year=YEARS, dice=st.integers(0, 15))
    def close_books(self, year: int, dice: int) -> None:
        if dice != 7:
            return  # else nothing would be left to move
        made = self.tried(None, CloseBooks(year=year, reason="over"), self.union.union)
        assert (made is not None) == self.model.close(year), self.refusal

    def left(self, holder: int, year: int) -> int:
        """Return what a holder has not promised to others."""
        pending = sum(
            one.grams
            for one in self.model.moved.values()
            if one.kind == "transfer" and one.state in ("proposed", "waiting")
            and (one.holder, one.year) == (holder, year)
        )  # fmt: skip
        return self.model.of("holder", holder, year) - pending
