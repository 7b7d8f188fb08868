"""Stating of what an institution's area and persons are made, declared once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Amount, Day, Line
from actions.registry import size_words as told
from actions.registry.size_words import SIZES, UNITS, says, wrong
from actions.registry.sizes import on_day, parts_by_size, renew
from actions.registry.things import INSTITUTION
from actions.rights import Right
from analytics.sizes import Counts, together
from storage.registry import sizes
from storage.registry.institutions import Institution
from storage.registry.sizes import SizeKind, SizePart

_YEAR: Final = 366


class SizeStated(BaseModel):
    """What is known now."""

    institution_id: int
    what: str
    part: str
    number: str | None
    valid_from: str
    size: str = Field(description="Of what it is a part, or which whole it is.")
    whole: str | None = Field(description="What that comes to on its first day.")


def everything(at: Acting) -> Sequence[Option]:
    """Return the kinds of parts, then the wholes."""
    parts = [
        Option(one.code, Words(f"{_of(one).zh}:{one.name_zh}", f"{_of(one).en}: {one.name_en}"))
        for one in sizes.kinds(at.connection, at.today)
    ]
    return [*parts, *(Option(code, words) for code, words in SIZES.items())]


def _of(kind: SizeKind) -> Words:
    beside = Words("另列", "beside") if kind.counts == Counts.APART else None
    of = Words("人数", "persons") if kind.size == "persons" else Words("面积", "area")
    return Words(f"{of.zh}({beside.zh})", f"{of.en} ({beside.en})") if beside else of


class StateSize(Action[Institution, SizeStated]):
    """State a part of an institution's area or persons, or the whole, from a day on.

    The whole that all figures divide by is the sum of the parts where there are any: persons by
    the daily average of GB/T 40498-2021, Annex A. Where there are none, it is as stated.
    """

    about = About(
        code="size.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/sizes",
        tag="institutions",
        zh="登记面积和人数",
        en="State area and persons",
        done=("已登记。", "Recorded."),
    )

    what: Annotated[str, Field(max_length=64)] = field(
        zh="事项", en="What", choices=everything, examples=["office"]
    )
    part: Annotated[Line, Field(max_length=120)] | None = field(
        zh="名称",
        en="Which one",
        hint=(
            "同类有多项时填写:楼名、年级、会议;一项时不填",
            "Where there are several of a kind: a building, a grade, a meeting; else empty",
        ),
        default=None,
        examples=["1 号楼"],
    )
    number: Amount | None = field(
        zh="数量",
        en="Number",
        hint=("平方米、人或人次", "m², persons or visits"),
        default=None,
        examples=["2500"],
    )
    days: Amount | None = field(
        zh="天数",
        en="Days",
        hint=(
            "在册人员填一年中不在单位的天数(寒暑假);外来人员、门诊、住院填每人次天数",
            "Of staff and students: days of a year absent (holidays); of visits: days of each",
        ),
        default=None,
    )
    ends: bool = field(zh="自该日起不再适用", en="It holds no longer from that day", default=False)
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    valid_to: Day | None = field(
        zh="截止日期(不含)",
        en="Until, not included",
        hint=("不填则到下一次登记为止", "Left empty: until the next statement"),
        default=None,
    )
    source: Line = field(
        zh="依据", en="Evidence", hint=("产权证、名册、登记簿", "Deed, list of staff, register"),
        examples=["房产证 7 号"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what does not fit the kind, and what contradicts what is known."""
        if self.ends:
            if self.number is not None or self.days is not None or self.valid_to is not None:
                raise wrong("number", "不再适用时不填数量、天数和截止日期", "An end has no number, "
                            "no days and no last day")  # fmt: skip
        elif self.number is None:
            raise wrong("number", "须填写数量", "A number is asked for")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise wrong("valid_to", "截止日期应晚于起始日期", "The last day comes after the first")
        if self.what in SIZES:
            self._check_whole(on, at)
        else:
            self._check_part(on, at, self._kind(at))

    def _check_whole(self, on: Institution, at: Acting) -> None:
        if self.part or self.days is not None or self.valid_to is not None or self.ends:
            raise wrong("what", "合计只填数量、起始日期和依据", "A whole has a number, a first day "
                        "and its evidence alone")  # fmt: skip
        parts = [part for part, _ in parts_by_size(at, on.institution_id)[self.what]]
        made = together(parts, self.valid_from)
        if made is not None and made != self.number:
            raise told.made_of_parts(SIZES[self.what], self.valid_from, self._said, made)
        if self.what == "area_m2" and not self.number:
            raise wrong("number", "建筑面积应大于 0", "A floor area is above 0")

    def _check_part(self, on: Institution, at: Acting, kind: SizeKind) -> None:
        if not self.ends:
            self._must_have_days(kind)
        if self.valid_to is None:
            return
        for one in self._like(on, at):
            before = one.valid_to is not None and one.valid_to <= self.valid_from
            if one.valid_from < self.valid_to and not before:
                raise told.overlaps(self._name(kind), (self.valid_from, self.valid_to), one)

    def _must_have_days(self, kind: SizeKind) -> None:
        if kind.counts == Counts.VISITS and not self.days:
            raise wrong("days", "须填写每人次的天数", "The days of each visit are asked for")
        if self.days is None:
            return
        if kind.size != "persons" or kind.counts == Counts.APART:
            raise wrong("days", "此类不填天数", "This kind has no days")
        if not 0 < self.days <= _YEAR:
            raise wrong("days", "天数应大于 0、不超过 366", "Days lie above 0 and at most at 366")

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the part, and the whole that figures divide by, before and after."""
        size = self._size(at)
        effects = []
        if self.what not in SIZES:
            held = [one for one in self._like(on, at) if one.holds_on(self.valid_from)]
            kind = self._kind(at)
            before = _said(held[0].number, held[0].days) if held else None
            after = None if self.ends else _said(self._said, self.days)
            effects.append(Effect("part", self._name(kind), before, after))
        old = on_day(at, on.institution_id, size, self.valid_from)
        self.do(on, at)
        new = on_day(at, on.institution_id, size, self.valid_from)
        where = {"size": size, "before": says(old), "after": says(new)}
        whole = [None if one is None else _with(one, UNITS[size]) for one in (old, new)]
        return [*effects, Effect("size", SIZES[size], whole[0], whole[1], where)]

    def do(self, on: Institution, at: Acting) -> SizeStated:
        """State it; the whole follows, and what was known before stays on record."""
        size = self._size(at)
        if self.what in SIZES:
            row = (self.valid_from, self.number, False, self.source)
            sizes.write_sums(at.connection, on.institution_id, size, [row], at.actor)
        else:
            self._state_part(on, at)
        renew(at, on.institution_id, size)
        whole = on_day(at, on.institution_id, size, self.valid_from)
        return SizeStated(
            institution_id=on.institution_id,
            what=self.what,
            part=self._part,
            number=None if self.number is None else says(self.number),
            valid_from=self.valid_from.isoformat(),
            size=size,
            whole=None if whole is None else says(whole),
        )

    def _state_part(self, on: Institution, at: Acting) -> None:
        key = (on.institution_id, self.what, self._part)
        by = self.source, at.actor
        sizes.state_part(at.connection, key, self.number, self.days, self.valid_from, *by)
        follows = {one.valid_from for one in self._like(on, at)}
        if self.valid_to is not None and self.valid_to not in follows:
            sizes.state_part(at.connection, key, None, None, self.valid_to, *by)

    @property
    def _part(self) -> str:
        return self.part or ""

    @property
    def _said(self) -> Decimal:
        return self.number or Decimal(0)

    def _kind(self, at: Acting) -> SizeKind:
        return next(one for one in sizes.kinds(at.connection, at.today) if one.code == self.what)

    def _size(self, at: Acting) -> str:
        return self.what if self.what in SIZES else self._kind(at).size

    def _name(self, kind: SizeKind) -> Words:
        name = f" {self._part}" if self._part else ""
        return Words(f"{kind.name_zh}{name}", f"{kind.name_en}{name}")

    def _like(self, on: Institution, at: Acting) -> list[SizePart]:
        """Return what is known of this very part."""
        return [
            one
            for one in sizes.parts(at.connection, on.institution_id)
            if (one.kind, one.part) == (self.what, self._part)
        ]


def _said(number: Decimal, days: Decimal | None) -> Words:
    return plain(says(number)) if days is None else plain(f"{says(number)} ({says(days)} d)")


def _with(number: Decimal, unit: Words) -> Words:
    return Words(f"{says(number)} {unit.zh}", f"{says(number)} {unit.en}")
