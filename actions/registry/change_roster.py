"""What changes of the roster have alike: how they are declared, done and taken back."""

from pydantic import BaseModel, Field

from actions.declared import BY_MISTAKE, About, Effect, Opposite
from actions.fields import Acting
from actions.registry.roster_plans import Plan, effects
from actions.registry.things import INSTITUTION
from actions.registry.undo_roster import UndoChange
from actions.rights import Right
from storage.registry import roster
from storage.registry.institutions import Institution


class RosterChanged(BaseModel):
    """A change of the roster as it is recorded."""

    change_id: int
    kind: str
    day: str
    institutions: list[int] = Field(description="All that it names.")
    movements: list[int] = Field(
        description="Proposals by which quota goes to the successors; another person approves each."
    )


def about_change(code: str, path: str, zh: str, en: str, *, by_file: bool = False) -> About:
    return About(
        code=f"institution.{code}",
        on=INSTITUTION,
        right=Right.REGISTER,
        path=f"/institutions/{{on}}/{path}",
        tag="institutions",
        zh=zh,
        en=en,
        done=("名录变更已登记。", "The change of the roster is recorded."),
        by_file=by_file,  # several institutions at once are no row of a file
    )


class ChangesRoster:
    """What all changes of the roster do alike: each has a plan, which refuses what it must."""

    def _plan(self, on: Institution, at: Acting) -> Plan:
        raise NotImplementedError

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what contradicts the roster, or itself."""
        self._plan(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what becomes of history, base, quota and open matters."""
        return effects(at, self._plan(on, at))

    def do(self, on: Institution, at: Acting) -> RosterChanged:
        """Record it."""
        return _done(at, self._plan(on, at))

    def opposite(self, on: Institution, result: RosterChanged) -> Opposite:
        """Take it back."""
        return Opposite(UndoChange(reason=BY_MISTAKE.both), result.change_id)


def _done(at: Acting, plan: Plan) -> RosterChanged:
    made = roster.record(at.connection, plan.change, (plan.before, plan.after), at.actor)
    proposed = roster.hand_over(at.connection, made)
    at.told.update(change=made, whom=plan.whom, movements=proposed)
    return RosterChanged(
        change_id=made,
        kind=plan.change.kind,
        day=f"{plan.change.day}",
        institutions=plan.whom,
        movements=proposed,
    )
