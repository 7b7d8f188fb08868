"""Giving a grant, declared once: what somebody may see and do, and where."""

from collections import Counter
from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from actions.access.grant_words import SCOPES, Scope, words_of
from actions.access.refusals import refuse_ended
from actions.access.withdraw_grant import WithdrawGrant
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Id, Line
from actions.rights import Right
from actions.things import (
    PERSON,
    every_institution,
    every_line,
    every_region,
    every_role,
    every_union,
)
from metering.errors import InputError
from storage.access import grants
from storage.access.grants import GrantRow, NewGrant
from storage.access.people import User


class GrantGiven(BaseModel):
    """What somebody holds after a grant."""

    user_id: int
    grant_id: int = Field(description="By which it can be withdrawn.")
    grants: int = Field(description="How many grants the person has that hold, or will.")


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
    scope: Scope = field(zh="范围", en="Scope", names=SCOPES, examples=["region"])
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
        zh="机构",
        en="Institution",
        choices=every_institution,
        when=("scope", "institution"),
    )
    valid_from: Day | None = field(
        zh="起始日期", en="From", hint=("不填即今日", "Left open: today"), default=None
    )
    valid_to: Day | None = field(
        zh="终止日期",
        en="Until",
        hint=("当日起不再有效;不填即长期有效", "From that day it ends; left open: for good"),
        default=None,
    )

    def check(self, on: User, at: Acting) -> None:
        """Refuse an end before the beginning, and somebody whose log-in has ended."""
        refuse_ended(on)
        since = self.valid_from or grants.today(at.connection)
        if self.valid_to is not None and self.valid_to <= since:
            raise InputError(
                "user.grant_ends_first",
                zh="终止日期应晚于起始日期。",
                en="It ends after it begins.",
                next_zh="请核对两个日期。",
                next_en="Check both days.",
                where={"field": "valid_to", "value": self.valid_to.isoformat()},
            )

    def foresee(self, on: User, at: Acting) -> list[Effect]:
        """Return the grant that there would be beside those given before."""
        before = _in_force(at, [on.user_id])
        given = self.do(on, at)
        made = next(iter(grants.listed(at.connection, grant=given.grant_id)))
        count = Words("授权数", "Grants")
        return [
            Effect("grant", Words("新授权", "New grant"), None, words_of(made)),
            Effect("grants", count, plain(str(len(before))), plain(str(given.grants))),
        ]

    def do(self, on: User, at: Acting) -> GrantGiven:
        """Give it."""
        (made,) = grants.add(at.connection, [self._grant(on)])
        at.told["grant"] = made
        count = len(_in_force(at, [on.user_id]))
        return GrantGiven(user_id=on.user_id, grant_id=made, grants=count)

    @classmethod
    def do_many(cls, rows: Sequence[tuple[User, Self]], at: Acting) -> list[GrantGiven]:
        """Give them all in one statement."""
        made = grants.add(at.connection, [one._grant(on) for on, one in rows])
        counts = Counter(one.user_id for one in _in_force(at, list({on.user_id for on, _ in rows})))
        return [
            GrantGiven(user_id=on.user_id, grant_id=grant, grants=counts[on.user_id])
            for (on, _), grant in zip(rows, made, strict=True)
        ]

    def opposite(self, on: User, result: GrantGiven) -> Opposite:
        """Withdraw it from the day on which it began, or today."""
        return Opposite(WithdrawGrant(valid_to=None), result.grant_id)

    def _grant(self, on: User) -> NewGrant:
        return NewGrant(
            on.user_id,
            self.role,
            self.scope,
            region_id=self.region,
            department_line=self.department_line,
            institution_id=self.institution,
            union_id=self.union,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


def _in_force(at: Acting, users: list[int]) -> list[GrantRow]:
    """Return the grants that hold, or will."""
    return [one for one in grants.listed(at.connection, users) if not one.ended]
