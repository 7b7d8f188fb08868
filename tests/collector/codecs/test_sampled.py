"""Messages of real devices in the formats that are JSON or single values, and any others."""

import base64
import json
import math
from pathlib import Path

import pytest

from collector.codecs import Codec, configured
from collector.codecs.payload import PayloadError
from metering.errors import InputError
from metering.messages import Decoded
from tests.collector.codecs import samples

SHARED = Path(__file__).parents[4] / "shared" / "payloads"
SETTINGS = {
    "tasmota": {"zone": "Europe/Berlin"},
    "chirpstack": {"payload_decoder": "yobiiq_em4301"},
}


def codec(name: str) -> Codec:
    return configured(name, SETTINGS.get(name, {}))


def said(name: str, payload: object, topic: str = "t") -> Decoded:
    raw = payload if isinstance(payload, str | bytes) else json.dumps(payload)
    return codec(name).decode(samples.message(raw, topic))


def rows(decoded: Decoded) -> dict[str, tuple[float, str | None, int | None]]:
    units = decoded.unit or [None] * len(decoded.value)
    columns = zip(decoded.channel_key, decoded.value, units, decoded.at_ms, strict=True)
    return {key: (value, unit, at) for key, value, unit, at in columns}


def of_sample(name: str, place: int, file: str = "") -> dict[str, tuple[float, str, int | None]]:
    sample = samples.of(file or name)[place]
    return rows(said(name, sample["payload"], sample["topic"]))


def test_tasmota_says_registers_and_powers_by_its_own_clock():
    found = of_sample("tasmota", 0)

    at_ms = 1_601_030_835_000  # 2020-09-25T12:47:15 in Berlin, two hours ahead
    assert found["ENERGY.Total"] == (0.017, "kWh", at_ms)
    assert found["ENERGY.TotalTariff.1"] == (0.017, "kWh", at_ms)
    assert found["ENERGY.ImportActive"] == (12.58, "kWh", at_ms)
    assert found["ENERGY.Power"] == (0.0, "W", at_ms)
    assert not [key for key in found if "Today" in key or "Yesterday" in key or "Reactive" in key]
    assert of_sample("tasmota", 1)["ANALOG.CTEnergy1.Energy"] == (0.5, "kWh", None)
    assert of_sample("tasmota", 2) == {"ENERGY.Total": (5.6, "kWh", None)}
    assert of_sample("tasmota", 3) == {}


def test_tasmota_without_a_zone_does_not_guess_one():
    with pytest.raises(PayloadError, match="zone"):
        configured("tasmota", {}).decode(samples.message(samples.of("tasmota")[0]["payload"]))
    three = {"Time": "2026-01-01T00:00:00+08:00", "ENERGY": {"Total": 1.5, "Power": [1, 2, 3]}}
    found = rows(configured("tasmota", {}).decode(samples.message(json.dumps(three))))
    assert found["ENERGY.Power.2"] == (3.0, "W", 1_767_196_800_000)


def test_shelly_says_energy_of_status_topics_and_of_notifications():
    assert of_sample("shelly", 0, "shelly_gen2")["em:0.total_act_power"] == (2413.825, "W", None)
    assert of_sample("shelly", 1, "shelly_gen2")["emdata:0.total_act"] == (5415414.19, "Wh", None)
    found = of_sample("shelly", 3, "shelly_gen2")
    assert found["emdata:0.total_act_ret"] == (131881.86, "Wh", 1_757_060_280_210)
    assert len(found) == 8
    assert of_sample("shelly", 4, "shelly_gen2") == {}


def test_shelly_says_a_plug_and_an_answer_and_nothing_of_a_radio():
    plug = {
        "id": 0,
        "apower": 8.9,
        "aenergy": {"total": 6.532, "by_minute": [45.199], "minute_ts": 1},
    }
    assert rows(said("shelly", plug, "x/status/switch:0")) == {
        "switch:0.apower": (8.9, "W", None),
        "switch:0.aenergy.total": (6.532, "Wh", None),
    }
    answer = {"id": 1, "src": "shelly", "result": {"pm1:0": plug, "sys": {"unixtime": 1}}}
    assert rows(said("shelly", answer))["pm1:0.aenergy.total"] == (6.532, "Wh", None)
    assert rows(said("shelly", {"sta_ip": "::1", "rssi": -60, "x": {}}, "x/status/wifi")) == {}
    assert rows(said("shelly", {"method": "NotifyEvent", "params": {"events": []}})) == {}
    with pytest.raises(PayloadError):
        said("shelly", {"ENERGY": {"Total": 1}})


def test_zigbee2mqtt_says_what_a_device_counts():
    assert of_sample("zigbee2mqtt", 0) == {"power": (14.0, "W", None)}
    assert of_sample("zigbee2mqtt", 1)["energy"] == (299.7, "kWh", None)
    seen = {"energy": 3, "produced_energy": 1, "last_seen": "2026-01-01T08:00:00+08:00"}
    assert rows(said("zigbee2mqtt", seen))["produced_energy"] == (1.0, "kWh", 1_767_225_600_000)
    assert rows(said("zigbee2mqtt", {"contact": True, "linkquality": 3})) == {}
    assert rows(said("zigbee2mqtt", {"version": "2"}, "zigbee2mqtt/bridge/info")) == {}
    with pytest.raises(PayloadError):
        said("zigbee2mqtt", {"Total": 1})


