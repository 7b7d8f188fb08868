"""What keys of gateways may mean; each row is a name that some maker uses."""

import pytest

from metering.channels import Kind
from metering.guesses import guess

REGISTER, INTERVAL, POWER = Kind.REGISTER, Kind.INTERVAL, Kind.POWER
# key, unit of the message, rises, falls; carrier, kind, unit
USES = (
    ("EPI", None, 5, 0, "electricity", REGISTER, "kWh"),
    ("meter/EPI", None, 0, 0, "electricity", REGISTER, "kWh"),
    ("T201003/EPI", None, 0, 0, "electricity", REGISTER, "kWh"),
    ("kWh", None, 4, 0, "electricity", REGISTER, "kWh"),
    ("WPP", None, 0, 0, "electricity", REGISTER, "kWh"),
    ("正向有功", None, 3, 0, "electricity", REGISTER, "kWh"),
    ("1-0:1.8.1", "kWh", 1, 0, "electricity", REGISTER, "kWh"),
    ("emdata:0.total_act_energy", "Wh", 3, 0, "electricity", REGISTER, "Wh"),
    ("switch:0.apower", "W", 2, 2, "electricity", POWER, "W"),
    ("power_phase_b", None, 2, 2, "electricity", POWER, "kW"),
    ("ENERGY.Total", "kWh", 0, 0, "electricity", REGISTER, "kWh"),
    ("pv_energy_total", "kWh", 2, 0, "electricity_pv_self", REGISTER, "kWh"),
    ("0-1:24.2.1", "m3", 0, 0, "natural_gas", REGISTER, "m3"),
    ("燃气累计", None, 4, 0, "natural_gas", REGISTER, "m3"),
    ("m3", None, 2, 0, "water", REGISTER, "m3"),
    ("用水量", None, 1, 4, "water", INTERVAL, "m3"),
    ("water_flow", "m3/h", 1, 1, "water", POWER, "m3/h"),
    ("heat.energy", "GJ", 4, 0, "heat", REGISTER, "GJ"),
    ("供冷量", None, 4, 0, "district_cooling", REGISTER, "GJ"),
)
STATES = (
    ("V", "voltage"), ("Ua", "voltage"), ("1-0:32.7.0", "voltage"), ("A", "current"),
    ("temp", "temperature"), ("温度", "temperature"), ("linkquality", "signal"),
    ("cos_phi", "power factor"), ("频率", "frequency"), ("正向无功", "reactive"),
    ("battery_low", "battery"),
)  # fmt: skip


@pytest.mark.parametrize(("key", "unit", "rises", "falls", "carrier", "kind", "meant"), USES)
def test_a_key_of_use_is_guessed_with_its_unit(key, unit, rises, falls, carrier, kind, meant):
    found = guess(key, unit, rises, falls)

    assert (found.carrier, found.kind, found.unit, found.reads) == (carrier, kind, meant, None)


@pytest.mark.parametrize(("key", "reads"), STATES)
def test_a_state_of_the_meter_is_no_use_of_anything(key, reads):
    found = guess(key, None, 3, 3)

    assert (found.carrier, found.kind, found.reads) == (None, None, reads)


def test_a_unit_that_counts_no_carrier_says_so_and_a_name_that_says_nothing_is_left_open():
    assert guess("x1", "°C", 1, 1).reads == "°C"
    assert guess("x1", None, 0, 0).carrier is None
    assert guess("x1", None, 0, 0).kind is None
    assert guess("x1", None, 9, 0).kind is REGISTER
    assert guess("gas_meter", "kWh", 2, 0).carrier == "electricity"  # no volume: a person decides
