"""What inspectors see on the spot, beside what the platform tells, declared once."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, Field

from actions.accounts.amounts import fen_of, quanta_of
from actions.accounts.carriers import carrier_of
from actions.accounts.check_refusals import other_meter, other_year
from actions.accounts.check_things import (
    SEEN,
    SHEET,
    WHATS,
    amount_words,
    figure_words,
    wrong_state,
)
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field
from actions.kinds import Amount, Id, Instant, Line, Month, Scan
from actions.registry.things import every_carrier
from actions.rights import Right
from actions.spans import month_after
from storage.accounts import checks
from storage.accounts.checks import ItemRow, NewItem, SheetRow
from storage.registry import meters

_RIGHT: Final = Words("相符", "agrees")
_WRONG: Final = Words("有差错", "wrong")


class FigureSeen(BaseModel):
    """A figure of a sheet, and whether it differs beyond the tolerance from what is told."""

    item_id: int
    wrong: bool


class Fact(StrEnum):
    """A fact of an institution that is counted or measured on the spot."""

    PERSONS = "persons"
    AREA = "area"


class Of(StrEnum):
    """What of a carrier was added up."""

    QUANTITY = "quantity"
    COST = "cost"


def channel_name(at: Acting, channel_id: int) -> Words | None:
    """Return what people call a channel that the actor sees."""
    found = meters.channels(at.connection, [channel_id])
    if not found:
        return None
    name = f"{found[0].meter or found[0].meter_id} · {found[0].code} ({found[0].unit})"
    return Words(name, name)


def _document() -> Scan | None:
    scan: Scan | None = field(
        zh="照片或凭证扫描",
        en="Photo or scan",
        hint=("账单、表盘、名册、测绘图", "The bill, the dial, the list, the survey"),
        default=None,
    )
    return scan


def _note() -> str:
    note: str = field(
        zh="所见",
        en="What was seen",
        hint=(
            "看了什么、谁出示、怎样计数",
            "What was looked at, who showed it, how it was counted",
        ),
        examples=["2015 年 12 张电费发票"],
    )
    return note


def _about(code: str, words: Words) -> About:
    return About(
        code=f"check.{code}",
        on=SHEET,
        right=Right.CHECK_ACCOUNTS,
        path=f"/check-sheets/{{on}}/{code}s",
        tag="checks",
        zh=words.zh,
        en=words.en,
        done=("核查数已登记。", "Recorded beside what the platform tells."),
    )


class _Sees:
    """Writes a figure onto a sheet that is not concluded; stands before Action among the bases."""

    @classmethod
    def fits(cls, on: SheetRow) -> bool:
        """Return whether it is not concluded."""
        return on.state == "drawn"

    def check(self, on: SheetRow, at: Acting) -> None:
        """Refuse a sheet that is concluded, and what is of no figure."""
        if on.state != "drawn":
            raise wrong_state(on)
        self.said(on, at)

    def said(self, on: SheetRow, at: Acting) -> NewItem:
        """Return what is written onto the sheet."""
        raise NotImplementedError

    def foresee(self, on: SheetRow, at: Acting) -> list[Effect]:
        """Return what the platform tells beside what was seen; it is judged by the tolerance."""
        one = checks.see(at.connection, self.said(on, at), at.actor)
        return [
            Effect("seen", figure_words(one), amount_words(one, one.told),
                   amount_words(one, one.seen)),
            Effect("judged", _tolerated(one), None, _WRONG if one.wrong else _RIGHT,
                   warns=one.wrong),
        ]  # fmt: skip

    def do(self, on: SheetRow, at: Acting) -> FigureSeen:
        """Write it down."""
        one = checks.see(at.connection, self.said(on, at), at.actor)
        return FigureSeen(item_id=one.item_id, wrong=one.wrong)

    def opposite(self, on: SheetRow, result: FigureSeen) -> Opposite:
        """Return taking it from the sheet."""
        return Opposite(WithdrawSeen(), result.item_id)


class SeeFact(_Sees, Action[SheetRow, FigureSeen]):
    """Record persons or floor area as counted on the spot, beside the mean of the year."""

    about = _about("fact", Words("登记核查的人数或面积", "Record persons or area as seen"))

    what: Fact = field(zh="指标", en="Figure", names=WHATS, examples=["persons"])
    value: Annotated[Amount, Field(le=10**9, decimal_places=6)] = field(
        zh="核查数", en="As seen", hint=("人或 m²", "Persons or m²"), examples=["80"]
    )
    note: Line = _note()
    document: Scan | None = _document()

    def said(self, on: SheetRow, at: Acting) -> NewItem:
        """Return it, as of the whole year."""
        return NewItem(
            on.sheet_id, self.what.value, Decimal(self.value), self.note, self.document,
            first=date(on.year, 1, 1), until=date(on.year + 1, 1, 1),
        )  # fmt: skip


class SeeUse(_Sees, Action[SheetRow, FigureSeen]):
    """Record what bills or delivery notes add up to, beside the account of the same months."""

    about = _about("use", Words("登记核查的用量或费用", "Record a quantity or cost as seen"))

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    what: Of = field(zh="指标", en="Figure", names=WHATS, examples=["quantity"])
    value: Amount = field(
        zh="核查数",
        en="As seen",
        hint=("按该品种的单位,费用按元", "In the carrier's unit; a cost in yuan"),
        examples=["365"],
    )
    from_: Month | None = field(
        zh="起始月份", en="First month", hint=("不填为 1 月", "Left open: January"), default=None
    )
    to: Month | None = field(
        zh="终止月份(含)", en="Last month, included", hint=("不填为 12 月", "Left open: December"),
        default=None,
    )  # fmt: skip
    note: Line = _note()
    document: Scan | None = _document()

    def said(self, on: SheetRow, at: Acting) -> NewItem:
        """Return it, in quanta of the carrier or in fen."""
        first = (self.from_ or date(on.year, 1, 1)).replace(day=1)
        last = (self.to or date(on.year, 12, 1)).replace(day=1)
        if not first.year == last.year == on.year or last < first:
            raise other_year(on)
        of = carrier_of(at, self.carrier)
        if self.what is Of.COST:
            amount = fen_of(self.value, "value")
        else:
            amount = quanta_of(of, self.value, of.unit, "value")
        return NewItem(
            on.sheet_id, self.what.value, Decimal(amount or 0), self.note, self.document,
            carrier=self.carrier, first=first, until=month_after(last),
        )  # fmt: skip


class SeeReading(_Sees, Action[SheetRow, FigureSeen]):
    """Record what a dial showed at an instant; the platform's value stands beside it.

    That is the reading of the instant, or what lies on the line between its neighbours.
    """

    about = _about("reading", Words("登记核查的表计读数", "Record a meter reading as seen"))

    channel: Id = field(
        zh="计量通道编号",
        en="Channel",
        hint=("从核查表页面上的表计进入时已填", "Filled in, coming from a meter on the sheet"),
        called=channel_name,
        examples=[1],
    )
    at: Instant = field(zh="时间", en="When", examples=["2016-03-02T08:00:00+00:00"])
    value: Amount = field(
        zh="表盘读数", en="Shown on the dial", hint=("按通道的单位", "In the channel's unit"),
        examples=["12.5"],
    )  # fmt: skip
    note: Line = _note()
    document: Scan | None = _document()

    def said(self, on: SheetRow, at: Acting) -> NewItem:
        """Return it, in quanta of the channel; refuse another institution's meter."""
        found = next(iter(meters.channels(at.connection, [self.channel])), None)
        if found is None or found.institution_id != on.institution_id:
            raise other_meter(on, self.channel)
        quanta = (self.value * found.per_unit).to_integral_value()
        return NewItem(
            on.sheet_id, "reading", quanta, self.note, self.document,
            channel_id=self.channel, at=self.at,
        )  # fmt: skip


