"""P1 telegrams: real ones say what their source says, and decoding undoes encoding."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs import configured, dsmr
from collector.codecs.dsmr import Codec, Register
from collector.codecs.payload import PayloadError
from metering.messages import Decoded
from tests.collector.codecs import samples

CODEC = Codec()
TELEGRAMS = samples.of("dsmr")
FIELDS = {
    "1-0:1.8.1": "electricity_delivered_1",
    "1-0:2.8.1": "electricity_returned_1",
    "1-0:1.8.2": "electricity_delivered_2",
    "1-0:2.8.2": "electricity_returned_2",
    "1-0:1.7.0": "electricity_currently_delivered",
    "1-0:2.7.0": "electricity_currently_returned",
    "0-1:24.2.1": "extra_device_delivered",
}
SECONDS = st.integers(946_684_800, 3_092_601_600 - 86_400).map(lambda s: s * 1000)  # to 2068
CODES = st.from_regex(r"[01]-[0-4]:(1|2|21|24)\.[278]\.[0-9]", fullmatch=True).filter(
    lambda key: key != "0-0:1.0.0"
)
REGISTERS = st.lists(
    st.builds(
        Register,
        CODES,
        st.integers(0, 999_999_999).map(lambda thousandths: thousandths / 1000),
        st.sampled_from(["kWh", "kW", "m3", "GJ"]),
        st.none() | SECONDS,
    ),
    min_size=1,
    max_size=20,
)


def decoded_from(payload: bytes | str, codec: Codec = CODEC) -> Decoded:
    return codec.decode(samples.message(payload))


def outcome(payload: bytes | str) -> Decoded | PayloadError:
    try:
        return decoded_from(payload)
    except PayloadError as error:
        return error


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize("place", [0, 1])
def test_real_telegrams_say_what_their_source_says(place):
    sample = TELEGRAMS[place]
    expected = sample["expected"]
    decoded = decoded_from(sample["payload"])
    found = dict(zip(decoded.channel_key, decoded.value, strict=True))
    times = dict(zip(decoded.channel_key, decoded.at_ms, strict=True))

    for key, name in FIELDS.items():
        if name in expected:
            assert found[key] == expected[name]
            own = "extra_device_timestamp" if key.startswith("0-1") else "timestamp"
            assert times[key] == ms(expected[own])
    assert decoded.seq is None
    units = dict(zip(decoded.channel_key, decoded.unit, strict=True))
    assert {units["1-0:1.8.1"], units["1-0:1.7.0"]} == {"kWh", "kW"}
    assert set(decoded.unit) <= {"kWh", "kW", "m3"}  # no volts, no amperes


def test_a_telegram_that_was_garbled_is_refused():
    with pytest.raises(PayloadError) as caught:
        decoded_from(TELEGRAMS[2]["payload"])  # masked after the fact
    assert caught.value.code == "payload.checksum"

    honest = TELEGRAMS[0]["payload"]
    decoded_from(honest)
    with pytest.raises(PayloadError):
        decoded_from(honest.replace("001073.079", "001073.070"))


def test_of_a_dead_bus_nothing_is_said():
    """The third telegram without its checksum: one gas meter is gone, the other reads."""
    payload = TELEGRAMS[2]["payload"].replace("!09AA", "!")
    decoded = decoded_from(payload)

    gas = [key for key in decoded.channel_key if ":24." in key]
    assert gas == ["0-2:24.2.1"]
    place = decoded.channel_key.index("0-2:24.2.1")
    assert decoded.value[place] == TELEGRAMS[2]["expected"]["extra_device_delivered"]
    assert decoded.at_ms[place] == ms(TELEGRAMS[2]["expected"]["extra_device_timestamp"])


def test_a_route_may_ask_for_checksums_and_name_the_clock():
    strict = configured("dsmr", {"checksum_needed": True})
    with pytest.raises(PayloadError):
        strict.decode(samples.message(TELEGRAMS[2]["payload"].replace("!09AA", "!")))

    eastern = configured("dsmr", {"winter_offset_min": 120})
    earlier = eastern.decode(samples.message(TELEGRAMS[0]["payload"])).at_ms[0]
    assert earlier == decoded_from(TELEGRAMS[0]["payload"]).at_ms[0] - 3_600_000


def test_the_hour_that_comes_twice_is_told_apart():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    at_ms = int(first.timestamp() * 1000)
    row = [Register("1-0:1.8.1", 1.0, "kWh")]
    summer = CODEC.encode(at_ms, row, summer=True)
    winter = CODEC.encode(at_ms + 3_600_000, row)

    assert b"261025023000S" in summer
    assert b"261025023000W" in winter
    assert (decoded_from(summer).at_ms, decoded_from(winter).at_ms) == (
        [at_ms],
        [at_ms + 3_600_000],
    )


@given(st.none() | SECONDS, REGISTERS, st.booleans(), st.sampled_from([-300, 0, 60, 480]))
def test_decoding_undoes_encoding(at_ms, registers, summer, offset):
    codec = Codec(winter_offset_min=offset)
    decoded = decoded_from(codec.encode(at_ms, registers, summer), codec)

    assert decoded.channel_key == [one.key for one in registers]
    assert decoded.value == [one.value for one in registers]
    assert decoded.unit == [one.unit for one in registers]
    expected = [at_ms if one.at_ms is None else one.at_ms for one in registers]
    assert decoded.at_ms == expected


@given(st.binary(max_size=300) | st.text(alphabet="/!\r\n01-:.(*)kWhSW", max_size=200))
def test_whatever_comes_is_readings_that_can_be_stored_or_a_refusal_that_can(payload):
    decoded = outcome(payload)
    if isinstance(decoded, PayloadError):
        assert decoded.code.startswith("payload.")
        assert "".join((decoded.zh, decoded.en, decoded.next_zh)).isprintable()
    else:
        columns = (decoded.channel_key, decoded.at_ms, decoded.value, decoded.unit)
        assert len({len(column) for column in columns}) == 1
        assert decoded.value


def test_the_checksum_is_that_of_the_meters():
    telegram = TELEGRAMS[0]["payload"].encode()
    assert dsmr.crc16(telegram[: telegram.rindex(b"!") + 1]) == 0x0422


def test_gas_of_dsmr_2_stands_on_two_lines_and_a_peak_is_no_power_of_now():
    telegram = (
        b"/ISk5\\2ME382-1003\r\n\r\n0-0:96.1.1(4B414C37)\r\n1-0:1.8.1(00608.400*kWh)\r\n"
        b"1-0:1.7.0(0001.01*kW)\r\n1-0:1.6.0(230201101500W)(05.123*kW)\r\n0-1:24.1.0(3)\r\n"
        b"0-1:24.3.0(120517020000)(08)(60)(1)(0-1:24.2.1)(m3)\r\n(00124.477)\r\n!\r\n"
    )
    found = Codec().decode(samples.message(telegram))

    assert found.channel_key == ["1-0:1.8.1", "1-0:1.7.0", "0-1:24.3.0"]
    assert found.value == [608.4, 1.01, 124.477]
    assert found.unit == ["kWh", "kW", "m3"]
    # At two in the morning of a Dutch summer: midnight in UTC.
    assert found.at_ms == [None, None, ms("2012-05-17T00:00:00Z")]


@pytest.mark.parametrize(
    ("local", "arrived", "meant"),
    [
        ("121128180000", "2012-11-28T17:20:00Z", "2012-11-28T17:00:00Z"),
        ("120328180000", "2012-03-28T16:20:00Z", "2012-03-28T16:00:00Z"),
        ("121028020000", "2012-10-28T00:05:00Z", "2012-10-28T00:00:00Z"),  # still summer
        ("121028020000", "2012-10-28T01:05:00Z", "2012-10-28T01:00:00Z"),
        ("121028020000", "2012-11-02T01:05:00Z", "2012-10-28T01:00:00Z"),
        ("120517020000", "2012-05-20T12:00:00Z", "2012-05-17T00:00:00Z"),  # kept for days
    ],
)
def test_gas_of_dsmr_2_has_the_time_of_the_netherlands(local, arrived, meant):
    line = f"0-1:24.3.0({local})(08)(60)(1)(0-1:24.2.1)(m3)\r\n(00124.477)\r\n!\r\n"
    message = samples.message(b"/ISk5\r\n\r\n" + line.encode(), received_ms=ms(arrived))
    assert Codec().decode(message).at_ms == [ms(meant)]


def test_a_belgian_telegram_has_gas_of_its_own_code_and_no_power_of_limits():
    telegram = TELEGRAMS[-1]["payload"]
    assert "FLU5" in telegram
    found = decoded_from(telegram)

    by_key = dict(zip(found.channel_key, zip(found.value, found.at_ms, strict=True), strict=True))
    assert by_key["0-1:24.2.3"] == (1.315, ms("2019-09-19T14:50:07Z"))
    assert by_key["1-0:1.8.2"] == (40.792, ms("2019-09-19T14:54:30Z"))
    assert by_key.keys().isdisjoint({"0-0:17.0.0", "1-0:1.4.0", "1-0:2.4.0"})
    assert decoded_from(telegram.replace("\r\n", "\n")) == found  # as several readers publish it


@pytest.mark.parametrize("own", ["632525252525S", "700101000000W", "231301000000W"])
def test_a_dead_gas_meter_takes_nothing_from_the_electricity(own):
    register = [Register("1-0:1.8.1", 5.0, "kWh"), Register("0-1:24.2.1", 0.0, "m3", 0)]
    body = CODEC.encode(1_600_000_000_000, register).partition(b"!")[0] + b"!"
    body = body.replace(b"700101010000W", own.encode())
    assert own.encode() in body
    found = decoded_from(body + b"%04X" % dsmr.crc16(body))

    assert found.channel_key == ["1-0:1.8.1", "0-1:24.2.1"]
    assert found.quality == [None, "dsmr.no_time"]
    assert found.value[0] == 5.0


def test_a_telegram_that_is_still_encrypted_is_refused_with_where_its_key_goes():
    with pytest.raises(PayloadError) as caught:
        decoded_from(b"\xdb\x08SAGy\x00\x00\x01\x02\x82\x01\x0c0" + bytes(40))
    assert caught.value.code == "payload.encrypted"
