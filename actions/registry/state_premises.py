"""Stating premises that an institution owns, rents, borrows or lets to others, declared once."""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Amount, Day, Id, Line
from actions.registry.institutions import institution_name
from actions.registry.size_words import says
from actions.registry.things import INSTITUTION
from actions.rights import Right
from actions.things import every_institution
from metering.errors import ConflictError, InputError
from storage.registry import premises
from storage.registry.institutions import Institution
from storage.registry.premises import Premises

_MOST: Final = 1000


class Tenure(StrEnum):
    """How an institution has premises."""

    OWNED = "owned"
    RENTED = "rented"
    BORROWED = "borrowed"
    LET_OUT = "let_out"


TENURES: Final = {
    "owned": Words("自有", "owned"),
    "rented": Words("租用", "rented"),
    "borrowed": Words("借用", "borrowed"),
    "let_out": Words("出租、出借", "let out"),
}


class PremisesStated(BaseModel):
    """What is known now."""

    institution_id: int
    name: str
    tenure: str | None
    area_m2: str | None
    valid_from: str


class StatePremises(Action[Institution, PremisesStated]):
    """State premises of an institution from a day on: owned, rented, borrowed or let out.

    What one institution lets to another is stated once, by either; the other's list shows it.
    """

    about = About(
        code="premises.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/premises",
        tag="institutions",
        zh="登记房产使用情况",
        en="State premises",
        done=("已登记。", "Recorded."),
    )

    name: Line = field(zh="名称", en="Name", hint=("楼名、楼层", "A building, a floor"),
                       examples=["2 号楼"])  # fmt: skip
    tenure: Tenure | None = field(
        zh="使用方式", en="How it has them", names=TENURES,
        hint=("自该日起不再使用的不填", "Empty where it has them no longer from that day"),
        default=None, examples=["owned"],
    )  # fmt: skip
    area_m2: Amount | None = field(
        zh="建筑面积", en="Floor area", unit="m²", default=None, examples=["3200"]
    )
    other: Id | None = field(
        zh="对方机构",
        en="Other institution",
        hint=("租(借)自或租(借)给谁", "From or to whom"),
        choices=every_institution,
        default=None,
    )
    other_name: Line | None = field(
        zh="对方名称", en="Other party", hint=("不是公共机构的", "Where it is no institution"),
        default=None,
    )  # fmt: skip
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(zh="依据", en="Evidence", examples=["租赁合同 12 号"])

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what does not fit, what is told twice, and more let out than there is."""
        self._must_fit(on)
        if self.tenure is None:
            return
        known = premises.listed(at.connection, most=_MOST, institution=on.institution_id)
        if self.other is not None:
            self._must_be_new(on, known)
        self._must_have(on, known)

    def _must_fit(self, on: Institution) -> None:
        if (self.tenure is None) != (self.area_m2 is None) or self.area_m2 == 0:
            raise _wrong("area_m2", "使用的房产须有大于 0 的面积,不再使用的不填",
                         "Premises have an area above 0, and none once they end")  # fmt: skip
        named = self.other is not None or self.other_name is not None
        if self.other is not None and self.other_name is not None:
            raise _wrong("other", "对方只填一项", "One other party is named, not two")
        if self.other == on.institution_id:
            raise _wrong("other", "对方不能是本机构", "The other party is another one")
        if self.tenure is not None and named == (self.tenure is Tenure.OWNED):
            raise _wrong("other", "自有的不填对方,租、借的须填", "Owned premises name no other "
                         "party; rented, borrowed and let ones do")  # fmt: skip

    def _must_be_new(self, on: Institution, known: list[Premises]) -> None:
        """Refuse what the other institution has stated of the same two already."""
        mirrored = (Tenure.LET_OUT,) if self.tenure is not Tenure.LET_OUT else (
            Tenure.RENTED, Tenure.BORROWED,
        )  # fmt: skip
        for one in known:
            theirs = one.institution_id == self.other and one.other_id == on.institution_id
            same = theirs and one.tenure in mirrored and one.name == self.name
            if same and one.holds_after(self.valid_from):
                raise _told_twice(one)

    def _must_have(self, on: Institution, known: list[Premises]) -> None:
        """Refuse to let out more than it owns, rents and borrows."""
        mine = [
            one
            for one in known
            if one.holds_on(self.valid_from)
            and (one.institution_id != on.institution_id or one.name != self.name)
        ]
        has, lets = Decimal(0), Decimal(0)
        for one in mine:
            given = (one.tenure == Tenure.LET_OUT) == (one.institution_id == on.institution_id)
            if given:
                lets += one.area_m2
            else:
                has += one.area_m2
        area = self.area_m2 or Decimal(0)
        has, lets = (has, lets + area) if self.tenure is Tenure.LET_OUT else (has + area, lets)
        if lets > has:
            raise _too_much(lets, has)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the premises before and after."""
        held = [
            one
            for one in premises.listed(at.connection, most=_MOST, institution=on.institution_id)
            if (one.institution_id, one.name) == (on.institution_id, self.name)
            and one.holds_on(self.valid_from)
        ]
        before = _said(held[0].tenure, held[0].area_m2) if held else None
        after = None if self.tenure is None else _said(self.tenure.value, self.area_m2)
        effects = [Effect("premises", Words(self.name, self.name), before, after)]
        if self.other is not None and (name := institution_name(at, self.other)) is not None:
            effects.append(Effect("other", Words("对方机构", "Other institution"), None, name))
        return effects

    def do(self, on: Institution, at: Acting) -> PremisesStated:
        """State it; what was known before stays on record."""
        other = (self.other, self.other_name) if self.tenure is not None else (None, None)
        tenure = None if self.tenure is None else self.tenure.value
        premises.state(
            at.connection, (on.institution_id, self.name), tenure, self.area_m2, other,
            self.valid_from, self.source, at.actor,
        )  # fmt: skip
        return PremisesStated(
            institution_id=on.institution_id,
            name=self.name,
            tenure=tenure,
            area_m2=None if self.area_m2 is None else says(self.area_m2),
            valid_from=self.valid_from.isoformat(),
        )


