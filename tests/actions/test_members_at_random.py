"""Any order of joining, going on, drafting, signing, amending and leaving ends as a model says."""

from dataclasses import dataclass, field
from itertools import count

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as check

from actions.actor import Actor
from actions.compact.draft_agreement import DraftAgreement
from actions.compact.found_union import FoundUnion, ProposeMembers
from actions.compact.join_union import AcceptSeat, DeclineSeat, Entry, ShadowSeat
from actions.compact.leave_union import LeaveUnion, StayInUnion
from actions.compact.propose_agreement import (
    ProposeAgreement,
    RecallAgreement,
    WithdrawAgreement,
)
from actions.compact.sign_agreement import ConfirmSignature, PrepareSignature
from actions.doing import carry_out
from metering.errors import EnergyError
from storage.compact import agreements, memberships, unions
from tests.actions.acts import signers
from tests.actions.examples_of_members import SIGNATURE
from tests.actions.world import World, make_world

MEMBERS = st.integers(0, 2)
SITS = ("observer", "shadow", "full")
NUMBER = count(1)


@pytest.fixture(scope="module")
def world(database_of_module):
    made = make_world(database_of_module)
    nation = made.admin("SELECT region_id FROM region_fact WHERE kind = 'nation'")[0][0]
    (row,) = made.admin("INSERT INTO region DEFAULT VALUES RETURNING id")
    made.admin(
        """INSERT INTO region_fact (region_id, parent_id, code, kind, name_zh, name_en, is_demo,
               valid_from, source, known_by)
           VALUES (%s, %s, '980000', 'province', '乙', 'B', true, '2000-01-01', 'test',
                   'user:1')""",
        row[0], nation,
    )  # fmt: skip
    made.region["other"] = row[0]
    yield made
    made.close()


@dataclass
class Version:
    """A version of the agreement, as the model has it."""

    parties: frozenset[int]
    state: str = "draft"
    signed: set[int] = field(default_factory=set)
    prepared: set[int] = field(default_factory=set)