def test_chirpstack_says_what_was_decoded_and_bytes_by_a_named_decoder():
    decoded = {"energy": {"value": 12.5, "unit": "kWh"}, "total_m3": 3, "voltage": 220, "state": 1}
    up = {"deviceInfo": {"devEui": "01"}, "time": "2022-07-18T09:34:15.775023242+00:00"}
    found = rows(said("chirpstack", up | {"object": decoded}))
    at_ms = 1_658_136_855_775
    assert found == {"energy": (12.5, "kWh", at_ms), "total_m3": (3.0, "m3", at_ms)}

    sample = samples.of("chirpstack")[3]
    found = rows(said("chirpstack", up | {"fPort": 1, "data": sample["payload_b64"]}))
    register_ms = sample["expected"]["dataloggerTimestamp"] * 1000
    name = "activeEnergyImportL123T1_Wh"
    assert found[name] == (sample["expected"][name], "Wh", register_ms)
    assert set(found) == {one for one in sample["expected"] if one.endswith("_Wh")}

    for place in (1, 2):  # status and join
        assert of_sample("chirpstack", place) == {}
    with pytest.raises(PayloadError, match="record"):
        of_sample("chirpstack", 0)


def test_a_meter_that_its_device_could_not_read_is_bad():
    data = base64.b64decode(samples.of("chirpstack")[3]["payload_b64"])[:-1] + b"\x04"
    up = {"deviceInfo": {}, "time": 1, "fPort": 1, "data": base64.b64encode(data).decode()}
    found = said("chirpstack", up)

    assert set(found.quality or []) == {"chirpstack.modbusErrorCode_4"}
    assert all(math.isnan(value) for value in found.value)


def test_bytes_that_nobody_decodes_name_the_next_step():
    up = {"end_device_ids": {}, "uplink_message": {"frm_payload": "AA==", "f_port": 1}}
    with pytest.raises(PayloadError) as caught:
        said("ttn", up)
    assert caught.value.code == "payload.not_decoded"
    assert "payload_decoder" in caught.value.next_en
    with pytest.raises(InputError, match="yobiiq_em4301"):
        configured("ttn", {"payload_decoder": "nobody"})


def test_ttn_says_what_was_decoded():
    up = {
        "end_device_ids": {"device_id": "d"},
        "uplink_message": {
            "decoded_payload": {
                "active_energy_wh": 1250,
                "battery_v": 3.1,
                "meter": {"total_m3": 2},
            },
            "received_at": "2026-01-01T00:00:00.5Z",
        },
    }
    at_ms = 1_767_225_600_500
    expected = {"active_energy_wh": (1250.0, "Wh", at_ms), "meter.total_m3": (2.0, "m3", at_ms)}
    assert rows(said("ttn", up)) == expected
    assert rows(said("ttn", {"result": 1, "data": up})) == expected
    assert rows(said("ttn", {"end_device_ids": {}, "join_accept": {}})) == {}


def test_wmbusmeters_says_what_stands_now():
    telegram = {"_": "telegram", "meter": "iperl", "id": "76348799", "status": "DRY"}
    values = {"total_m3": 6.408, "target_m3": 6, "max_flow_m3h": 1, "flow_temperature_c": 127}
    found = said("wmbusmeters", telegram | values | {"timestamp": "2026-01-01T00:00:00Z"})
    assert rows(found) == {"total_m3": (6.408, "m3", 1_767_225_600_000)}
    assert found.quality is None  # dry for a month, and still where it stood

    broken = said("wmbusmeters", telegram | values | {"status": "PERMANENT_ERROR"})
    assert broken.quality == ["wmbus.PERMANENT_ERROR"]
    named = configured("wmbusmeters", {"with_id": True})
    assert named.decode(samples.message(json.dumps(telegram | values))).channel_key == [
        "76348799.total_m3"
    ]


@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not here: own telegrams are tested")
def test_telegrams_of_other_meters():
    found = {}
    for line in (SHARED / "wmbusmeters.jsonl").read_text("utf-8").splitlines():
        sample = json.loads(line)
        found[sample["topic"]] = rows(said("wmbusmeters", sample["payload"]))

    assert found["wmbusmeters/MyWater"] == {"total_m3": (44.206, "m3", None)}
    assert found["wmbusmeters/Elen1"]["total_energy_consumption_kwh"] == (2816.304, "kWh", None)
    assert found["wmbusmeters/myomnipower"]["current_power_consumption_kw"] == (0.003, "kW", None)


