"""Ending somebody's log-in and resuming it, declared once each: each takes the other back."""

from pydantic import BaseModel

from actions.access.refusals import own_account, refuse_ended, refuse_system
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, plain
from actions.rights import Right
from actions.things import PERSON
from metering.errors import ConflictError
from storage.access import grants, people
from storage.access.people import User


class UserEnded(BaseModel):
    """Whether somebody may log in now."""

    user_id: int
    may_log_in: bool


class EndUser(Action[User, UserEnded]):
    """Let somebody log in no more, at once; what they did stays on record."""

    about = About(
        code="user.end",
        on=PERSON,
        right=Right.ADMINISTER,
        path="/people/{on}/end",
        tag="people",
        zh="停用账号",
        en="End a log-in",
        done=("账号已停用。", "The log-in has ended."),
    )

    @classmethod
    def fits(cls, on: User) -> bool:
        """Return whether the person may log in."""
        return on.ended_at is None and on.user_id != 1

    def check(self, on: User, at: Acting) -> None:
        """Refuse one's own account and the system's, for somebody must be left."""
        refuse_system(on.user_id)
        refuse_ended(on)
        if at.actor == f"user:{on.user_id}":
            raise own_account(on.user_id)

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return what ends with it."""
        held = [one for one in grants.listed(at.connection, [on.user_id]) if one.holds]
        rested = Words("{n} 项,不再起作用", "{n}, which rest")
        resting = Words(rested.say("zh", n=len(held)), rested.say("en", n=len(held)))
        return [
            Effect("user", Words("账号", "Log-in"), _ACTIVE, _ENDED),
            Effect("grants", Words("授权", "Grants"), plain(str(len(held))), resting),
        ]

    def do(self, on: User, at: Acting) -> UserEnded:
        """End it, with all sessions."""
        people.end_user(at.connection, on.user_id)
        people.close_sessions_of(at.connection, on.user_id)
        return UserEnded(user_id=on.user_id, may_log_in=False)

    def opposite(self, on: User, result: UserEnded) -> Opposite:
        """Resume it."""
        return Opposite(ResumeUser(), on.user_id)


class ResumeUser(Action[User, UserEnded]):
    """Let somebody whose log-in has ended use it again, with the password and grants of then."""

    about = About(
        code="user.resume",
        on=PERSON,
        right=Right.ADMINISTER,
        path="/people/{on}/resume",
        tag="people",
        zh="恢复账号",
        en="Resume a log-in",
        done=("账号已恢复。", "The log-in works again."),
    )

    @classmethod
    def fits(cls, on: User) -> bool:
        """Return whether the log-in has ended."""
        return on.ended_at is not None

    def check(self, on: User, at: Acting) -> None:
        """Refuse one that never ended."""
        if on.ended_at is None:
            raise ConflictError(
                "user.not_ended",
                zh=f"账号“{on.login}”并未停用。",
                en=f"The log-in “{on.login}” has not ended.",
                next_zh="无需恢复。",
                next_en="There is nothing to resume.",
                where={"user_id": on.user_id},
            )

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return what begins to count again."""
        held = [one for one in grants.listed(at.connection, [on.user_id]) if one.holds]
        return [
            Effect("user", Words("账号", "Log-in"), _ENDED, _ACTIVE),
            Effect("grants", Words("授权", "Grants"), None, plain(str(len(held)))),
        ]

    def do(self, on: User, at: Acting) -> UserEnded:
        """Resume it."""
        people.resume_user(at.connection, on.user_id)
        return UserEnded(user_id=on.user_id, may_log_in=True)

    def opposite(self, on: User, result: UserEnded) -> Opposite:
        """End it again."""
        return Opposite(EndUser(), on.user_id)


_ACTIVE = Words("可以登录", "may log in")
_ENDED = Words("已停用,所有登录立即退出", "ended; all sessions are closed at once")
