"""Stating coefficients and CO2 factors that an authority published, each declared once."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import BaseModel, Field

from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite
from actions.fields import Acting, Option, Words, field
from actions.kinds import Amount, Day, Line
from actions.registry import factor_fields as of_factors
from actions.registry.factor_fields import Evidence
from actions.registry.things import every_carrier, every_profile
from actions.registry.withdraw_factor import WithdrawFactor, called
from actions.rights import Right
from storage.registry import factors
from storage.registry.factors import Factor

_GRID: Final = "electricity"
_Code = Annotated[str, Field(max_length=64)]
_Year = Annotated[int, Field(ge=2000, le=2100)]
_Value = Annotated[Amount, Field(ge=0)]


class FactorStated(BaseModel):
    """A factor as it is known now; factor is what `factor.withdraw` asks for."""

    factor: str = Field(examples=["coefficient:12"])
    value: str = Field(description="An exact decimal number.", examples=["0.1229"])


def every_place(at: Acting) -> Sequence[Option]:
    """Return the places whose grids may have a factor."""
    return [
        Option(one.code, Words(one.name_zh, one.name_en)) for one in factors.places(at.connection)
    ]


class _Stating:
    """What the three have in common; it stands before Action among the bases."""

    of: ClassVar[str]
    if TYPE_CHECKING:  # as fields here they would stand before the others in forms
        value: Decimal

    def opposite(self, on: None, result: FactorStated) -> Opposite | None:
        """Return its withdrawal."""
        return Opposite(WithdrawFactor(factor=result.factor, reason=BY_MISTAKE.both))

    @classmethod
    def where_to(cls, on: None, result: FactorStated) -> str:
        """Return the list that it stands in."""
        return f"/published/{cls.of.replace('_', '-')}s"

    def _stated(self, at: Acting) -> FactorStated:
        """Return the row that the actor has just made."""
        made = [one for one in self._held(at) if one.made_by == at.actor]
        one = next(one for one in made if self._begins(one))
        return FactorStated(factor=called(one), value=f"{one.value:f}")

    def _held(self, at: Acting) -> list[Factor]:
        """Return what is known of the same."""
        return factors.of_key(at.connection, self.of, self._key())

    def _key(self) -> list[str]:
        raise NotImplementedError

    def _begins(self, one: Factor) -> bool:
        raise NotImplementedError


class _Dated(_Stating):
    """A factor of a carrier that holds from a day to before another."""

    what: ClassVar[Words]
    if TYPE_CHECKING:
        carrier: str
        unit: str
        valid_from: date
        valid_to: date | None

    def check(self, on: None, at: Acting) -> None:
        """Refuse another unit, days that somebody stated, and what claims more than it bears."""
        of_factors.must_be_in_turn(self.valid_from, self.valid_to)
        of_factors.must_count_per(at, self.carrier, self.unit)
        of_factors.must_be_evidenced(of_factors.checked(self))
        of_factors.must_be_free(self._held(at), self.valid_from, self.valid_to)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the value before and after, and how many accounts follow."""
        held = _used(self._held(at), self.valid_from)
        return [
            of_factors.change_of(held, self.value, self.what),
            of_factors.reach_of(at, self.carrier, self.valid_from, self.valid_to),
        ]

    def do(self, on: None, at: Acting) -> FactorStated:
        """State it; what was known of these days before stays on record."""
        days = (self.valid_from, self.valid_to)
        says = of_factors.said(self, at.actor)
        factors.state_dated(at.connection, factors.TABLES[self.of], self._key(), says, days)
        return self._stated(at)

    def _begins(self, one: Factor) -> bool:
        return one.valid_from == self.valid_from


class StateCoefficient(_Dated, Action[None, FactorStated]):
    """State what standard coal a unit of a carrier counts under a profile, on the days it holds.

    What came with the program holds on its other days; upgrades leave stated days alone.
    """

    about = About(
        code="coefficient.state",
        right=Right.ADMINISTER,
        path="/coefficients",
        tag="factors",
        zh="登记折标系数",
        en="State a coefficient of standard coal",
        done=("已登记;台账按其重新折算。", "Stated; accounts are converted by it."),
    )

    of: ClassVar[str] = "coefficient"
    what: ClassVar[Words] = Words("折标系数(kgce)", "Coefficient (kgce)")

    profile: _Code = field(
        zh="折标系数组", en="Profile", choices=every_profile, examples=["GB2589-2020"]
    )
    carrier: _Code = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    value: _Value = field(zh="系数(kgce)", en="Coefficient (kgce)", examples=["0.1229"])
    unit: Line = of_factors.unit_field()
    valid_from: Day = of_factors.first_day()
    valid_to: Day | None = of_factors.until_day()
    document: Line = of_factors.document_field()
    clause: Line | None = of_factors.clause_field()
    source: Line = of_factors.source_field()
    evidence: Evidence = of_factors.evidence_field()
    notes: Line | None = of_factors.notes_field()

    def _key(self) -> list[str]:
        return [self.profile, self.carrier]


