"""Saying which log-ins are one person's, declared once: some acts ask for another person."""

from pydantic import BaseModel, Field

from actions.access.refusals import refuse_system
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id
from actions.rights import Right
from actions.things import PERSON
from actions.things import people as known_people
from metering.errors import ConflictError
from storage.access import people
from storage.access.people import User


class PersonRecorded(BaseModel):
    """The person behind a log-in."""

    user_id: int
    person_id: int = Field(description="Shared by the log-ins of one person.")
    before: int | None = Field(description="A log-in of the person that it was taken for before.")


class SamePerson(Action[User, PersonRecorded]):
    """Say that a log-in is the same person's as another, or nobody else's.

    What must be confirmed by another person is refused to all log-ins of whoever made it.
    """

    about = About(
        code="user.person",
        on=PERSON,
        right=Right.ADMINISTER,
        path="/people/{on}/person",
        tag="people",
        zh="登记同一人的账号",
        en="Say whose log-in it is",
        done=("已登记。", "Recorded."),
        log_in_again=True,
    )

    same_as: Id | None = field(
        zh="与此账号为同一人",
        en="Same person as",
        hint=("不填即独立的一人", "Left open: a person of their own"),
        choices=known_people,
        default=None,
        examples=[3],
    )

    def check(self, on: User, at: Acting) -> None:
        """Refuse the system's account, and what is so already."""
        refuse_system(on.user_id)
        sharing = [one.user_id for one in people.users(at.connection) if _shares(one, on)]
        if self.same_as == on.user_id or (
            self.same_as in sharing if self.same_as is not None else not sharing
        ):
            raise ConflictError(
                "user.person_known",
                zh="登记内容与现状相同。",
                en="So it is already.",
                next_zh="请选择另一个账号,或不办理。",
                next_en="Choose another log-in, or leave it.",
                where={"field": "same_as", "value": self.same_as},
            )

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return the log-ins of the person, now and then."""
        before = self._logins(on, at)
        self.do(on, at)
        after = self._logins(people.one(at.connection, on.user_id), at)
        words = Words("同一人的账号", "Log-ins of the person")
        return [Effect("logins", words, plain(before), plain(after))]

    def do(self, on: User, at: Acting) -> PersonRecorded:
        """Record it."""
        before = next((one for one in people.users(at.connection) if _shares(one, on)), None)
        if self.same_as is None:
            person_id = people.new_person(at.connection)
        else:
            person_id = people.one(at.connection, self.same_as).person_id
        people.is_person(at.connection, on.user_id, person_id)
        at.told.update(person_id=person_id, before=on.person_id)
        same = before.user_id if before else None
        return PersonRecorded(user_id=on.user_id, person_id=person_id, before=same)

    def opposite(self, on: User, result: PersonRecorded) -> Opposite:
        """Say again what was so before."""
        return Opposite(SamePerson(same_as=result.before), on.user_id)

    @staticmethod
    def _logins(on: User, at: Acting) -> str:
        known = people.users(at.connection)
        return ", ".join(one.login for one in known if one.person_id == on.person_id)


def _shares(one: User, on: User) -> bool:
    return one.person_id == on.person_id and one.user_id != on.user_id
