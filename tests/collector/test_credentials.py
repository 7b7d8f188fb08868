"""A gateway's name is a login, its hash is what mosquitto_passwd makes, a filter holds topics."""

import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metering.credentials import check_login, fits, hashed, is_login
from metering.errors import InputError
from metering.topics import holds

LEVELS = st.lists(st.sampled_from(["a", "b", "", "cw", "$SYS"]), min_size=1, max_size=4)
FILTERS = st.tuples(
    st.lists(st.sampled_from(["a", "b", "", "+", "cw", "$SYS"]), max_size=4),
    st.booleans(),
).map(lambda of: "/".join([*of[0], *(["#"] if of[1] or not of[0] else [])]))


@settings(max_examples=20)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_password_fits_its_own_hash_alone(password, other):
    kept = hashed(password)
    assert fits(kept, password)
    assert fits(kept, other) == (password == other)
    assert kept != hashed(password)


@pytest.mark.parametrize(
    "kept", ["", "x", "$7$101$", "$7$101$!!$!!", "$6$c2FsdA==$aGFzaA==", "$7$0$YQ==$YQ=="]
)
def test_what_is_no_such_hash_fits_none(kept):
    assert not fits(kept, "")
    assert not fits(kept, "x")


def test_a_hash_of_mosquittos_own_program_fits(tmp_path: Path):
    program = which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not installed")
    file = tmp_path / "passwords"
    file.touch(0o600)
    subprocess.run([program, "-b", str(file), "demo/g1", "a sécret"], check=True)
    name, _, kept = file.read_text().strip().partition(":")
    assert name == "demo/g1"
    assert fits(kept, "a sécret")
    assert not fits(kept, "a secret")


@pytest.mark.parametrize("name", ["zhejiang/library-1", "浙江/图书馆.1", "a/b", "x@y/z_1"])
def test_names_that_are_logins(name):
    check_login(name)


@pytest.mark.parametrize(
    "name",
    ["a", "a/", "/b", "a/b/c", "a b/c", "a/b\n", "a/b\ntopic readwrite #", "a/+", "a/#", "a:b/c",
     "collector/main", "a/%u", "a/'b'", "a/" + "b" * 61, "$SYS/a", "a/\x7f", "a/\u2028"],
)  # fmt: skip
def test_names_that_are_none(name):
    assert not is_login(name)
    with pytest.raises(InputError):
        check_login(name)


@given(FILTERS, FILTERS, LEVELS)
def test_a_filter_that_holds_another_holds_all_its_topics(wide, narrow, levels):
    topic = "/".join(levels)
    if holds(wide, narrow) and holds(narrow, topic):
        assert holds(wide, topic)
    assert holds(topic, topic)


@pytest.mark.parametrize(
    ("allowed", "asked", "held"),
    [
        ("cw/v1/a/b/data", "cw/v1/a/b/data", True),
        ("cw/v1/a/b/data", "cw/v1/a/+/data", False),
        ("cw/v1/a/b/data", "cw/v1/#", False),
        ("plant/+/data", "plant/x/data", True),
        ("plant/+/data", "plant/+/data", True),
        ("plant/+/data", "plant/#", False),
        ("plant/#", "plant", True),
        ("plant/#", "plant/a/+/b", True),
        ("plant/#", "plant/#", True),
        ("plant/#", "#", False),
        ("plant/a/#", "plant/#", False),
        ("+/x", "#", False),
        ("+", "#", False),
        ("#", "$SYS/broker", False),
        ("#", "#", True),
    ],
)
def test_filters_by_hand(allowed, asked, held):
    assert holds(allowed, asked) == held
