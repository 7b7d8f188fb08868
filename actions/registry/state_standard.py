"""Stating what quota standards ask of an institution beyond the registry, declared once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Amount, Day, Line
from actions.registry.size_words import otherwise_heated
from actions.registry.sizes import HEATED_INPUT
from actions.registry.things import INSTITUTION
from actions.rights import Right
from metering.errors import InputError
from storage.registry import sizes, standard_facts, standard_lists
from storage.registry.institutions import Institution
from storage.registry.standard_facts import StandardFact

_OF: Final = {
    "kind": Words("类型", "Kind"),
    "level": Words("级别(标准用词)", "Level, in a standard's words"),
    "zone": Words("气候分区", "Climate zone"),
}
_HOLDS: Final = Words("属于", "falls under it")


class StandardStated(BaseModel):
    """What is known now."""

    institution_id: int
    what: str
    number: str | None
    valid_from: str
    source: str


def everything(at: Acting) -> Sequence[Option]:
    """Return all that may be stated: numbers of formulas, then words of standards."""
    stated = [
        Option(one.code, _with_unit(Words(one.name_zh, one.name_en), one.unit))
        for one in standard_lists.inputs_of(at.connection, at.today)
        if one.origin == "stated"
    ]
    words = [
        Option(f"{of}:{word}", Words(f"{_OF[of].zh}:{zh}", f"{_OF[of].en}: {en}"))
        for of, word, (zh, en) in standard_lists.words_of(at.connection, at.today)
    ]
    return [*stated, *words]


@dataclass(frozen=True, slots=True)
class _What:
    """What is stated: an input of formulas, or a dimension with a word."""

    input: str
    word: str

    @classmethod
    def of(cls, text: str) -> "_What":
        """Return it of the value of its choice."""
        name, _, word = text.partition(":")
        return cls(name, word)


class StateStandard(Action[Institution, StandardStated]):
    """State under which word of a standard an institution falls, or a number that one asks for.

    It holds from a day on until the next word on the same; an amount of a year holds for the year
    of that day alone.
    """

    about = About(
        code="standard.state",
        on=INSTITUTION,
        right=Right.REGISTER,
        path="/institutions/{on}/standard-facts",
        tag="institutions",
        zh="登记定额标准所需事项",
        en="State what quota standards ask",
        done=("已登记。", "Recorded."),
    )

    what: Annotated[str, Field(max_length=120)] = field(
        zh="事项", en="What", choices=everything, examples=["open_hours"]
    )
    number: Amount | None = field(
        zh="数值",
        en="Number",
        hint=(
            "类型、级别和分区不填",
            "None for kinds, levels and zones",
        ),
        default=None,
        examples=["2500"],
    )
    ends: bool = field(zh="自该日起不再适用", en="It holds no longer from that day", default=False)
    valid_from: Day = field(
        zh="起始日期",
        en="From",
        hint=("年度数量填该年 1 月 1 日", "For an amount of a year, its 1 January"),
        examples=["2026-01-01"],
    )
    source: Line = field(
        zh="依据", en="Evidence", hint=("文件名称和文号", "Document and number"),
        examples=["Notice 7"],
    )  # fmt: skip

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse a number where a word is stated, none where one is asked for, and odd ones."""
        what = _What.of(self.what)
        if (what.word or self.ends) and self.number is not None:
            raise _wrong("此处不填数值", "No number belongs here")
        if self.ends:
            return
        if what.word:
            self._must_agree(on, at, what)
        else:
            self._must_be_likely(on, at, what)

    def _must_agree(self, on: Institution, at: Acting, what: _What) -> None:
        """Refuse a word beside another of which a standard has only one, and name both."""
        others = standard_lists.rivals(at.connection, at.today, what.input, what.word)
        for one in standard_facts.known(at.connection, [on.institution_id]):
            ended = one.valid_to is not None and one.valid_to <= self.valid_from
            if one.input == what.input and one.word in others and not ended:
                raise _contradicts(at, what, one)

    def _must_be_likely(self, on: Institution, at: Acting, what: _What) -> None:
        """Refuse no number, and one beyond what the standard allows."""
        if self.number is None:
            raise _wrong("须填写数值", "A number is asked for")
        known = {one.code: one for one in standard_lists.inputs_of(at.connection, at.today)}
        least, most = known[what.input].least, known[what.input].most
        if (least is not None and self.number < least) or (most is not None and self.number > most):
            low, high = (("…" if one is None else f"{one:f}") for one in (least, most))
            raise _wrong(
                f"{self.number} 超出范围 {low} 至 {high}",
                f"{self.number} lies outside {low} to {high}",
            )
        if what.input == HEATED_INPUT:
            for one in sizes.said(at.connection, on.institution_id, "heated_m2"):
                ended = one.valid_to is not None and one.valid_to <= self.valid_from
                if one.known and not ended and one.number != self.number:
                    raise otherwise_heated(
                        max(one.valid_from, self.valid_from), one.number, self.number, self.source
                    )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return what held on that day before, and what will."""
        what = _What.of(self.what)
        held = [
            one
            for one in standard_facts.known(at.connection, [on.institution_id])
            if (one.input, one.word) == (what.input, what.word) and one.holds_on(self.valid_from)
        ]
        names = {one.value: one.words for one in everything(at)}
        before = _said(what, held[0].number, held[0].source) if held else None
        after = None if self.ends else _said(what, self._number(what), self.source)
        return [Effect("standard", names[self.what], before, after)]

    def do(self, on: Institution, at: Acting) -> StandardStated:
        """State it; what was known before stays on record."""
        what = _What.of(self.what)
        number = self._number(what)
        key = (what.input, what.word)
        standard_facts.state(
            at.connection, on.institution_id, key, number, self.valid_from, self.source, at.actor
        )
        return StandardStated(
            institution_id=on.institution_id,
            what=self.what,
            number=None if number is None else f"{number:f}",
            valid_from=self.valid_from.isoformat(),
            source=self.source,
        )

    def _number(self, what: _What) -> Decimal | None:
        if self.ends:
            return None
        return Decimal(1) if what.word else self.number


def _said(what: _What, number: Decimal | None, source: str) -> Words:
    if what.word:
        return Words(f"{_HOLDS.zh} ({source})", f"{_HOLDS.en} ({source})")
    return plain(f"{number:f} ({source})" if number is not None else source)


def _with_unit(words: Words, unit: str | None) -> Words:
    return Words(f"{words.zh} ({unit})", f"{words.en} ({unit})") if unit else words


def _contradicts(at: Acting, what: _What, held: StandardFact) -> InputError:
    names = {one.value: one.words for one in everything(at)}
    this, other = (names[f"{what.input}:{word}"] for word in (what.word, held.word))
    since, source = held.valid_from.isoformat(), held.source
    return InputError(
        "standard.contradicts",
        zh=f"“{this.zh}”与自 {since} 起已登记的“{other.zh}”({source})不能同时成立。",
        en=f"“{this.en}” contradicts “{other.en}”, stated from {since} on ({source}).",
        next_zh="如有变化,请先登记前者自该日起不再适用。",
        next_en="If it changed, state first that the other holds no longer from that day.",
        where={"field": "what", "value": held.word},
    )


def _wrong(zh: str, en: str) -> InputError:
    return InputError(
        "standard.bad_number",
        zh=f"{zh}。",
        en=f"{en}.",
        next_zh="请改正该字段。",
        next_en="Correct the field.",
        where={"field": "number"},
    )
