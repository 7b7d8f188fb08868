"""What people paste so that a gateway comes in: a line to try it, settings of each make."""

import json
import shlex
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from actions.fields import Words

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_UNKNOWN: Final = "BROKER"  # to be replaced: nobody said where gateways reach it


@dataclass(frozen=True, slots=True)
class Reach:
    """Where gateways reach the broker."""

    host: str
    port: int
    tls: bool


def reach(broker: str) -> Reach:
    """Return the parts of an address; of an empty one what says that it is to be filled in."""
    parts = urlsplit(broker)
    tls = parts.scheme == "mqtts"
    port = parts.port or _PORTS.get(parts.scheme, 1883)
    return Reach(parts.hostname or _UNKNOWN, port, tls)


def try_line(broker: str, name: str, key: str) -> str:
    """Return a shell's line that sends one reading as a gateway, and shows that it came.

    The key “test” is bound to nothing: the reading is set aside, and the gateway's page shows it.
    """
    to = reach(broker)
    words = ["mosquitto_pub", "-h", to.host, "-p", str(to.port)]
    words += ["--tls-use-os-certs"] if to.tls else []
    words += ["-u", name, "-P", key, "-i", f"try-{name.replace('/', '-')}", "-q", "1"]
    words += ["-t", f"cw/v1/{name}/data", "-m", json.dumps({"channel": "test", "value": 1})]
    return shlex.join(words)


def settings_text(broker: str, name: str, key: str) -> str:
    """Return what a gateway is set to, a line each, as a QR code carries it to a telephone.

    Where nobody said where the broker is, its lines are left out: a code cannot be filled in.
    """
    to = reach(broker)
    at = [f"host={to.host}", f"port={to.port}", f"tls={'yes' if to.tls else 'no'}"]
    own = [f"username={name}", f"password={key}"]
    topics = [f"publish=cw/v1/{name}/data", f"subscribe=cw/v1/{name}/receipt", "qos=1"]
    return "\n".join([*(at if to.host != _UNKNOWN else []), *own, *topics])


@dataclass(frozen=True, slots=True)
class Snippet:
    """What to enter at gateways of one family, where the password is not said again."""

    code: str
    name: Words
    text: str


PASSWORD: Final = "PASSWORD"  # noqa: S105 - stands where the password is to be written

# Each with the topics that the route beside it takes as this gateway's own.
_FAMILIES: Final = (
    ("native", Words("本平台格式", "Our own format"), """\
host      {host}
port      {port}{tls}
username  {name}
password  {password}
publish   cw/v1/{name}/data       QoS 1
subscribe cw/v1/{name}/receipt    QoS 1
payload   {{"seq":1,"channel":"m1.import","at":1795449600000,"value":1234.5}}"""),
    ("http", Words("HTTP 推送", "Pushed over HTTP"), """\
curl -X POST '{pages}/api/v1/gateways/{name}/data' \\
  -H 'Authorization: Bearer {password}' \\
  -d '{{"seq":1,"channel":"m1.import","at":1795449600000,"value":1234.5}}'"""),
    ("tasmota", Words("Tasmota", "Tasmota"), """\
Backlog MqttHost {host}; MqttPort {port}; MqttUser {name}; MqttPassword {password}; \
Topic {last}; FullTopic {topic}/%prefix%/; TelePeriod 300

[[route]]
topic = "tasmota/+/+/#"
codec = "tasmota"
gateway = "{{1}}/{{2}}\""""),
    ("shelly", Words("Shelly(第二代及以后)", "Shelly, generation 2 and on"), """\
{{"id":1,"method":"Mqtt.SetConfig","params":{{"config":{{"enable":true,"server":"{host}:{port}",\
"user":"{name}","pass":"{password}","topic_prefix":"{shelly}","status_ntf":true}}}}}}

[[route]]
topic = "shelly/+/+/#"
codec = "shelly"
gateway = "{{1}}/{{2}}\""""),
    ("zigbee2mqtt", Words("zigbee2mqtt", "zigbee2mqtt"), """\
mqtt:
  server: {url}
  user: {name}
  password: {password}
  base_topic: zigbee2mqtt/{name}

[[route]]
topic = "zigbee2mqtt/+/+/+"
codec = "zigbee2mqtt"
gateway = "{{1}}/{{2}}"
key = "{{3}}.{{key}}\""""),
    ("chirpstack", Words("ChirpStack v4(LoRaWAN)", "ChirpStack v4, LoRaWAN"), """\
[integration.mqtt]
  server = "{tcp}"
  username = "{name}"
  password = "{password}"
  event_topic = "chirpstack/{name}/{{{{dev_eui}}}}/{{{{event}}}}"
  json = true

[[route]]
topic = "chirpstack/+/+/+/up"
codec = "chirpstack"
gateway = "{{1}}/{{2}}"
key = "{{3}}.{{key}}\""""),
    ("sparkplug", Words("Sparkplug B", "Sparkplug B"), """\
server    {url}
username  {name}
password  {password}
group ID  {first}
node ID   {last}

[[route]]
topic = "spBv1.0/+/+/+/#"
codec = "sparkplug_b"
gateway = "{{1}}/{{3}}\""""),
    ("telegraf", Words("Telegraf", "Telegraf"), """\
[[outputs.mqtt]]
  servers = ["{tcp}"]
  topic = "telegraf/{name}"
  username = "{name}"
  password = "{password}"
  qos = 1
  data_format = "influx"

[[route]]
topic = "telegraf/+/+"
codec = "influx"
gateway = "{{1}}/{{2}}\""""),
    ("json", Words("其他(自定义 JSON)", "Any other JSON"), """\
server    {url}
username  {name}
password  {password}
topic     plant/{name}/data

[[route]]
topic = "plant/+/+/data"
codec = "json"
gateway = "{{1}}/{{2}}"
[route.settings]
value = "values.*"
key = "{{*1}}"
time = "ts\""""),
)  # fmt: skip


def snippets(broker: str, name: str, pages: str) -> list[Snippet]:
    """Return what each family of gateways is told; pages: where our own pages are."""
    to = reach(broker)
    first, _, last = name.partition("/")
    scheme = "mqtts" if to.tls else "mqtt"
    said = {
        "host": to.host,
        "port": to.port,
        "tls": "  TLS" if to.tls else "",
        "url": f"{scheme}://{to.host}:{to.port}",
        "tcp": f"{'ssl' if to.tls else 'tcp'}://{to.host}:{to.port}",
        "name": name,
        "first": first,
        "last": last,
        "topic": f"tasmota/{name}",
        "shelly": f"shelly/{name}",
        "pages": pages,
        "password": PASSWORD,
    }
    return [Snippet(code, words, text.format(**said)) for code, words, text in _FAMILIES]
