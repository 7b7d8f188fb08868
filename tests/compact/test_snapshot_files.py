"""A snapshot's file: whoever has it alone computes it again; a flipped bit is found and named."""

import hashlib
import json
import re
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compact.allocations import Problem
from compact.holders import Holder, Holders
from compact.methods import Method
from compact.runs import canonical, run
from compact.snapshot_files import snapshot_file, verified
from compact.targets import Base
from metering.errors import InputError
from tests.compact.drawn import MEMBERS, PARENTS, problems, target

ABOUT = {"union": ["两市联合体", "Two cities"], "run": 7}


def file_of(problem) -> bytes:
    try:
        made = run(problem)
    except InputError:
        assume(False)
    return snapshot_file(made.snapshot, made.sha256, ABOUT).encode()


@given(problem=problems())
@settings(max_examples=40)
def test_a_file_alone_recomputes_to_what_it_says(problem):
    raw = file_of(problem)

    found = verified(raw, run(problem).sha256.upper())
    assert found.same
    assert found.run is not None
    assert found.run.snapshot == run(problem).snapshot
    assert found.about == ABOUT


@given(problem=problems(), drawn=st.data())
@settings(max_examples=15)
def test_a_flipped_bit_anywhere_is_found(problem, drawn):
    raw = file_of(problem)
    places = st.lists(st.integers(0, len(raw) * 8 - 1), min_size=25, max_size=25)
    for bit in drawn.draw(places):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        found = verified(bytes(flipped))
        assert not found.same
        assert all(one.part and one.zh and one.en for one in found.differences)


@given(problem=problems(), drawn=st.data())
@settings(max_examples=15)
def test_a_digit_that_turned_is_named_by_its_institution(problem, drawn):
    raw = file_of(problem).decode()
    content = json.loads(raw)
    place = drawn.draw(st.integers(0, len(content["snapshot"]["result"]["quotas"]) - 1))
    quota = content["snapshot"]["result"]["quotas"][place]
    before = f'"institution":{quota["institution"]},"months_g"'
    digit = re.compile(r"\d").search(raw, raw.index(before) + len(before))
    assert digit is not None
    other = "1" if digit.group() != "1" else "2"
    found = verified((raw[: digit.start()] + other + raw[digit.end() :]).encode())

    first = found.differences[0]
    assert (first.code, first.part) == ("part", f"result.quotas[{place}]")
    assert f"institution {quota['institution']}" in first.en


def forged(raw: bytes, change) -> bytes:
    """Alter a file as somebody would who knows how it is made: all digests are made anew."""
    content = json.loads(raw)
    change(content["snapshot"])
    snapshot = canonical(content["snapshot"])
    return snapshot_file(
        snapshot, hashlib.sha256(snapshot.encode()).hexdigest(), content["about"]
    ).encode()


@given(problem=problems("A"))
@settings(max_examples=10)
def test_a_quota_that_was_raised_with_all_digests_made_anew_is_told_by_computing(problem):
    def raise_first(snapshot):
        snapshot["result"]["quotas"][0]["amount_g"] += 1

    found = verified(forged(file_of(problem), raise_first))
    assert [one.code for one in found.differences] == ["recomputed"]
    assert found.differences[0].part == "result.quotas[0].amount_g"
    assert found.run is not None


def test_a_whole_other_run_is_told_by_the_digest_that_came_by_another_way(some):
    found = verified(some, "0" * 64)
    assert [one.code for one in found.differences] == ["other_run"]


@pytest.mark.parametrize(
    ("change", "code", "part"),
    [
        (lambda raw: raw + b"\n", "not_canonical", None),
        (lambda raw: b"\xef\xbb\xbf" + raw, "not_json", "byte 0"),
        (lambda raw: raw[:-1], "not_json", None),
        (lambda raw: b"\xff" + raw, "not_text", "byte 0"),
        (lambda raw: b"[]", "not_ours", None),
        (lambda raw: b"[" * 100_000, "not_json", "file"),
        (lambda raw: raw.replace(b'"run":7', b'"run":8'), "part", "about"),
        (lambda raw: raw.replace(b'"digest":"sha256"', b'"digest":NaN'), "not_json", "file"),
        (lambda raw: re.sub(b'"sha256":"..', b'"sha256":"..', raw), "digest", "sha256"),
    ],
)
def test_what_is_no_snapshot_is_said_to_be_none(some, change, code, part):
    [found] = verified(change(some)).differences
    assert found.code == code
    assert part is None or found.part == part


@pytest.fixture(scope="module")
def some() -> bytes:
    holder = Holder(3, 11, "health", 2016, Base(2015, (10**6,) * 12), "EDU", Decimal("10.5"))
    problem = Problem(1, target(30_000), Method("A"), MEMBERS, PARENTS, Holders.of([holder]))
    made = run(problem)
    return snapshot_file(made.snapshot, made.sha256, ABOUT).encode()
