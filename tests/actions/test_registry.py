"""An import of the registry happens as a whole, is found again, and changes from a day on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import psycopg
import pytest

from actions.actor import SYSTEM, Actor, open_pool
from actions.registry.importing import (
    Count,
    NewChannel,
    NewInstitution,
    NewRegion,
    ProblemsError,
    Registry,
    register,
)
from metering.channels import Kind
from metering.errors import NotFoundError
from metering.institutions import Disclosure, credit_code_check

REGIONS = (
    NewRegion("demo-x1", "city", "示范市", "Demo City", "demo-x", is_demo=True),
    NewRegion("demo-x", "province", "示范省", "Demo Province", "000000", is_demo=True),
)
CREDIT = "11110000000000123"
CREDIT += credit_code_check(CREDIT)
MISTYPED = CREDIT[:17] + ("0" if CREDIT[17] != "0" else "1")
OFFICE = NewInstitution(
    code="office-1",
    name_zh="示范机关",
    name_en="Demo Office",
    credit_code=CREDIT,
    class_code="GOV",
    department_line="offices",
    level="city",
    region_code="demo-x1",
    location_region_code="demo-x1",
    area_m2=Decimal("1234.5"),
    persons=None,
    disclosure=Disclosure.OPEN,
    valid_from=date(2024, 1, 1),
    latitude=31.2,
    longitude=121.5,
    source="test",
)
METER = NewChannel(
    institution="office-1",
    meter="m1",
    channel="e",
    carrier="electricity",
    kind=Kind.REGISTER,
    unit="kWh",
    per_unit=1000,
    ratio=Fraction(1),
    period_s=3600,
    max_per_hour=500_000,
    wraps_at=100_000_000,
    net=False,
    zone="Asia/Shanghai",
    since=datetime(2024, 2, 29, 16, 0, tzinfo=UTC),  # 1 March in Shanghai
    gateway="demo-x/g1",
    key="m1.e",
    share_millionths=1_000_000,
    name_zh="总表",
    name_en="Main meter",
)
ALL = Registry(REGIONS, (OFFICE,), (METER,), "test")
NOTHING = Count()


@pytest.fixture
def actor(database) -> Iterator[Actor]:
    with open_pool(database.url("api"), max_size=2) as pool:
        yield Actor(pool, SYSTEM)


def rows(database, query: str) -> list:
    with psycopg.connect(database.admin_url) as c:
        c.execute("SET timezone = 'UTC'")
        return c.execute(query).fetchall()


def only_channel(actor: Actor, **changes) -> object:
    return register(actor, Registry(channels=[replace(METER, **changes)], namespace="test"))


def problems(actor: Actor, registry: Registry) -> list[tuple[str, str]]:
    with pytest.raises(ProblemsError) as raised:
        register(actor, registry)
    return [(p.code, p.where["field"]) for p in raised.value.problems]


def test_an_import_is_registered_once_and_found_again(actor, database):
    first = register(actor, ALL)
    facts = rows(database, "SELECT * FROM institution_fact ORDER BY id")
    second = register(actor, ALL)

    assert (first.regions, first.institutions, first.channels) == (Count(2), Count(1), Count(1))
    assert second.regions == Count(unchanged=2)
    assert second.institutions == second.channels == Count(unchanged=1)
    assert rows(database, "SELECT * FROM institution_fact ORDER BY id") == facts
    assert rows(database, "SELECT count(*) FROM channel_setting") == [(1,)]


def test_a_dry_run_counts_and_keeps_nothing(actor, database):
    assert register(actor, ALL, dry_run=True) == register(actor, ALL, dry_run=True)

    for table in ("institution", "meter", "channel", "gateway", "institution_code"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(0,)]
    assert rows(database, "SELECT count(*) FROM audit_entry WHERE act = 'registry.import'") == [
        (0,)
    ]


def test_what_is_not_known_is_not_written(actor, database):
    register(actor, ALL)

    attributes = {row[0] for row in rows(database, "SELECT attribute FROM institution_fact")}
    assert "area_m2" in attributes
    assert "persons" not in attributes


def test_settings_hold_from_always_and_the_account_from_the_civil_day(actor, database):
    register(actor, ALL)

    assert rows(database, "SELECT valid_from::text, valid_to FROM channel_setting") == [
        ("-infinity", None)
    ]
    assert rows(database, "SELECT valid_from::text, valid_to FROM binding") == [("-infinity", None)]
    assert rows(database, "SELECT valid_from, valid_to, share FROM account_term") == [
        (date(2024, 3, 1), None, 1_000_000)
    ]


def test_a_change_in_the_world_keeps_what_held_before(actor, database):
    register(actor, ALL)
    moved = replace(OFFICE, area_m2=Decimal(2000), valid_from=date(2025, 7, 1))

    done = register(actor, replace(ALL, institutions=[moved]))

    assert done.institutions == Count(changed=1)
    known = """SELECT number, valid_from, valid_to FROM institution_fact
                WHERE attribute = 'area_m2' AND known_until IS {} NULL ORDER BY valid_from"""
    assert rows(database, known.format("")) == [
        (Decimal("1234.5"), date(2024, 1, 1), date(2025, 7, 1)),
        (Decimal(2000), date(2025, 7, 1), None),
    ]
    assert rows(database, known.format("NOT")) == [(Decimal("1234.5"), date(2024, 1, 1), None)]
    assert register(actor, replace(ALL, institutions=[moved])).institutions == Count(unchanged=1)
    assert register(actor, ALL).institutions == Count(unchanged=1), "the old file says the same"


def test_a_correction_replaces_what_was_known(actor, database):
    register(actor, ALL)

    register(actor, replace(ALL, institutions=[replace(OFFICE, area_m2=Decimal(99))]))

    known = "SELECT number, valid_from FROM institution_fact WHERE attribute = 'area_m2'"
    assert rows(database, f"{known} AND known_until IS NULL") == [(Decimal(99), date(2024, 1, 1))]


def test_empty_fields_change_nothing(actor):
    register(actor, ALL)
    silent = replace(OFFICE, area_m2=None, credit_code=None, latitude=None, longitude=None)

    done = register(actor, replace(ALL, institutions=[silent]))

    assert done.institutions == Count(unchanged=1)


def test_an_institution_is_found_by_its_credit_code_in_another_roster(actor, database):
    register(actor, ALL)

    done = register(actor, Registry((), [replace(OFFICE, code="A-7")], (), "health roster"))

    assert done.institutions == Count(unchanged=1)
    assert rows(database, "SELECT count(*) FROM institution") == [(1,)]
    assert rows(database, "SELECT count(*) FROM institution_code") == [(2,)]


def test_a_code_and_a_credit_code_of_different_institutions_are_refused(actor):
    register(actor, ALL)
    other = replace(OFFICE, code="office-2", credit_code=None)
    register(actor, Registry((), [other], (), "test"))

    clash = replace(other, credit_code=CREDIT)

    assert problems(actor, Registry((), [clash], (), "test")) == [
        ("import.two_institutions", "credit_code")
    ]


def test_changed_settings_say_since_when_and_queue_their_readings(actor, database):
    register(actor, ALL)
    changes = {"max_per_hour": 900_000}
    assert problems(actor, Registry(channels=[replace(METER, **changes)], namespace="test")) == [
        ("import.undated_change", "factor")
    ]
    with psycopg.connect(database.admin_url) as c:
        c.execute("SELECT storage.ensure_months('2024-03-01', '2025-06-01')")
        c.execute("""INSERT INTO reading (channel_id, at, value, rank, seq)
                     SELECT id, at, 1, 0, 0 FROM channel, generate_series(
                     timestamptz '2024-03-02', '2025-05-02', '30 days') at""")

    from_then = datetime(2025, 1, 1, tzinfo=UTC)
    done = only_channel(actor, valid_from=from_then, **changes)

    assert done.channels == Count(changed=1)
    assert rows(database, "SELECT first FROM stale_usage") == [(from_then,)]
    assert only_channel(actor, valid_from=from_then, **changes).channels == Count(unchanged=1)
    assert register(actor, ALL).channels == Count(unchanged=1)


def test_a_factor_changes_only_at_an_exchange(actor, database):
    register(actor, ALL)
    at = datetime(2025, 1, 1, tzinfo=UTC)
    changed = Registry(
        channels=[replace(METER, ratio=Fraction(40), valid_from=at)], namespace="test"
    )

    assert problems(actor, changed) == [("import.factor_without_exchange", "factor")]

    with psycopg.connect(database.admin_url) as c:
        c.execute("""INSERT INTO exchange (channel_id, at, initial, source, known_by)
                     SELECT id, '2025-01-01+00', 0, 't', 'user:1' FROM channel""")
    assert register(actor, changed).channels == Count(changed=1)


def test_a_wrong_factor_is_mended_for_all_time(actor, database):
    register(actor, ALL)

    only_channel(actor, ratio=Fraction(40), valid_from=METER.since)

    assert rows(
        database, "SELECT factor, valid_from::text FROM channel_setting WHERE known_until IS NULL"
    ) == [(40, "-infinity")]


def test_a_changed_share_queues_every_institution_of_the_channel(actor, database):
    register(actor, ALL)
    with psycopg.connect(database.admin_url) as c:
        c.execute("INSERT INTO institution (id) VALUES (1000)")
        c.execute("""INSERT INTO account_term (institution_id, carrier, channel_id, share,
                         valid_from, source, known_by)
                     SELECT 1000, carrier, id, 1, '2024-03-01', 't', 'user:1' FROM channel""")

    from_then = datetime(2025, 6, 30, 16, 0, tzinfo=UTC)
    only_channel(actor, share_millionths=600_000, valid_from=from_then)

    assert rows(database, "SELECT count(*), min(first) FROM stale_account") == [
        (2, date(2025, 7, 1))
    ]
    only_channel(actor, share_millionths=0, valid_from=datetime(2025, 12, 31, 16, tzinfo=UTC))
    assert rows(
        database,
        """SELECT share, valid_from, valid_to FROM account_term
            WHERE known_until IS NULL AND institution_id <> 1000 ORDER BY valid_from""",
    ) == [
        (1_000_000, date(2024, 3, 1), date(2025, 7, 1)),
        (600_000, date(2025, 7, 1), date(2026, 1, 1)),
    ]


def test_a_key_that_meant_another_channel_means_the_new_one_from_its_beginning(actor, database):
    register(actor, ALL)
    since = datetime(2025, 1, 1, tzinfo=UTC)

    only_channel(actor, meter="m2", since=since)

    assert rows(
        database,
        """SELECT m.code, b.valid_from::text, b.valid_to FROM binding b
             JOIN channel c ON c.id = b.channel_id JOIN meter m ON m.id = c.meter_id
            WHERE b.known_until IS NULL ORDER BY b.valid_from""",
    ) == [("m1", "-infinity", since), ("m2", "2025-01-01 00:00:00+00", None)]


def test_a_key_of_another_institution_is_taken_over_only_where_both_are_named(actor, database):
    register(actor, ALL)
    school = replace(OFFICE, code="school", name_zh="学校", name_en="School", credit_code=None)
    register(actor, replace(ALL, institutions=[school], channels=[], namespace="theirs"))
    since = datetime(2025, 1, 1, tzinfo=UTC)
    wants = replace(METER, institution="school", since=since)
    before = rows(database, "SELECT id, channel_id, valid_to FROM binding ORDER BY id")

    for held_by in ("", "somebody", "school"):
        taken = Registry(channels=[replace(wants, held_by=held_by)], namespace="theirs")
        with pytest.raises(ProblemsError) as refused:
            register(actor, taken)
        (problem,) = refused.value.problems
        assert problem.code == "import.key_is_held"
        for side in (OFFICE.name_zh, "school", METER.gateway, METER.key):
            assert side in problem.en
        assert rows(database, "SELECT id, channel_id, valid_to FROM binding ORDER BY id") == before
    named = Registry(channels=[replace(wants, held_by=OFFICE.code)], namespace="theirs")
    register(actor, named)
    assert rows(
        database,
        """SELECT valid_from::text, valid_to FROM binding
            WHERE known_until IS NULL ORDER BY valid_from""",
    ) == [("-infinity", since), ("2025-01-01 00:00:00+00", None)]


def test_a_tenant_moves_and_the_channel_stays(actor, database):
    register(actor, ALL)
    tenant = replace(OFFICE, code="tenant", credit_code=None)
    at = datetime(2025, 3, 14, 16, 0, tzinfo=UTC)  # 15 March in Shanghai
    out = replace(METER, share_millionths=0, valid_from=at)
    move = replace(METER, institution="tenant", held_by=OFFICE.code, valid_from=at)

    register(actor, Registry(channels=[out], namespace="test"))
    done = register(actor, Registry(REGIONS, [tenant], [move], "test"))

    assert (done.channels, done.notes[0].code) == (Count(changed=1), "import.tenant_moved")
    assert rows(database, "SELECT count(*) FROM channel") == [(1,)]
    assert rows(
        database,
        """SELECT institution_id, channel_id, valid_from, valid_to FROM account_term
            WHERE known_until IS NULL ORDER BY 1, 3""",
    ) == [(1, 1, date(2024, 3, 1), date(2025, 3, 15)), (2, 1, date(2025, 3, 15), None)]
    assert rows(database, "SELECT DISTINCT first FROM stale_account WHERE institution_id = 2") == [
        (date(2025, 3, 15),)
    ]
    again = register(actor, Registry(channels=[move], namespace="test"))
    assert again.channels == Count(unchanged=1)


def test_shares_that_exceed_the_whole_are_named_from_their_day(actor):
    register(actor, ALL)
    tenant = replace(OFFICE, code="tenant", credit_code=None)
    at = datetime(2025, 3, 14, 16, 0, tzinfo=UTC)  # 15 March in Shanghai
    move = replace(
        METER, institution="tenant", held_by=OFFICE.code, valid_from=at, share_millionths=250_000
    )

    def told(*channels) -> list[str]:
        done = register(actor, Registry(REGIONS, [tenant], list(channels), "test"))
        return [one.en for one in done.notes if one.code == "import.counted_beyond"]

    (message,) = told(move)
    assert "from 2025-03-15 on" in message
    assert "1.25, more than 1" in message
    assert told(replace(METER, share_millionths=750_000, valid_from=at)) == []
    assert told(move) == []


def test_a_sub_meter_that_counts_beside_its_main_meter_is_named(actor, database):
    register(actor, ALL)
    sub = replace(METER, meter="sub", key="sub")
    assert not told_twice(register(actor, Registry(channels=[sub], namespace="test")))
    rows(
        database,
        """INSERT INTO submeter (channel_id, carrier, main_id, valid_from, source, known_by)
           SELECT max(id), min(carrier), min(id), '2025-01-01', 'test', 'user:1' FROM channel
           RETURNING id""",
    )
    (note,) = told_twice(register(actor, Registry(channels=[sub], namespace="test")))
    assert all(part in note for part in ("from 2025-01-01 on", "sub/", METER.meter))
    apart = replace(sub, share_millionths=0, valid_from=sub.since)
    assert not told_twice(register(actor, Registry(channels=[apart], namespace="test")))


def told_twice(done) -> list[str]:
    return [one.en for one in done.notes if one.code == "import.counts_with_main"]


def test_channels_of_a_meter_that_all_count_are_named(actor):
    rates = [replace(METER, channel=code, key=code) for code in ("total", "peak", "valley")]
    done = register(actor, replace(ALL, channels=[METER, *rates]))
    (note,) = [one for one in done.notes if one.code == "import.counted_together"]
    for part in (OFFICE.name_zh, METER.meter, "4 channels", "peak", "total", "valley"):
        assert part in note.en
    assert "重复计入" in note.zh

    always = [replace(one, share_millionths=0, valid_from=METER.since) for one in rates]
    again = register(actor, replace(ALL, channels=[METER, *always]))
    assert [one.code for one in again.notes if one.code == "import.counted_together"] == []
    fed_back = replace(METER, channel="export", key="export", share_millionths=-(10**6))
    export = register(actor, replace(ALL, channels=[METER, fed_back]))
    assert [one.code for one in export.notes if one.code == "import.counted_together"] == []


def test_who_moved_out_has_named_the_channel_so_the_next_moves_in_without_held_by(actor, database):
    register(actor, ALL)
    tenants = [replace(OFFICE, code=code, credit_code=None) for code in ("tenant", "heir")]
    at, later = datetime(2025, 3, 14, 16, tzinfo=UTC), datetime(2025, 6, 30, 16, tzinfo=UTC)
    move = replace(METER, institution="tenant", valid_from=at)
    register(actor, Registry(REGIONS, tenants, [], "test"))
    assert ("import.key_is_held", "key") in problems(
        actor, Registry(channels=[move], namespace="test")
    )

    register(
        actor,
        Registry(channels=[replace(METER, share_millionths=0, valid_from=later)], namespace="test"),
    )
    assert ("import.key_is_held", "key") in problems(
        actor, Registry(channels=[move], namespace="test")
    )
    register(
        actor,
        Registry(channels=[replace(METER, share_millionths=0, valid_from=at)], namespace="test"),
    )
    done = register(actor, Registry(channels=[move], namespace="test"))
    assert done.channels == Count(changed=1)
    heir = replace(METER, institution="heir", valid_from=later)
    assert ("import.key_is_held", "key") in problems(
        actor, Registry(channels=[heir], namespace="test")
    )

    assert rows(
        database,
        """SELECT valid_from, valid_to FROM account_term
            WHERE known_until IS NULL AND share IS NOT NULL ORDER BY 1""",
    ) == [(date(2024, 3, 1), date(2025, 3, 15)), (date(2025, 3, 15), None)]


@pytest.mark.parametrize("field", ["unit", "carrier", "zone", "per_unit"])
def test_how_a_channel_was_made_never_changes(actor, field):
    register(actor, ALL)
    other = {
        "unit": "MWh",
        "carrier": "electricity_pv_self",
        "zone": "Asia/Tokyo",
        "per_unit": 2000,
    }[field]
    changed = replace(METER, **{field: other, "valid_from": METER.since})

    found = problems(actor, Registry(channels=[changed], namespace="test"))

    assert ("import.channel_is_fixed", field) in found


EARLIER = datetime(2024, 1, 31, 16, 0, tzinfo=UTC)  # 1 February in Shanghai


def test_a_channel_begins_earlier_with_the_share_that_began_with_it(actor, database):
    register(actor, ALL)
    rows(database, "SELECT storage.ensure_months('2024-04-01Z', '2024-04-01Z')")
    rows(database, "INSERT INTO reading VALUES ('2024-04-01Z', 5, 1, 1, 0) RETURNING 1")

    done = only_channel(actor, since=EARLIER)

    assert done.channels == Count(changed=1)
    assert [note.code for note in done.notes] == ["import.since_moved"]
    assert rows(database, "SELECT since FROM channel") == [(EARLIER,)]
    known = """SELECT valid_from, valid_to, share FROM account_term
                WHERE known_until IS NULL ORDER BY valid_from"""
    assert rows(database, known) == [
        (date(2024, 2, 1), date(2024, 3, 1), 1_000_000), (date(2024, 3, 1), None, 1_000_000),
    ]  # fmt: skip
    queued = "SELECT first, last FROM stale_usage"
    assert rows(database, queued) == [(datetime(2024, 4, 1, tzinfo=UTC),) * 2]
    assert rows(database, "SELECT min(first) FROM stale_account") == [(date(2024, 2, 1),)]
    fields = rows(database, "SELECT detail::text FROM audit_entry ORDER BY id DESC LIMIT 1")[0][0]
    assert "import.since_moved" in fields
    assert only_channel(actor, since=EARLIER).channels == Count(unchanged=1)
    assert only_channel(actor, since=EARLIER).notes == ()


def test_who_came_to_a_channel_later_does_not_begin_earlier(actor, database):
    register(actor, ALL)
    tenant = replace(OFFICE, code="office-2", credit_code=None)
    register(actor, replace(ALL, institutions=[OFFICE, tenant]))
    with psycopg.connect(database.admin_url) as connection:
        connection.execute(
            """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
                      source, known_by)
               SELECT max(i.id), 'electricity', max(c.id), 1, '2024-06-01', 'test', 'user:1'
                 FROM institution i, channel c"""
        )
    only_channel(actor, since=EARLIER)

    assert rows(database, "SELECT count(*) FROM account_term WHERE institution_id = 2") == [(1,)]


def test_a_channel_never_begins_later_and_the_reason_is_said(actor, database):
    register(actor, ALL)
    later = replace(METER, since=datetime(2024, 4, 1, tzinfo=UTC))
    with pytest.raises(ProblemsError, match="readings since then may be stored") as raised:
        register(actor, Registry(channels=[later], namespace="test"))

    assert [p.code for p in raised.value.problems] == ["import.since_later"]
    assert rows(database, "SELECT since FROM channel") == [(METER.since,)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"net": True}, "import.net_on_register"),
        ({"kind": Kind.INTERVAL}, "import.wraps_without_register"),
        ({"kind": Kind.POWER, "unit": "kW"}, "import.wraps_without_register"),
    ],
)
def test_a_setting_without_effect_on_that_kind_is_refused(actor, changes, code):
    wrong = replace(METER, **changes)
    assert code in {one for one, _ in problems(actor, replace(ALL, channels=[wrong]))}


def test_channels_without_a_limit_are_told(actor):
    assert register(actor, ALL, dry_run=True).notes == ()
    done = register(actor, replace(ALL, channels=[replace(METER, max_per_hour=None)]), dry_run=True)
    (note,) = done.notes
    assert (note.code, "m1/e" in note.en, "m1/e" in note.zh) == ("import.no_limit", True, True)


def test_an_area_that_changes_much_is_asked_back(actor):
    register(actor, ALL)

    def notes(area, since=date(2025, 7, 1)):
        moved = replace(OFFICE, area_m2=Decimal(area), valid_from=since)
        return register(actor, replace(ALL, institutions=[moved]), dry_run=True).notes

    assert notes("1300") == ()
    assert "area_m2 1234.5 → 1851.75 (+50%), 2025-07-01" in notes("1851.75")[0].en
    assert "(-60%)" in notes("493.8")[0].en
    assert notes("1851.75", date(2023, 1, 1)) == ()  # nothing was known then


WRONG_INSTITUTIONS = {
    "region_code": ("nowhere", "import.unknown_code"),
    "location_region_code": ("nowhere", "import.unknown_code"),
    "class_code": ("XYZ", "import.unknown_code"),
    "department_line": ("xyz", "import.unknown_code"),
    "level": ("village", "import.unknown_code"),
    "name_zh": ("", "import.empty_field"),
    "area_m2": (Decimal(-1), "import.out_of_bounds"),
    "latitude": (91.0, "import.out_of_bounds"),
    "credit_code": (MISTYPED, "institution.credit_code_check_digit"),
}
WRONG_CHANNELS = {
    "institution": ("nobody", "import.unknown_code"),
    "carrier": ("steam", "import.unknown_code"),
    "unit": ("m3", "import.bad_unit"),
    "zone": ("Asia/Kolkata", "import.zone_of_half_hours"),
    "gateway": ("g1", "import.bad_gateway"),
    "key": ("", "import.empty_field"),
    "since": (datetime(2024, 1, 1), "import.naive_time"),  # noqa: DTZ001  what is refused
    "per_unit": (0, "import.out_of_bounds"),
    "share_millionths": (1_000_001, "import.out_of_bounds"),
    "period_s": (0, "channel.setting_out_of_bounds"),
    "wraps_at": (1, "channel.setting_out_of_bounds"),
}


@pytest.mark.parametrize("field", WRONG_INSTITUTIONS)
def test_a_wrong_institution_is_named_and_nothing_is_imported(actor, database, field):
    value, code = WRONG_INSTITUTIONS[field]
    wrong = replace(OFFICE, **{field: value})

    assert (code, field) in problems(actor, replace(ALL, institutions=[wrong]))
    assert rows(database, "SELECT count(*) FROM institution") == [(0,)]
    assert rows(database, "SELECT count(*) FROM region_fact WHERE code LIKE 'demo%'") == [(0,)]


@pytest.mark.parametrize("field", WRONG_CHANNELS)
def test_a_wrong_channel_is_named_and_nothing_is_imported(actor, database, field):
    value, code = WRONG_CHANNELS[field]
    wrong = replace(METER, **{field: value})

    assert (code, field) in problems(actor, replace(ALL, channels=[wrong]))
    assert rows(database, "SELECT count(*) FROM institution") == [(0,)]


@pytest.mark.parametrize(
    ("unit", "per_unit", "ratio", "counted"),
    [
        ("kWh", 1000, "80/5", (16, 1)),
        ("kWh", 1_000_000, "1", (1, 1000)),
        ("MWh", 1000, "1", (1000, 1)),
        ("GJ", 1000, "3/2", (1250, 3)),
        ("Wh", 1, "1", (1, 1)),
    ],
)
def test_what_lies_between_the_quanta_is_derived(actor, database, unit, per_unit, ratio, counted):
    fits = {"max_per_hour": None, "wraps_at": 1_000_000}
    one = replace(METER, unit=unit, per_unit=per_unit, ratio=Fraction(ratio), **fits)
    register(actor, replace(ALL, channels=[one]))

    assert rows(database, "SELECT factor, under FROM channel_setting") == [counted]


def test_a_range_that_no_account_could_hold_is_refused(actor):
    wide = replace(METER, ratio=Fraction(1_000_000), wraps_at=None)

    assert problems(actor, replace(ALL, channels=[wide])) == [("channel.range_too_large", "factor")]


def test_the_same_row_twice_is_refused(actor):
    twice = Registry(REGIONS * 2, (OFFICE,) * 2, (METER,) * 2, "test")

    assert problems(actor, twice) == [
        ("import.said_twice", "code"),
        ("import.said_twice", "code"),
        ("import.said_twice", "code"),
        ("import.said_twice", "channel"),
        ("import.said_twice", "key"),
    ]


def test_regions_that_lie_in_themselves_are_refused(actor):
    circle = [replace(REGIONS[1], parent_code="demo-x1"), REGIONS[0]]

    assert {code for code, _ in problems(actor, Registry(circle))} == {"import.region_in_itself"}


def test_only_an_administrator_imports(actor, database):
    with psycopg.connect(database.admin_url) as c:
        c.execute("INSERT INTO app_user (id, login, name) VALUES (50, 'officer', 'o')")
        c.execute("""INSERT INTO access_grant (viewer, role, scope, region_id)
                     SELECT 'user:50', 'officer', 'region', region_id FROM region_fact LIMIT 1""")

    with pytest.raises(NotFoundError):
        register(Actor(actor.pool, "user:50"), ALL)
