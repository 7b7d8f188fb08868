"""What formats share: paths, instants, numbers as texts, units by name, bounded JSON."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs.parts.paths import MISSING, Path, Place
from collector.codecs.parts.quantities import is_other, unit_in
from collector.codecs.parts.rows import Row, gathered, number
from collector.codecs.parts.text import json_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import MAX_AT_MS, PayloadError
from metering.errors import InputError

MESSAGE = {"gw": "7", "list": [{"id": "a", "v": 1}, {"id": "b", "v": 2}], "ok": {"a": 0}, "x.y": 3}


def test_a_path_goes_down_up_and_to_the_message():
    first, second = Path("list.*", stars=True).places(Place(MESSAGE))

    assert (first.stars, second.stars) == (("0",), ("1",))
    assert Path("v").one(second) == 2
    assert Path("$.gw").one(second) == "7"
    assert Path("^.0.id").one(second) == "a"
    assert Path("^.^.gw").one(second) == "7"
    assert Path("$.list.*1.id").one(second) == "b"
    assert Path('"x.y"').one(Place(MESSAGE)) == 3
    assert Path("list.9.v").one(Place(MESSAGE)) is MISSING
    assert Path("^").one(Place(MESSAGE)) is MISSING


@pytest.mark.parametrize("text", ["a..b", ".a", "a.*"])
def test_a_path_that_cannot_be_read_is_refused_with_its_text(text):
    with pytest.raises(InputError) as caught:
        Path(text)
    assert text in caught.value.en


@pytest.mark.parametrize(
    ("said", "form", "zone", "ms"),
    [
        (1757059829.08, "auto", None, 1757059829080),
        (1647497389075, "auto", None, 1647497389075),
        (1637014942460689291, "auto", None, 1637014942460),
        ("2022-07-18T09:34:15.775023242+00:00", "auto", None, 1658136855775),
        ("20200709130030", "auto", "Asia/Shanghai", 1594270830000),
        ("2020-07-09 13:00:30", "iso", "+08:00", 1594270830000),
        ("09/07/2020 13:00", "dd/MM/yyyy HH:mm", "Asia/Shanghai", 1594270800000),
    ],
)
def test_instants_in_the_forms_that_gateways_write(said, form, zone, ms):
    assert instant("t", said, form, None if zone is None else zone_of(zone)) == ms


@pytest.mark.parametrize("said", ["2026-10-25T02:30:00", "2026-03-29T02:30:00"])
def test_an_hour_that_comes_twice_or_never_is_no_instant(said):
    with pytest.raises(PayloadError) as caught:
        instant("t", said, "iso", zone_of("Europe/Vienna"))
    assert caught.value.code == "payload.two_times"


def test_a_wall_clock_without_a_zone_is_refused():
    with pytest.raises(PayloadError):
        instant("t", "2020-07-09 13:00:30")


@given(st.text() | st.integers() | st.floats() | st.none() | st.booleans() | st.lists(st.none()))
def test_whatever_is_said_is_an_instant_or_a_refusal(said):
    try:
        ms = instant("t", said, "auto", zone_of("Asia/Shanghai"))
    except PayloadError:
        return
    assert 0 <= ms <= MAX_AT_MS


@given(st.text() | st.integers() | st.floats() | st.booleans())
def test_a_number_is_finite_or_none(said):
    value = number(said)
    assert value is None or math.isfinite(value)
    assert number(True) is None


@pytest.mark.parametrize(
    "said", ["4\x1f", "\x1c4", "\u00a04", "\u0664", "4\u2003", "1_0", "\uff11"]
)
def test_signs_that_only_look_like_numbers_and_blanks_are_none(said):
    assert number(said) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_as_text_is_that_number(value):
    assert number(f"{value!r}") == value


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("total_m3", "m3"),
        ("total_energy_consumption_kwh", "kWh"),
        ("activeEnergyImportL123T1_Wh", "Wh"),
        ("max_flow_m3h", "m3/h"),
        ("total_mwh", "MWh"),
        ("modbusErrorCode", None),
    ],
)
def test_a_name_may_end_with_its_unit(name, unit):
    assert unit_in(name) == unit


@pytest.mark.parametrize("name", ["voltage_phase_b", "linkquality", "battery", "power_factor"])
def test_a_voltage_is_no_energy(name):
    assert is_other(name)
    assert not is_other("energy")
    assert not is_other("current_power_consumption_kw")


def test_deep_and_broken_json_is_refused():
    for payload in (b"[" * 60_000, b'{"a":1,}', b"\xff", b""):
        with pytest.raises(PayloadError):
            json_of("t", payload)
    assert json_of("t", b"\xef\xbb\xbf" + json.dumps(MESSAGE).encode()) == MESSAGE


def test_rows_that_nobody_could_store_are_refused_with_the_number():
    for row in (Row("a", float("nan")), Row("", 1.0), Row("x" * 201, 1.0), Row("\0", 1.0)):
        with pytest.raises(PayloadError) as caught:
            gathered("t", [row], seq=7)
        assert caught.value.seq == 7
    bad = gathered("t", [Row("a", float("nan"), quality="t.2")])
    assert bad.quality == ["t.2"]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("energy_phase_a", False),
        ("active_power_b", False),
        ("current_a", True),
        ("reactive_power_c", True),
        ("total_act", False),
        ("voltage_a", True),
    ],
)
def test_a_phase_is_no_ampere(name, other):
    assert is_other(name) is other
