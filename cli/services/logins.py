"""Who may enter the embedded broker, and what each may do there.

Passwords stay in the state folder.

The collector's topics are its own: gateways write data and their state, and read what is answered.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from typing import Final
from urllib.parse import quote

from cli.services.state import Layout, read_json, write_private

COLLECTOR: Final = "collector"
GATEWAYS: Final = "gateways"
_ROUNDS: Final = 101  # as mosquitto_passwd makes them; the passwords are random

ACL: Final = """\
# Written by CommonWatt at every start.
user collector
topic read cw/v1/+/+/data
topic read cw/v1/+/+/status
topic write cw/v1/+/+/receipt
topic write cw/v1/+/+/command
topic readwrite cw/v1/collector/+/status
topic read $SYS/broker/publish/messages/dropped

user gateways
topic write cw/v1/+/+/data
topic read cw/v1/+/+/receipt
topic read cw/v1/+/+/command
"""


def logins(layout: Layout) -> dict[str, str]:
    """Return the passwords by login, made where there are none yet."""
    passwords = {name: str(text) for name, text in read_json(layout.broker_logins).items()}
    missing = [name for name in (COLLECTOR, GATEWAYS) if name not in passwords]
    if missing:
        passwords |= {name: secrets.token_urlsafe(24) for name in missing}
        write_private(layout.broker_logins, json.dumps(passwords, indent=1) + "\n")
    return passwords


def url(host: str, port: int, login: str, password: str) -> str:
    """Return a broker's address with a login."""
    return f"mqtt://{quote(login, safe='')}:{quote(password, safe='')}@{host}:{port}"


def password_file(passwords: dict[str, str], *, old: bool) -> str:
    """Return what mosquitto reads; old: of versions before 2.0, which know SHA-512 alone."""
    return "".join(f"{name}:{_hashed(password, old=old)}\n" for name, password in passwords.items())


def lets_in(passwords: dict[str, str], login: str | None, password: str | None) -> bool:
    """Return whether login and password go together."""
    kept = passwords.get(login or "", "")
    return hmac.compare_digest(kept.encode(), (password or "").encode()) and bool(kept)


def allows(login: str | None, topic: str, *, publishes: bool) -> bool:
    """Return whether the list above lets a login publish to a topic, or subscribe to a filter."""
    holder = ""
    for line in ACL.splitlines():
        words = line.split()
        if words[:1] == ["user"]:
            holder = words[1]
        elif words[:1] == ["topic"] and holder == login:
            right, allowed = words[1], words[2]
            may = ("write", "readwrite") if publishes else ("read", "readwrite")
            if right in may and _holds(allowed, topic):
                return True
    return False


def _holds(allowed: str, asked: str) -> bool:
    """Return whether one filter holds all that another one or a topic does."""
    levels, wanted = allowed.split("/"), asked.split("/")
    return (
        len(levels) == len(wanted)
        and all(level == "+" or level == one for level, one in zip(levels, wanted, strict=True))
        and "#" not in wanted
    )


def _hashed(password: str, *, old: bool) -> str:
    salt = os.urandom(12)
    written = base64.b64encode(salt).decode()
    if old:
        made = hashlib.sha512(password.encode() + salt).digest()
        return f"$6${written}${base64.b64encode(made).decode()}"
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${written}${base64.b64encode(made).decode()}"
