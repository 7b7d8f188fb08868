"""Withdrawing a grant, declared once: from a day on it lets nobody see or do anything."""

from datetime import date

from pydantic import BaseModel

from actions.access.grant_words import words_of
from actions.access.things import GRANT
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage.access import grants
from storage.access.grants import GrantRow


class GrantWithdrawn(BaseModel):
    """When a grant ends now; before: when it would have ended."""

    grant_id: int
    user_id: int
    valid_to: date
    before: date | None


class WithdrawGrant(Action[GrantRow, GrantWithdrawn]):
    """Let a grant end on a day; what was seen and done under it stays on record."""

    about = About(
        code="grant.withdraw",
        on=GRANT,
        right=Right.ADMINISTER,
        path="/grants/{on}/withdraw",
        tag="people",
        zh="收回授权",
        en="Withdraw a grant",
        done=("授权已收回。", "The grant has been withdrawn."),
    )

    valid_to: Day | None = field(
        zh="终止日期",
        en="From when it no longer holds",
        hint=(
            "不填即今日;尚未生效的授权即其起始日",
            "Left open: today, or the day on which it would begin",
        ),
        default=None,
        examples=["2026-07-01"],
    )

    @classmethod
    def fits(cls, on: GrantRow) -> bool:
        """Return whether it has not ended yet."""
        return not on.ended

    def check(self, on: GrantRow, at: Acting) -> None:
        """Refuse one that ends sooner anyway, a day in the past, and the last administrator's."""
        ends = self._ends(on, at)
        if on.valid_to is not None and on.valid_to <= ends:
            raise ConflictError(
                "grant.ended",
                zh=f"此授权已于 {on.valid_to} 终止。",
                en=f"This grant ends on {on.valid_to} already.",
                next_zh="无需收回。",
                next_en="There is nothing to withdraw.",
                where={"grant_id": on.grant_id},
            )
        least = max(on.valid_from, grants.today(at.connection))
        if ends < least:
            raise _too_early(ends, least)
        if _administers(on) and not grants.other_administrators(at.connection, on.grant_id):
            raise ConflictError(
                "grant.last_administrator",
                zh="这是最后一位系统管理员的授权,不能收回。",
                en="This is the last administrator's grant; it stays.",
                next_zh="请先为另一人授予系统管理员角色。",
                next_en="Make somebody else an administrator of everything first.",
                where={"grant_id": on.grant_id},
            )

    def foresee(self, on: GrantRow, at: Acting) -> list[Effect]:
        """Return the grant with the day on which it ends."""
        before = plain(str(on.valid_to)) if on.valid_to else Words("长期", "for good")
        ends = Words("终止日期", "Ends on")
        return [
            Effect("grant", Words("授权", "Grant"), words_of(on), words_of(on)),
            Effect("valid_to", ends, before, plain(str(self._ends(on, at)))),
        ]

    def do(self, on: GrantRow, at: Acting) -> GrantWithdrawn:
        """Withdraw it."""
        ends = self._ends(on, at)
        grants.end(at.connection, on.grant_id, ends)
        at.told["ends"] = ends.isoformat()
        return GrantWithdrawn(
            grant_id=on.grant_id, user_id=on.user_id, valid_to=ends, before=on.valid_to
        )

    def opposite(self, on: GrantRow, result: GrantWithdrawn) -> Opposite:
        """Let it hold for as long as before."""
        from actions.access.restore_grant import RestoreGrant

        return Opposite(RestoreGrant(valid_to=result.before), on.grant_id)

    def _ends(self, on: GrantRow, at: Acting) -> date:
        """Return the day on which it ends: one that never began ends as it would begin."""
        day: date = self.valid_to or max(grants.today(at.connection), on.valid_from)
        return day


def _administers(on: GrantRow) -> bool:
    return on.role == "administrator" and on.scope == "all" and on.holds


def _too_early(day: date, least: date) -> InputError:
    return InputError(
        "grant.too_early",
        zh=f"终止日期不能早于 {least}。",
        en=f"It cannot end before {least}.",
        next_zh="已经看过、办过的无法收回,请另选日期。",
        next_en="What was seen and done cannot be withdrawn; choose another day.",
        where={"field": "valid_to", "value": day.isoformat()},
    )
