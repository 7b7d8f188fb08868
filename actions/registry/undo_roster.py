"""Changes of the roster as objects, and taking one back, declared once."""

from typing import Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect, Thing
from actions.fields import Acting, Lang, Words, plain
from actions.kinds import Line
from actions.registry.institutions import institution_name
from actions.registry.roster_refusals import stands_on_it
from actions.registry.roster_words import KINDS, why_field
from actions.rights import Right
from compact.succession import Change
from storage.registry import roster
from storage.registry.roster_values import ChangeRow


def _name(one: ChangeRow, lang: Lang) -> str:
    return f"{KINDS[one.kind].say(lang)} {one.day} ({one.document_number})"


ROSTER_CHANGE: Final = Thing[ChangeRow](
    "roster_change",
    Words("名录变更", "change of the roster"),
    ChangeRow,
    find=lambda at, on: roster.one(at.connection, on),
    name=_name,
    page=lambda one: "/roster",
    covered="""%(on)s::integer IN (SELECT p.change_id FROM roster_part p
        WHERE p.predecessor_id IN (SELECT * FROM access.covers(%(right)s)))""",
    lock="SELECT FROM roster_change WHERE id = %s FOR NO KEY UPDATE",
    way=Words("打开名录变更", "open the changes of the roster"),
    way_from="/roster",
)


class ChangeTakenBack(BaseModel):
    """A change of the roster that holds no longer; it stays on record."""

    change_id: int
    movements: list[int] = Field(
        description="Proposals by which quota that went already goes back; another person approves."
    )


class UndoChange(Action[ChangeRow, ChangeTakenBack]):
    """Take a change of the roster back, as long as nothing else stands on it."""

    about = About(
        code="roster.undo",
        on=ROSTER_CHANGE,
        right=Right.REGISTER,
        path="/roster-changes/{on}/undo",
        tag="institutions",
        zh="撤回名录变更",
        en="Take a change of the roster back",
        done=("名录变更已撤回。", "The change is taken back."),
    )

    reason: Line = why_field()

    @classmethod
    def fits(cls, on: ChangeRow) -> bool:
        """Return whether it holds still."""
        return on.known_until is None and on.kind != Change.FOUND

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: ChangeRow, at: Acting) -> None:
        """Refuse where something else has come on top of it."""
        roster.lock(at.connection)
        if on.known_until is not None:
            raise stands_on_it(on, "已经撤回。", "it is taken back already.")
        if on.kind == Change.FOUND:
            why = "新设只能以撤销结束。", "what was founded ends by closing it."
            raise stands_on_it(on, *why)
        for one in roster.standings(at.connection, on.institutions, on.day):
            if one.later_by not in (None, on.change_id):
                why = f"变更 {one.later_by} 在其后。", f"change {one.later_by} came after it."
                raise stands_on_it(on, *why)
        terms = roster.terms(at.connection, on.institutions, on.day)
        held = {(one.institution_id, one.channel_id): one.share for one in terms}
        _, after = roster.said_by(at.connection, on.change_id)
        if any(held.get((who, channel)) != share for who, channel, _, share in after.terms):
            why = "台账份额后来又有变动。", "shares of accounts have changed since."
            raise stands_on_it(on, *why)
        for who, name, value in after.facts:
            if roster.facts(at.connection, who, [name], on.day).get(name) != value:
                raise stands_on_it(on, "登记后来又有变动。", "it is registered otherwise since.")

    def foresee(self, on: ChangeRow, at: Acting) -> list[Effect]:
        """Return who is as before."""
        names = [institution_name(at, who) or plain(str(who)) for who in on.predecessors]
        back = Words(f"恢复为 {on.day} 之前的登记", f"as registered before {on.day}")
        effects = [Effect("institution", name, None, back) for name in names]
        if goes_back := self.do(on, at).movements:
            many = Words(f"{len(goes_back)} 项,待另一人批准", f"{len(goes_back)}, to be approved")
            what = Words("已划转的指标划回", "Quota that went is proposed back")
            effects.append(Effect("quota", what, None, many, warns=True))
        return effects

    def do(self, on: ChangeRow, at: Acting) -> ChangeTakenBack:
        """Let hold what held before."""
        before, _ = roster.said_by(at.connection, on.change_id)
        roster.retire(at.connection, on.change_id)
        source = f"{on.document_number} (roster change {on.change_id}, taken back)"
        roster.state(at.connection, before, on.day, source, at.actor)
        roster.rejoin(at.connection, before, on.day, at.actor)
        back = roster.hand_back(at.connection, on.change_id, self.reason)
        return ChangeTakenBack(change_id=on.change_id, movements=back)
