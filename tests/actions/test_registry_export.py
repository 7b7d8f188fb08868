"""A registry goes out as the files that an import takes, and comes back in equal."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import psycopg
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from actions.actor import SYSTEM, Actor, open_pool
from actions.registry.export import export_registry
from actions.registry.files import read, read_tables
from actions.registry.importing import register
from actions.registry.uploaded import uploaded_tables
from actions.registry.values import (
    NewExchange,
    NewKey,
    NewRegion,
    NewSetting,
    NewShare,
    ProblemsError,
    Registry,
)
from metering.errors import ConflictError, NotFoundError
from metering.institutions import Disclosure
from tests.actions.test_registry import METER, OFFICE

SINCE = METER.since
DAYS = [date(2024, 3, 1) + timedelta(days=31 * n) for n in range(6)]
INSTANTS = [datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=31 * n, hours=n) for n in range(6)]
COUNTED = (
    "region_fact", "institution", "institution_fact", "institution_code", "affiliation", "location",
    "meter", "channel", "channel_setting", "exchange", "gateway", "binding", "account_term",
)  # fmt: skip


@pytest.fixture
def here(database) -> Iterator[Actor]:
    """Where a registry is kept."""
    with open_pool(database.url("api"), max_size=2) as pool:
        yield Actor(pool, SYSTEM)


@pytest.fixture
def there(database_of_module) -> Iterator[Actor]:
    """A database of its own."""
    with open_pool(database_of_module.url("api"), max_size=2) as pool:
        yield Actor(pool, SYSTEM)


def out(actor: Actor, namespace: str, form: str = "zip") -> bytes:
    content = io.BytesIO()
    export_registry(actor, content, form, namespace)
    return content.getvalue()


def texts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def back(actor: Actor, content: bytes, namespace: str, name: str = "registry.zip"):
    return register(actor, read_tables(uploaded_tables(name, content), namespace))


def counted(actor: Actor) -> list[int]:
    """Return how many rows the tables have, those that are known no more among them."""
    with actor.look() as c:
        return [c.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in COUNTED]


SHARES = st.sampled_from([0, 250_000, 500_000, 1_000_000])


@st.composite
def histories(draw: st.DrawFn, n: int) -> list[Registry]:
    """Several imports of one roster: what is said later changes what was known."""
    roster = f"r{n}"
    codes = [f"{roster}-{name}" for name in "abc"]
    region = NewRegion(f"demo-{roster}", "city", "市,“一”", "City", "330000", is_demo=True)
    other = replace(region, code=f"demo-{roster}-2", climate_zone="cold")
    first = [
        replace(OFFICE, code=code, credit_code=None, region_code=region.code,
                location_region_code=region.code)
        for code in codes
    ]  # fmt: skip
    meters = [
        replace(METER, institution=code, gateway=f"demo/{roster}", key=code, meter=f"m{place}",
                share_millionths=draw(SHARES), ratio=Fraction(draw(st.sampled_from([1, 80]))))
        for place, code in enumerate(codes)
    ]  # fmt: skip
    later = st.lists(changes(roster, first, meters, [region, other]), min_size=1, max_size=4)
    return [Registry([region, other], first, meters, roster), *draw(later)]


@st.composite
def changes(draw: st.DrawFn, roster, first, meters, regions) -> Registry:
    """One import of what changed: facts, a region, an exchange with its ratio, keys, shares."""
    day, at = draw(st.sampled_from(DAYS)), draw(st.sampled_from(INSTANTS))
    who = draw(st.sampled_from(first))
    one, two = draw(st.permutations(meters))[:2]
    kinds = draw(st.sets(st.sampled_from(["fact", "region", "exchange", "key", "ended", "share",
                                          "moved", "earlier", "rekeyed"]), min_size=3))  # fmt: skip
    where = (one.institution, one.meter, one.channel)
    key = f"{roster}-k{draw(st.integers(0, 1))}"
    return Registry(
        [replace(regions[0], name_zh="新名", valid_from=day)] if "region" in kinds else [],
        [replace(who, area_m2=draw(st.sampled_from([None, Decimal("7.50"), Decimal(99)])),
                 persons=draw(st.sampled_from([None, Decimal(3)])), valid_from=day,
                 disclosure=draw(st.sampled_from(list(Disclosure))), source=f"deed {day}",
                 region_code=draw(st.sampled_from(regions)).code,
                 latitude=draw(st.sampled_from([None, 30.25])))] if "fact" in kinds else [],
        [replace(two, since=SINCE - timedelta(days=9))] * ("earlier" in kinds)
        + [replace(one, key=f"{one.key}-new", valid_from=at, share_millionths=draw(SHARES),
                   period_s=900, since=SINCE - timedelta(days=9))] * ("rekeyed" in kinds),
        roster,
        [NewExchange(*where, at, draw(st.sampled_from([None, Decimal("12.5")])), Decimal(1), "x")]
        if "exchange" in kinds else [],
        [NewSetting(*where, Fraction(draw(st.sampled_from(["100/3", "7"]))), 900, None,
                    Decimal(1000), at, "plate")] if "exchange" in kinds else [],
        [NewKey(f"demo/{roster}", key, *where, None if "moved" not in kinds else at, "k",
                held_by=draw(st.sampled_from([m.institution for m in meters])))]
        * ("key" in kinds)
        + [NewKey(f"demo/{roster}", one.key, "", "", "", at, "end", held_by=one.institution)]
        * ("ended" in kinds),
        [NewShare(two.institution, *where, draw(SHARES), day, "lease"),
         NewShare(one.institution, *where, draw(SHARES), day, "lease")]
        if "share" in kinds else [],
    )  # fmt: skip


def taken(actor: Actor, imports: list[Registry]) -> int:
    """Import what can be taken: of two exchanges of one instant, or a key of others, one is not."""
    register(actor, imports[0])
    count = 0
    for one in imports[1:]:
        try:
            register(actor, one)
        except ProblemsError:
            continue
        count += 1
    return count


numbers = iter(range(10_000))


@settings(max_examples=5)
@given(data=st.data())
def test_what_goes_out_comes_back_in_equal_and_changes_nothing_where_it_came_from(
    here, there, data
):
    roster = next(numbers)
    event(f"{taken(here, data.draw(histories(roster)))} later imports")
    first, rows = out(here, f"r{roster}"), counted(here)
    again = back(here, first, f"r{roster}")
    assert counted(here) == rows
    assert all(one.made == one.changed == 0 for one in again.counts().values()), again
    back(there, first, f"r{roster}")
    assert texts(out(there, f"r{roster}")) == texts(first)
    assert out(there, f"r{roster}") == first


BASE = Registry(
    [NewRegion("demo-x", "city", "市", "City", "330000", is_demo=True)],
    [replace(OFFICE, region_code="demo-x", location_region_code="demo-x"),
     replace(OFFICE, code="tenant", credit_code=None, region_code="demo-x",
             location_region_code="demo-x")],
    [METER],
    "x",
)  # fmt: skip
WHERE = ("office-1", "m1", "e")
AT = INSTANTS[2]


def later(**rows: object) -> Registry:
    return replace(Registry(namespace="x"), **rows)


def refused(actor: Actor, **rows: object) -> list[tuple[str, str]]:
    with pytest.raises(ProblemsError) as raised:
        register(actor, later(**rows))
    return [(one.code, one.where["field"]) for one in raised.value.problems]


def test_a_registry_by_hand(here, database_of_module, tmp_path):
    register(here, BASE)
    register(
        here,
        later(
            institutions=[
                replace(
                    BASE.institutions[0],
                    area_m2=Decimal(2000),
                    valid_from=date(2025, 7, 1),
                    source="deed 7",
                )
            ]
        ),
    )
    register(
        here,
        later(
            exchanges=[NewExchange(*WHERE, AT, Decimal("99.5"), Decimal(0), "form")],
            settings=[NewSetting(*WHERE, Fraction(80), 900, None, None, AT, "plate")],
            keys=[NewKey("demo/g", "k2", *WHERE, None, "spare")],
            shares=[
                NewShare("tenant", *WHERE, 250_000, date(2024, 6, 1), "lease"),
                NewShare("tenant", *WHERE, 0, date(2024, 9, 1), "lease"),
            ],
        ),
    )

    found = texts(out(here, "x"))
    assert found["institutions.csv"].splitlines()[1:] == [
        (
            f"office-1,示范机关,Demo Office,{OFFICE.credit_code},GOV,offices,city,demo-x,1234.5,,"
            "2024-01-01,demo-x,open,31.2,121.5,test"
        ),
        (
            f"office-1,示范机关,Demo Office,{OFFICE.credit_code},GOV,offices,city,demo-x,2000,,"
            "2025-07-01,demo-x,open,31.2,121.5,deed 7"
        ),
        (
            "tenant,示范机关,Demo Office,,GOV,offices,city,demo-x,1234.5,,2024-01-01,demo-x,open,"
            "31.2,121.5,test"
        ),
    ]
    assert found["channels.csv"].splitlines()[1:] == [
        (
            "office-1,m1,e,electricity,register,kWh,3600,500,100000,Asia/Shanghai,"
            "2024-03-01T00:00:00+08:00,demo-x/g1,m1.e,总表,Main meter,1000,1,,1,,,import"
        )
    ]
    assert found["exchanges.csv"].splitlines()[1:] == [
        "office-1,m1,e,2024-05-02T10:00:00+08:00,99.5,0,form"
    ]
    assert found["settings.csv"].splitlines()[1:] == [
        "office-1,m1,e,80,900,,,2024-05-02T10:00:00+08:00,plate"
    ]
    assert found["keys.csv"].splitlines()[1:] == ["demo/g,k2,office-1,m1,e,,,spare"]
    assert found["shares.csv"].splitlines()[1:] == [
        "tenant,office-1,m1,e,0.25,2024-06-01,lease",
        "tenant,office-1,m1,e,0,2024-09-01,lease",
    ]


def test_a_workbook_and_a_folder_say_the_same(here, tmp_path):
    register(here, BASE)
    rows = counted(here)

    again = back(here, out(here, "x", "xlsx"), "x", "registry.xlsx")
    assert all(one.made == one.changed == 0 for one in again.counts().values())
    written = export_registry(here, tmp_path / "out", "folder", "x")
    assert written.rows == {"regions.csv": 1, "institutions.csv": 2, "channels.csv": 1}
    register(here, read(tmp_path / "out", "x"))
    assert counted(here) == rows
    kept = {one.name: one.read_text(encoding="utf-8") for one in (tmp_path / "out").iterdir()}
    assert kept == texts(out(here, "x"))
    (tmp_path / "out" / "keys.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ConflictError, match=r"keys\.csv"):
        export_registry(here, tmp_path / "out", "folder", "x")


def test_a_keeper_that_nobody_knows_is_refused_and_others_are_counted(here):
    assert "channels.csv" in texts(out(here, "any"))  # an empty installation
    register(here, BASE)
    with pytest.raises(NotFoundError) as raised:
        out(here, "other")
    assert "x (2)" in raised.value.next_en
    register(here, Registry(namespace="other", institutions=[replace(
        BASE.institutions[0], code="o", name_en="Other", credit_code=None)]))  # fmt: skip
    assert export_registry(here, io.BytesIO(), "zip", "x").without_code == 1


def test_what_a_row_cannot_say_is_refused_with_its_place(here):
    register(here, BASE)
    here_once = NewExchange(*WHERE, AT, None, Decimal(5), "form")
    register(here, later(exchanges=[here_once]))

    assert refused(here, exchanges=[replace(here_once, initial=Decimal(6))]) == [
        ("import.other_exchange", "at")
    ]
    assert refused(here, exchanges=[here_once, here_once]) == [("import.said_twice", "at")]
    assert refused(here, exchanges=[replace(here_once, initial=Decimal("0.00051"))]) == [
        ("import.finer_than_quantum", "initial")
    ]
    assert refused(here, exchanges=[replace(here_once, channel="none")]) == [
        ("import.unknown_code", "channel")
    ]
    setting = NewSetting(*WHERE, Fraction(80), 900, None, None, INSTANTS[4], "plate")
    assert refused(here, settings=[setting]) == [("import.factor_without_exchange", "factor")]
    assert refused(here, settings=[replace(setting, wraps_at=Decimal(0), ratio=Fraction(1))]) == [
        ("channel.setting_out_of_bounds", "wraps_at")
    ]
    taken_key = NewKey(METER.gateway, METER.key, "", "", "", AT, "s")
    assert refused(here, keys=[taken_key]) == [("import.key_is_held", "key")]
    assert refused(here, keys=[replace(taken_key, meter="m1")]) == [
        ("import.empty_field", "institution"), ("import.empty_field", "channel"),
    ]  # fmt: skip
    assert refused(here, shares=[NewShare("nobody", *WHERE, 1, AT.date(), "s")]) == [
        ("import.unknown_code", "institution")
    ]


def test_an_exchange_that_is_imported_has_the_use_around_it_computed_anew(here, database):
    register(here, BASE)
    with psycopg.connect(database.admin_url) as c:
        c.execute("SELECT storage.ensure_months(%s, %s)", [INSTANTS[1], INSTANTS[3]])
        c.execute(
            "INSERT INTO reading (channel_id, at, rank, seq, value) SELECT id, t, 0, 1, 5 "
            "FROM channel, unnest(%s::timestamptz[]) t",
            [[INSTANTS[1], INSTANTS[3]]],
        )
        c.execute("DELETE FROM stale_usage")  # fmt: skip
    register(here, later(exchanges=[NewExchange(*WHERE, AT, None, Decimal(5), "form")]))

    with psycopg.connect(database.admin_url) as c:
        assert c.execute("SELECT first, last FROM stale_usage").fetchall() == [
            (INSTANTS[1], INSTANTS[3])
        ]
