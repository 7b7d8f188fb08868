"""Stating a virtual channel: others added and taken off, declared once."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Id, Line, Row
from actions.registry.formula_checks import check_counts, check_inputs, count
from actions.registry.meter_trees import called, every_channel
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from metering.errors import InputError
from storage.registry import formulas, meters
from storage.registry.institutions import Institution

_WHAT: Final = Words("虚拟通道", "Virtual channel")
SIGNS: Final = {"plus": Words("加", "added"), "minus": Words("减", "taken off")}


class Sign(StrEnum):
    """Whether an input is added or taken off."""

    PLUS = "plus"
    MINUS = "minus"


class Input(Row):
    """A channel that a virtual one is made of."""

    sign: Sign = field(zh="加减", en="Sign", names=SIGNS, examples=["plus"])
    channel: Id = field(zh="计量通道", en="Channel", choices=every_channel, examples=[7])


class FormulaStated(BaseModel):
    """A virtual channel, and what it is from that day on."""

    channel_id: int
    valid_from: str


class StateFormula(Action[Institution, FormulaStated]):
    """State a virtual channel: the use of some channels, less that of others, hour by hour.

    It is computed anew whenever one of them changes. Said again for the same code it is another
    one from that day on.
    """

    about = About(
        code="formula.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/formulas",
        tag="meters and channels",
        zh="登记虚拟通道",
        en="State a virtual channel",
        done=("虚拟通道已登记,用量正在计算。", "Stated; its use is being computed."),
    )

    code: Annotated[Line, Field(max_length=64)] = field(
        zh="表计编号", en="Code", hint=("不得与实测表计相同", "Not that of a measured meter"),
        examples=["site"],
    )  # fmt: skip
    name: Line = field(zh="名称", en="Name", examples=["Site use"])
    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    inputs: Annotated[list[Input], Field(min_length=1, max_length=50)] = field(
        zh="由下列通道得出",
        en="Made of",
        examples=[[{"sign": "plus", "channel": 7}, {"sign": "minus", "channel": 8}]],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    counts: bool = field(zh="计入本机构台账", en="Counts in the account", default=False)
    source: Line = field(
        zh="依据", en="Source", hint=("如配电系统图编号", "Such as the wiring diagram's number"),
        examples=["Diagram 7"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse an input said twice, of another unit or zone, and what would count twice."""
        ids = [one.channel for one in self.inputs]
        if twice := {one for one in ids if ids.count(one) > 1}:
            name = called(at, min(twice))
            raise _wrong(
                "inputs", "formula.said_twice", f"{name.zh} 出现两次。", f"{name.en} is said twice."
            )
        check_inputs(at, self.carrier, ids, "inputs")
        if self.counts:
            plus = [one.channel for one in self.inputs if one.sign is Sign.PLUS]
            check_counts(at, plus, self.valid_from, "counts")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what it would be."""
        self.do(on, at)
        parts = [(SIGNS[one.sign], called(at, one.channel)) for one in self.inputs]
        after = Words(
            ";".join(f"{sign.zh} {name.zh}" for sign, name in parts),
            "; ".join(f"{sign.en}: {name.en}" for sign, name in parts),
        )
        return [Effect("formula", _WHAT, plain(self.code), after)]

    def do(self, on: Institution, at: Acting) -> FormulaStated:
        """State it; what it was before stays on record."""
        ids = [one.channel for one in self.inputs]
        zone = meters.channels(at.connection, ids)[0].zone
        channel = formulas.make(
            at.connection, on.institution_id, self.code, (self.name, self.name), self.carrier, zone,
            self.valid_from,
        )  # fmt: skip
        if channel is None:
            raise _wrong(
                "code", "formula.code_taken", f"“{self.code}”是另一块表计的编号。",
                f"“{self.code}” is the code of another meter.",
            )  # fmt: skip
        signs = [1 if one.sign is Sign.PLUS else -1 for one in self.inputs]
        formulas.state(
            at.connection, channel, ids, signs, None, self.valid_from, self.source, at.actor
        )
        if self.counts:
            count(at, on.institution_id, channel, self.carrier, self.valid_from, self.source)
        return FormulaStated(channel_id=channel, valid_from=self.valid_from.isoformat())


def _wrong(name: str, code: str, zh: str, en: str) -> InputError:
    return InputError(
        code,
        zh=zh,
        en=en,
        next_zh="请改正该字段。",
        next_en="Correct the field.",
        where={"field": name},
    )