class Union(RuleBasedStateMachine):
    """Three regions and a union; each rule tries an act, whether or not the model allows it."""

    world: World

    @initialize()
    def found(self):
        self.regions = [self.world.region[one] for one in ("city 1", "city 2", "other")]
        self.operator = self.world.actor()
        self.first, self.second = signers(self.operator, self.regions)
        name = f"联{next(NUMBER)}"
        action = FoundUnion(name_zh=name, name_en=name, members=self.regions[:2], source="m")
        self.union = carry_out(self.operator, action).result.id
        self.state: list[str | None] = ["proposed", "proposed", None]
        self.notice = [False] * 3
        self.versions: list[Version] = []

    @rule(m=MEMBERS)
    def ask_in(self, m):
        may = self.state[m] in (None, "declined")
        if self.tried(
            self.operator, ProposeMembers(members=[self.regions[m]], source="m"), self.union, may
        ):
            self.state[m] = "proposed"

    @rule(m=MEMBERS, entry=st.sampled_from(Entry))
    def accept(self, m, entry):
        may = self.state[m] == "proposed"
        if self.tried_of(m, AcceptSeat(entry=entry, source="m"), may):
            self.state[m] = entry.value

    @rule(m=MEMBERS)
    def decline(self, m):
        if self.tried_of(m, DeclineSeat(source="m"), self.state[m] == "proposed"):
            self.state[m] = "declined"

    @rule(m=MEMBERS)
    def go_on(self, m):
        may = self.state[m] == "observer" and not self.notice[m]
        if self.tried_of(m, ShadowSeat(source="m"), may):
            self.state[m] = "shadow"

    @rule(m=MEMBERS)
    def leave(self, m):
        may = self.state[m] in SITS and not self.notice[m]
        if self.tried_of(m, LeaveUnion(last_day="2099-12-31", source="m"), may):
            self.notice[m] = True

    @rule(m=MEMBERS)
    def stay(self, m):
        if self.tried_of(m, StayInUnion(source="m"), self.state[m] in SITS and self.notice[m]):
            self.notice[m] = False

    @rule(parties=st.frozensets(MEMBERS, min_size=1), months=st.integers(0, 3))
    def draft(self, parties, months):
        action = DraftAgreement(
            scope="all",
            notice_months=months,
            parties=[self.regions[one] for one in parties],
            source="m",
        )
        open_one = self.open
        may = open_one is None or open_one.state == "draft"
        if self.tried(self.operator, action, self.union, may):
            if open_one is None:
                self.versions.append(Version(parties))
            else:
                open_one.parties = parties

    @rule()
    def propose(self):
        newest = self.newest
        if newest is None:
            return
        bound = {m for m in range(3) if self.state[m] == "full" and not self.notice[m]}
        sit = all(self.state[m] in SITS for m in newest.parties)
        may = newest.state == "draft" and sit and bound <= newest.parties
        if self.tried(self.operator, ProposeAgreement(), self.row.agreement_id, may):
            newest.state = "proposed"

    @rule(back=st.booleans())
    def take_back(self, back):
        newest = self.newest
        if newest is None:
            return
        action = RecallAgreement(reason="m") if back else WithdrawAgreement(reason="m")
        may = newest.state == ("proposed" if back else "draft")
        if self.tried(self.operator, action, self.row.agreement_id, may):
            newest.state = "draft" if back else "withdrawn"
            newest.signed, newest.prepared = set(), set()

    @rule(m=MEMBERS, other_text=st.integers(0, 4))
    def prepare(self, m, other_text):
        sha256 = self.row.sha256 if self.versions and other_text else "0" * 64
        fields = SIGNATURE | {"text_sha256": sha256}
        may = self.may_sign(m) and bool(other_text)
        if self.tried_of(m, PrepareSignature.model_validate(fields), may):
            self.newest.prepared.add(m)

    @rule(months=st.integers(0, 3), stops=st.integers(0, 5))
    def agree(self, months, stops):
        """Go the whole way with all who sit, but for who stops: so much comes into force."""
        sits = frozenset(m for m in range(3) if self.state[m] in SITS)
        if sits:
            self.draft(sits, months)
            self.propose()
        for m in {0, 1, 2} - {stops}:
            if self.may_sign(m):
                self.prepare(m, 1)
                self.confirm(m, same=False)

    @rule(m=MEMBERS, same=st.booleans())
    def confirm(self, m, same):
        may = self.may_sign(m) and m in self.newest.prepared and not same
        who = self.first if same else self.second
        if self.tried_of(m, ConfirmSignature(), may, who):
            newest = self.newest
            newest.signed.add(m)
            if newest.signed == newest.parties:
                for one in self.versions:
                    one.state = "amended" if one.state == "in_force" else one.state
                newest.state = "in_force"
                for one in newest.parties:
                    self.state[one] = self.state[one] if self.notice[one] else "full"

    @invariant()
    def it_is_as_the_model_says(self):
        if not hasattr(self, "versions"):
            return
        with self.operator.look() as connection:
            seats = memberships.listed(connection, self.union)
            rows = agreements.listed(connection, self.union)
            now = unions.members(connection, self.union)
        kept = {one.region_id: one for one in seats}
        for region, state, notice in zip(self.regions, self.state, self.notice, strict=True):
            seat = kept.get(region)
            assert (seat.state if seat else None) == state
            assert (seat.seat.leaves if seat else False) == notice
        sitting = {
            region: state
            for region, state in zip(self.regions, self.state, strict=True)
            if state in SITS
        }
        assert {one.region_id: one.step for one in now} == sitting
        assert [(one.state, one.members, one.signed_by) for one in rows] == [
            (one.state, self.of(one.parties), self.of(one.signed)) for one in self.versions
        ]

    @property
    def newest(self):
        return self.versions[-1] if self.versions else None

    @property
    def open(self):
        newest = self.newest
        return newest if newest and newest.state in ("draft", "proposed") else None

    @property
    def row(self):
        with self.operator.look() as connection:
            return agreements.listed(connection, self.union)[-1]

    def of(self, members):
        return sorted(self.regions[one] for one in members)

    def may_sign(self, m):
        newest = self.newest
        return (
            newest is not None
            and newest.state == "proposed"
            and m in newest.parties - newest.signed
            and self.state[m] in SITS
        )

    def tried_of(self, m, action, may, who: Actor | None = None):
        """Try a deed about a member's seat, where it has one."""
        with self.operator.look() as connection:
            seats = memberships.listed(connection, self.union)
        found = [one for one in seats if one.region_id == self.regions[m]]
        if not found:
            assert not may
            return False
        return self.tried(who or self.first, action, found[0].membership_id, may)

    def tried(self, who, action, on, may):
        code = ""
        try:
            carry_out(who, action, on, again=True)
        except EnergyError as error:
            code = error.code
        assert (code == "") == may, code
        assert not code.startswith("database."), code  # told in words, not by a table
        return may


def test_any_order_of_acts_ends_as_the_model_says(world):
    Union.world = world
    check(Union, settings=settings(max_examples=8, stateful_step_count=25))
