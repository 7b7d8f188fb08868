"""Formats are found where they stand, take their settings, and say which they do not take."""

import pkgutil
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from collector import codecs
from collector.codecs import configured, formats
from collector.routing import Route, Routing
from metering.errors import InputError
from tests.collector.codecs import samples

OF_UNITS = """
acrel chirpstack emonhub homie influx mohurd_xml records sparkplug_b telegraf ttn victron
zigbee2mqtt
"""
WITH_UNITS = OF_UNITS.split()

TOY = '''"""One number a message, under one name."""

import msgspec

from collector.codecs.payload import malformed
from metering.messages import Decoded, Message


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str = "toy"

    def decode(self, message: Message) -> Decoded:
        try:
            return Decoded(None, [self.name], [None], [float(message.payload)])
        except ValueError as error:
            raise malformed("toy", str(error)) from error
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch):
    (tmp_path / "toy_format.py").write_text(TOY, encoding="utf-8")
    monkeypatch.setattr(codecs, "__path__", [*codecs.__path__, str(tmp_path)])
    formats.cache_clear()
    yield
    formats.cache_clear()
    sys.modules.pop("collector.codecs.toy_format", None)


def test_every_format_is_a_module_and_what_they_share_is_none():
    modules = {one.name for one in pkgutil.iter_modules(codecs.__path__)}
    assert set(formats()) == modules - {"payload", "parts"}
    assert {"native", "dsmr", "neuron"} <= set(formats())


def test_a_format_is_one_file(toy):
    routing = Routing([Route("meters/+/value", "toy_format", "demo-a/{1}", settings={"name": "e"})])

    decoded = routing.decode(samples.message("12.5", "meters/7/value"))

    assert (decoded.channel_key, decoded.value) == (["e"], [12.5])
    assert routing.gateway_of("meters/7/value") == "demo-a/7"


@pytest.mark.parametrize("settings", [{"zone": "x"}, {"winter_offset_min": "noon"}])
def test_settings_that_a_format_does_not_take_are_named(settings):
    with pytest.raises(InputError) as caught:
        configured("dsmr", settings)
    assert caught.value.code == "codec.bad_settings"
    assert next(iter(settings)) in caught.value.en
    assert "winter_offset_min" in caught.value.next_en


@pytest.mark.parametrize("name", WITH_UNITS)
def test_units_are_named_as_ours_and_others_are_refused_with_their_key(name):
    assert configured(name, {"units": {"a": "kwh", "b": "立方米"}}).units == {"a": "kWh", "b": "m3"}
    with pytest.raises(InputError, match="furlong") as caught:
        configured(name, {"units": {"meter 7": "furlong"}})
    assert "meter 7" in caught.value.en


def test_a_format_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(InputError) as caught:
        configured("unheard-of", {})
    assert caught.value.code == "codec.unknown"
    assert "dsmr" in caught.value.next_en


@pytest.fixture
def added(tmp_path: Path, monkeypatch):
    """Lend two formats of another distribution: one that works, and one that does not load."""
    (tmp_path / "strangers.py").write_text(TOY, encoding="utf-8")
    (tmp_path / "torn.py").write_text("raise RuntimeError('torn')\n", encoding="utf-8")
    points = [
        EntryPoint("stranger", "strangers:Codec", codecs.GROUP),
        EntryPoint("whole", "strangers", codecs.GROUP),
        EntryPoint("torn", "torn", codecs.GROUP),
        EntryPoint("dsmr", "torn", codecs.GROUP),
    ]
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(codecs, "entry_points", lambda group: points)
    codecs._added.cache_clear()
    yield
    codecs._added.cache_clear()
    sys.modules.pop("strangers", None)


@pytest.mark.parametrize("name", ["stranger", "whole"])
def test_another_distribution_adds_a_format(added, name):
    routing = Routing([Route("m/+", name, "demo-a/{1}", settings={"name": "e"})])

    assert routing.decode(samples.message("12.5", "m/7")).value == [12.5]
    with pytest.raises(InputError, match="zone"):
        configured(name, {"zone": "x"})


def test_one_that_cannot_be_loaded_stops_no_other(added):
    with pytest.raises(InputError) as caught:
        configured("torn", {})
    assert caught.value.code == "codec.unloadable"
    assert "torn" in caught.value.en
    assert configured("dsmr", {}) == formats()["dsmr"]()  # the names of ours stay ours
    assert "stranger" in codecs.names()
