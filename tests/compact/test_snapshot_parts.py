"""A part of a run's snapshot leads to the run's root, and tells nothing of what it leaves out."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compact.snapshot_parts import PART, Leaf, part_file, verified_part

ABOUT = {"union": ["两市联合体", "Two cities"], "sha256": "ab"}


def leaf(place: int, *, shown: bool) -> Leaf:
    """Return a leaf of an institution with one month of a base and a quota."""
    quota = {"amount_g": place, "months_g": [place, None], "parent": "year:2016"}
    holder = {"base_g": [place + 1, None]}
    content = json.dumps({"holder": holder, "quota": quota}, separators=(",", ":"), sort_keys=True)
    name, salt = f"institution {place}", hashlib.sha256(b"salt %d" % place).digest()
    digest = hashlib.sha256(b"\x00" + salt + f"{name}\n{content}".encode()).digest()
    return Leaf(digest, name, content, salt) if shown else Leaf(digest)


def climbed(digests: list[bytes]) -> str:
    """Return the root as SQL makes it: neighbours in pairs, an odd one goes up as it is."""
    while len(digests) > 1:
        pairs = [digests[n : n + 2] for n in range(0, len(digests), 2)]
        digests = [
            hashlib.sha256(b"\x01" + b"".join(one)).digest() if len(one) == 2 else one[0]
            for one in pairs
        ]
    return digests[0].hex()


SHOWN = st.lists(st.booleans(), min_size=1, max_size=40)


@given(shown=SHOWN)
@settings(max_examples=60)
def test_whatever_is_shown_leads_to_the_same_root_and_the_rest_is_in_few_digests(shown):
    leaves = [leaf(place, shown=one) for place, one in enumerate(shown)]
    root = climbed([one.digest for one in leaves])
    raw = part_file(leaves, root, ABOUT).encode()
    found = verified_part(raw, root.upper())

    assert found.same, found.differences
    assert (found.root, found.institutions, found.leaves) == (root, sum(shown), len(shown))
    tree = json.loads(raw)["tree"]
    assert [one["name"] for one in tree if "name" in one] == [
        f"institution {place}" for place, one in enumerate(shown) if one
    ]
    if not any(shown):
        assert len(tree) == 1
    assert not verified_part(raw, "0" * 64).same


@given(shown=SHOWN, drawn=st.data())
@settings(max_examples=15)
def test_a_flipped_bit_anywhere_in_a_part_is_found(shown, drawn):
    leaves = [leaf(place, shown=one) for place, one in enumerate(shown)]
    raw = part_file(leaves, climbed([one.digest for one in leaves]), ABOUT).encode()
    places = st.lists(st.integers(0, len(raw) * 8 - 1), min_size=25, max_size=25)
    for bit in drawn.draw(places):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        found = verified_part(bytes(flipped))
        assert not found.same, bytes(flipped)
        assert all(one.part and one.zh and one.en for one in found.differences)


def test_an_altered_institution_is_named_and_a_forged_one_leads_elsewhere():
    leaves = [leaf(place, shown=place < 3) for place in range(5)]
    root = climbed([one.digest for one in leaves])
    raw = part_file(leaves, root, ABOUT)
    altered = raw.replace('\\"amount_g\\":1,', '\\"amount_g\\":2,')
    assert altered != raw
    codes = [(one.code, one.part) for one in verified_part(altered.encode()).differences]
    assert codes == [
        ("part", "institution 1"), ("digest", "root"), ("sum", "institution 1"),
    ]  # fmt: skip

    forged = [*leaves[:1], leaf(9, shown=True), *leaves[2:]]
    other = part_file(forged, climbed([one.digest for one in forged]), ABOUT)
    assert verified_part(other.encode()).same  # by itself alone
    assert not verified_part(other.encode(), root).same


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"file":"commonwatt.snapshot-part/1"}'])
def test_what_is_no_part_is_refused_in_words(raw):
    found = verified_part(raw)
    assert not found.same
    assert found.differences[0].en
    assert PART in found.differences[0].en or found.differences[0].code == "not_json"
