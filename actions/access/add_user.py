"""Adding somebody who may log in, declared once: with a first password that is shown once."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field

from actions.access.passwords import kept
from actions.access.refusals import check_login, login_taken
from actions.actor import denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, once, plain
from actions.kinds import Id, Line
from actions.rights import Right
from actions.things import people as known_people
from storage.access import people


class Language(StrEnum):
    """In which language somebody is written to."""

    ZH = "zh"
    EN = "en"


LANGUAGES: Final = {"zh": plain("中文"), "en": plain("English")}


class UserAdded(BaseModel):
    """Somebody who may log in, and sees nothing until a grant is given."""

    user_id: int
    login: str
    person_id: int = Field(description="Shared by the log-ins of one person.")
    password: str | None = once(zh="初始密码", en="First password")


class AddUser(Action[None, UserAdded]):
    """Add somebody who may log in; a password is made, and shown once."""

    about = About(
        code="user.add",
        right=Right.ADMINISTER,
        path="/people",
        tag="people",
        zh="新增用户",
        en="Add a person",
        done=(
            "用户已新增;授权之前看不到任何数据。",
            "Added; until a grant is given, nothing is seen.",
        ),
        by_file=False,  # each first password is handed over in person
    )

    login: Line = field(
        zh="用户名",
        en="Login",
        hint=("字母、数字及 . - _", "Letters, digits and . - _"),
        examples=["zhang.wei"],
    )
    name: Line = field(zh="姓名", en="Name", examples=["张伟"])
    language: Language = field(zh="语言", en="Language", names=LANGUAGES, default=Language.ZH)
    same_as: Id | None = field(
        zh="同一人的已有账号",
        en="Same person as",
        hint=(
            "一人持有多个账号时填写;须由另一人办理的事项,换账号也不能自己确认",
            "Of somebody who has a log-in already: what asks for another person asks across both",
        ),
        choices=known_people,
        default=None,
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse who does not administer everything, a login that is taken or badly written."""
        check_login(self.login)
        if not people.administers(at.connection):
            raise denied(self.about.code)
        if people.is_taken(at.connection, self.login):
            raise login_taken(self.login)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the log-in that there would be."""
        name = plain(f"{self.name} ({self.login})")
        return [
            Effect("user", Words("新用户", "New person"), None, name),
            Effect("password", Words("初始密码", "First password"), None, _SHOWN_ONCE),
        ]

    def do(self, on: None, at: Acting) -> UserAdded:
        """Add it; of the password only the hash is kept."""
        hashed, password = kept(at, self.login)
        user_id = people.add_user(at.connection, self.login, self.name, hashed, self.language)
        if self.same_as is not None:
            person_id = people.one(at.connection, self.same_as).person_id
            people.is_person(at.connection, user_id, person_id)
        at.told["user_id"] = user_id
        return UserAdded(
            user_id=user_id,
            login=self.login,
            person_id=people.one(at.connection, user_id).person_id,
            password=password,
        )

    @classmethod
    def where_to(cls, on: None, result: UserAdded) -> str:
        """Return the page of the new person, where a grant is given next."""
        return f"/people/{result.user_id}"


_SHOWN_ONCE: Final = Words("自动生成,只显示一次", "Made, and shown once")
