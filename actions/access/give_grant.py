"""Giving a grant, declared once: what somebody may see and do, and where."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, options_of, plain
from actions.kinds import Day, Id, Line
from actions.rights import Right
from actions.things import PERSON, every_line, every_region, every_role, every_union
from metering.errors import InputError
from storage.access import people
from storage.access.people import Grant, User
from storage.registry import institutions


class Scope(StrEnum):
    """Where somebody may do it."""

    ALL = "all"
    REGION = "region"
    DEPARTMENT_LINE = "department_line"
    UNION = "union"
    INSTITUTION = "institution"


_SCOPES: Final = {
    "all": Words("全部", "Everything"),
    "region": Words("行政区划及其下级", "A region and those below it"),
    "department_line": Words("主管系统", "A department line"),
    "union": Words("区域联合体", "A union"),
    "institution": Words("一家机构", "One institution"),
}


class GrantGiven(BaseModel):
    """What somebody holds after a grant."""

    user_id: int
    grants: int = Field(description="How many grants the person has been given, ended ones too.")


class GiveGrant(Action[User, GrantGiven]):
    """Let somebody see and do more, from a day on."""

    about = About(
        code="user.grant",
        on=PERSON,
        right=Right.ADMINISTER,
        path="/people/{on}/grants",
        tag="people",
        zh="增加授权",
        en="Give a grant",
        done=("已授权。", "The grant has been given."),
    )

    role: Line = field(zh="角色", en="Role", choices=every_role, examples=["officer"])
    scope: Scope = field(zh="范围", en="Scope", names=_SCOPES, examples=["region"])
    region: Id | None = field(
        zh="行政区划", en="Region", choices=every_region, when=("scope", "region"), examples=[3]
    )
    department_line: Line | None = field(
        zh="主管系统",
        en="Department line",
        choices=every_line,
        when=("scope", "department_line"),
    )
    union: Id | None = field(
        zh="区域联合体", en="Union", choices=every_union, when=("scope", "union")
    )
    institution: Id | None = field(
        zh="机构编号",
        en="Institution id",
        hint=("机构页面地址末尾的数字", "The number at the end of its page's address"),
        when=("scope", "institution"),
    )
    valid_from: Day | None = field(
        zh="起始日期", en="From", hint=("不填即今日", "Left open: today"), default=None
    )

    def check(self, on: User, at: Acting) -> None:
        """Refuse an institution that there is not."""
        if self.institution and not institutions.one(at.connection, self.institution):
            raise InputError(
                "user.no_such_institution",
                zh=f"没有编号为 {self.institution} 的机构。",
                en=f"There is no institution {self.institution}.",
                next_zh="请核对编号。",
                next_en="Check the number.",
                where={"field": "institution", "value": self.institution},
            )

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return the grant that there would be beside those given before."""
        now = len(people.grants(at.connection, f"user:{on.user_id}"))
        count = Words("授权数", "Grants")
        return [
            Effect("grant", Words("新授权", "New grant"), None, self._words(at)),
            Effect("grants", count, plain(str(now)), plain(str(now + 1))),
        ]

    def do(self, on: User, at: Acting) -> GrantGiven:
        """Give it."""
        people.add_grants(at.connection, on.user_id, [self._grant()])
        given = people.grants(at.connection, f"user:{on.user_id}")
        return GrantGiven(user_id=on.user_id, grants=len(given))

    @classmethod
    def do_many(cls, rows: Sequence[tuple[User, Self]], at: Acting) -> None:
        """Give them all in one statement."""
        people.add_grants_of_many(at.connection, [(on.user_id, one._grant()) for on, one in rows])

    def _grant(self) -> Grant:
        return Grant(
            self.role,
            self.scope,
            region_id=self.region,
            department_line=self.department_line,
            institution_id=self.institution,
            union_id=self.union,
            valid_from=self.valid_from,
        )

    def _words(self, at: Acting) -> Words:
        """Return role and scope, with what the scope names."""
        parts = [self._chosen("role", self.role, at), _SCOPES[self.scope]]
        named = {
            "region": self.region,
            "department_line": self.department_line,
            "union": self.union,
        }
        parts += [self._chosen(name, str(of), at) for name, of in named.items() if of is not None]
        if self.institution:
            parts.append(plain(str(self.institution)))
        return Words(" · ".join(one.zh for one in parts), " · ".join(one.en for one in parts))

    def _chosen(self, name: str, value: str, at: Acting) -> Words:
        options = options_of(type(self).model_fields[name], at)
        return next((one.words for one in options if one.value == value), plain(value))