class WithdrawSeen(Action[ItemRow, FigureSeen]):
    """Take a figure from a sheet that is not concluded; it stays on record."""

    about = About(
        code="check.withdraw",
        on=SEEN,
        right=Right.CHECK_ACCOUNTS,
        path="/check-figures/{on}/withdrawal",
        tag="checks",
        zh="撤销核查数",
        en="Take a figure from a check sheet",
        done=("核查数已撤销。", "Taken from the sheet."),
    )

    _open: ClassVar[str] = "drawn"

    @classmethod
    def fits(cls, on: ItemRow) -> bool:
        """Return whether its sheet is not concluded."""
        return on.state == cls._open

    def check(self, on: ItemRow, at: Acting) -> None:
        """Refuse what a sheet was concluded from."""
        if on.state != self._open:
            sheet = checks.sheets(at.connection, only=on.sheet_id)[0]
            raise wrong_state(sheet)

    def foresee(self, on: ItemRow, at: Acting) -> list[Effect]:
        """Return what goes."""
        return [Effect("seen", figure_words(on), amount_words(on, on.seen), None)]

    def do(self, on: ItemRow, at: Acting) -> FigureSeen:
        """Take it away."""
        checks.retire(at.connection, on.item_id)
        return FigureSeen(item_id=on.item_id, wrong=on.wrong)


def _tolerated(one: ItemRow) -> Words:
    share = f"{Decimal(one.tolerance_millionths) / 10_000:f}"
    return Words(f"允许差率 {share}%", f"Tolerance of {share} %")


def tolerance(one: ItemRow) -> Any:
    """Return by how much of what was seen a figure may differ, as a share."""
    return float(Decimal(one.tolerance_millionths) / 1_000_000)
