"""Stating what of an institution's PV electricity it uses itself, declared once."""

from typing import Annotated, Final

from pydantic import Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Id, Line, Row
from actions.registry.formula_checks import check_counts, check_inputs, count
from actions.registry.meter_trees import called, every_channel
from actions.registry.state_formula import FormulaStated
from actions.registry.things import INSTITUTION
from actions.rights import Right
from metering.errors import ConflictError, InputError
from storage.registry import formulas, meters, submeters
from storage.registry.institutions import Institution

CARRIER: Final = "electricity_pv_self"
CODE: Final = "pv-self-use"
_WHAT: Final = Words("光伏自发自用", "Self-used PV electricity")
_NAMES: Final = ("光伏自发自用", "PV self-use")


class PvMeter(Row):
    """A channel that measures generation, or what is fed in."""

    channel: Id = field(zh="计量通道", en="Channel", choices=every_channel, examples=[7])


class StatePv(Action[Institution, FormulaStated]):
    """State which channels measure PV generation and feed-in: the difference is used there.

    It counts in the account as self-used PV electricity, a carrier of its own beside what the grid
    delivers. Where the grid's meter is a net one it has taken feed-in off already: leave it out.
    """

    about = About(
        code="pv.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/pv",
        tag="meters and channels",
        zh="登记光伏计量",
        en="State PV meters",
        done=("光伏计量已登记,自发自用电量正在计算。", "Stated; self-use is being computed."),
    )

    generation: Annotated[list[PvMeter], Field(min_length=1, max_length=20)] = field(
        zh="发电量通道", en="Generation", examples=[[{"channel": 7}]]
    )
    feed_in: Annotated[list[PvMeter], Field(max_length=20)] = field(
        zh="上网电量通道",
        en="Feed-in",
        hint=("关口表为净计量时不填", "None where the grid's meter is a net one"),
        default=[],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(
        zh="依据", en="Source", hint=("如并网验收文件", "Such as the connection's approval"),
        examples=["Approval 7"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse other units, generation that counts already, and feed-in taken off twice."""
        plus, minus = self._sides
        if both := sorted(set(plus) & set(minus)):
            name = called(at, both[0])
            raise InputError(
                "pv.both_sides",
                zh=f"{name.zh} 既作发电量又作上网电量。",
                en=f"{name.en} is named as generation and as feed-in.",
                next_zh="请改正其中一处。",
                next_en="Correct one of them.",
                where={"field": "feed_in", "value": str(both[0])},
            )
        check_inputs(at, CARRIER, [*plus, *minus], "generation")
        check_counts(at, plus, self.valid_from, "generation")
        self._check_feed_in(on, at, minus)

    def _check_feed_in(self, on: Institution, at: Acting, minus: list[int]) -> None:
        """Refuse feed-in that an account takes off by itself, by a share or by a net meter."""
        if not minus:
            return
        shares = [row for row in submeters.counted(at.connection, minus) if row[0] in minus]
        held = [row[0] for row in shares if row[3] is None or row[3] > self.valid_from]
        net = meters.net_counted(at.connection, on.institution_id, self.valid_from)
        for other in (*held, *net):
            this, name = called(at, minus[0]), called(at, other)
            raise ConflictError(
                "pv.taken_off_twice",
                zh=f"{name.zh} 已从台账中扣除上网电量;再减 {this.zh},上网电量会扣除两次。",
                en=f"{name.en} has taken feed-in off the account already: taking {this.en} off "
                "would do so twice.",
                next_zh="请不填上网电量通道,或先让其占比自该日起为 0。",
                next_en="Leave feed-in out, or let that share be 0 from that day on first.",
                where={"field": "feed_in", "value": str(minus[0])},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what self-use would be made of."""
        self.do(on, at)
        plus, minus = ([called(at, one) for one in side] for side in self._sides)
        after = plain(" + ".join(one.en for one in plus) + "".join(f" − {one.en}" for one in minus))
        return [Effect("pv", _WHAT, None, after)]

    def do(self, on: Institution, at: Acting) -> FormulaStated:
        """State it; what it was before stays on record."""
        plus, minus = self._sides
        zone = meters.channels(at.connection, plus)[0].zone
        made = formulas.make(
            at.connection, on.institution_id, CODE, _NAMES, CARRIER, zone, self.valid_from
        )
        if made is None:
            raise InputError(
                "formula.code_taken",
                zh=f"“{CODE}”是另一块表计的编号。",
                en=f"“{CODE}” is the code of another meter.",
                next_zh="请先更改该表计。",
                next_en="Change that meter first.",
                where={"field": "generation", "value": CODE},
            )
        signs = [1] * len(plus) + [-1] * len(minus)
        formulas.state(
            at.connection, made, [*plus, *minus], signs, None, self.valid_from, self.source,
            at.actor,
        )  # fmt: skip
        count(at, on.institution_id, made, CARRIER, self.valid_from, self.source)
        return FormulaStated(channel_id=made, valid_from=self.valid_from.isoformat())

    @property
    def _sides(self) -> tuple[list[int], list[int]]:
        return (
            [one.channel for one in self.generation],
            [one.channel for one in self.feed_in],
        )
