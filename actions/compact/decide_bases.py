"""Answering for bases, declared once each: confirm, leave out, reopen; several in one act."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, Final, Protocol

from pydantic import BaseModel, Field

from actions.compact.base_fields import because, institution_name
from actions.compact.base_lines import CONFIRMED, LEFT_OUT, OPEN, REOPENED, BaseLine, lines_of
from actions.compact.base_words import STATES
from actions.compact.bases import asked_bases, planned_bases
from actions.compact.member_sums import all_lines, of_members
from actions.compact.target_words import whole_words
from actions.compact.things import BASES
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id, Line
from actions.registry.institutions import no_institution
from actions.rights import Right
from actions.things import member_regions
from storage.compact import bases
from storage.compact.targets import TargetRow
from storage.registry import institutions

_SHOWN: Final = 20  # institutions that a preview names
Several = Annotated[list[Id], Field(min_length=1, max_length=10_000)]
_TICKED: Final = ("在基数核查页勾选", "Tick them where the bases are reviewed")


class Which(StrEnum):
    """Which bases are confirmed."""

    THESE = "these"
    REST = "rest"
    REST_OF_MEMBER = "rest_of_member"


_WHICH: Final = {
    "these": Words("以下机构,无论有何异常", "These, whatever is odd about them"),
    "rest": Words("其余没有异常的全部机构", "All the rest, about which nothing is odd"),
    "rest_of_member": Words("一个成员其余没有异常的机构", "The rest of one member"),
}


class Answered(BaseModel):
    """How many bases were answered for."""

    bases: int


def _about(code: str, path: str, words: tuple[str, str], done: tuple[str, str]) -> About:
    return About(
        code=code,
        on=BASES,
        right=Right.PLAN,
        path=f"/targets/{{on}}/base/{path}",
        tag="unions and targets",
        zh=words[0],
        en=words[1],
        done=done,
    )


class ConfirmBases(Action[TargetRow, Answered]):
    """Confirm bases as they are now; one that changes later is open again."""

    about = _about(
        "base.confirm",
        "confirm",
        ("确认基期", "Confirm bases"),
        ("已确认。", "The bases are confirmed."),
    )

    which: Which = field(zh="确认哪些", en="Which bases", names=_WHICH, examples=["these"])
    institutions: Several | None = field(
        zh="机构",
        en="Institutions",
        hint=_TICKED,
        called=institution_name,
        when=("which", "these"),
        examples=[[7, 12]],
    )
    member: Id | None = field(
        zh="成员单位", en="Member", choices=member_regions, when=("which", "rest_of_member")
    )
    reason: Line = because()

    def check(self, on: TargetRow, at: Acting) -> None:
        """Refuse institutions whose bases the actor does not plan."""
        if self.institutions is not None:
            asked_bases(at.connection, on.union_id, self.institutions)

    def foresee(self, on: TargetRow, at: Acting) -> list[Effect]:
        """Return how many are open and would not be, and each that is named."""
        before = self._all(on, at)
        mine = self._mine(before)
        opened = sum(one.state == OPEN for one in before)
        words = Words("待核查的基期", "Open bases")
        count = Effect("open", words, plain(str(opened)), plain(str(opened - len(mine))))
        named = mine if self.institutions is not None else []
        return [count, *_each(named, CONFIRMED, at)]

    def do(self, on: TargetRow, at: Acting) -> Answered:
        """Confirm those that are open, each by the digest of its base."""
        mine = self._mine(self._all(on, at))
        _decide(on, at, (CONFIRMED, self.reason), mine)
        at.told["bases"] = len(mine)
        return Answered(bases=len(mine))

    def _all(self, on: TargetRow, at: Acting) -> list[BaseLine]:
        counted = planned_bases(at.connection, on.union_id, self.about.code)
        if self.institutions is not None:
            counted = asked_bases(at.connection, on.union_id, self.institutions)
        return lines_of(at.connection, on, counted)

    def _mine(self, lines: Sequence[BaseLine]) -> list[BaseLine]:
        found = [one for one in lines if one.state == OPEN]
        if self.institutions is None:
            found = [one for one in found if not one.findings]
        return [one for one in found if self.member in (None, one.member_id)]


class _Ticked(Protocol):
    @property
    def institutions(self) -> list[int]: ...


class _OfTicked:
    """Is done to the institutions that are ticked; stands before Action among the bases."""

    def check(self: _Ticked, on: TargetRow, at: Acting) -> None:
        """Refuse institutions that the actor does not plan for, or does not see."""
        asked_bases(at.connection, on.union_id, self.institutions)
        seen = {one.institution_id for one in institutions.some(at.connection, self.institutions)}
        for one in self.institutions:
            if one not in seen:
                raise no_institution(one)


def _ticked_field() -> Any:
    return field(
        zh="机构", en="Institutions", hint=_TICKED, called=institution_name, examples=[[7]]
    )


class LeaveOutBases(_OfTicked, Action[TargetRow, Answered]):
    """Leave institutions out of a target; they get no quota until their bases are reopened."""

    about = _about(
        "base.left_out",
        "leave-out",
        ("不列入目标", "Leave out of the target"),
        ("已标明不列入。", "They are left out."),
    )

    institutions: Several = _ticked_field()
    reason: Line = because()

    def foresee(self, on: TargetRow, at: Acting) -> list[Effect]:
        """Return each that would be left out, its member's sum and how many share the target."""
        every, wanted = all_lines(at, on), frozenset(self.institutions)
        mine = [one for one in every if one.institution_id in wanted]
        left = [replace(one, state=LEFT_OUT) for one in mine]
        return [*_each(mine, LEFT_OUT, at), *of_members(at, on, every, left)]

    def do(self, on: TargetRow, at: Acting) -> Answered:
        """Leave them out, each by the digest of its base."""
        lines = _lines(on, at, self.institutions)
        _decide(on, at, (LEFT_OUT, self.reason), lines)
        return Answered(bases=len(lines))


