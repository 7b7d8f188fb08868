"""Institutions that merge, split, move and close, and what becomes of their quota."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from actions.catalogue import declared
from actions.registry.undo_roster import UndoChange
from tests.actions.book_model import Account, Moved
from tests.actions.year.begun import HOLDERS, Begun

SAID = {"day": "2017-01-01", "document_number": "2017-28", "reason": "reform"}
SHARES = st.sampled_from(["1/3", "1/2", "0.9999", "1"])


@dataclass
class Change:
    """A change of the roster: whom it names, who is gone by it, and what it proposed."""

    named: set[int]
    gone: set[int]
    movements: list[int]


class Rosters(Begun):
    """Every change is of one day, when 2017 began; whom one names, no other may."""

    def begins_too(self) -> None:
        super().begins_too()
        self.changes: dict[int, Change] = {}

    @rule(kind=st.sampled_from(["merge", "split", "move", "close"]), name=HOLDERS, heir=HOLDERS,
          share=SHARES, dice=st.integers(0, 2))  # fmt: skip
    def change_roster(self, kind: str, name: str, heir: str, share: str, dice: int) -> None:
        if dice:
            return
        who, other = self.of[name], self.of[heir]
        fields, on, parts = self.said_of(kind, who, other, share)
        action = declared()[f"institution.{kind}"].model_validate(SAID | fields)
        named = {who} | set(parts)
        held = set().union(*(one.named for one in self.changes.values())) if self.changes else set()
        twice = who == other and (kind == "merge" or (kind == "split" and share != "1"))
        may = not named & held and not twice
        if kind == "move":
            may = may and self.world.region["city 2"] != self.place(who)
        expected = self.handed_over(who, parts) if may and kind != "move" else {}
        member = self.first_member(who, expected)
        made = self.tried(None, action, on)
        assert (made is not None) == may, (self.refusal, named, held)
        if made is None:
            return
        gone = {who} if kind != "move" and who not in parts else set()
        self.changes[made.change_id] = Change(named, gone, made.movements)
        self.model.gone |= gone
        assert len(made.movements) == bool(expected), expected
        if expected:
            year = min(year for _, _, year in expected)
            what = Moved("roster_change", who, year, 0, expected, None, member=member)
            self.model.moved[made.movements[0]] = what

    @precondition(lambda self: self.changes)
    @rule(nth=st.integers(0, 3), dice=st.integers(0, 2))
    def take_back(self, nth: int, dice: int) -> None:
        """Take a change back: what it proposed is cancelled, or proposed back if it is done."""
        if dice:
            return
        number = sorted(self.changes)[nth % len(self.changes)]
        change = self.changes.pop(number)
        made = self.tried(None, UndoChange(reason="wrong"), number)
        assert made is not None, self.refusal
        self.model.gone -= change.gone
        back = []
        for movement in change.movements:
            one = self.model.moved[movement]
            if one.state in ("proposed", "waiting"):
                one.state = "cancelled"
            elif one.state == "done":
                back.append((movement, one))
        assert len(made.movements) == len(back)
        for fresh, (movement, one) in zip(made.movements, back, strict=True):
            legs = {key: -g for key, g in one.legs.items()}
            self.model.moved[fresh] = Moved("roster_change", one.holder, one.year, 0, legs, None,
                                            member=one.member, back=movement)  # fmt: skip

    def said_of(
        self, kind: str, who: int, other: int, share: str
    ) -> tuple[dict[str, object], int, dict[int, Fraction]]:
        """Return the act's fields and object, and what of an institution goes to whom."""
        if kind == "merge":
            return {"institutions": [who]}, other, {other: Fraction(1)}
        if kind == "split":
            part = Fraction(share)
            rows = [{"institution": other, "share": share}]
            parts = {other: part}
            if part < 1:
                rows.append({"institution": who, "share": str(1 - part)})
                parts[who] = 1 - part
            return {"successors": rows}, who, parts
        if kind == "move":
            to = {"region": self.world.region["city 2"], "level": "city"}
            return to | {"department_line": "health"}, who, {}
        return {}, who, {}

    def handed_over(self, who: int, parts: dict[int, Fraction]) -> dict[Account, int]:
        """Return the entries by which what somebody holds of 2017 goes on; else to the reserve."""
        legs: dict[Account, int] = {}
        for (account, whose, year), g in list(self.model.balance.items()):
            if (account, whose) != ("holder", who) or year < 2017 or year in self.model.closed:
                continue
            member, before, upto = self.model.member_of(who, year), 0, Fraction(0)
            for heir, share in sorted((parts or {0: Fraction(1)}).items()):
                upto += share
                until = floor(g * upto + Fraction(1, 2))
                portion, before = until - before, until
                if heir == who or not portion or (not heir and member is None):
                    continue
                key = ("holder", heir, year) if heir else ("reserve", member or 0, year)
                legs[key] = legs.get(key, 0) + portion
                legs["holder", who, year] = legs.get(("holder", who, year), 0) - portion
        return legs

    def first_member(self, who: int, legs: dict[Account, int]) -> int | None:
        """Return in whose total the first of these years is."""
        years = [year for _, _, year in legs]
        return self.model.member_of(who, min(years)) if years else None

    def place(self, who: int) -> int:
        """Return to which region somebody belongs when 2017 begins."""
        rows = self.world.admin(
            """SELECT region_id FROM affiliation WHERE institution_id = %s AND known_until IS NULL
                  AND valid_from <= '2017-01-01' ORDER BY valid_from DESC LIMIT 1""", who,
        )  # fmt: skip
        return int(rows[0][0])
