"""What a login of the embedded broker may do is one list, which both brokers keep to."""

import base64
import hashlib

import pytest

from cli.services import logins


@pytest.mark.parametrize(
    ("login", "topic", "publishes", "may"),
    [
        ("collector", "cw/v1/+/+/data", False, True),
        ("collector", "cw/v1/demo-a/g1/receipt", True, True),
        ("collector", "cw/v1/collector/main/status", True, True),
        ("collector", "cw/v1/demo-a/g1/data", True, False),
        ("gateways", "cw/v1/demo-a/g1/data", True, True),
        ("gateways", "cw/v1/demo-a/g1/receipt", False, True),
        ("gateways", "cw/v1/demo-a/g1/receipt", True, False),
        ("gateways", "cw/v1/demo-a/g1/command", True, False),
        ("gateways", "cw/v1/collector/main/status", True, False),
        ("gateways", "cw/v1/+/+/data", False, False),
        ("gateways", "cw/#", False, False),
        ("gateways", "#", False, False),
        ("gateways", "$SYS/#", False, False),
        (None, "cw/v1/demo-a/g1/data", True, False),
        ("stranger", "cw/v1/demo-a/g1/data", True, False),
    ],
)
def test_topics_are_their_owners(login, topic, publishes, may):
    assert logins.allows(logins.read_rights(logins.ACL), login, topic, publishes=publishes) is may


def test_passwords_are_kept_as_mosquitto_reads_them():
    line = logins.password_file({"collector": "secret"}, old=False)
    name, _, kept = line.strip().partition(":")
    _, kind, rounds, salt, made = kept.split("$")
    again = hashlib.pbkdf2_hmac("sha512", b"secret", base64.b64decode(salt), int(rounds))
    assert (name, kind) == ("collector", "7")
    assert base64.b64decode(made) == again


def test_login_and_password_go_together():
    text = logins.password_file({"collector": "a", "gateways": "b"}, old=False)
    passwords = logins.read_passwords(text)
    assert logins.lets_in(passwords, "collector", "a")
    for login, password in (("collector", "b"), ("x", ""), (None, None), ("collector", None)):
        assert not logins.lets_in(passwords, login, password)
