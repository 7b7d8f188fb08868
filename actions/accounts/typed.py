"""Typed figures: a month of a carrier, something delivered, corrected, withdrawn."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field

from actions.accounts.amounts import OfCarrier, account_effects, fen_of, quanta_of
from actions.accounts.carriers import carrier_of
from actions.accounts.typed_checks import refuse_beside, refuse_known
from actions.accounts.typed_fields import (
    basis_field,
    cost_field,
    delivery_of,
    every_delivery,
    not_over,
    unit_field,
)
from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite, Thing
from actions.fields import Acting, Words, field, plain
from actions.figures import in_units
from actions.kinds import Amount, Day, Line, Month
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from storage.accounts import typed
from storage.accounts.typed import MONTH, Figure, NewFigure
from storage.registry.institutions import Institution

FIGURE: Final = Thing[Figure](
    "figure",
    Words("填报数", "typed figure"),
    Figure,
    find=lambda at, on: next(iter(typed.listed(at.connection, only=on)), None),
    name=lambda one, lang: f"{one.carrier_zh if lang == 'zh' else one.carrier_en} {one.day}",
    page=lambda one: f"/figures?institution={one.institution_id}",
    covered="""(SELECT institution_id FROM typed_figure WHERE id = %(on)s)
               IN (SELECT * FROM access.covers(%(right)s))""",
    way=Words("在“填报数”列表中打开", "open it in the list of typed figures"),
    way_from="/figures",
)


class FigureKept(BaseModel):
    """A typed figure's id."""

    figure_id: int


class _Typed:
    """What is said of a month and of a delivery is kept alike."""

    def _said(self, on: Institution, at: Acting) -> NewFigure:
        raise NotImplementedError

    def do(self, on: Institution, at: Acting) -> FigureKept:
        """Keep it."""
        (made,) = typed.add(at.connection, [self._said(on, at)], at.actor)
        return FigureKept(figure_id=made)

    @classmethod
    def do_many(cls, rows: Sequence[tuple[Institution, Self]], at: Acting) -> Sequence[FigureKept]:
        """Keep them all in one statement."""
        made = typed.add(at.connection, [one._said(on, at) for on, one in rows], at.actor)
        return [FigureKept(figure_id=one) for one in made]

    def opposite(self, on: Institution, result: FigureKept) -> Opposite:
        """Return its withdrawal."""
        return Opposite(WithdrawFigure(reason=BY_MISTAKE.both), result.figure_id)


class TypeFigure(_Typed, Action[Institution, FigureKept]):
    """Type in what an institution used of a carrier in a month, as its ledger or meter book says.

    It stands in the account as a source of its own, at once.
    """

    about = About(
        code="figure.type",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/figures",
        tag="bills",
        zh="填报某月用量",
        en="Type in a month",
        done=("用量已填报。", "The month has been typed in."),
    )

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["raw_coal"]
    )
    month: Month = field(zh="月份", en="Month", examples=["2015-01"])
    quantity: Amount = field(zh="数量", en="Quantity", examples=["12.5"])
    unit: Annotated[Line, Field(max_length=20)] | None = unit_field()
    cost: Amount | None = cost_field()
    basis: Line = basis_field()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a month that is not over, a unit of another dimension, what is known already."""
        said, of = self._said(on, at), carrier_of(at, self.carrier)
        not_over(self.month, at.today)
        refuse_known(at, said, (of.per_unit, of.unit))
        refuse_beside(at, id(self), said, (of.per_unit, of.unit))

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the figure, and what the account would count."""
        return _foreseen(at, carrier_of(at, self.carrier), None, self._said(on, at))

    def _said(self, on: Institution, at: Acting) -> NewFigure:
        of = carrier_of(at, self.carrier)
        unit = self.unit or of.unit
        quanta = quanta_of(of, self.quantity, unit)
        first = self.month.replace(day=1)
        return NewFigure(
            on.institution_id, self.carrier, MONTH, first, quanta, self.quantity, unit,
            fen_of(self.cost, "cost"), self.basis,
        )  # fmt: skip


