"""An agreement between members: its versions, its text with digest, and what may follow what."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from compact.clauses import Clause, Grade, Kind, Value
from compact.runs import canonical
from metering.errors import ConflictError


class State(StrEnum):
    """How far a version is."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


# Each state in (zh, en).
STATES: Final = {
    State.DRAFT: ("草案", "draft"),
    State.PROPOSED: ("待签署", "proposed"),
    State.IN_FORCE: ("生效", "in force"),
    State.AMENDED: ("已由新版本代替", "amended"),
    State.WITHDRAWN: ("已撤回", "withdrawn"),
    State.ENDED: ("已终止", "ended"),
}


@dataclass(frozen=True, slots=True)
class AgreementText:
    """What is signed: of which union and version, of which grade, between whom, and its clauses."""

    union: int
    version: int
    grade: Grade
    parties: tuple[int, ...]
    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        """Canonical JSON: the same words are the same bytes."""
        return canonical(self.payload)

    @property
    def payload(self) -> dict[str, Any]:
        """All that the text says."""
        clauses = [
            {"kind": one.kind.value, "binds": one.binds, "terms": dict(one.terms)}
            for one in self.clauses
        ]
        return {
            "union": self.union,
            "version": self.version,
            "grade": self.grade.value,
            "parties": list(self.parties),
            "clauses": clauses,
        }

    @property
    def terms(self) -> dict[str, Value]:
        """All that its clauses say, by term."""
        return {name: value for one in self.clauses for name, value in one.terms.items()}

    @property
    def digest(self) -> str:
        """SHA-256 of the text's bytes: what a signature names."""
        return sha256(self.text.encode()).hexdigest()

    @classmethod
    def of(cls, text: str) -> "AgreementText":
        """Return what a kept text says."""
        said = json.loads(text)
        clauses = [Clause(Kind(one["kind"]), one["terms"], one["binds"]) for one in said["clauses"]]
        parties = tuple(said["parties"])
        return cls(said["union"], said["version"], Grade(said["grade"]), parties, tuple(clauses))


@dataclass(frozen=True, slots=True)
class Agreement:
    """A version of the terms that members of a union have put, or are putting, their names to."""

    grade: Grade
    members: frozenset[int]
    signed_by: frozenset[int] = frozenset()
    state: State = State.DRAFT
    round: int = 1

    def propose(self) -> "Agreement":
        """Return it laid before the members."""
        return self._moved(State.PROPOSED, State.DRAFT)

    def recall(self) -> "Agreement":
        """Return it as a draft again: what was signed of it counts no more."""
        drafted = self._moved(State.DRAFT, State.PROPOSED)
        return replace(drafted, signed_by=frozenset(), round=self.round + 1)

    def withdraw(self) -> "Agreement":
        """Return a draft that nobody goes on with."""
        return self._moved(State.WITHDRAWN, State.DRAFT)

    def sign(self, member: int) -> "Agreement":
        """Return it with one more signature; the last one brings it into force."""
        if self.state is not State.PROPOSED or member not in self.members - self.signed_by:
            raise not_now(f"signed by {member}", self.state)
        signed_by = self.signed_by | {member}
        state = State.IN_FORCE if signed_by == self.members else State.PROPOSED
        return replace(self, signed_by=signed_by, state=state)

    def amend(self) -> "Agreement":
        """Return it as one in whose place a later version has come."""
        return self._moved(State.AMENDED, State.IN_FORCE)

    def end(self) -> "Agreement":
        """Return it as one that holds no more."""
        return self._moved(State.ENDED, State.IN_FORCE)

    def must_hold(self) -> None:
        """Refuse what only an agreement in force allows."""
        if self.state is not State.IN_FORCE:
            raise not_now("acted under", self.state)

    def _moved(self, to: State, of: State) -> "Agreement":
        if self.state is not of:
            raise not_now(f"moved to {to.value}", self.state)
        return replace(self, state=to)


def not_now(what: str, state: State) -> ConflictError:
    """Return the refusal of what an agreement's state does not allow."""
    return ConflictError(
        "agreement.not_now",
        zh=f"协议处于“{STATES[state][0]}”状态,不能进行此操作。",
        en=f"An agreement that is {STATES[state][1]} cannot be {what}.",
        next_zh="请先查看协议的签署情况。",
        next_en="Look at who has signed it.",
        where={"state": state.value},
    )