class ReopenBases(_OfTicked, Action[TargetRow, Answered]):
    """Take back what was decided about bases, and every figure that was put into them."""

    about = _about(
        "base.reopened",
        "reopen",
        ("重新核查基数", "Reopen bases"),
        ("已撤回,待重新核查。", "What was said is taken back; they are open again."),
    )

    institutions: Several = _ticked_field()
    reason: Line = because()

    def foresee(self, on: TargetRow, at: Acting) -> list[Effect]:
        """Return each that would be open, with its base before and after."""
        before = _lines(on, at, self.institutions)
        taken = sum(len(one.acts) for one in before)
        self.do(on, at)
        after = {one.institution_id: one for one in _lines(on, at, self.institutions)}
        acts = Effect(
            "acts", Words("估算的月份", "Estimated months"), plain(str(taken)), plain("0")
        )
        shown = [_one(one, after[one.institution_id], at) for one in before[:_SHOWN]]
        return [*shown, acts]

    def do(self, on: TargetRow, at: Acting) -> Answered:
        """Withdraw their estimates, then the decisions."""
        for line in _lines(on, at, self.institutions):
            for one in line.acts:
                taken = ("withdrawn", None, self.reason)
                place = (one.carrier, one.month)
                who = line.institution_id
                bases.estimate(at.connection, on.union_id, who, place, taken, at.actor)
        lines = _lines(on, at, self.institutions)
        _decide(on, at, (REOPENED, self.reason), lines)
        return Answered(bases=len(lines))


def _lines(on: TargetRow, at: Acting, asked: Sequence[int]) -> list[BaseLine]:
    return lines_of(at.connection, on, asked_bases(at.connection, on.union_id, sorted(set(asked))))


def _decide(on: TargetRow, at: Acting, verdict: tuple[str, str], lines: Sequence[BaseLine]) -> None:
    digests = {one.institution_id: one.sha256 for one in lines}
    bases.decide(at.connection, on.union_id, on.target_id, verdict, digests, at.actor)


def _each(lines: Sequence[BaseLine], state: str, at: Acting) -> list[Effect]:
    """Return the first of some institutions with their states before and after."""
    return [_one(one, replace(one, state=state), at) for one in lines[:_SHOWN]]


def _one(before: BaseLine, after: BaseLine, at: Acting) -> Effect:
    name = institution_name(at, before.institution_id) or plain(f"#{before.institution_id}")
    where: dict[str, Any] = {"institution_id": before.institution_id}
    return Effect("institution", name, _state(before), _state(after), where)


def _state(line: BaseLine) -> Words:
    """Return a state with the base; of an institution that is not seen, the state alone."""
    zh, en = STATES[line.state]
    if not line.seen:
        return Words(zh, en)
    amount = whole_words(None if line.base is None else line.base.total_g, line.indicator).en
    return Words(f"{zh}:{amount}", f"{en}: {amount}")
