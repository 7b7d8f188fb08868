"""What tables of a year's months by institution share: which are wanted, and so many of them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from actions.accounts.closing_fields import Year
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.tables import Column, Filter
from actions.things import every_region
from storage.pages import Page, cursor_of, key_of
from storage.registry import institutions
from storage.registry.institutions import InstitutionFilter

OneT = TypeVar("OneT")


class OfYear(Filter):
    """Of which year and institutions months are wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    region: Id | None = field(
        zh="行政区划(含下级)", en="Region, with its lower ones", choices=every_region, default=None
    )
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )

    def of(self, at: Acting) -> int:
        """Return the year: last year where none is said."""
        return self.year or at.today.year - 1


@dataclass(frozen=True)  # slots break MonthOf[T](...) on Python 3.11
class MonthOf(Generic[OneT]):
    """A month with what its institution is called; `one` has institution_id and per_unit."""

    one: OneT
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return int(self.one.institution_id)  # type: ignore[attr-defined]


def months_of(
    at: Acting,
    asked: OfYear,
    after: str | None,
    limit: int,
    listed: Callable[[list[int]], Iterable[OneT]],
    among: Collection[int] | None = None,
) -> Page[MonthOf[OneT]]:
    """Return the months of so many institutions, each with all that are listed of it.

    among: whose months alone there are; None: anybody's.
    """
    (last,) = key_of(after, 0)
    found = institutions.matching(at.connection, InstitutionFilter(region_id=asked.region))
    ids = [
        one
        for one in found
        if one > int(last) and asked.institution in (None, one) and (among is None or one in among)
    ]
    some = ids[:limit]
    names = institutions.names(at.connection, some)
    rows = [
        MonthOf(one, *names.get(one.institution_id, (None, None)))  # type: ignore[attr-defined]
        for one in listed(some)
    ]
    return Page(rows, cursor_of(some[-1]) if len(ids) > limit else None)


def amount(name: str, zh: str, en: str, **told: Any) -> Column:
    """Return the column of an amount, in the unit of its row's carrier."""
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row.one, name), row.one.per_unit),
        "number",
        unit_of=lambda row: row.one.unit,
        **told,
    )