def _said(tenure: str, area: Decimal | None) -> Words:
    words = TENURES[tenure]
    return Words(f"{words.zh} {says(area)} m²", f"{words.en} {says(area)} m²")


def _wrong(name: str, zh: str, en: str) -> InputError:
    return InputError(
        "premises.does_not_fit",
        zh=f"{zh}。",
        en=f"{en}.",
        next_zh="请改正该字段。",
        next_en="Correct the field.",
        where={"field": name},
    )


def _told_twice(one: Premises) -> ConflictError:
    tenure = TENURES[one.tenure]
    return ConflictError(
        "premises.told_twice",
        zh=f"{one.name_zh or one.institution_id} 已登记“{one.name}”{tenure.zh} "
        f"{says(one.area_m2)} 平方米(自 {one.valid_from} 起,{one.source}),不必再登记一次。",
        en=f"{one.name_en or one.institution_id} has stated “{one.name}” as {tenure.en}, "
        f"{says(one.area_m2)} m² from {one.valid_from} on ({one.source}): it is not stated twice.",
        next_zh="双方不一致的,请由对方更正。",
        next_en="If the two disagree, let the other one correct it.",
        where={"field": "other", "institution_id": one.institution_id},
    )


def _too_much(lets: Decimal, has: Decimal) -> InputError:
    return InputError(
        "premises.lets_too_much",
        zh=f"出租、出借合计 {says(lets)} 平方米,多于自有、租用和借用的 {says(has)} 平方米。",
        en=f"It would let out {says(lets)} m² of {says(has)} m² that it owns, rents and borrows.",
        next_zh="请先登记自有、租用或借用的房产。",
        next_en="State what it owns, rents or borrows first.",
        where={"field": "area_m2", "lets": says(lets), "has": says(has)},
    )
