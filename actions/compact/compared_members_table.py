"""The table of members side by side: under their own profiles, and under the agreed one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Month
from actions.registry.named import in_words
from actions.spans import month_after
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_union
from storage.compact import compared_members, unions
from storage.compact.compared_members import ComparedMember

_PLACES: Final = Decimal("0.0001")


class WhichMembers(Filter):
    """Of which union and months members are compared."""

    union: Id | None = field(
        zh="区域联合体", en="Union", hint=("不填为第一个", "Left open: the first"),
        choices=every_union, default=None,
    )  # fmt: skip
    from_: Month | None = field(zh="起始月份(默认近十二个月)", en="The first month", default=None)
    to: Month | None = field(zh="终止月份(含)", en="The last month, included", default=None)

    def months(self, today: date) -> tuple[date, date]:
        """Return the first month and that after the last; the twelve that are over if unsaid."""
        until = month_after(self.to) if self.to else today.replace(day=1)
        return (self.from_ or until.replace(year=max(until.year - 1, 1))).replace(day=1), until


@dataclass(frozen=True, slots=True)
class Compared:
    """A member with its intensities, and its place by area under each profile; 1 is the lowest."""

    one: ComparedMember
    own_per_m2: Decimal | None
    agreed_per_m2: Decimal | None
    own_per_person: Decimal | None
    agreed_per_person: Decimal | None
    own_place: int | None = None
    agreed_place: int | None = None


def _per(grams: Decimal | None, of: Decimal | None) -> Decimal | None:
    return None if grams is None or not of else grams / 1000 / of


def compared(found: Sequence[ComparedMember]) -> list[Compared]:
    """Return members with their places; who shares a value shares its place."""
    each = [
        Compared(
            one,
            _per(one.own_of_area_g, one.area_m2),
            _per(one.agreed_of_area_g, one.area_m2),
            _per(one.own_of_persons_g, one.persons),
            _per(one.agreed_of_persons_g, one.persons),
        )
        for one in found
    ]
    return [
        Compared(
            one.one, one.own_per_m2, one.agreed_per_m2, one.own_per_person, one.agreed_per_person,
            _place(one.own_per_m2, [other.own_per_m2 for other in each]),
            _place(one.agreed_per_m2, [other.agreed_per_m2 for other in each]),
        )
        for one in each
    ]  # fmt: skip


def _place(mine: Decimal | None, all_: Sequence[Decimal | None]) -> int | None:
    if mine is None:
        return None
    return 1 + sum(other < mine for other in all_ if other is not None)


def _rows(at: Acting, asked: WhichMembers) -> Iterator[Compared]:
    chosen = asked.union
    if chosen is None:
        seen = unions.listed(at.connection)
        chosen = seen[0].union_id if seen else None
    if chosen is None:
        return
    first, until = asked.months(at.today)
    yield from compared(compared_members.compared(at.connection, chosen, first, until, at.today))


def _kgce(name: str, zh: str, en: str, of: Callable[[Compared], Decimal | None]) -> Column:
    def value(row: Compared) -> str | None:
        grams = of(row)
        return in_units(None if grams is None else int(grams), 1000)

    return Column(name, Words(zh, en), value, "number", "kgce", places=0)


def _rate(
    name: str, zh: str, en: str, unit: str, of: Callable[[Compared], Decimal | None]
) -> Column:
    def value(row: Compared) -> str | None:
        found = of(row)
        return None if found is None else format(found.quantize(_PLACES), "f")

    return Column(name, Words(zh, en), value, "number", unit)


COMPARED: Final = Table[Compared, WhichMembers](
    code="member-comparison",
    path="/member-comparison",
    page="/member-comparison",
    words=Words("成员比较", "Members compared"),
    about="Members of a union over whole months, each under its own profile and recomputed under "
    "the agreed one: energy of the institutions that the reader sees and of which enough is "
    "known, per area and person of those whose area and persons are known. What has no coefficient "
    "under one of both counts under neither. Places are by energy per area, 1 is the lowest.",
    tag="unions and targets",
    columns=(
        Column("region_id", Words("行政区划编号", "Region"), lambda row: row.one.region_id,
               "whole", only="programs"),
        Column("name_zh", Words("中文名称", "Chinese"), lambda row: row.one.name_zh,
               only="programs"),
        Column("name_en", Words("英文名称", "English"), lambda row: row.one.name_en,
               only="programs"),
        Column("member", Words("成员单位", "Member"),
               shown=lambda row, lang: in_words(row.one.name_zh, row.one.name_en, lang),
               only="people"),
        Column("own", Words("自有系数组", "Own profile"), lambda row: row.one.own, look="code"),
        Column("agreed", Words("议定系数组", "Agreed profile"), lambda row: row.one.agreed,
               look="code"),
        Column("institutions", Words("机构数", "Institutions"), lambda row: row.one.institutions,
               "whole"),
        Column("enough", Words("计量充分", "Enough known"), lambda row: row.one.enough, "whole"),
        _kgce("own_kgce", "综合能耗(自有)", "Energy, own", lambda row: row.one.own_g),
        _kgce("agreed_kgce", "综合能耗(议定)", "Energy, agreed", lambda row: row.one.agreed_g),
        _rate("own_per_m2", "单位面积(自有)", "Per area, own", "kgce/m2",
              lambda row: row.own_per_m2),
        _rate("agreed_per_m2", "单位面积(议定)", "Per area, agreed", "kgce/m2",
              lambda row: row.agreed_per_m2),
        attribute("own_place", "名次(自有)", "Place, own", "whole"),
        attribute("agreed_place", "名次(议定)", "Place, agreed", "whole"),
        _rate("own_per_person", "人均(自有)", "Per person, own", "kgce/person",
              lambda row: row.own_per_person),
        _rate("agreed_per_person", "人均(议定)", "Per person, agreed", "kgce/person",
              lambda row: row.agreed_per_person),
        Column("without", Words("未计入品种", "Without"), lambda row: row.one.without, "several",
               hint=Words("在任一系数组中无系数", "No coefficient under one of both")),
    ),
    filter=WhichMembers,
    every=_rows,
    actions=("region.profile",),
    empty=Words("没有可比较的成员。", "No members to be compared."),
    hint=Words(
        "各成员既按自有折标系数组、也按议定的同一组重算;名次只在议定一列可比。",
        "Each member under its own coefficients, and recomputed under the agreed ones: places are "
        "comparable in the agreed column alone.",
    ),
)  # fmt: skip
