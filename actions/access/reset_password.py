"""Giving somebody a new password, declared once: made, shown once, and kept nowhere."""

from pydantic import BaseModel

from actions.access.passwords import kept
from actions.access.refusals import refuse_ended, refuse_system
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, once
from actions.rights import Right
from actions.things import PERSON
from storage.access import people
from storage.access.people import User


class PasswordReset(BaseModel):
    """Whose password was made anew."""

    user_id: int
    login: str
    password: str | None = once(zh="新密码", en="New password")


class ResetPassword(Action[User, PasswordReset]):
    """Make somebody's password anew where it was lost; all their sessions end."""

    about = About(
        code="user.password",
        on=PERSON,
        right=Right.ADMINISTER,
        path="/people/{on}/password",
        tag="people",
        zh="重置密码",
        en="Reset a password",
        done=("密码已重置。", "The password has been reset."),
        log_in_again=True,
        by_file=False,  # each is handed over in person
    )

    @classmethod
    def fits(cls, on: User) -> bool:
        """Return whether the person may log in."""
        return on.ended_at is None and on.user_id != 1

    def check(self, on: User, at: Acting) -> None:
        """Refuse the system's account and ended ones."""
        refuse_system(on.user_id)
        refuse_ended(on)

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return what ends with the old one."""
        made = Words("自动生成,只显示一次", "Made, and shown once")
        ends = Words("全部退出", "All end")
        return [
            Effect("password", Words("密码", "Password"), None, made),
            Effect("sessions", Words("正在登录的浏览器", "Sessions"), None, ends),
        ]

    def do(self, on: User, at: Acting) -> PasswordReset:
        """Make it; only its hash is kept."""
        hashed, password = kept(at, on.login)
        people.set_password(at.connection, on.user_id, hashed)
        people.close_sessions_of(at.connection, on.user_id)
        return PasswordReset(user_id=on.user_id, login=on.login, password=password)
