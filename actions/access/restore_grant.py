"""Letting a grant hold again that was withdrawn, declared once."""

from pydantic import BaseModel

from actions.access.grant_words import words_of
from actions.access.things import GRANT
from actions.access.withdraw_grant import WithdrawGrant
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage.access import grants
from storage.access.grants import GrantRow


class GrantRestored(BaseModel):
    """A grant that holds again."""

    grant_id: int
    user_id: int


class RestoreGrant(Action[GrantRow, GrantRestored]):
    """Let a withdrawn grant hold again, as if it had not been withdrawn; both stay on record."""

    about = About(
        code="grant.restore",
        on=GRANT,
        right=Right.ADMINISTER,
        path="/grants/{on}/restore",
        tag="people",
        zh="恢复授权",
        en="Restore a grant",
        done=("授权已恢复。", "The grant holds again."),
    )

    valid_to: Day | None = field(
        zh="终止日期",
        en="Until",
        hint=("当日起不再有效;不填即长期有效", "From that day it ends; left open: for good"),
        default=None,
        examples=["2027-01-01"],
    )

    @classmethod
    def fits(cls, on: GrantRow) -> bool:
        """Return whether it ends, or has."""
        return on.valid_to is not None

    def check(self, on: GrantRow, at: Acting) -> None:
        """Refuse one that has no end, and an end before the one it has."""
        if on.valid_to is None:
            raise ConflictError(
                "grant.not_withdrawn",
                zh="此授权并未收回。",
                en="This grant has not been withdrawn.",
                next_zh="无需恢复。",
                next_en="There is nothing to restore.",
                where={"grant_id": on.grant_id},
            )
        if self.valid_to is not None and self.valid_to <= on.valid_to:
            raise InputError(
                "grant.not_longer",
                zh=f"终止日期应晚于 {on.valid_to}。",
                en=f"Its end comes after {on.valid_to}.",
                next_zh="请另选日期;需提前终止请用“收回授权”。",
                next_en="Choose another day; withdraw it to end it sooner.",
                where={"field": "valid_to", "value": self.valid_to.isoformat()},
            )

    def foresee(self, on: GrantRow, at: Acting) -> list[Effect]:
        """Return the grant with the day on which it would end."""
        before = plain(str(on.valid_to))
        after = plain(str(self.valid_to)) if self.valid_to else Words("长期", "for good")
        return [
            Effect("grant", Words("授权", "Grant"), None, words_of(on)),
            Effect("valid_to", Words("终止日期", "Ends on"), before, after),
        ]

    def do(self, on: GrantRow, at: Acting) -> GrantRestored:
        """Restore it."""
        grants.end(at.connection, on.grant_id, self.valid_to)
        at.told["before"] = str(on.valid_to)
        return GrantRestored(grant_id=on.grant_id, user_id=on.user_id)

    def opposite(self, on: GrantRow, result: GrantRestored) -> Opposite:
        """Withdraw it today, or on the day on which it was to end."""
        ends = on.valid_to if on.valid_to is not None and not on.ended else None
        return Opposite(WithdrawGrant(valid_to=ends), on.grant_id)
