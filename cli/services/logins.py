"""Who may enter the embedded broker, and what each may do there.

Passwords stay in the state folder.

The collector's topics are its own: gateways write data and their state, and read what is answered.
"""

import base64
import hashlib
import json
import os
import secrets
from typing import Final
from urllib.parse import quote

from cli.services.state import Layout, read_json, write_private
from metering.credentials import fits, hashed
from metering.topics import holds

COLLECTOR: Final = "collector"
GATEWAYS: Final = "gateways"
_NOBODY: Final = hashed(secrets.token_urlsafe(24))  # so that unknown names take as long

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


def lets_in(kept: dict[str, str], login: str | None, password: str | None) -> bool:
    """Return whether login and password go together; kept: the hash of each login."""
    known = kept.get(login or "")
    return fits(known or _NOBODY, password or "") and known is not None


def read_passwords(text: str) -> dict[str, str]:
    """Return the hashes of a password file by login."""
    return {name: kept for name, _, kept in (line.partition(":") for line in text.splitlines())}


Rights = dict[str, list[tuple[str, str]]]


def read_rights(text: str) -> Rights:
    """Return of each login of a file of rights: read, write or readwrite, and the filter."""
    found: Rights = {}
    holder = ""
    for line in text.splitlines():
        words = line.split(maxsplit=2)
        if words[:1] == ["user"]:
            holder = line.strip().removeprefix("user ")
        elif words[:1] == ["topic"] and len(words) == 3:
            found.setdefault(holder, []).append((words[1], words[2]))
    return found


def allows(rights: Rights, login: str | None, topic: str, *, publishes: bool) -> bool:
    """Return whether a login may publish to a topic, or subscribe to a filter."""
    may = ("write", "readwrite") if publishes else ("read", "readwrite")
    return any(
        right in may and holds(allowed, topic) for right, allowed in rights.get(login or "", ())
    )


def _hashed(password: str, *, old: bool) -> str:
    if not old:
        return hashed(password)
    salt = os.urandom(12)
    made = hashlib.sha512(password.encode() + salt).digest()
    return f"$6${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"
