"""Odder messages of each maker: read as they are meant, or set aside with the reason."""

import json

import pytest

from collector.codecs import configured
from collector.codecs.payload import PayloadError
from metering.messages import Message

AT = 1_764_000_000_000
ISO = "2025-11-24T16:00:00Z"
HERE = {"zone": "Asia/Shanghai"}


def said(thing: object) -> bytes:
    text = thing if isinstance(thing, str) else json.dumps(thing)
    return text.encode()


def energy(**values: object) -> dict:
    return {"Time": "2025-11-25T00:00:00", "ENERGY": values}


def ttn(**uplink: object) -> dict:
    up = {"f_port": 1, "received_at": ISO, **uplink}
    return {"end_device_ids": {"device_id": "d"}, "uplink_message": up}


def uplink(**decoded: object) -> dict:
    return {"deviceInfo": {"devEui": "1"}, "time": ISO, "object": decoded}


def telegram(identity: str, total: float) -> dict:
    head = {"media": "water", "meter": "iperl", "id": identity, "timestamp": ISO}
    return {**head, "total_m3": total}


def acrel(data: object) -> dict:
    return {"type": "data", "meterSN": "122", "time": "20251125000000", "data": data}


TWO = [telegram("1", 6.4), telegram("2", 7.4)]
FRAME = {"names": ["power1", "e1", "vrms"]}
GRID = "N/p/grid/30/Ac/Energy/Forward"
PATH = "grid/30/Ac/Energy/Forward"
EMON = "emonhub/rx/5/values"
NORMAL = [{"metering": {"total_energy": 12.5}}]
CASES = [
    ("tasmota", HERE, "t/SENSOR", energy(Total=[1, 2]), "ENERGY.Total.0=1kWh ENERGY.Total.1=2kWh"),
    (
        "tasmota",
        HERE,
        "t/SENSOR",
        energy(Total="12.5", Power=3),
        "ENERGY.Total=12.5kWh ENERGY.Power=3W",
    ),
    (
        "tasmota",
        HERE,
        "t/SENSOR",
        energy(Total="?", Power=3),
        "ENERGY.Total!tasmota.no_number ENERGY.Power=3W",
    ),
    ("tasmota", HERE, "t/SENSOR", energy(Total=None, Power=3), "ENERGY.Power=3W"),
    (
        "tasmota",
        HERE,
        "t/SENSOR",
        energy(TotalTariff=[5, 6]),
        "ENERGY.TotalTariff.0=5kWh ENERGY.TotalTariff.1=6kWh",
    ),
    ("shelly", {}, "s/rpc", {"id": 1, "error": {"code": 404}}, ""),
    (
        "shelly",
        {},
        "s/status/emdata:0",
        {"id": 0, "total_act": 3.5, "a_total_act_energy": None},
        "emdata:0.total_act=3.5Wh",
    ),
    ("shelly", {}, "s/events/rpc", {"method": "NotifyEvent", "params": {"events": []}}, ""),
    (
        "shelly_gen1",
        {},
        "shellies/shellyem3-1/emeter/2/total",
        "12345.6",
        "emeter/2/total=12345.6Wh",
    ),
    ("zigbee2mqtt", {}, "zigbee2mqtt/plug/availability", {"state": "online"}, ""),
    ("zigbee2mqtt", {}, "zigbee2mqtt/plug", {"energy": 12.5, "power": None}, "energy=12.5kWh"),
    ("ttn", {}, "up", ttn(normalized_payload=NORMAL), "metering.total_energy=12.5"),
    (
        "ttn",
        {},
        "up",
        ttn(normalized_payload=NORMAL * 2),
        "0.metering.total_energy=12.5 1.metering.total_energy=12.5",
    ),
    ("ttn", {}, "up", ttn(decoded_payload={"e_kwh": 1}, normalized_payload=NORMAL), "e_kwh=1kWh"),
    ("chirpstack", {}, "x/event/join", {"deviceInfo": {}}, ""),
    ("chirpstack", {}, "x/event/up", uplink(energy_kwh="12.5", text="7"), "energy_kwh=12.5kWh"),
    ("wmbusmeters", {}, "w", TWO, "1.total_m3=6.4m3 2.total_m3=7.4m3"),
    ("wmbusmeters", {}, "w", "\n".join(map(json.dumps, TWO)), "1.total_m3=6.4m3 2.total_m3=7.4m3"),
    ("wmbusmeters", {}, "w", [TWO[0], {"id": 3}], "1.total_m3=6.4m3 –!wmbusmeters.no_row"),
    ("victron", {}, GRID, {"value": None}, ""),
    ("victron", {}, GRID, {"value": []}, ""),
    ("victron", {}, GRID, {"value": "12.5"}, f"{PATH}=12.5kWh"),
    ("homie", {"units": {"energy": "kWh"}}, "homie/5/d/m/energy", "12.5", "energy=12.5kWh"),
    ("homie", {}, "homie/5/d/$description", "{}", ""),
    ("emonhub", FRAME, EMON, "1,2,3.5", "power1=1W e1=2Wh"),
    ("emonhub", FRAME, EMON, "1 2 3.5", "power1=1W e1=2Wh"),
    (
        "influx",
        {},
        "i",
        "a\\ b,m=x\\,y kwh=1.5,on=t,n=5i,u=7u\n# no line\n\n",
        "a b,m=x,y/kwh=1.5 a b,m=x,y/n=5 a b,m=x,y/u=7",
    ),
    ("influx", {}, "i", 'm note="one\ntwo",kwh=2', "m/kwh=2"),
    ("influx", {"precision": "ms"}, "i", f"m kwh=2 {AT}\r\n", "m/kwh=2"),
    ("acrel", {}, "a", acrel({"EPI": "00012345.67", "quality": "192"}), "122/EPI=12345.67kWh"),
    (
        "acrel",
        {},
        "a",
        acrel([{"id": "00010000", "value": "FFFFFFFF"}]),
        "122/00010000!acrel.no_number",
    ),
    (
        "json",
        {"value": "v", "key": "m", "time": "t"},
        "j",
        {"v": 1, "t": "2025-11-25T00:00:00+0800"},
        "m=1",
    ),
    ("json", {"value": "v", "key": "m", "scale": "0.1"}, "j", {"v": 12}, "m=1.2"),
]


