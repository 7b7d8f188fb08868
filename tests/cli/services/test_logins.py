"""What a login of the embedded broker may do is one list, which both brokers keep to."""

import base64
import hashlib

import pytest

from cli.broker_files import acl, passwords
from cli.services import logins
from cli.services.broker_parts import join, write
from collector.routing import NATIVE
from metering.credentials import hashed


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


def test_the_python_broker_follows_the_files_that_mosquitto_reads(tmp_path):
    rights = pytest.importorskip("cli.services.amqtt_rights")
    for kind in ("passwords", "acl"):
        write(tmp_path / f"{kind}.own", logins.ACL if kind == "acl" else "")
    write(tmp_path / "passwords.gateways", passwords([("demo/g1", hashed("first"))]))
    write(tmp_path / "acl.gateways", acl([("demo/g1", "")], [NATIVE], "collector"))
    join(tmp_path)
    kept, may = rights.passwords(str(tmp_path)), rights.rights(str(tmp_path))

    assert logins.lets_in(kept(), "demo/g1", "first")
    assert logins.allows(may(), "demo/g1", "cw/v1/demo/g1/data", publishes=True)
    assert not logins.allows(may(), "demo/g1", "cw/v1/demo/g2/data", publishes=True)
    assert not logins.allows(may(), "demo/g1", "cw/v1/+/+/receipt", publishes=False)
    assert logins.allows(may(), "collector", "cw/v1/+/+/data", publishes=False)

    write(tmp_path / "passwords.gateways", "")
    write(tmp_path / "acl.gateways", acl([], [NATIVE], "collector"))
    join(tmp_path)
    assert not logins.lets_in(kept(), "demo/g1", "first")
    assert not logins.allows(may(), "demo/g1", "cw/v1/demo/g1/data", publishes=True)
