"""The table of areas and persons: each whole, and the parts that it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import institution_columns
from actions.registry.size_words import SIZES, UNITS
from actions.tables import Column, Filter, Table, attribute, page_of
from analytics.sizes import Counts, Part, rounded
from storage.pages import Page, key_of
from storage.registry import sizes
from storage.registry.sizes import SizeKind, SizeRow


class Size(StrEnum):
    """Which whole."""

    AREA = "area_m2"
    HEATED = "heated_m2"
    COOLED = "cooled_m2"
    PERSONS = "persons"


_BASIS: Final[Mapping[str, Words]] = {
    "part": Words("构成", "part"),
    "beside": Words("另列", "beside"),
    "derived": Words("构成之和", "sum of parts"),
    "typed": Words("填报", "as stated"),
}


class WhichSizes(Filter):
    """Which areas and persons are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    size: Size | None = field(zh="面积或人数", en="Area or persons", names=SIZES, default=None)


@dataclass(frozen=True, slots=True)
class SizeShown:
    """A whole or a part, with the kind of the part."""

    one: SizeRow
    kind: SizeKind | None

    @property
    def basis(self) -> str:
        """Return part, beside, derived or typed."""
        if self.kind is not None:
            return "beside" if self.kind.counts == Counts.APART else "part"
        return "derived" if self.one.derived else "typed"

    @property
    def adds(self) -> str:
        """What it comes to in its whole; 0 of what is kept beside."""
        if self.kind is None:
            return f"{self.one.number.normalize():f}"
        of, counts = self.one, Counts(self.kind.counts)
        part = Part(of.number, counts, of.days, of.valid_from, of.valid_to)
        return f"{rounded(part.adds):f}"

    def unit(self, lang: Lang) -> str:
        """Return the unit of its number."""
        if self.kind is None:
            return UNITS[self.one.size].say(lang)
        return self.kind.unit_zh if lang == "zh" else self.kind.unit_en

    def name(self, lang: Lang) -> str:
        """Return what it is called."""
        if self.kind is None:
            return SIZES[self.one.size].say(lang)
        return self.kind.name_zh if lang == "zh" else self.kind.name_en


def _ask(at: Acting, asked: WhichSizes, after: str | None, limit: int) -> Page[SizeShown]:
    who, size, place, part, since = key_of(after, 0, "", 0, "", "")
    found = sizes.listed(
        at.connection, after=(int(who), str(size), int(place), str(part), str(since)),
        most=limit + 1, day=at.today, institution=asked.institution, size=asked.size,
    )  # fmt: skip
    kinds = {one.code: one for one in sizes.kinds(at.connection, at.today)}
    rows = [SizeShown(one, kinds.get(one.kind)) for one in found]
    return page_of(rows, limit, lambda row: row.one.key)


SIZES_TABLE: Final = Table[SizeShown, WhichSizes](
    code="sizes",
    path="/sizes",
    page="/sizes",
    words=Words("面积和人数", "Area and persons"),
    about="Area and persons of institutions that have parts, or of the one asked for: each whole, "
    "which all figures divide by, and the parts that it is made of, as they hold from their days. "
    "`typed` is what was stated beside a sum of parts.",
    tag="institutions",
    columns=(
        *institution_columns(lambda row: row.one),
        Column(
            "size",
            Words("面积或人数", "Area or persons"),
            lambda row: row.one.size,
            shown=lambda row, lang: SIZES[row.one.size].say(lang),
            apart=True,
        ),
        Column(
            "basis",
            Words("依据类型", "Basis"),
            lambda row: row.basis,
            shown=lambda row, lang: _BASIS[row.basis].say(lang),
            look="tag",
        ),
        Column(
            "what",
            Words("事项", "What"),
            lambda row: row.one.kind,
            shown=lambda row, lang: row.name(lang),
        ),
        attribute("one.part", "名称", "Which one", called="part"),
        Column(
            "number",
            Words("数量", "Number"),
            lambda row: f"{row.one.number.normalize():f}",
            "number",
            unit_of=lambda row: row.unit("en"),
        ),
        Column(
            "days",
            Words("天数", "Days"),
            lambda row: None if row.one.days is None else f"{row.one.days.normalize():f}",
            "number",
            hint=Words(
                "在册人员为不在单位的天数,人次为每人次天数",
                "Of staff and students those absent, of visits the days of each",
            ),
        ),
        Column(
            "adds",
            Words("计入合计", "Comes to"),
            lambda row: row.adds,
            "number",
            hint=Words("人数为全年日平均", "Persons: on the average day of the year"),
        ),
        Column(
            "typed",
            Words("另有填报", "Stated beside"),
            lambda row: None if row.one.typed is None else f"{row.one.typed.normalize():f}",
            "number",
        ),
        attribute("one.valid_from", "起始日期", "From", "day", called="valid_from"),
        attribute("one.valid_to", "截止日期(不含)", "Until, not included", "day",
                  called="valid_to"),
        attribute("one.source", "依据", "Evidence", called="source"),
        attribute("one.known_since", "登记时间", "Recorded", "instant", called="known_since",
                  apart=True),
    ),
    filter=WhichSizes,
    ask=_ask,
    empty=Words("没有登记面积和人数的构成。", "No parts of area and persons are stated."),
    then=Words("请在机构页面登记面积和人数。", "State them on the page of the institution."),
)  # fmt: skip