def test_acrel_says_nothing_at_log_in_and_registers_by_name_or_identifier():
    for place in range(3):
        assert of_sample("acrel", place) == {}
    named = {"EPI": "123.4", "EPE": "0", "EPI1": "3", "Ua": "220", "P": "5.5", "EQL": "3"}
    head = {"type": "data", "gwSN": "1", "meterSN": "2", "time": "20200709130030"}
    at_ms = 1_594_270_830_000  # 13:00:30 in China
    assert rows(said("acrel", head | {"data": named})) == {
        "2/EPI": (123.4, "kWh", at_ms),
        "2/EPE": (0.0, "kWh", at_ms),
        "2/EPI1": (3.0, "kWh", at_ms),
        "2/P": (5.5, "kW", at_ms),
    }
    listed = [{"id": "00-01-00-00", "value": "12.34"}, {"id": "02010100", "value": "220.1"}]
    one = {"gwSN": "1", "time": "20200709130030", "datas": [{"addr": "001", "values": listed}]}
    assert rows(said("acrel", one)) == {"001/00-01-00-00": (12.34, "kWh", at_ms)}


def test_victron_and_homie_say_one_value_a_topic():
    assert rows(said("victron", {"value": 12.5}, "N/p/grid/30/Ac/Energy/Forward")) == {
        "grid/30/Ac/Energy/Forward": (12.5, "kWh", None)
    }
    found = rows(said("victron", {"value": -80}, "N/p/grid/30/Ac/L1/Power"))
    assert found == {"grid/30/Ac/L1/Power": (-80.0, "W", None)}
    for payload, topic in [
        ({"value": None}, "N/p/grid/30/Ac/Power"),
        ({"value": 230}, "N/p/grid/30/Ac/L1/Voltage"),
        ({"value": 1}, "N/p/keepalive"),
    ]:
        assert rows(said("victron", payload, topic)) == {}
    metered = configured("homie", {"units": {"energy": "kWh"}})
    found = metered.decode(samples.message("12.5", "homie/d/meter/energy"))
    assert rows(found) == {"energy": (12.5, "kWh", None)}
    for payload, topic in [("kWh", "homie/d/meter/energy/$unit"), ("true", "homie/d/meter/on")]:
        assert rows(said("homie", payload, topic)) == {}


def test_any_json_is_read_by_the_paths_of_its_route():
    settings = {
        "rows": "data.*",
        "value": "values.*",
        "key": "{sn}.{*2}",
        "time": "$.ts",
        "zone": "Asia/Shanghai",
        "scale": "0.01",
        "units": {"m1.e": "度"},
        "quality": "q",
    }
    payload = {
        "ts": "2026-01-02 03:04:05",
        "data": [
            {"sn": "m1", "values": {"e": 12345, "x": "off"}, "q": "Good"},
            {"sn": "m2", "values": {"e": 1}, "q": "no link"},
        ],
    }
    found = configured("json", settings).decode(samples.message(json.dumps(payload)))

    assert found.channel_key == ["m1.e", "m2.e"]
    assert found.value[0] == 123.45
    assert found.at_ms == [1_767_294_245_000] * 2
    assert found.unit == ["kWh", None]
    assert found.quality == [None, "json.no_link"]


@pytest.mark.parametrize(
    "settings",
    [
        {"value": "a..b"},
        {"rows": "a.b."},
        {"scale": 0},
        {"scale": "x"},
        {"zone": "Mars/Base"},
        {"unit": "foot"},
        {"time_form": "noon"},
        {"time": "a.*"},
        {"key": "{a.*}"},
    ],
)
def test_paths_that_cannot_be_used_are_refused_when_the_route_is_read(settings):
    with pytest.raises(InputError) as caught:
        configured("json", settings)
    assert caught.value.code == "codec.bad_settings"


def test_a_simulator_can_write_what_a_codec_reads():
    clock = "2026-01-01T01:00:00"  # in Berlin
    at_ms = 1_767_225_600_000
    written = {
        "tasmota": (codec("tasmota").encode(clock, {"Total": 1.5}), "ENERGY.Total", "t"),
        "shelly": (
            codec("shelly").encode(at_ms / 1000, {"emdata:0": {"total_act": 1.5}}),
            "emdata:0.total_act",
            "t",
        ),
        "zigbee2mqtt": (codec("zigbee2mqtt").encode({"energy": 1.5}, at_ms), "energy", "t"),
        "wmbusmeters": (
            codec("wmbusmeters").encode("1", {"total_m3": 1.5}, "2026-01-01T00:00:00Z"),
            "total_m3",
            "t",
        ),
        "chirpstack": (
            codec("chirpstack").encode("1", "2026-01-01T00:00:00Z", {"a_kwh": 1.5}),
            "a_kwh",
            "t",
        ),
        "ttn": (codec("ttn").encode("d", "2026-01-01T00:00:00Z", {"a_kwh": 1.5}), "a_kwh", "t"),
        "acrel": (codec("acrel").encode("7", "20260101080000", {"EPI": 1.5}), "7/EPI", "t"),
    }
    for name, (payload, key, topic) in written.items():
        assert rows(said(name, payload, topic))[key][::2] == (1.5, at_ms), name
    assert said("homie", codec("homie").encode(1.5), "homie/d/n/e").value == [1.5]
    path = "N/p/grid/1/Ac/Energy/Forward"
    assert said("victron", codec("victron").encode(1.5), path).value == [1.5]
    assert said("json", codec("json").encode({"value": 1.5})).value == [1.5]
