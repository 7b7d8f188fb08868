"""Dividing a channel among institutions by area or persons, declared once."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Day, Id, Line, Row
from actions.registry.formula_checks import BY, check_counts, check_inputs, count
from actions.registry.institutions import institution_name
from actions.rights import Right
from actions.things import CHANNEL, every_institution
from metering.errors import InputError
from storage.registry import formulas
from storage.registry.meters import Channel

_WHAT: Final = Words("分摊机构", "Divided among")
_CODE: Final = "{meter}/{by}"


class By(StrEnum):
    """By which size institutions divide a channel."""

    AREA = "area_m2"
    PERSONS = "persons"


class Member(Row):
    """An institution that takes a part."""

    institution: Id = field(zh="机构", en="Institution", choices=every_institution, examples=[1])


class ChannelSplit(BaseModel):
    """The virtual channels that take the parts, in the order of the institutions."""

    channel_ids: list[int]
    valid_from: str


class SplitChannel(Action[Channel, ChannelSplit]):
    """Divide a channel among institutions by floor area or persons, from a day on.

    Each gets a virtual channel of its own; together they are the channel's use to the quantum. The
    sizes are those of each day, so parts are computed anew when a size changes.
    """

    about = About(
        code="formula.split",
        on=CHANNEL,
        right=Right.REGISTER,
        path="/channels/{on}/split",
        tag="meters and channels",
        zh="按面积或人数分摊",
        en="Divide by area or persons",
        done=("分摊已登记,用量正在计算。", "Stated; the parts are being computed."),
    )

    by: By = field(zh="分摊依据", en="By", names=BY, examples=["area_m2"])
    members: Annotated[list[Member], Field(min_length=1, max_length=50)] = field(
        zh="分摊机构",
        en="Institutions",
        examples=[[{"institution": 1}, {"institution": 2}]],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    counts: bool = field(zh="计入各机构台账", en="The parts count in their accounts", default=False)
    source: Line = field(
        zh="依据", en="Source", hint=("如共用协议编号", "Such as the agreement's number"),
        examples=["Agreement 7"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse one said twice, one without a size on that day, and what would count twice."""
        ids = self._ids
        if twice := {one for one in ids if ids.count(one) > 1}:
            raise _wrong(at, min(twice), "出现两次", "is said twice")
        for one in formulas.without_size(at.connection, ids, self.by, self.valid_from):
            by = BY[self.by]
            day = self.valid_from.isoformat()
            raise _wrong(at, one, f"{day} 没有登记{by.zh}", f"states no {by.en} on {day}")
        check_inputs(at, on.carrier, [on.channel_id], "members")
        if self.counts:
            check_counts(at, [on.channel_id], self.valid_from, "counts")

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return who would divide it, and by what."""
        self.do(on, at)
        names = [institution_name(at, one) or Words(str(one), str(one)) for one in self._ids]
        after = Words(
            f"{'、'.join(one.zh for one in names)};按{BY[self.by].zh}",
            f"{', '.join(one.en for one in names)}; by {BY[self.by].en}",
        )
        return [Effect("split", _WHAT, None, after)]

    def do(self, on: Channel, at: Acting) -> ChannelSplit:
        """State it for all; whoever divided it before and is not named takes no part any more."""
        made = [self._part(on, one, at) for one in self._ids]
        formulas.end_others(
            at.connection, on.channel_id, made, self.valid_from, self.source, at.actor
        )
        return ChannelSplit(channel_ids=made, valid_from=self.valid_from.isoformat())

    def _part(self, on: Channel, institution: int, at: Acting) -> int:
        """State the part of one institution, and return its channel."""
        by = BY[self.by]
        names = f"{on.meter} 按{by.zh}分摊", f"{on.meter} by {by.en}"
        code = _CODE.format(meter=on.meter or on.meter_id, by=self.by.value)
        channel = formulas.make(
            at.connection, institution, code, names, on.carrier, on.zone, self.valid_from
        )
        if channel is None:
            raise _wrong(
                at, institution, "不在您的登记权限内", "is none for which you may register"
            )
        formulas.state(
            at.connection, channel, [on.channel_id], [1], (self.by.value, self._ids),
            self.valid_from, self.source, at.actor,
        )  # fmt: skip
        if self.counts:
            count(at, institution, channel, on.carrier, self.valid_from, self.source)
        return channel

    @property
    def _ids(self) -> list[int]:
        return [one.institution for one in self.members]


def _wrong(at: Acting, institution: int, zh: str, en: str) -> InputError:
    name = institution_name(at, institution) or Words(str(institution), str(institution))
    return InputError(
        "formula.member",
        zh=f"{name.zh} {zh}。",
        en=f"{name.en} {en}.",
        next_zh="请改正分摊机构,或先登记其面积或人数。",
        next_en="Correct the institutions, or state the area or persons first.",
        where={"field": "members", "value": str(institution)},
    )
