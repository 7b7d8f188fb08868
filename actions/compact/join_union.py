"""A member joins a union, declines, and goes on to be computed: by acts of its own people alone."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field

from actions.compact.found_union import source_field
from actions.compact.member_words import MEANINGS, STANDINGS, STEPS
from actions.compact.things import MEMBER
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Day, Line
from actions.rights import Right
from compact.memberships import Seat, Standing, Step
from storage.compact import memberships
from storage.compact.memberships import MembershipRow


class Entry(StrEnum):
    """As what a member comes in; full it becomes by the agreement."""

    OBSERVER = "observer"
    SHADOW = "shadow"


ENTRIES: Final = {
    one.value: Words(
        f"{STEPS[step].zh}:{MEANINGS[step].zh}", f"{STEPS[step].en}: {MEANINGS[step].en}"
    )
    for one, step in ((Entry.OBSERVER, Step.OBSERVER), (Entry.SHADOW, Step.SHADOW))
}


class MemberStands(BaseModel):
    """What a region is in a union after a deed."""

    membership_id: int
    union_id: int
    region_id: int
    state: str = Field(description="proposed, declined, observer, shadow, full or left")


class AcceptSeat(Action[MembershipRow, MemberStands]):
    """Join a union, by whoever plans for the member itself.

    An observer sees what the union comes to; a shadow member is computed and nothing is issued to
    it; a full member it becomes when an agreement that it has signed comes into force.
    """

    about = About(
        code="member.accept",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/accept",
        tag="unions and targets",
        zh="加入区域联合体",
        en="Join the union",
        done=("已加入。", "It has joined."),
    )

    entry: Entry = field(zh="以何身份加入", en="As what", names=ENTRIES, default=Entry.SHADOW)
    since: Day | None = field(
        zh="自何日起", en="From which day", hint=("不填即今天", "Left open: today"), default=None
    )
    source: Line = source_field()

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether it is to answer."""
        return on.state == Standing.PROPOSED

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse where nobody has asked it in, or it has answered."""
        self._seat(on, at)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return what it would be, and what that means."""
        return stands(on, self._seat(on, at), at)

    def do(self, on: MembershipRow, at: Acting) -> MemberStands:
        """Join."""
        return record(on, self._seat(on, at), self.source, at)

    def _seat(self, on: MembershipRow, at: Acting) -> Seat:
        return on.seat.accept(Step(self.entry.value), self.since or at.today, at.today)


class DeclineSeat(Action[MembershipRow, MemberStands]):
    """Decline to join; the region may be asked again."""

    about = About(
        code="member.decline",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/decline",
        tag="unions and targets",
        zh="谢绝加入",
        en="Decline to join",
        done=("已谢绝。", "Declined."),
    )

    source: Line = field(
        zh="理由",
        en="Reason",
        hint=("邀请方可见", "Whoever asked reads it"),
        examples=["Not this year"],
    )

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether it is to answer."""
        return on.state == Standing.PROPOSED

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse where it has answered."""
        on.seat.decline(at.today)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return that it would not be in the union."""
        return stands(on, on.seat.decline(at.today), at)

    def do(self, on: MembershipRow, at: Acting) -> MemberStands:
        """Decline."""
        return record(on, on.seat.decline(at.today), self.source, at)


class ShadowSeat(Action[MembershipRow, MemberStands]):
    """Go on from observing to being computed; nothing is issued by that."""

    about = About(
        code="member.shadow",
        on=MEMBER,
        right=Right.PLAN,
        path="/members/{on}/shadow",
        tag="unions and targets",
        zh="转入试算",
        en="Be computed as a shadow member",
        done=("已转为试算成员。", "It is a shadow member now."),
    )

    since: Day | None = field(
        zh="自何日起", en="From which day", hint=("不填即今天", "Left open: today"), default=None
    )
    source: Line = source_field()

    @classmethod
    def fits(cls, on: MembershipRow) -> bool:
        """Return whether it observes, and stays."""
        return on.state == Standing.OBSERVER and not on.seat.leaves

    def check(self, on: MembershipRow, at: Acting) -> None:
        """Refuse whoever does not observe."""
        self._seat(on, at)

    def foresee(self, on: MembershipRow, at: Acting) -> list[Effect]:
        """Return what it would be, and what that means."""
        return stands(on, self._seat(on, at), at)

    def do(self, on: MembershipRow, at: Acting) -> MemberStands:
        """Go on."""
        return record(on, self._seat(on, at), self.source, at)

    def _seat(self, on: MembershipRow, at: Acting) -> Seat:
        return on.seat.shadow(self.since or at.today, at.today)


def stands(on: MembershipRow, after: Seat, at: Acting) -> list[Effect]:
    """Return what a deed changes, and what the member may then expect."""
    now, then = on.seat.standing(at.today), after.standing(at.today)
    what = Words("成员状态", "The member is")
    found = [Effect("state", what, STANDINGS[now], STANDINGS[then])]
    if after.step is not None:
        found.append(Effect("meaning", Words("即", "That is"), None, MEANINGS[after.step]))
    return found


def record(on: MembershipRow, after: Seat, source: str, at: Acting) -> MemberStands:
    """Keep a deed about a seat."""
    memberships.record(at.connection, on.membership_id, after, source=source, by=at.actor)
    state = after.standing(at.today).value
    return MemberStands(
        membership_id=on.membership_id, union_id=on.union_id, region_id=on.region_id, state=state
    )
