"""A member's seat in a union: what may follow what, by whose deed.

Proposed by others, it is taken, kept and left by deeds of the member itself. An observer sees what
the union comes to; a shadow member is computed, and nothing is issued to it; a full member is party
to the agreement in force. `storage.follows` holds the tables to the same.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from metering.errors import ConflictError


class Step(StrEnum):
    """How far a member is in."""

    OBSERVER = "observer"
    SHADOW = "shadow"
    FULL = "full"


class Standing(StrEnum):
    """What a region is in a union."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    OBSERVER = "observer"
    SHADOW = "shadow"
    FULL = "full"
    LEFT = "left"


class Deed(StrEnum):
    """What was done last about a seat; all but the first and FULL by the member itself."""

    PROPOSE = "propose"
    ACCEPT = "accept"
    DECLINE = "decline"
    STEP = "step"
    FULL = "full"
    NOTICE = "notice"
    STAY = "stay"


_SITS = (Standing.OBSERVER, Standing.SHADOW, Standing.FULL)
_GONE = (Standing.DECLINED, Standing.LEFT)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat after its last deed; step: None until it is taken. day: since when, or of a notice
    the last day."""

    deed: Deed
    step: Step | None
    day: date

    def standing(self, today: date) -> Standing:
        """Return what the region is on a day."""
        if self.deed is Deed.PROPOSE:
            return Standing.PROPOSED
        if self.deed is Deed.NOTICE and today > self.day:
            return Standing.LEFT
        return Standing.DECLINED if self.step is None else Standing(self.step)

    @property
    def leaves(self) -> bool:
        """Whether notice was given."""
        return self.deed is Deed.NOTICE

    def propose(self, today: date) -> "Seat":
        """Return it proposed again, after it was declined or left."""
        return Seat(Deed.PROPOSE, None, self._only(_GONE, Deed.PROPOSE, today, today))

    def accept(self, step: Step, day: date, today: date) -> "Seat":
        """Return it taken, as observer or shadow: full it becomes by the agreement in force."""
        if step is Step.FULL:
            raise _full_by_agreement()
        return Seat(Deed.ACCEPT, step, self._only((Standing.PROPOSED,), Deed.ACCEPT, day, today))

    def decline(self, today: date) -> "Seat":
        """Return it declined."""
        return Seat(
            Deed.DECLINE, None, self._only((Standing.PROPOSED,), Deed.DECLINE, today, today)
        )

    def shadow(self, day: date, today: date) -> "Seat":
        """Return it computed from a day on."""
        self._stays(Deed.STEP)
        day = self._only((Standing.OBSERVER,), Deed.STEP, day, today)
        return Seat(Deed.STEP, Step.SHADOW, self._onward(day))

    def sign(self, day: date, today: date) -> "Seat":
        """Return it full, by the agreement that has come into force."""
        self._stays(Deed.FULL)
        day = self._only((Standing.OBSERVER, Standing.SHADOW), Deed.FULL, day, today)
        return Seat(Deed.FULL, Step.FULL, max(day, self.day))

    def notice(self, last: date, today: date) -> "Seat":
        """Return it on notice: the member leaves after its last day, which is still to come."""
        self._stays(Deed.NOTICE)
        self._only(_SITS, Deed.NOTICE, last, today)
        if last < today:
            raise _over(last)
        return replace(self, deed=Deed.NOTICE, day=self._onward(last))

    def stay(self, today: date) -> "Seat":
        """Return it with its notice taken back, while the member is still in."""
        if not self.leaves:
            raise _cannot(Deed.STAY, self.standing(today))
        return replace(self, deed=Deed.STAY, day=self._only(_SITS, Deed.STAY, today, today))

    def _only(self, states: tuple[Standing, ...], deed: Deed, day: date, today: date) -> date:
        if (now := self.standing(today)) not in states:
            raise _cannot(deed, now)
        return day

    def _stays(self, deed: Deed) -> None:
        if self.leaves:
            raise _cannot(deed, Standing.LEFT)

    def _onward(self, day: date) -> date:
        if day < self.day:
            raise _before(day, self.day)
        return day


def _cannot(deed: Deed, now: Standing) -> ConflictError:
    return ConflictError(
        "membership.not_now",
        zh=f"成员状态为“{_ZH[now]}”,不能进行此操作。",
        en=f"This cannot be done to a seat that is {_EN[now]}.",
        next_zh="请在联合体页面查看该成员单位的状态。",
        next_en="See on the union's page how the member's seat stands.",
        where={"state": now.value, "deed": deed.value},
    )


def _full_by_agreement() -> ConflictError:
    return ConflictError(
        "membership.full_by_agreement",
        zh="成员单位不能自行登记为正式成员:签署的协议生效之日起即为正式成员。",
        en="Nobody is a full member by saying so: the parties to the agreement in force are.",
        next_zh="请先以观察或试算身份加入,再签署协议。",
        next_en="Join as an observer or shadow member, then sign the agreement.",
        where={"field": "step"},
    )


def _before(day: date, since: date) -> ConflictError:
    return ConflictError(
        "membership.before",
        zh=f"{day} 早于上一状态的起始日 {since}。",
        en=f"{day} is before {since}, from when what holds now is dated.",
        next_zh="请改用不早于该日的日期。",
        next_en="Choose that day or a later one.",
        where={"field": "day", "value": day.isoformat(), "since": since.isoformat()},
    )


def _over(last: date) -> ConflictError:
    return ConflictError(
        "membership.over",
        zh=f"{last} 已过:退出不能追溯。",
        en=f"{last} is over: nobody leaves for days that have been.",
        next_zh="请改用今天或以后的日期。",
        next_en="Choose today or a later day.",
        where={"field": "last_day", "value": last.isoformat()},
    )


_ZH = {
    Standing.PROPOSED: "待答复",
    Standing.DECLINED: "未加入",
    Standing.OBSERVER: "观察",
    Standing.SHADOW: "试算",
    Standing.FULL: "正式",
    Standing.LEFT: "已退出或已提出退出",
}
_EN = {
    Standing.PROPOSED: "still to be answered",
    Standing.DECLINED: "declined",
    Standing.OBSERVER: "an observer's",
    Standing.SHADOW: "a shadow member's",
    Standing.FULL: "a full member's",
    Standing.LEFT: "left, or on notice",
}
