"""A unit in the message is converted exactly to the channel's, or the reading is refused."""

from dataclasses import replace
from fractions import Fraction

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.codecs.dsmr import Codec, Register
from collector.intake import take_in
from metering.channels import Kind
from metering.messages import Message
from metering.units import conversion
from storage.readings.store import Store
from tests.storage.world import (
    GATEWAY,
    START_MS,
    SentReading,
    batch_of,
    forget_readings,
    make_channels,
    rename_key,
)

UNIT = "UPDATE channel SET unit = %s, per_unit = %s WHERE id = %s"


@pytest.fixture
def store(database):
    made = Store(database.url("collector"), "test")
    yield made
    made.close()


def ask(database, query: str, *values: object) -> list:
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        cursor = c.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def send(store, key: str, value: float, unit: str | None, hour: int = 1):
    batch, readings = batch_of([SentReading(key, START_MS + hour * 3_600_000, value, hour)])
    return store.write(batch, replace(readings, unit=[unit]), [])


@pytest.mark.parametrize(
    ("kind", "unit", "per_unit", "sent", "value", "quanta"),
    [
        (0, "kWh", 1000, None, 1.5, 1500),
        (0, "kWh", 1000, "kWh", 1.5, 1500),
        (0, "kWh", 1000, "Wh", 121_940.0, 121_940),
        (0, "kWh", 1000, "MWh", 0.00125, 1250),
        (0, "Wh", 1, "kWh", 1073.079, 1_073_079),
        (0, "kWh", 1000, "MJ", 3.6, 1000),
        (0, "GJ", 1000, "kWh", 2500.0, 9000),
        (0, "kWh", 1000, "10MWh", 1.23456, 12_345_600),
        # 1 Btu = 1055.05585262 J: a therm is 29.3071070... kWh, a kBtu a hundredth of it.
        (0, "kWh", 1000, "therm", 10.0, 293_071),
        (0, "kWh", 1000, "kBtu", 1000.0, 293_071),
        (0, "kWh", 1000, "MMBtu", 1.0, 293_071),
        (0, "kWh", 1000, "ton-hour", 1.0, 3_517),
        (0, "GJ", 1000, "Gcal", 1.0, 4_187),
        (2, "W", 1, "kW", 0.143, 143),
        (2, "kW", 1000, "W", 143.0, 143),
    ],
)
def test_a_unit_is_converted(database, store, kind, unit, per_unit, sent, value, quanta):
    [channel] = make_channels(database.admin_url, [kind], wraps_at=10**12)
    ask(database, UNIT, unit, per_unit, channel)

    stored = send(store, "k0", value, sent)

    assert (stored.inserted, list(stored.rejected)) == (1, [])
    assert ask(database, "SELECT value FROM reading") == [(quanta,)]


@pytest.mark.parametrize(
    ("kind", "sent"), [(0, "m3"), (0, "kW"), (0, "furlong"), (0, "therms of gas"), (2, "kWh")]
)
def test_what_cannot_be_converted_is_refused_with_its_reason(database, store, kind, sent):
    make_channels(database.admin_url, [kind])

    stored = send(store, "k0", 1.0, sent)

    assert [one.reason.code for one in stored.rejected] == ["reading.other_unit"]
    kept = ask(database, "SELECT reason FROM rejected_message")
    assert kept == [("reading.other_unit",)]


def test_readings_with_and_without_units_and_channels_go_together(database, store):
    make_channels(database.admin_url, [0, 0])
    sent = [SentReading(key, START_MS + 3_600_000, 2.0, 1) for key in ("k0", "k1", "nowhere")]
    batch, readings = batch_of(sent)
    stored = store.write(batch, replace(readings, unit=["kWh", None, "kWh"]), [])

    assert [one.reason.code for one in stored.rejected] == ["reading.unknown_key"]
    assert ask(database, "SELECT value FROM reading ORDER BY channel_id") == [(2000,), (2,)]


UNITS = st.sampled_from(["Wh", "kWh", "MWh", "GWh", "MJ", "GJ"])


@given(UNITS, UNITS, UNITS)
def test_a_detour_over_a_third_unit_changes_nothing(one, two, three):
    def ratio(sent: str, unit: str) -> Fraction:
        found = conversion(sent, unit, Kind.REGISTER, "Wh")
        assert found is not None
        return found

    assert ratio(one, two) * ratio(two, three) == ratio(one, three)
    assert ratio(one, two) * ratio(two, one) == 1


def test_whatever_decodes_and_binds_can_be_stored(database, store):
    """A telegram of any values and units, into channels of other units: rows, or reasons."""
    ids = make_channels(database.admin_url, [0, 1, 2], wraps_at=10**9)
    keys = ["1-0:1.8.1", "1-0:2.8.1", "1-0:1.7.0"]
    for place, (channel, key) in enumerate(zip(ids, keys, strict=True)):
        rename_key(database.admin_url, channel, key)
        ask(database, UNIT, ["kWh", "MWh", "W"][place], [1000, 1_000_000, 1][place], channel)
    codec = Codec()

    @settings(max_examples=60)
    @given(
        st.lists(
            st.builds(
                Register,
                st.sampled_from([*keys, "1-0:21.7.0"]),
                st.integers(0, 10**12 - 1).map(lambda thousandths: thousandths / 1000),
                st.sampled_from(["Wh", "kWh", "kW", "W", "GJ", "m3"]),
                st.none(),
            ),
            min_size=1,
            max_size=12,
        ),
        st.integers(0, 800).map(lambda hour: START_MS + hour * 3_600_000),
    )
    def holds(registers, at_ms):
        forget_readings(database.admin_url)
        payload = codec.encode(at_ms, registers)
        message = Message("dsmr/g1", GATEWAY, payload, START_MS + 10**10)
        stored = take_in([message], codec.decode, store)
        refused = sum(len(one.i) for one in stored.rejected)
        taken = stored.inserted + stored.revised + stored.duplicates
        assert taken + refused == len(registers)
        [(rows,)] = ask(database, "SELECT count(*) FROM reading")
        assert rows == stored.inserted

    holds()
