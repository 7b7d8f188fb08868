"""What one reader may see of a run, as a file that anybody can verify against the run's root.

A run's snapshot is a tree of salted leaves: what is common, its levels, its institutions. A part
holds the leaves that its reader may see, and of the others the digests of whole branches; so it
leads to the root that every member is shown, and tells nothing of what it leaves out.

A leaf is sha256(0x00, salt, name, line feed, content), a branch sha256(0x01, left, right), the
tree that of RFC 6962. Leaves are made in SQL: storage/definitions/compact/11_run_parts.sql.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compact.runs import canonical
from compact.snapshot_differences import Difference
from compact.snapshot_reading import MOST, not_canonical, read_json

PART: Final = "commonwatt.snapshot-part/1"
_KEYS: Final = frozenset({"about", "check", "file", "leaves", "root", "tree"})
_OPEN: Final = frozenset({"content", "digest", "name", "salt"})
_CHECK: Final = 16  # hex digits
_SHUT: Final = frozenset({"digest", "first", "leaves"})
# What a text that only looks like a part may stumble over.
_FAULTS: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf in its place; name, content and salt are None where the reader may not see it."""

    digest: bytes
    name: str | None = None
    content: str | None = None
    salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class VerifiedPart:
    """What a part was found to be; nothing differs where it is what it says.

    root: to which its leaves lead; None where it cannot be read. institutions: that it shows, of
    how many leaves in all. more: differences beyond those named.
    """

    root: str | None
    about: Mapping[str, Any]
    institutions: int
    shown: int
    leaves: int
    differences: Sequence[Difference]
    more: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def part_file(leaves: Sequence[Leaf], root: str, about: Mapping[str, Any]) -> str:
    """Return the file of what a reader may see; about: what things are called, for people alone."""
    tree = list(_branches(leaves, 0, len(leaves)))
    named = {"about": about, "check": _check(about), "file": PART, "leaves": len(leaves)}
    return canonical({**named, "root": root, "tree": tree})


def verified_part(raw: bytes, expected: str | None = None) -> VerifiedPart:
    """Return what differs in a part; expected: the root that came by another way."""
    content = read_json(raw, PART, _KEYS)
    if isinstance(content, Difference):
        return VerifiedPart(None, {}, 0, 0, 0, [content])
    try:
        found = list(not_canonical(raw, content))
        shown = [one for one in content["tree"] if "content" in one]
        found += [_altered(one["name"]) for one in shown if _digest(one).hex() != one["digest"]]
        found += [_altered("about")] if _check(content["about"]) != content["check"] else []
        root = _root(content["tree"], content["leaves"]).hex()
        found += _roots(root, content["root"], expected)
        named = {one["name"]: json.loads(one["content"]) for one in shown}
        found += _sums(named, whole=len(shown) == content["leaves"])
        about = content["about"] if isinstance(content["about"], dict) else {}
    except _FAULTS as error:
        told = Difference("not_read", "tree", f"无法读取:{error}。", f"It cannot be read: {error}.")
        return VerifiedPart(None, {}, 0, 0, 0, [told])
    many = sum(name.startswith("institution ") for name in named)
    more = max(len(found) - MOST, 0)
    return VerifiedPart(root, about, many, len(shown), content["leaves"], found[:MOST], more)


def _branches(leaves: Sequence[Leaf], first: int, until: int) -> Iterator[dict[str, object]]:
    """Yield open leaves, and of branches without any the digest, from left to right."""
    some = leaves[first:until]
    if all(one.content is None for one in some):
        digest = _over([one.digest for one in some]).hex()
        yield {"digest": digest, "first": first, "leaves": until - first}
    elif until - first == 1:
        (one,) = some
        assert one.salt is not None
        salt, digest = one.salt.hex(), one.digest.hex()
        yield {"content": one.content, "digest": digest, "name": one.name, "salt": salt}
    else:
        middle = first + _left(until - first)
        yield from _branches(leaves, first, middle)
        yield from _branches(leaves, middle, until)


