"""Odder messages, as makers' documents, forums and firmwares have them: what each comes to.

What is set aside keeps its code, and what came beside it is taken.
"""

import json
import math

import pytest

from collector.codecs import configured
from tests.collector.codecs import samples

AT = 1_704_081_600_000  # 2024-01-01 12:00 in China
XML = (
    "<root><common><building_id>B</building_id><gateway_id>G</gateway_id><type>report</type>"
    '</common><data operation="report"><time>20240101120000</time><meter id="7">{}</meter></data>'
    "</root>"
)
TELEGRAM = (
    "/X\r\n\r\n0-0:1.0.0(632525252525S)\r\n1-0:1.8.0(1.5*kWh)\r\n"
    "0-1:24.2.1(240101120000W)(2*m3) \r\n!\r\n"
)
UP = {"deviceInfo": {"devEui": "01"}, "time": "2024-01-01T04:00:00Z"}
METER = {"_": "telegram", "media": "heat", "meter": "k", "name": "n", "id": "1"}
UPLOAD = {"node": "m", "group": "g", "timestamp": AT}

# Format, topic, payload, what is read: key, value or code, unit.
ODD = [
    # Acrel: history, a list of names, the protocol of its own platform, a ratio called PT.
    ("acrel", "t", {"type": "hstdata", "meterSN": "1", "data": [
        {"time": "20240101120000", "EPI": "1.1"}, {"time": "00000000000000", "EPI": "1.2"}]},
     [("1/EPI", 1.1, "kWh"), ("1/EPI", "acrel.no_time", "kWh")]),
    ("acrel", "t", {"method": "data", "sn": "9", "timestamp": 1704081600, "payload": {"EPI": 5}},
     [("9/EPI", 5.0, "kWh")]),
    ("acrel", "t", {"method": "login", "sn": "9", "payload": {"upInterval": 3}}, []),
    ("acrel", "t", {"type": "realtimeData", "meterSN": "1", "EPI": "2", "PT": "1", "CT": "40"},
     [("1/EPI", 2.0, "kWh")]),
    ("acrel", "t", {"meterSN": "1", "EPI": "1,234.5", "EPE": "3"},
     [("1/EPI", "acrel.no_number", "kWh"), ("1/EPE", 3.0, "kWh")]),
    ("acrel", "t", {"meterSN": "1", "properties": [
        {"key": "正向有功电度", "value": 2.5, "unit": "kWh"},
        {"key": "A相电压", "value": 220, "unit": "V"}]},
     [("1/正向有功电度", 2.5, "kWh")]),
    # Alink and OneNET: each name has its value and time.
    ("acrel", "t", {"id": "1", "method": "thing.event.property.post", "params": {
        "EPI": {"value": 23.6, "time": AT}, "Ua": {"value": 220, "time": AT}}},
     [("EPI", 23.6, "kWh")]),
    # The ministry's XML: 192 is good where anybody says it, and 0 is a meter that is away.
    ("mohurd_xml", "t", XML.format(
        '<function id="1" coding="01A10" error="192" sample_time="20240101115900">5</function>'
        '<function id="2" coding="02000" error="0"> </function>'),
     [("7/1", 5.0, "kWh"), ("7/2", "mohurd.error_0", "m3")]),
    ("mohurd_xml", "t", XML.format(
        '<function id="EPI" error="0">5</function><function id="Ua" coding="01A10">220</function>'
        '<function id="PT">1</function><function id="3" sample_time="now">6</function>'),
     [("7/EPI", 5.0, "kWh"), ("7/3", "mohurd.no_time", None)]),
    # Tasmota: only a thermometer; what its firmware writes for no number.
    ("tasmota", "tele/x/SENSOR", {"DS18B20": {"Id": "0", "Temperature": 20.1}}, []),
    ("tasmota", "tele/x/SENSOR", '{"ENERGY":{"Total":nan,"Power":-inf,"ExportActive":5}}',
     [("ENERGY.ExportActive", 5.0, "kWh")]),
    # Shelly: a meter that says that it fails, pulses of a water meter, the first generation.
    ("shelly", "x/status/switch:0", {"id": 0, "apower": 0, "errors": ["power_meter_failure"]},
     [("switch:0.apower", "shelly.power_meter_failure", "W")]),
    ("shelly", "x/status/input:100", {"id": 100, "counts": {"total": 12, "xtotal": 1.2}, "freq": 3},
     [("input:100.counts.total", 12.0, None), ("input:100.counts.xtotal", 1.2, None)]),
    ("shelly_gen1", "shellies/em-1/emeter/0/total", "1234.5", [("emeter/0/total", 1234.5, "Wh")]),
    ("shelly_gen1", "shellies/p-1/relay/0/energy", "120", [("relay/0/energy", 2.0, "Wh")]),
    ("shelly_gen1", "shellies/p-1/relay/0", "on", []),
    ("shelly_gen1", "shellies/em-1/emeter/0/voltage", "230", []),
    # zigbee2mqtt: what it once called energy, a topic an attribute, what is no register.
    ("zigbee2mqtt", "z/plug", {"power": 1.16, "consumption": 45.28, "linkquality": 5},
     [("power", 1.16, "W"), ("consumption", 45.28, "kWh")]),
    ("zigbee2mqtt", "z/plug/energy", "299.7", [("energy", 299.7, "kWh")]),
    ("zigbee2mqtt", "z/plug/linkquality", "80", []),
    ("zigbee2mqtt", "z/plug", {"energy": 1, "energy_today": 2, "energy_reactive": 3,
                               "energy_calibration": 100, "energy_l1": 4},
     [("energy", 1.0, "kWh"), ("energy_l1", 4.0, "kWh")]),
    # LoRaWAN: versions 3 and 2, JSON that is none.
    ("chirpstack", "a/up", {"devEUI": "AQ==", "object": {"total_m3": 3.5}, "rxInfo": [{}],
                            "publishedAt": "2024-01-01T04:00:00Z"}, [("total_m3", 3.5, "m3")]),
    ("chirpstack", "a/up", json.dumps(UP | {"object": {"total_m3": math.nan, "e_kwh": 4}}),
     [("e_kwh", 4.0, "kWh")]),
    ("ttn", "t", {"dev_id": "d", "hardware_serial": "00", "payload_fields": {"e_kwh": 3.2},
                  "metadata": {"time": "2024-01-01T04:00:00.5Z"}}, [("e_kwh", 3.2, "kWh")]),
    # wmbusmeters: fields of other days, a number as identity.
    ("wmbusmeters", "t", METER | {"id": 7, "total_m3": 5, "historic_1_total_m3": 4,
                                  "energy_at_old_date_kwh": 7}, [("total_m3", 5.0, "m3")]),
    # Neuron: a group of texts alone, a group of which nothing was read, its types.
    ("neuron", "t", UPLOAD | {"tags": [{"name": "s", "value": "on", "type": 4}]}, []),
    ("neuron", "t", UPLOAD | {"values": {}, "errors": {}}, []),
    ("neuron", "t", UPLOAD | {"tags": [{"name": "a", "value": 1.5, "type": 3}]},
     [("m/g/a", 1.5, None)]),
    # P1 ports: the clock of a dead gas meter, a telegram without a clock, a blank at a line's end.
    ("dsmr", "t", TELEGRAM,
     [("1-0:1.8.0", "dsmr.no_time", "kWh"), ("0-1:24.2.1", 2.0, "m3")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "topic", "payload", "wanted"), ODD, ids=lambda one: str(one)[:40])
def test_an_odd_message(name, topic, payload, wanted):
    raw = payload if isinstance(payload, str) else json.dumps(payload)
    found = configured(name, {}).decode(samples.message(raw, topic))
    none = [None] * len(found.value)
    columns = (found.channel_key, found.value, found.unit or none, found.quality or none)
    read = [(key, code or value, unit) for key, value, unit, code in zip(*columns, strict=True)]
    assert read == wanted


def test_a_function_has_its_own_time_and_a_route_says_what_is_good():
    payload = XML.format('<function id="EPI" error="9" sample_time="20240101115900">5</function>')
    found = configured("mohurd_xml", {"good": ["9"]}).decode(samples.message(payload))
    assert (found.at_ms, found.quality) == ([AT - 60_000], None)


def test_a_row_of_any_json_without_its_time_is_set_aside_alone():
    codec = configured("json", {"rows": "v.*", "value": "x", "key": "{k}", "time": "t"})
    payload = {"v": [{"k": "a", "x": 1, "t": AT}, {"k": "b", "x": 2}, {"k": "c", "x": 3, "t": "?"}]}
    found = codec.decode(samples.message(json.dumps(payload)))
    assert found.quality == [None, "json.no_time", "json.no_time"]
    assert found.at_ms == [AT, None, None]
