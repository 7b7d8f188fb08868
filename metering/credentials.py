"""Gateways' names and passwords, as brokers keep them: what is a name, and which hash is whose."""

import base64
import binascii
import hashlib
import hmac
import os
import re
from typing import Final

from metering.errors import InputError

ROUNDS: Final = 101  # as mosquitto_passwd makes them: the passwords are random, 32 bytes long
_ID: Final = "$7$"  # of PBKDF2 with SHA-512 in mosquitto's password file
_SALT_BYTES: Final = 12
# A colon ends the name in a password file, and parts it from the virtual host at RabbitMQ; the
# others mean something in topics, in files of rights, or in Sparkplug's and shells' words.
_PART: Final = r"[^\s/+#:%$\\\"'`\x00-\x1f\x7f]{1,60}"
_NAME: Final = re.compile(f"{_PART}/{_PART}")
_OURS: Final = "collector/"  # topics of our own services lie below cw/v1/collector


def is_login(name: str) -> bool:
    """Return whether a gateway's name can be its login at a broker."""
    return _NAME.fullmatch(name) is not None and not name.startswith(_OURS)


def check_login(name: str) -> None:
    """Refuse a name that no broker could know a gateway by."""
    if not is_login(name):
        raise InputError(
            "gateway.bad_name",
            zh=f"采集网关名称“{name}”不可用。",
            en=f"“{name}” cannot be the name of a gateway.",
            next_zh="请写成 省份/网关,两部分各不超过 60 个字符,不含空格及 / + # : % $ 和引号;"
            "第一部分不能是 collector。",
            next_en="Write province/gateway: two parts of at most 60 characters each, without "
            "spaces, / + # : % $ and quotes; the first is not “collector”.",
            where={"field": "name"},
        )


def hashed(password: str) -> str:
    """Return a password's hash as a line of mosquitto's password file has it behind the name."""
    salt = os.urandom(_SALT_BYTES)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"{_ID}{ROUNDS}${_written(salt)}${_written(made)}"


def fits(kept: str, password: str) -> bool:
    """Return whether a password has this hash; what is no such hash fits none."""
    try:
        rounds, salt, made = kept.removeprefix(_ID).split("$")
        wanted = base64.b64decode(made, validate=True)
        again = hashlib.pbkdf2_hmac(
            "sha512", password.encode(), base64.b64decode(salt, validate=True), int(rounds)
        )
    except (ValueError, binascii.Error):
        return False
    return kept.startswith(_ID) and hmac.compare_digest(again, wanted)


def _written(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
