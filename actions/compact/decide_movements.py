"""What is done about a movement: another person approves or refuses it, the giver takes it back."""

from collections.abc import Collection
from datetime import UTC, datetime

from actions.actor import SYSTEM
from actions.compact.account_acts import reason_field
from actions.compact.book_words import MOVEMENT_STATES
from actions.compact.movement_things import MOVEMENT, MovementStands, kind_words
from actions.compact.target_words import amount_words
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words
from actions.figures import kilograms
from actions.kinds import Line
from actions.rights import Right
from compact.books import Kind
from compact.movements import Deed, State, follow
from storage import tasks
from storage.compact import movements
from storage.compact.movements import MovementRow


class ApproveMovement(Action[MovementRow, MovementStands]):
    """Approve what another person has proposed.

    A transfer then waits, and enters the books by itself; all else enters them at once.
    """

    about = About(
        code="movement.approve",
        on=MOVEMENT,
        right=Right.PLAN,
        path="/movements/{on}/approval",
        tag="books",
        zh="批准指标变动",
        en="Approve the movement",
        done=("已批准。", "Approved."),
        second_person=True,
        log_in_again=True,
    )

    @classmethod
    def fits(cls, on: MovementRow) -> bool:
        """Return whether it waits for another person."""
        return on.second_person and on.state == State.PROPOSED

    @classmethod
    def made_by(cls, on: MovementRow, at: Acting) -> Collection[str]:
        """Return who proposed it; the operator's account is nobody in particular."""
        return [on.made_by, SYSTEM]

    def check(self, on: MovementRow, at: Acting) -> None:
        """Refuse where nothing waits for an approval."""
        follow(Kind(on.kind), State(on.state), Deed.APPROVE)

    def foresee(self, on: MovementRow, at: Acting) -> list[Effect]:
        """Return what would move and when."""
        found = self.do(on, at)
        states = MOVEMENT_STATES[on.state], MOVEMENT_STATES[found.state]
        return [*_what(on), Effect("state", Words("状态", "State"), *states)]

    def do(self, on: MovementRow, at: Acting) -> MovementStands:
        """Approve it, and do it where nothing is to be waited for."""
        at.told.update(proposed_by=on.made_by, moved=kilograms(on.amount_g))
        due = movements.say(at.connection, on.movement_id, Deed.APPROVE, at.actor)
        assert due is not None
        state = State.WAITING
        if on.kind != Kind.TRANSFER or due <= datetime.now(UTC):
            movements.say(at.connection, on.movement_id, Deed.DO, at.actor)
            state = State.DONE
        else:
            tasks.add(at.connection, movements.DUE, str(on.movement_id), due)
        return MovementStands(movement_id=on.movement_id, state=state.value)


class RefuseMovement(Action[MovementRow, MovementStands]):
    """Refuse what another person has proposed, with a reason; nothing enters the books."""

    about = About(
        code="movement.refuse",
        on=MOVEMENT,
        right=Right.PLAN,
        path="/movements/{on}/refusal",
        tag="books",
        zh="不批准指标变动",
        en="Refuse the movement",
        done=("未批准,理由已告知。", "Refused; its page says why."),
    )

    reason: Line = reason_field("the evidence does not show the new beds")

    @classmethod
    def fits(cls, on: MovementRow) -> bool:
        """Return whether it waits for another person."""
        return ApproveMovement.fits(on)

    def check(self, on: MovementRow, at: Acting) -> None:
        """Refuse where nothing waits for an answer."""
        follow(Kind(on.kind), State(on.state), Deed.REFUSE)

    def foresee(self, on: MovementRow, at: Acting) -> list[Effect]:
        """Return what ends."""
        return _ends(on, State.REFUSED)

    def do(self, on: MovementRow, at: Acting) -> MovementStands:
        """Refuse it."""
        movements.say(at.connection, on.movement_id, Deed.REFUSE, at.actor, self.reason)
        return MovementStands(movement_id=on.movement_id, state=State.REFUSED.value)


class CancelMovement(Action[MovementRow, MovementStands]):
    """Take a movement back while it is not done: proposed, or approved and waiting."""

    about = About(
        code="movement.cancel",
        on=MOVEMENT,
        right=Right.KEEP_ACCOUNTS,
        path="/movements/{on}/cancellation",
        tag="books",
        zh="撤回指标变动",
        en="Take the movement back",
        done=("已撤回。", "It is taken back."),
    )

    reason: Line = reason_field("the taker needs it no more")

    @classmethod
    def fits(cls, on: MovementRow) -> bool:
        """Return whether it can be taken back."""
        return on.state in (State.PROPOSED, State.WAITING)

    def check(self, on: MovementRow, at: Acting) -> None:
        """Refuse what is done or has ended."""
        follow(Kind(on.kind), State(on.state), Deed.CANCEL)

    def foresee(self, on: MovementRow, at: Acting) -> list[Effect]:
        """Return what ends."""
        return _ends(on, State.CANCELLED)

    def do(self, on: MovementRow, at: Acting) -> MovementStands:
        """Take it back."""
        movements.say(at.connection, on.movement_id, Deed.CANCEL, at.actor, self.reason)
        return MovementStands(movement_id=on.movement_id, state=State.CANCELLED.value)


def _what(on: MovementRow) -> list[Effect]:
    return [
        Effect("kind", Words("变动", "Movement"), None, kind_words(on)),
        Effect("amount", Words("数额", "Amount"), None, amount_words(on.amount_g, on.indicator)),
    ]


def _ends(on: MovementRow, state: State) -> list[Effect]:
    states = MOVEMENT_STATES[on.state], MOVEMENT_STATES[state.value]
    return [*_what(on), Effect("state", Words("状态", "State"), *states)]
