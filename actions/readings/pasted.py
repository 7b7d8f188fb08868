"""What people paste so that a gateway comes in: a line to try it, settings of each make."""

import json
import shlex
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

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
