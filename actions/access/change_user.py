"""Changing what somebody is called and in which language, declared once."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from actions.access.add_user import LANGUAGES, Language
from actions.access.refusals import refuse_ended, refuse_system
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.rights import Right
from actions.things import PERSON
from metering.errors import ConflictError
from storage.access import people
from storage.access.people import User


class UserChanged(BaseModel):
    """What somebody is called now."""

    user_id: int
    name: str
    language: str


class ChangeUser(Action[User, UserChanged]):
    """Change somebody's name and language; the login stays, for the audit trail names it."""

    about = About(
        code="user.change",
        on=PERSON,
        right=Right.ADMINISTER,
        path="/people/{on}/change",
        tag="people",
        zh="更改姓名和语言",
        en="Change name and language",
        done=("已更改。", "Changed."),
    )

    name: Line = field(zh="姓名", en="Name", examples=["张伟"])
    language: Language = field(zh="语言", en="Language", names=LANGUAGES, examples=["zh"])

    @classmethod
    def fits(cls, on: User) -> bool:
        """Return whether the person may log in."""
        return on.ended_at is None and on.user_id != 1

    @classmethod
    def given(cls, on: User, at: Acting) -> Mapping[str, Any]:
        """Return what the person is called now."""
        return {"name": on.name, "language": on.lang}

    def check(self, on: User, at: Acting) -> None:
        """Refuse the system's account, an ended one, and a change of nothing."""
        refuse_system(on.user_id)
        refuse_ended(on)
        if (on.name, on.lang) == (self.name, self.language):
            raise ConflictError(
                "user.unchanged",
                zh="姓名和语言均无变化。",
                en="Neither name nor language would change.",
                next_zh="无需办理。",
                next_en="There is nothing to do.",
                where={"field": "name", "value": self.name},
            )

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return name and language, now and then."""
        before, after = LANGUAGES[on.lang], LANGUAGES[self.language]
        return [
            Effect("name", Words("姓名", "Name"), plain(on.name), plain(self.name)),
            Effect("language", Words("语言", "Language"), before, after),
        ]

    def do(self, on: User, at: Acting) -> UserChanged:
        """Change it."""
        people.change_user(at.connection, on.user_id, self.name, self.language)
        at.told["before"] = {"name": on.name, "language": on.lang}
        return UserChanged(user_id=on.user_id, name=self.name, language=self.language)

    def opposite(self, on: User, result: UserChanged) -> Opposite:
        """Call the person as before."""
        return Opposite(ChangeUser(name=on.name, language=on.lang), on.user_id)