def shown(codec: str, told: dict, topic: str, thing: object) -> str:
    found = configured(codec, told).decode(Message(topic, "zj/gw", said(thing), AT))
    none: list[None] = [None] * len(found.value)
    columns = zip(
        found.channel_key, found.value, found.unit or none, found.quality or none, strict=True
    )
    return " ".join(
        f"{key}!{bad}"
        if bad
        else f"{key}={value:g}{unit or ''}"
        if value < 10_000
        else f"{key}={value}{unit or ''}"
        for key, value, unit, bad in columns
    )


@pytest.mark.parametrize(("codec", "told", "topic", "thing", "wanted"), CASES)
def test_an_odder_message_is_read_as_it_is_meant(codec, told, topic, thing, wanted):
    assert shown(codec, told, topic, thing) == wanted


@pytest.mark.parametrize(
    ("codec", "told", "topic", "thing", "why"),
    [
        ("homie", {"units": {"energy": "kWh"}}, "homie/5/d/m/energy", "12,5", "no single value"),
        ("victron", {}, GRID, {"value": "many"}, "no finite number"),
        ("json", {"value": "v", "key": "{id}"}, "j", {"v": 1}, "the key {id} needs"),
        ("influx", {}, "i", f"m kwh=2 {AT}", "see `precision`"),
        ("shelly_gen1", {}, "shellies/s/emeter/0/total", "nan", "no number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(codec, told, topic, thing, why):
    with pytest.raises(PayloadError, match=why):
        shown(codec, told, topic, thing)