def _root(tree: Sequence[Mapping[str, Any]], leaves: int) -> bytes:
    """Return the root to which a file's leaves and branches lead; ValueError where they do not."""
    waiting = list(reversed(tree))
    root = _climb(waiting, 0, leaves)
    if waiting:
        raise ValueError(f"{len(waiting)} leaves too many")
    return root


def _climb(waiting: list[Mapping[str, Any]], first: int, until: int) -> bytes:
    if not waiting or until <= first:
        raise ValueError(f"leaf {first}")
    one = waiting[-1]
    if one.keys() == _SHUT and (one["first"], one["leaves"]) == (first, until - first):
        return _bytes(waiting.pop()["digest"])
    if until - first == 1:
        if one.keys() != _OPEN:
            raise ValueError(f"leaf {first}")
        return _digest(waiting.pop())
    middle = first + _left(until - first)
    left = _climb(waiting, first, middle)
    return _pair(left, _climb(waiting, middle, until))


def _over(digests: Sequence[bytes]) -> bytes:
    if len(digests) == 1:
        return digests[0]
    middle = _left(len(digests))
    return _pair(_over(digests[:middle]), _over(digests[middle:]))


def _left(many: int) -> int:
    """Return how many leaves stand left: the greatest power of two below."""
    return int(1 << (many - 1).bit_length() - 1)


def _pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _digest(leaf: Mapping[str, Any]) -> bytes:
    said = f"{leaf['name']}\n{leaf['content']}".encode()
    return hashlib.sha256(b"\x00" + _bytes(leaf["salt"]) + said).digest()


def _bytes(text: str) -> bytes:
    """Return bytes that are written in small hex digits, and in no other way."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError(text)
    return found


def _check(about: object) -> str:
    return hashlib.sha256(canonical(about).encode()).hexdigest()[:_CHECK]


def _altered(name: str) -> Difference:
    return Difference("part", name, f"被改动:{name}。", f"Altered: {name}.")


def _roots(found: str, stated: str, expected: str | None) -> Iterator[Difference]:
    if found != stated:
        zh = f"各部分推得的根 {found} 不是文件所写的 {stated}。"
        en = f"Its leaves lead to the root {found}, not to {stated} as the file states."
        yield Difference("digest", "root", zh, en)
    if expected is not None and expected.strip().lower() != found:
        zh = f"根是 {found},不是所给的 {expected}。"
        yield Difference("other_run", "root", zh, f"The root is {found}, not {expected} as given.")


def _sums(named: Mapping[str, Any], *, whole: bool) -> Iterator[Difference]:
    """Yield each sum that does not hold among what is shown; whole: where nothing is left out."""
    below: dict[str, list[int]] = {}
    for name, one in named.items():
        if name.startswith("institution "):
            quota, base = one["quota"], one["holder"]["base_g"]
            if sum(filter(None, quota["months_g"])) != quota["amount_g"]:
                yield _sum(name, "各月之和", "its months together")
            _add(below, quota["parent"], sum(filter(None, base)), quota["amount_g"])
        elif name.startswith("level ") and one["parent"] is not None:
            _add(below, one["parent"], one["base_g"], one["amount_g"])
    for key, sums in sorted(below.items()):
        level = named.get(f"level {key}")
        if level is None:
            continue
        base, amount = sums[0] - level["base_g"], sums[1] - level["amount_g"]
        if base > 0 or amount > 0 or (whole and (base or amount)):
            yield _sum(f"level {key}", "所含各项之和", "what it holds together")


def _add(below: dict[str, list[int]], key: str, base: int, amount: int) -> None:
    sums = below.setdefault(key, [0, 0])
    sums[0] += base
    sums[1] += amount


def _sum(name: str, zh: str, en: str) -> Difference:
    return Difference("sum", name, f"{zh}不符:{name}。", f"A sum does not hold, {en}: {name}.")