class StateCo2Factor(_Dated, Action[None, FactorStated]):
    """State what CO2 a unit of a fuel, or of heat, brings, on the days on which it holds.

    Electricity has its factors by the grid and the year.
    """

    about = About(
        code="co2_factor.state",
        right=Right.ADMINISTER,
        path="/co2-factors",
        tag="factors",
        zh="登记燃料二氧化碳排放因子",
        en="State a CO2 factor of a fuel",
        done=("已登记;台账按其重新计算。", "Stated; accounts are converted by it."),
    )

    of: ClassVar[str] = "co2_factor"
    what: ClassVar[Words] = Words("排放因子(kgCO2)", "Factor (kgCO2)")

    carrier: _Code = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["natural_gas"]
    )
    value: _Value = field(zh="因子(kgCO2)", en="Factor (kgCO2)", examples=["2.1622"])
    unit: Line = of_factors.unit_field("m3")
    valid_from: Day = of_factors.first_day()
    valid_to: Day | None = of_factors.until_day()
    document: Line = of_factors.document_field()
    clause: Line | None = of_factors.clause_field()
    source: Line = of_factors.source_field()
    evidence: Evidence = of_factors.evidence_field()
    notes: Line | None = of_factors.notes_field()

    def check(self, on: None, at: Acting) -> None:
        """Refuse electricity, and what is refused of any."""
        if self.carrier == _GRID:
            raise of_factors.by_grid()
        super().check(on, at)

    def _key(self) -> list[str]:
        return [self.carrier]


class StateGridFactor(_Stating, Action[None, FactorStated]):
    """State what CO2 a kWh of a place's grid brought on average in a year, as it was published.

    A month takes the nearest place that has a factor, and of it the nearest year.
    """

    about = About(
        code="grid_factor.state",
        right=Right.ADMINISTER,
        path="/grid-factors",
        tag="factors",
        zh="登记电力二氧化碳排放因子",
        en="State a CO2 factor of a grid",
        done=("已登记;台账按其重新计算。", "Stated; accounts are converted by it."),
    )

    of: ClassVar[str] = "grid_factor"

    place: _Code = field(
        zh="区域或省份", en="Grid or province", choices=every_place, examples=["310000"]
    )
    year: _Year = field(zh="年份", en="Year", examples=[2023])
    value: _Value = field(zh="因子(kgCO2/kWh)", en="Factor (kgCO2/kWh)", examples=["0.5834"])
    document: Line = of_factors.document_field()
    clause: Line | None = of_factors.clause_field()
    source: Line = of_factors.source_field()
    evidence: Evidence = of_factors.evidence_field()
    notes: Line | None = of_factors.notes_field()

    def check(self, on: None, at: Acting) -> None:
        """Refuse a year that somebody stated already, and what claims more than it bears."""
        of_factors.must_be_evidenced(of_factors.checked(self))
        of_factors.must_be_free(self._held(at), None, None)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the value before and after, and how many accounts know electricity."""
        what = Words("排放因子(kgCO2/kWh)", "Factor (kgCO2/kWh)")
        held = next(iter(self._held(at)), None)
        return [
            of_factors.change_of(held, self.value, what),
            of_factors.reach_of(at, _GRID, None, None),
        ]

    def do(self, on: None, at: Acting) -> FactorStated:
        """State it; what was known of this year before stays on record."""
        place = next(one for one in factors.places(at.connection) if one.code == self.place)
        factors.state_grid(at.connection, place, self.year, of_factors.said(self, at.actor))
        return self._stated(at)

    def _key(self) -> list[str]:
        return [self.place, factors.BASIS, str(self.year)]

    def _begins(self, one: Factor) -> bool:
        return True


def _used(held: Sequence[Factor], day: date) -> Factor | None:
    """Return the edition that accounts of a day take: the newest that has begun, else the first."""
    begun = [one for one in held if (one.valid_from or date.min) <= day]
    return begun[-1] if begun else next(iter(held), None)
