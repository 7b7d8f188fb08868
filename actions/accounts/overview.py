"""Reading what a board shows: institutions with a year's use, and the months of one of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from actions.accounts.profiles import known_profile
from actions.actor import Actor
from actions.registry.institutions import no_institution
from analytics.coverage import ENOUGH
from storage.accounts import ledger, overview
from storage.accounts.ledger import Account, AccountFilter
from storage.accounts.overview import Compared, Sizes, Sum
from storage.pages import check_size
from storage.registry import institutions, regions
from storage.registry.institutions import Fact, Institution, InstitutionFilter
from storage.registry.regions import Carrier, GridName, Profile, Region

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Words:
    """The names that lists and choices are made of."""

    carriers: dict[str, Carrier]
    profiles: list[Profile]
    regions: list[Region]
    grids: dict[str, GridName]


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of institutions with their metered use of twelve months, and the sums over all.

    last: the newest whole month that the reader has, or None; first: eleven before it.
    total: one sum per carrier over all `count` institutions, not only those of this page.
    sizes: area and persons over these months; stated: from whom they are.
    """

    words: Words
    profile: str
    first: date | None
    last: date | None
    count: int
    rows: list[Institution]
    sums: dict[int, list[Sum]]
    total: list[Sum]
    sizes: dict[int, Sizes]
    stated: dict[int, list[Fact]]


@dataclass(frozen=True, slots=True)
class Year:
    """The accounts of one institution in twelve months, and in the twelve before them.

    sizes: area and persons over the twelve months; stated: from whom they are.
    expected_s: the seconds that each (carrier, month) should hold, also where it has no account.
    compared: what of a month the year before has measured too. enough: the share without which
    its office compares nothing.
    newest: its last month with an account; unless asked, the twelve end with the last whole one.
    """

    words: Words
    profile: str
    institution: Institution
    months: list[date]
    accounts: list[Account]
    before: list[Account]
    expected_s: dict[tuple[str, date], int]
    compared: dict[tuple[str, date], Compared]
    enough: Decimal
    newest: date | None
    sizes: Sizes
    stated: list[Fact]


def overview_of(
    actor: Actor,
    wanted: InstitutionFilter,
    *,
    page: int = 1,
    size: int = 25,
    profile: str | None = None,
) -> Overview:
    """Return one page of the institutions that the reader sees, in order of their id."""
    check_size(size, 200)
    with actor.look() as connection:
        code = known_profile(connection, profile)
        ids = institutions.matching(connection, wanted)
        shown = ids[(page - 1) * size :][:size] if page > 0 else []
        rows = institutions.some(connection, shown)
        words = _words(connection, regions.tree(connection, only_seen=True))
        last = overview.last_month(connection)
        if last is None:
            return Overview(words, code, None, None, len(ids), rows, {}, [], {}, {})
        first, until = months_before(last, MONTHS - 1), months_before(last, -1)
        sums: dict[int, list[Sum]] = {}
        for one in overview.sums_of_each(connection, shown, first, until, code):
            sums.setdefault(one.institution_id, []).append(one)
        total = overview.sums(connection, ids, first, until, code)
        sizes = overview.sizes(connection, shown, first, until)
        stated = institutions.sizes_stated(connection, shown, first, until)
    return Overview(words, code, first, last, len(ids), rows, sums, total, sizes, stated)


def year_of(
    actor: Actor, institution_id: int, *, last: date | None = None, profile: str | None = None
) -> Year:
    """Return the accounts of twelve months; last: the month that ends them."""
    with actor.look() as connection:
        found = institutions.one(connection, institution_id)
        if found is None:
            raise no_institution(institution_id)
        code = known_profile(connection, profile)
        words = _words(connection, [])
        whole, newest = overview.last_months_of(connection, institution_id)
        ends = last or whole
        if ends is None:
            return Year(words, code, found, [], [], [], {}, {}, ENOUGH, None, Sizes(), [])
        until = months_before(ends.replace(day=1), -1)
        first, earlier = months_before(until, MONTHS), months_before(until, 2 * MONTHS)
        rows = ledger.accounts(connection, [institution_id], AccountFilter(earlier, until), code)
        expected_s = overview.expected(connection, institution_id, first, until)
        both = overview.compared(connection, institution_id, first, until)
        share = overview.enough_of(connection, institution_id)
        sizes = overview.sizes(connection, [institution_id], first, until)
        stated = institutions.sizes_stated(connection, [institution_id], first, until)
    months = [months_before(first, -step) for step in range(MONTHS)]
    return Year(
        words,
        code,
        found,
        months,
        [row for row in rows if row.month >= first],
        [row for row in rows if row.month < first],
        expected_s,
        both,
        share,
        newest,
        sizes.get(institution_id, Sizes()),
        stated.get(institution_id, []),
    )


def _words(connection: Connection[Any], tree: list[Region]) -> Words:
    """Return the names of carriers and profiles, beside those of the regions to choose from."""
    carriers = {one.code: one for one in regions.carriers(connection)}
    grids = {one.code: one for one in regions.grids(connection)}
    return Words(carriers, regions.profiles(connection), tree, grids)


def months_before(month: date, count: int) -> date:
    """Return the first day of the month that lies so many months earlier; later if negative."""
    place = month.year * 12 + month.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)