class RecordDelivery(_Typed, Action[Institution, FigureKept]):
    """Record what was delivered or fuelled on a day: litres by card, coal weighed, bottles of gas.

    A month's deliveries are its use, where nobody types in the month itself.
    """

    about = About(
        code="delivery.record",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/deliveries",
        tag="bills",
        zh="登记购进",
        en="Record a delivery",
        done=("购进已登记。", "The delivery has been recorded."),
    )

    kind: Annotated[str, Field(max_length=64)] = field(
        zh="品类", en="Kind", choices=every_delivery, examples=["lpg_bottle_15"]
    )
    day: Day = field(zh="日期", en="Day", examples=["2015-01-12"])
    quantity: Amount = field(zh="数量", en="Quantity", examples=["2"])
    unit: Annotated[Line, Field(max_length=40)] | None = unit_field(
        ("不填为该品类的单位", "Left open: that of its kind")
    )
    cost: Amount | None = cost_field()
    basis: Line = basis_field()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a day to come, and what is known already."""
        said, of = self._said(on, at), delivery_of(at, self.kind, self.day)
        not_over(self.day, at.today, day=True)
        refuse_known(at, said, (of.per_unit, of.carrier_unit))
        refuse_beside(at, id(self), said, (of.per_unit, of.carrier_unit))

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the delivery, and what the account would count."""
        return _foreseen(at, delivery_of(at, self.kind, self.day), None, self._said(on, at))

    def _said(self, on: Institution, at: Acting) -> NewFigure:
        of = delivery_of(at, self.kind, self.day)
        unit = self.unit or of.unit_en
        quanta = of.quanta(self.quantity, unit)
        return NewFigure(
            on.institution_id, of.carrier, self.kind, self.day, quanta, self.quantity, unit,
            fen_of(self.cost, "cost"), self.basis,
        )  # fmt: skip


class CorrectFigure(Action[Figure, FigureKept]):
    """Put another quantity in the place of a typed one; what it said stays on record."""

    about = About(
        code="figure.correct",
        on=FIGURE,
        right=Right.KEEP_ACCOUNTS,
        path="/figures/{on}/correction",
        tag="bills",
        zh="更正填报数",
        en="Correct a typed figure",
        done=("填报数已更正。", "The figure has been corrected."),
    )

    quantity: Amount = field(
        zh="数量", en="Quantity", hint=("按原单位", "In its unit"), examples=["11.5"]
    )
    cost: Amount | None = cost_field()
    basis: Line = basis_field()

    @classmethod
    def given(cls, on: Figure, at: Acting) -> dict[str, Any]:
        """Return what it says now."""
        return {"quantity": on.quantity, "basis": on.basis}

    def foresee(self, on: Figure, at: Acting) -> list[Effect]:
        """Return the figure, and what the account would count."""
        return _foreseen(at, on, on, self._said(on, at))

    def do(self, on: Figure, at: Acting) -> FigureKept:
        """Keep the new one; the old one is known until now."""
        typed.retire(at.connection, [on.figure_id])
        (made,) = typed.add(at.connection, [self._said(on, at)], at.actor)
        return FigureKept(figure_id=made)

    def _said(self, on: Figure, at: Acting) -> NewFigure:
        of: OfCarrier = on
        if on.kind == MONTH:
            quanta = quanta_of(of, self.quantity, on.unit)
        else:
            quanta = delivery_of(at, on.kind, on.day).quanta(self.quantity, on.unit)
        return NewFigure(
            on.institution_id, on.carrier, on.kind, on.day, quanta, self.quantity, on.unit,
            fen_of(self.cost, "cost"), self.basis, on.figure_id,
        )  # fmt: skip


class WithdrawFigure(Action[Figure, FigureKept]):
    """Take a typed figure back; it stays on record."""

    about = About(
        code="figure.withdraw",
        on=FIGURE,
        right=Right.KEEP_ACCOUNTS,
        path="/figures/{on}/withdrawal",
        tag="bills",
        zh="撤销填报数",
        en="Withdraw a typed figure",
        done=("填报数已撤销。", "The figure has been withdrawn."),
    )

    reason: Line = field(zh="原因", en="Why", examples=["of another institution"])

    def foresee(self, on: Figure, at: Acting) -> list[Effect]:
        """Return the figure that goes, and what the account would count."""
        return _foreseen(at, on, on, None)

    def do(self, on: Figure, at: Acting) -> FigureKept:
        """Withdraw it."""
        typed.retire(at.connection, [on.figure_id])
        return FigureKept(figure_id=on.figure_id)


def _foreseen(at: Acting, of: OfCarrier, old: Figure | None, new: NewFigure | None) -> list[Effect]:
    """Return the figure before and after, and the account's month."""
    one = new or old
    assert one is not None
    words = Words(f"{of.carrier_zh} {one.day}", f"{of.carrier_en} {one.day}")

    def do() -> None:
        if old is not None:
            typed.retire(at.connection, [old.figure_id])
        if new is not None:
            typed.add(at.connection, [new], at.actor)

    span: tuple[date, date] = one.day, one.day
    before, after = (_amount(of, said) for said in (old, new))
    return [
        Effect("figure", words, before, after),
        *account_effects(at, of, [one.institution_id], span, do),
    ]


def _amount(of: OfCarrier, said: Figure | NewFigure | None) -> Words | None:
    if said is None:
        return None
    unit = getattr(of, "carrier_unit", None) or getattr(of, "unit", "")
    return plain(f"{in_units(said.quanta, of.per_unit)} {unit}")
