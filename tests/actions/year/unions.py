"""Members that join, sign, let quotas be issued, and leave; and runs that are issued anew."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import rule

from actions.compact.draft_agreement import DraftAgreement
from actions.compact.found_union import ProposeMembers
from actions.compact.issue_run import IssueRun
from actions.compact.join_union import AcceptSeat, Entry
from actions.compact.leave_union import LeaveUnion, StayInUnion
from actions.compact.make_run import MakeRun
from actions.compact.propose_agreement import ProposeAgreement, RecallAgreement, WithdrawAgreement
from actions.compact.release_quotas import ReleaseQuotas
from actions.compact.sign_agreement import ConfirmSignature, PrepareSignature
from storage.compact import memberships
from tests.actions.compact_world import Method, Rule, answer_for, fields_of
from tests.actions.examples_of_members import SIGNATURE
from tests.actions.year.begun import Begun, run_rows

SITS = ("observer", "shadow", "full")
MEMBERS = st.sampled_from(["city 2", "other", "other"])


class Unions(Begun):
    """Two cities are in from the beginning; the other region is asked in, and any may leave."""

    def begins_too(self) -> None:
        super().begins_too()
        self.seat: dict[str, str | None] = {"city 1": "full", "city 2": "full", "other": None}
        self.notice: set[str] = set()
        self.released = {"city 1", "city 2"}
        self.issued: set[int] = set()
        rows = self.world.admin("SELECT id, target_year, fall_millionths FROM target ORDER BY id")
        self.targets = {year or 2016: (one, Fraction(fall, 10**6)) for one, year, fall in rows}

    @rule(m=MEMBERS, entry=st.sampled_from(Entry), dice=st.integers(0, 2))
    def join(self, m: str, entry: Entry, dice: int) -> None:
        """Ask a region in; it joins by its own act."""
        if dice:
            return
        asked = ProposeMembers(members=[self.world.region[m]], source="m")
        made = self.tried(None, asked, self.union.union)
        assert (made is not None) == (self.seat[m] in (None, "left")), self.refusal
        if made is not None:
            self.seat[m] = "proposed"
            self.notice.discard(m)
        made = self.tried(0, AcceptSeat(entry=entry, source="m"), self.seat_of(m))
        assert (made is not None) == (self.seat[m] == "proposed"), self.refusal
        if made is not None:
            self.seat[m] = entry.value

    @rule(m=MEMBERS, dice=st.integers(0, 3), gone=st.booleans())
    def leave(self, m: str, dice: int, gone: bool) -> None:
        """Give notice, take it back, or see its last day pass."""
        if dice > 1 or self.seat[m] is None:
            return
        leaves = m in self.notice
        sits = self.seat[m] in SITS
        if leaves and gone:
            region = self.world.region[m]
            self.past_triggers(
                "UPDATE membership_deed SET day = '2017-12-31' WHERE region_id = %s"
                " AND deed = 'notice' AND day > '2098-01-01'", region,
            )  # fmt: skip
            self.past_triggers("UPDATE union_member SET known_until = now()"
                               " WHERE region_id = %s AND known_until IS NULL", region)  # fmt: skip
            self.seat[m] = "left"
            self.notice.discard(m)
            return
        last = LeaveUnion(last_day="2099-12-31", source="m")
        made = self.tried(0, StayInUnion(source="m") if leaves else last, self.seat_of(m))
        assert (made is not None) == sits, self.refusal
        if made is not None:
            (self.notice.discard if leaves else self.notice.add)(m)

    @rule(
        bank=st.sampled_from([0, 10, 25, 100]), borrow=st.sampled_from([0, 10, 50]),
        factor=st.sampled_from(["1", "1.08", "1.5"]), stops=st.integers(0, 4),
    )  # fmt: skip
    def sign(self, bank: int, borrow: int, factor: str, stops: int) -> None:
        """Agree anew among all who sit and stay: prepared by one, confirmed by another."""
        if stops < 2:
            return
        parties = [m for m, state in self.seat.items() if state in SITS and m not in self.notice]
        draft = DraftAgreement(
            grade="departments", scope="all", bank_percent=bank, borrow_percent=borrow,
            carry_factor=factor, delay_hours=24, longer_hours=72,
            binding=["banking", "carry", "transfer"],
            parties=[self.world.region[m] for m in parties], source="m",
        )  # fmt: skip
        made = self.done(self.tried(None, draft, self.union.union))
        self.done(self.tried(None, ProposeAgreement(), made.agreement_id))
        for place, m in enumerate(parties):
            if stops == 2 and place + 1 == len(parties):  # the last one does not sign
                self.done(self.tried(None, RecallAgreement(reason="m"), made.agreement_id))
                self.done(self.tried(None, WithdrawAgreement(reason="m"), made.agreement_id))
                return
            said = PrepareSignature.model_validate(SIGNATURE | {"text_sha256": made.sha256})
            self.done(self.tried(0, said, self.seat_of(m)))
            assert self.tried(0, ConfirmSignature(), self.seat_of(m)) is None
            self.done(self.tried(1, ConfirmSignature(), self.seat_of(m)))
        for m in parties:
            self.seat[m] = "full"
        self.model.bank, self.model.borrow = bank, borrow
        self.model.factor = Fraction(factor)

    @rule(m=MEMBERS, released=st.booleans(), dice=st.integers(0, 2))
    def release(self, m: str, released: bool, dice: int) -> None:
        """Let quotas be issued to a member's own institutions, or no longer."""
        if dice or self.seat[m] is None:
            return
        said = ReleaseQuotas(released=released, document_number="12")
        self.done(self.tried(0, said, self.seat_of(m)))
        (self.released.add if released else self.released.discard)(m)

    @rule(
        year=st.sampled_from([2016, 2017]), occupancy=st.integers(500, 1500),
        fall=st.sampled_from([None, 2, 10]), dice=st.integers(0, 3), reason=st.booleans(),
    )  # fmt: skip
    def issue(self, year: int, occupancy: int, fall: int | None, dice: int, reason: bool) -> None:
        """Share a year's target anew, among whoever is full now, and issue that."""
        if dice:
            return
        target, goes = self.targets[year]
        office = {"institution": self.of["office"], "name": "occupancy"}
        method = Method(Rule.PROPORTIONAL)
        if fall is not None:
            whose = [self.world.region[m] for m, state in self.seat.items() if state == "full"]
            method = Method("H", fall=dict.fromkeys(whose, fall * 10_000))
        said = fields_of(method) | {"year": year, "factors": [
            office | {"factor": str(Decimal(occupancy) / 1000)}]}  # fmt: skip
        answer_for(self.on_the_day(self.world.actor("planner of all")), target)
        made = self.tried(None, MakeRun.model_validate(said), target)
        if made is None:  # nobody is in it, or its rule does not fit: nothing is kept
            assert self.refusal.partition(".")[0] in ("run", "rule", "target", "base"), self.refusal
            return
        rows, caps = run_rows(self.world, made.run_id, goes)
        members = {member for _, _, member, _ in rows}
        names = {self.world.region[m]: m for m in self.seat}
        may = made.run_id not in self.issued and {names[m] for m in members} <= self.released
        held = any(g for key, g in self.model.issued.items() if key[1] in caps)
        may = may and (reason or not held)
        action = IssueRun(reason="anew" if reason else None)
        done = self.tried(None, action, made.run_id)
        assert (done is not None) == (may and self.model.issue(rows, caps)), self.refusal
        if done is not None:
            self.issued.add(made.run_id)

    def seat_of(self, m: str) -> int:
        """Return a region's seat."""
        with self.operator.look() as connection:
            seats = memberships.listed(connection, self.union.union)
        return next(one.membership_id for one in seats
                    if one.region_id == self.world.region[m])  # fmt: skip

    def done(self, made: Any) -> Any:
        """Return what must have been done."""
        assert made is not None, self.refusal
        return made
