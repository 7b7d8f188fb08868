"""What a reader sees: nothing beyond the grant, and all of it within, page by page."""

from datetime import UTC, date, datetime

import pytest

from actions.accounts.usage import channel_usage, institution_usage
from actions.readings.gateways import list_gateways
from actions.readings.rejects import reject
from actions.readings.rejects_table import REJECTS, WhichRejects
from actions.readings.stored import readings, revisions
from actions.registry.institutions import InstitutionFilter, institution, list_institutions
from actions.registry.meters import channel, list_meters, meter
from actions.registry.regions import list_carriers, list_profiles, list_regions
from actions.tables import rows_of
from metering.errors import InputError, NotFoundError
from tests.actions.tables import accounts_of, list_accounts
from tests.actions.world import GAP, HOUR_MS, OFFICE_WH, START_MS

# Restricted institutions show to their own line and authority, off-platform ones to nobody else.
SEES = {
    "system": {"office", "school", "police", "hidden", "clinic", "academy"},
    "planner of all": {"office", "school", "police", "hidden", "clinic", "academy"},
    "province officer": {"office", "school", "clinic", "academy"},
    "city reader": {"office", "school", "police"},
    "education line": {"school", "academy"},
    "security line": {"police"},
    "of the school": {"school"},
    "of the office": {"office"},
    "outsider": set(),
}
# By the meter's owner or the account it makes; a guarded owner's curve opens to its own alone.
SEES_CHANNELS = {
    "system": {"office e", "office gas", "shared e", "police e", "clinic e"},
    "planner of all": {"office e", "office gas", "shared e", "police e", "clinic e"},
    "province officer": {"office e", "office gas", "shared e", "clinic e"},
    "city reader": {"office e", "office gas", "shared e", "police e"},
    "education line": {"shared e"},
    "security line": {"police e"},
    "of the school": {"shared e"},
    "of the office": {"office e", "office gas"},
    "outsider": set(),
}


@pytest.mark.parametrize("who", SEES)
def test_each_reader_sees_what_the_grant_covers_in_every_read(filled, who):
    actor = filled.actor(who)
    names = {number: name for name, number in filled.institution.items()}

    listed = {names[one.institution_id] for one in list_institutions(actor).rows}
    met = {names[one.meter.institution_id] for one in list_meters(actor).rows}
    with_accounts = {names[one.institution_id] for one in list_accounts(actor).rows}

    assert listed == SEES[who]
    assert met <= SEES[who]
    assert with_accounts == SEES[who] - {"hidden", "clinic"}
    for name, number in filled.institution.items():
        if name in SEES[who]:
            assert institution(actor, number).institution.name_en == f"Demo {name}"
            accounts_of(actor, number)
        else:
            for read in (
                lambda number=number: institution(actor, number),
                lambda number=number: accounts_of(actor, number),
                lambda number=number: institution_usage(actor, number, "electricity", "day"),
            ):
                with pytest.raises(NotFoundError):
                    read()


@pytest.mark.parametrize("who", SEES_CHANNELS)
def test_a_channel_is_seen_with_its_readings_and_use_or_not_at_all(filled, who):
    actor = filled.actor(who)
    for name, number in filled.channel.items():
        if name in SEES_CHANNELS[who]:
            assert channel(actor, number).channel.zone == "Europe/London"
            assert (len(readings(actor, number).columns.at_ms) > 0) == (name != "clinic e")
            assert (len(channel_usage(actor, number, "day").columns.t) > 0) == (name != "clinic e")
        else:
            for read in (channel, readings, revisions):
                with pytest.raises(NotFoundError):
                    read(actor, number)
            with pytest.raises(NotFoundError):
                channel_usage(actor, number, "hour")


