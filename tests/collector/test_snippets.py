"""What people are told to paste is what the platform takes: its topics are the gateway's own."""

import shlex
import tomllib

import pytest

from actions.readings.pasted import PASSWORD, Snippet, reach, settings_text, snippets, try_line
from collector.gateway_rights import allows, rights_of
from collector.routes_file import RoutesFile

NAME = "zhejiang/library-1"
SNIPPETS = snippets("mqtts://energy.example.cn", NAME, "https://energy.example.cn")
TOPICS = {
    "tasmota": f"tasmota/{NAME}/tele/SENSOR",
    "shelly": f"shelly/{NAME}/status/em:0",
    "zigbee2mqtt": f"zigbee2mqtt/{NAME}/plug",
    "chirpstack": f"chirpstack/{NAME}/0102030405060708/up",
    "sparkplug": "spBv1.0/zhejiang/NDATA/library-1",
    "telegraf": f"telegraf/{NAME}",
    "json": f"plant/{NAME}/data",
}


@pytest.mark.parametrize("one", SNIPPETS, ids=lambda one: one.code)
def test_a_snippet_says_where_and_as_whom_and_its_route_takes_its_topic(one: Snippet, tmp_path):
    assert PASSWORD in one.text
    assert NAME in one.text or one.code == "sparkplug"
    assert "energy.example.cn" in one.text
    if "[[route]]" not in one.text:
        return
    settings, _, route = one.text.partition("[[route]]")
    assert tomllib.loads(f"[[route]]{route}")
    file = tmp_path / "routes.toml"
    file.write_text(f"[[route]]{route}", encoding="utf-8")
    (known,) = RoutesFile(file).routes()
    assert known.gateway_of(TOPICS[one.code]) == NAME
    assert allows(rights_of(NAME, [known]), TOPICS[one.code], publishes=True)
    first = TOPICS[one.code].split("/")[0]
    assert first in settings or one.code == "sparkplug"


def test_where_nobody_said_where_the_broker_is_it_is_left_to_be_filled_in():
    assert (reach("").host, reach("").port, reach("").tls) == ("BROKER", 1883, False)
    assert (reach("mqtts://b").port, reach("mqtts://b:8884").port) == (8883, 8884)


def test_the_text_of_a_code_is_a_line_each_and_says_nothing_that_nobody_said():
    said = dict(line.split("=", 1) for line in settings_text("mqtts://b", NAME, "a=b").split("\n"))
    wanted = {"host": "b", "port": "8883", "tls": "yes", "password": "a=b"}
    assert {name: said[name] for name in wanted} == wanted
    assert allows(rights_of(NAME, []), said["publish"], publishes=True)
    assert allows(rights_of(NAME, []), said["subscribe"], publishes=False)
    assert settings_text("", NAME, "a=b").startswith(f"username={NAME}\n")


def test_the_line_is_one_that_a_shell_takes_apart_as_it_was_put_together():
    words = shlex.split(try_line("mqtts://b:8884", "浙江/it's", 'k$`e"y'))
    assert words[0] == "mosquitto_pub"
    assert words[words.index("-P") + 1] == 'k$`e"y'
    assert words[words.index("-t") + 1] == "cw/v1/浙江/it's/data"
    assert "--tls-use-os-certs" in words
