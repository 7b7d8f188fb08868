"""Formats of text and XML: lines of Telegraf, frames of emonHub, DSMR-reader, 建筑能耗监测."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs import configured
from collector.codecs.influx import Codec as Influx
from collector.codecs.payload import PayloadError
from metering.messages import Decoded
from tests.collector.codecs import samples

AT_MS = 1_600_000_000_000
NAMES = st.text(st.sampled_from("ab_1, =\\é"), min_size=1, max_size=8).filter(
    lambda name: not name.endswith("\\") and name.strip() == name
)


def said(name: str, payload: str | bytes, topic: str = "t", **settings: object) -> Decoded:
    return configured(name, settings).decode(samples.message(payload, topic))


def rows(decoded: Decoded) -> dict[str, tuple[float, str | None, int | None]]:
    units = decoded.unit or [None] * len(decoded.value)
    columns = zip(decoded.channel_key, decoded.value, units, decoded.at_ms, strict=True)
    return {key: (value, unit, at) for key, value, unit, at in columns}


def test_a_line_of_telegraf_says_its_numbers_at_its_nanosecond():
    payload = samples.of("telegraf")[0]["payload"]

    assert rows(said("influx", payload, tags=["host"])) == {
        "cpu/pop-os/value": (45.0, None, 1_637_014_942_460),
        "cpu/pop-os/test": (23.0, None, 1_637_014_942_460),
    }


def test_lines_have_escapes_types_comments_and_no_time_at_all():
    text = (
        '# by hand\nmy\\ meter,a=b\\,c total_kwh=1.5,s="a b,c=\\"d",n=3i,u=4u,t=true,f=-1e3 '
        "1600000000\n"
        "\nother v=2\r\n"
    )
    found = rows(said("influx", text, precision="s", tags=[]))
    assert found == {
        "my meter/total_kwh": (1.5, "kWh", AT_MS),
        "my meter/n": (3.0, None, AT_MS),
        "my meter/u": (4.0, None, AT_MS),
        "my meter/f": (-1000.0, None, AT_MS),
        "other/v": (2.0, None, None),
    }


def test_two_meters_of_one_measurement_never_share_a_key_unasked():
    text = "power,site=x,meter=a kwh=1\npower,meter=b,site=x kwh=2\npower kwh=3"

    assert rows(said("influx", text)) == {
        "power,meter=a,site=x/kwh": (1.0, None, None),
        "power,meter=b,site=x/kwh": (2.0, None, None),
        "power/kwh": (3.0, None, None),
    }
    assert said("influx", text, tags=["meter"]).channel_key == [
        "power/a/kwh",
        "power/b/kwh",
        "power/kwh",
    ]
    assert said("influx", text, tags=["site", "floor"]).channel_key[0] == "power,meter=a,site=x/kwh"


def test_a_unit_is_told_by_a_tag_the_measurement_or_the_end_of_a_name():
    text = "kWh,entity_id=e value=1\nenergy,unit=MWh v=2\nenergy total_wh=3\nV value=4"
    assert said("influx", text, tags=[]).unit == ["kWh", "MWh", "Wh", None]


@pytest.mark.parametrize("field", ["NaN", "on", "1x", "1.5i", "+Inf", "0x1f", "--1", "1e999"])
def test_a_value_that_is_none_of_the_format_is_refused_and_named(field):
    with pytest.raises(PayloadError, match="total"):
        said("influx", f"m total={field}")


def test_a_time_in_another_unit_than_the_route_says_is_refused_with_the_setting():
    with pytest.raises(PayloadError, match="precision"):
        said("influx", "m v=1 1637014942")
    assert said("influx", "m v=1 1637014942", precision="s").at_ms == [1_637_014_942_000]


@given(NAMES, NAMES, NAMES, NAMES, st.floats(-1e9, 1e9), st.integers(10**11, 2**40))
def test_what_a_simulator_writes_is_read(measurement, tag, value, field, number, at_ms):
    codec = Influx(precision="ms", tags=(tag,))
    found = codec.decode(
        samples.message(codec.encode(measurement, {tag: value}, {field: number}, at_ms))
    )
    assert found.value == [number]
    assert found.at_ms == [at_ms]


@pytest.mark.parametrize("line", ["", "m", "m v", "m v=1 x", "m,a v=1", "m v=1,", 'm v="a', "=1"])
def test_what_is_no_line_is_refused(line):
    with pytest.raises(PayloadError):
        said("influx", line)


def test_emonhub_says_counters_and_powers_of_topics_frames_and_json():
    sampled = samples.of("emonhub")
    found = {}
    for one in sampled[:10]:
        found |= rows(said("emonhub", one["payload"], one["topic"]))
    assert found["e1"] == (121940.0, "Wh", None)
    assert found["power1"] == (623.0, "W", None)
    assert set(found) == {f"{name}{place}" for name in ("power", "e") for place in range(1, 5)}

    names = [one["topic"].rpartition("/")[2] for one in sampled[:10]]
    frame = said("emonhub", sampled[10]["payload"], sampled[10]["topic"], names=names)
    assert rows(frame) == found
    with pytest.raises(PayloadError, match="names"):
        said("emonhub", sampled[10]["payload"], sampled[10]["topic"])
    assert rows(said("emonhub", "1", "emon/emonth1/pulsecount")) == {
        "pulsecount": (1.0, None, None)
    }
    assert rows(said("emonhub", '{"time":1700000000.5,"e1":3}')) == {
        "e1": (3.0, "Wh", 1_700_000_000_500)
    }
    with pytest.raises(PayloadError):
        said("emonhub", "on", "emon/x/e1")
    for one in sampled[11:15]:
        assert rows(said("emonhub", one["payload"], one["topic"])) == {}  # a thermometer's
    own = (
        said("emonhub", "12.5", "emon/house/grid_import_kwh"),
        said("emonhub", "3", "emon/h/solar"),
    )
    assert [one.unit for one in own] == [["kWh"], None]


def test_dsmr_reader_says_registers_and_gas_at_its_own_time():
    plain, shifted, single = samples.of("dsmr_reader")
    found = rows(said("dsmr_reader", plain["payload"]))
    assert found["electricity_delivered_2"] == (3.0, "kWh", 1_514_764_800_000)
    assert found["phase_currently_delivered_l1"] == (0.25, "kW", 1_514_764_800_000)
    assert "extra_device_delivered" not in found  # null
    assert rows(said("dsmr_reader", shifted["payload"]))["electricity_delivered_1"][2] == (
        1_514_764_800_000
    )
    assert rows(said("dsmr_reader", single["payload"], single["topic"])) == {
        "electricity_delivered_1": (1.0, "kWh", None)
    }
    gas = '{"timestamp":"2018-01-01T00:05:00Z","extra_device_timestamp":"2018-01-01T00:00:00Z",'
    found = rows(said("dsmr_reader", gas + '"extra_device_delivered":7.5}'))
    assert found == {"extra_device_delivered": (7.5, "m3", 1_514_764_800_000)}
    with pytest.raises(PayloadError):
        said("dsmr_reader", '{"Total":1}')


def test_a_value_that_the_collector_calls_wrong_is_bad_in_the_xml_of_the_ministry():
    found = said("mohurd_xml", samples.of("mohurd_xml")[0]["payload"])

    names = ["Pa", "Pb", "Pc", "EPI", "EPE"]
    assert found.channel_key == [f"T201003/{name}" for name in names]
    assert found.quality == ["mohurd.error_1"] * 5
    assert all(math.isnan(value) for value in found.value)
    assert found.at_ms == [1_513_743_600_000] * 5  # 12:20 in China


def test_a_report_without_faults_is_read_and_other_messages_say_nothing():
    codec = configured("mohurd_xml", {"units": {"W": "m3"}})
    report = codec.encode("20260101080000", "M1", {"EPI": 12.5, "Ua": 220.0, "W": 3.0, "P": 1.5})
    at_ms = 1_767_225_600_000
    assert rows(codec.decode(samples.message(report))) == {
        "M1/EPI": (12.5, "kWh", at_ms),
        "M1/W": (3.0, "m3", at_ms),
        "M1/P": (1.5, "kW", at_ms),
    }
    beat = (
        "<root><common><building_id>B</building_id><gateway_id>G</gateway_id><type>heart_beat"
        '</type></common><heart_beat operation="notify"><notify/></heart_beat></root>'
    )
    assert rows(codec.decode(samples.message(beat))) == {}


@pytest.mark.parametrize("kind", ["energy_data", "report", "reply", "continuous"])
@pytest.mark.parametrize("encoding", ["utf-8", "GB2312", "gbk"])
def test_a_report_is_data_whatever_it_calls_itself_and_however_it_is_written(kind, encoding):
    text = (
        f'\n<?xml version="1.0" encoding="{encoding}" ?><root><common><building_id>310101A001'
        f"</building_id><gateway_id>01</gateway_id><type>{kind}</type></common><data operation="
        f'"{kind}"><sequence>7</sequence><parser>yes</parser><time>20260101080000</time><total>2'
        '</total><current>1</current><meter id="1号"><function id="1" coding="02000" error="0">'
        '3.5</function><function id="2" error="">68A1</function><function id="Ua">220</function>'
        "</meter></data></root>"
    )
    found = said("mohurd_xml", text.encode(encoding) + b"\0" * 7)

    assert found.channel_key == ["1号/1", "1号/2"]
    assert found.value[0] == 3.5
    assert found.quality == [None, "mohurd.no_number"]
    assert found.at_ms == [1_767_225_600_000] * 2


def test_sums_of_classes_and_sub_items_are_read_under_their_codes():
    text = (
        "<root><common><building_id>B</building_id><gateway_id>G</gateway_id><type>energy_data"
        '</type></common><data operation="report"><time>20260101080000</time><energy_items>'
        '<energy_item code="01A00">12.5</energy_item><energy_item code="02000">3</energy_item>'
        '<energy_item code="04000">7</energy_item></energy_items></data></root>'
    )
    at_ms = 1_767_225_600_000
    assert rows(said("mohurd_xml", text)) == {
        "energy_item/01A00": (12.5, "kWh", at_ms),
        "energy_item/02000": (3.0, "m3", at_ms),
        "energy_item/04000": (7.0, None, at_ms),
    }


@given(
    st.text(min_size=1, max_size=20).filter(str.isprintable),
    st.dictionaries(st.sampled_from(["EPI", "EPE", "P", "Total", 'a"<&']), st.floats(-1e9, 1e9)),
)
def test_what_a_simulated_collector_writes_is_read(meter, values):
    codec = configured("mohurd_xml", {})
    found = rows(codec.decode(samples.message(codec.encode("20260101080000", meter, values))))
    assert {key: value for key, (value, _, _) in found.items()} == {
        f"{meter}/{name}": value for name, value in values.items()
    }


@pytest.mark.parametrize(
    "payload",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><root><common><type>energy_data</type></common></root>",
        "<root/>",
        "<root>",
        "plain",
        "<a>" * 200,
        '<?xml version="1.0" encoding="none-such"?><root/>',
    ],
)
def test_xml_that_is_no_report_or_would_swell_is_refused(payload):
    with pytest.raises(PayloadError):
        said("mohurd_xml", payload)