def test_an_actor_that_nobody_set_sees_nothing(filled):
    with filled.pool.connection() as connection:
        for table in ("institution", "meter", "account", "report.reading", "report.account_energy"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_institutions_are_found_by_text_region_line_and_class(world):
    actor = world.actor()

    def found(**asked) -> set[str]:
        names = {number: name for name, number in world.institution.items()}
        page = list_institutions(actor, InstitutionFilter(**asked))
        return {names[one.institution_id] for one in page.rows}

    assert found(text="SCHOOL") == {"school"}
    assert found(text="演示clin") == {"clinic"}
    assert found(text="%") == set()
    assert found(region_id=world.region["province"]) == set(world.institution)
    assert found(region_id=world.region["city 2"]) == {"hidden", "clinic"}
    assert found(department_line="education") == {"school", "academy"}
    assert found(class_code="EDU") == set()


def test_pages_of_institutions_hold_each_of_them_once(world):
    seen, after = [], None
    while True:
        page = list_institutions(world.actor(), after=after, limit=4)
        seen += [one.institution_id for one in page.rows]
        if (after := page.next) is None:
            break
    assert seen == sorted(world.institution.values())


def test_what_is_missing_stays_missing(world):
    office = institution(world.actor(), world.institution["office"])
    school = institution(world.actor(), world.institution["school"]).institution

    assert (str(office.institution.area_m2), str(office.institution.persons)) == ("1234.5", "80")
    assert office.institution.carriers == ["electricity", "natural_gas"]
    assert (school.area_m2, school.persons, school.credit_code) == (None, None, None)
    assert {fact.attribute for fact in office.facts} >= {"name_zh", "disclosure", "area_m2"}
    assert office.affiliations[0].department_line == "government"
    assert office.locations[0].region_id == world.region["city 1"]


def test_regions_count_their_own_level_and_what_lies_below(world):
    tree = {one.name_en: one for one in list_regions(world.actor())}

    assert (tree["Demo province"].own_level, tree["Demo province"].institutions) == (1, 6)
    assert (tree["Demo city 1"].own_level, tree["Demo city 1"].institutions) == (3, 3)
    assert tree["National"].institutions == 6
    assert "Beijing" not in tree
    assert "Beijing" in {one.name_en for one in list_regions(world.actor(), only_seen=False)}
    assert list_regions(world.actor("outsider")) == []


def test_words_of_lists_are_the_same_for_all(world):
    carriers = {one.code: one for one in list_carriers(world.actor("outsider"))}

    assert (carriers["electricity"].quantum, carriers["electricity"].per_unit) == ("Wh", 1000)
    assert [one.is_default for one in list_profiles(world.actor("outsider"))].count(True) == 1


def test_meters_tell_their_channels_and_channels_everything_dated(filled):
    detail = meter(filled.actor(), filled.meter["shared e"])
    shown = channel(filled.actor(), filled.channel["shared e"])

    assert [one.channel_id for one in detail.channels] == [filled.channel["shared e"]]
    assert (shown.settings[0].factor, shown.settings[0].valid_from) == (1, None)
    assert (shown.bindings[0].gateway, shown.bindings[0].key) == ("demo-a/g1", "shared e")
    assert [one.share for one in shown.used_in] == [333_333, 666_667]
    assert (shown.last.at_ms, shown.last.value) == (START_MS + 48 * HOUR_MS, 48_048)
    assert not shown.waits
    with pytest.raises(NotFoundError):
        meter(filled.actor("security line"), filled.meter["shared e"])


def test_pages_of_readings_are_all_readings(filled):
    whole = readings(filled.actor(), filled.channel["office e"])
    at, value, after = [], [], None
    while True:
        page = readings(filled.actor(), filled.channel["office e"], after=after, limit=7)
        at += page.columns.at_ms
        value += page.columns.value
        if (after := page.next) is None:
            break
    assert whole.next is None
    assert (at, value) == (whole.columns.at_ms, whole.columns.value)
    assert len(at) == 1 + len(OFFICE_WH) - len(GAP)


def test_pages_of_revisions_are_all_that_was_also_said(filled):
    at = START_MS + 70 * HOUR_MS
    for seq in range(10, 15):
        filled.say("office e", [(at, float(seq)), (at + HOUR_MS, float(seq))], seq)
    whole = revisions(filled.actor(), filled.channel["office e"])
    seen, after = [], None
    while True:
        page = revisions(filled.actor(), filled.channel["office e"], after=after, limit=3)
        columns = page.columns
        seen += zip(columns.at_ms, columns.value, columns.rank, columns.seq, strict=True)
        if (after := page.next) is None:
            break
    columns = whole.columns
    assert seen == list(zip(columns.at_ms, columns.value, columns.rank, columns.seq, strict=True))
    assert len(seen) == len(set(seen)) == 10


def test_a_span_is_from_one_end_to_before_the_other(filled):
    number = filled.channel["office e"]
    second = datetime(2016, 3, 1, 1, tzinfo=UTC)
    third = datetime(2016, 3, 1, 2, tzinfo=UTC)

    assert readings(filled.actor(), number, since=second, until=third).columns.at_ms == [
        START_MS + HOUR_MS
    ]
    day = channel_usage(
        filled.actor(), number, "hour", since=date(2016, 3, 1), until=date(2016, 3, 2)
    )
    assert day.columns.used == OFFICE_WH[:24]
    with pytest.raises(InputError, match="offset"):
        readings(filled.actor(), number, since=second.replace(tzinfo=None))
    with pytest.raises(InputError, match="ends before"):
        readings(filled.actor(), number, since=third, until=second)


def test_hours_are_written_in_the_zone_asked_and_days_are_those_of_the_channel(filled):
    number = filled.channel["office e"]

    shown = channel_usage(filled.actor(), number, "hour", zone="Asia/Shanghai", limit=1)
    days = channel_usage(filled.actor(), number, "day")
    months = channel_usage(filled.actor(), number, "month")

    assert (shown.columns.t, shown.zone) == (["2016-03-01T08:00:00+08:00"], "Asia/Shanghai")
    assert days.columns.t == ["2016-03-01", "2016-03-02", "2016-03-03"]
    assert (months.columns.t, months.columns.used) == (["2016-03"], [sum(OFFICE_WH)])
    # March 2016 has one hour less in London; the month is over, so all of it was due.
    assert months.columns.expected_s == [(31 * 24 - 1) * 3600]
    assert sum(days.columns.measured_s) == months.columns.measured_s[0] < 72 * 3600
    with pytest.raises(InputError) as refused:
        channel_usage(filled.actor(), number, "day", zone="Asia/Shanghai")
    assert refused.value.code == "usage.zone_of_hours_only"
    with pytest.raises(InputError) as refused:
        channel_usage(filled.actor(), number, "hour", zone="Mars/Base")
    assert refused.value.code == "zone.unknown"


@pytest.mark.parametrize("grain", ["hour", "day"])
def test_pages_of_use_are_all_of_it(filled, grain):
    number = filled.channel["office e"]
    whole = channel_usage(filled.actor(), number, grain)
    t, used, after = [], [], None
    while True:
        page = channel_usage(filled.actor(), number, grain, after=after, limit=2)
        t += page.columns.t
        used += page.columns.used
        if (after := page.next) is None:
            break
    assert (t, used) == (whole.columns.t, whole.columns.used)
    assert sum(used) == sum(OFFICE_WH)


@pytest.mark.parametrize("name", ["office", "school", "academy", "police"])
def test_days_of_an_institution_add_to_its_account(filled, name):
    actor, number = filled.actor(), filled.institution[name]
    account = accounts_of(actor, number, "electricity")[0]

    days = institution_usage(actor, number, "electricity", "day")
    hours = institution_usage(actor, number, "electricity", "hour")
    months = institution_usage(actor, number, "electricity", "month")

    assert (months.columns.t, months.columns.used) == (["2016-03"], [account.quanta])
    assert months.columns.expected_s == [account.expected_s]
    assert sum(days.columns.used) == account.quanta
    assert sum(days.columns.measured_s) == sum(hours.columns.measured_s) == account.measured_s
    assert abs(sum(hours.columns.used) - account.quanta) <= len(hours.columns.used)
    assert days.complete


def test_a_series_says_that_a_channel_in_it_is_beyond_the_reader(filled):
    number = filled.institution["school"]

    assert institution_usage(filled.actor(), number, "electricity", "day").complete
    assert not institution_usage(
        filled.actor("of the school"), number, "electricity", "day"
    ).complete


def test_months_of_an_institution_come_page_by_page(filled):
    actor, number = filled.actor(), filled.institution["office"]
    filled.say("office e", [(START_MS + 40 * 24 * HOUR_MS, 500.0)], 9)
    filled.work()
    first = institution_usage(actor, number, "electricity", "month", limit=1)
    rest = institution_usage(actor, number, "electricity", "month", after=first.next)
    march = institution_usage(
        actor, number, "electricity", "month", since=date(2016, 3, 1), until=date(2016, 4, 1)
    )

    assert (first.columns.t, rest.columns.t) == (["2016-03"], ["2016-04"])
    assert march.columns == first.columns
    accounts = accounts_of(actor, number, "electricity")
    assert first.columns.used + rest.columns.used == [one.quanta for one in accounts]


def test_accounts_carry_coal_and_co2_of_the_profile(filled):
    actor, number = filled.actor(), filled.institution["office"]
    electricity, gas = accounts_of(actor, number)
    shandong, _ = accounts_of(actor, number, profile="DB37-2019")

    assert (electricity.quanta, gas.quanta) == (sum(OFFICE_WH), 47 * 500)
    assert electricity.kgce_g == (sum(OFFICE_WH) * 1229 + 5000) // 10000
    assert shandong.kgce_g == (sum(OFFICE_WH) * 31 + 50) // 100
    assert (shandong.coefficient_profile, gas.coefficient_profile) == ("DB37-2019", "GB2589-2020")
    assert (electricity.grid_scope, electricity.grid_code) == ("grid_region", "GRID_EC")
    # Due until the end of the term's months, of which March lost an hour to summer time.
    assert electricity.expected_s == (31 * 24 - 1) * 3600
    with pytest.raises(NotFoundError):
        accounts_of(actor, number, profile="nobody's")


def test_pages_of_accounts_are_all_accounts(filled):
    whole = list_accounts(filled.actor())
    seen, after = [], None
    while True:
        page = list_accounts(filled.actor(), after=after, limit=1)
        seen += page.rows
        if (after := page.next) is None:
            break
    assert seen == whole.rows
    assert len(seen) == 5


def test_rejects_are_those_of_gateways_that_the_reader_sees(world):
    for gateway in ("demo-a/g1", "demo-a/g2", "elsewhere/g9"):
        world.admin(
            """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason,
                   message_zh, message_en, i, readings, identity)
               VALUES (now(), 't', %s, 'x', 'payload.malformed', '坏', 'bad', '{}', 0,
                       gen_random_uuid()::text::bytea)""",
            gateway,
        )  # fmt: skip

    def gateways(who: str) -> list[str]:
        return [
            one.gateway
            for one in rows_of(world.actor(who), REJECTS, WhichRejects(), None, 100).rows
        ]

    assert gateways("system") == ["demo-a/g1", "demo-a/g2", "elsewhere/g9"]
    # A guarded institution's meter hangs on g1: what that was refused is for who sees it.
    assert gateways("province officer") == ["demo-a/g2"]
    assert gateways("city reader") == ["demo-a/g1"]
    assert gateways("outsider") == []
    first = rows_of(world.actor(), REJECTS, WhichRejects(), None, 1)
    assert first.next is not None
    assert reject(world.actor("city reader"), first.rows[0].reject_id).payload == b"x"
    with pytest.raises(NotFoundError):
        reject(world.actor("outsider"), first.rows[0].reject_id)


def test_a_guarded_meter_hides_refused_messages_only_around_the_time_of_its_binding(world):
    """The police's meter hung on g1 in 2016; a month on both sides the wire is theirs, too."""
    days = ("2015-11-30", "2015-12-02", "2016-06-01", "2017-01-30", "2017-02-02")
    for day in days:
        world.admin(
            """INSERT INTO rejected_message (received_at, topic, gateway, payload, reason,
                   message_zh, message_en, i, readings, identity)
               VALUES (%s, 't', 'demo-a/g1', 'x', 'payload.malformed', '坏', 'bad', '{}', 0,
                       gen_random_uuid()::text::bytea)""",
            day,
        )  # fmt: skip

    def seen(who: str) -> list[str]:
        return [
            f"{one.received_at:%F}"
            for one in rows_of(world.actor(who), REJECTS, WhichRejects(), None, 100).rows
        ]

    def bound(since: str | None, until: str | None) -> None:
        world.admin("UPDATE binding SET known_until = now() WHERE key = 'police e'")
        world.admin("ALTER TABLE binding DISABLE TRIGGER only_retire")
        world.admin(
            "DELETE FROM binding WHERE key = 'police e' AND known_until IS NOT NULL AND %s",
            since is not None,
        )
        world.admin("ALTER TABLE binding ENABLE TRIGGER only_retire")
        if since is not None:
            world.admin(
                """INSERT INTO binding (gateway_id, key, channel_id, valid_from, valid_to, source,
                       known_by)
                   SELECT id, 'police e', %s, %s, %s, 'test', 'user:1' FROM gateway
                    WHERE name = 'demo-a/g1'""",
                world.channel["police e"], since, until,
            )  # fmt: skip

    assert seen("city reader") == list(days)  # the police is the city's own
    assert seen("of the school") == []
    bound("2016-01-01", None)
    assert seen("of the school") == [days[0]]
    bound("2016-01-01", "2017-01-01")
    assert seen("of the school") == [days[0], days[4]]
    with world.actor("of the school").look() as connection:
        assert connection.execute("SELECT count(*) FROM report.rejected").fetchone() == (2,)
    bound(None, None)  # it was a mistake: until this was said, the wire may have been theirs
    assert seen("of the school") == [days[0], days[4]]


def test_gateways_tell_what_is_bound_and_when_they_spoke(filled):
    found = {one.name: one for one in list_gateways(filled.actor()).rows}

    assert (found["demo-a/g1"].channels, found["demo-a/g2"].channels) == (4, 1)
    assert found["demo-a/g1"].last_reading_at == datetime(2016, 3, 4, tzinfo=UTC)
    assert found["demo-a/g2"].last_reading_at is None
    assert [one.name for one in list_gateways(filled.actor("of the school")).rows] == ["demo-a/g1"]


@pytest.mark.parametrize(
    "cursor", ["", "%%%", "W10", "WyJhIl0", "WzEsMl0", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTld"]
)
def test_a_foreign_cursor_is_refused(world, cursor):
    with pytest.raises(InputError) as refused:
        list_institutions(world.actor(), after=cursor)
    assert refused.value.code == "page.bad_cursor"


@pytest.mark.parametrize("limit", [0, -1, 10**9])
def test_a_page_has_a_bounded_size(world, limit):
    with pytest.raises(InputError):
        list_institutions(world.actor(), limit=limit)
    with pytest.raises(InputError):
        readings(world.actor(), world.channel["office e"], limit=limit)
