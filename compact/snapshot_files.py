"""A run's snapshot as a file that anybody can verify who has nothing else: no database, no log-in.

The file is canonical JSON. Beside the snapshot it has a check of each part, so that a bit that was
flipped is not only found but named.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from compact.runs import Run, again, canonical
from compact.snapshot_differences import (
    Difference,
    of_another,
    of_byte,
    of_digest,
    of_part,
    parts,
    unlike,
)
from metering.errors import EnergyError

FILE: Final = "commonwatt.snapshot/1"
MOST: Final = 20  # differences that are named; the rest is counted
_KEYS: Final = frozenset({"about", "checks", "file", "sha256", "snapshot"})
_CHECK: Final = 16  # hex digits: they name a part; what vouches for all is the whole digest
# What a text that only looks like a snapshot may stumble over.
_FAULTS: Final = (
    EnergyError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file of a snapshot was found to be; nothing differs where it is what it says.

    sha256: of the snapshot in it, by its bytes; None where it cannot be read. about: what its maker
    calls things, which the digest does not hold. run: computed anew from the inputs. more:
    differences beyond those named.
    """

    sha256: str | None
    about: Mapping[str, Any]
    run: Run | None
    differences: Sequence[Difference]
    more: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def snapshot_file(snapshot: str, sha256: str, about: Mapping[str, Any]) -> str:
    """Return the file of a snapshot; sha256: the run's digest. about: what things are called."""
    content = json.loads(snapshot)
    checks = {name: _check(one) for name, one in parts(content, about)}
    return canonical(
        {"about": about, "checks": checks, "file": FILE, "sha256": sha256, "snapshot": content}
    )


def verified(raw: bytes, expected: str | None = None) -> Verified:
    """Return what differs in a file; expected: the digest that came by another way."""
    content = _read(raw)
    if isinstance(content, Difference):
        return Verified(None, {}, None, [content])
    snapshot, about = content["snapshot"], content["about"]
    sha256 = hashlib.sha256(canonical(snapshot).encode()).hexdigest()
    found = [*_bytes(raw, content), *_digests(content, sha256)]
    if expected is not None and expected.strip().lower() != sha256:
        found.append(of_another(expected, sha256))
    run, computed = _again(snapshot)
    if not any(one.code == "part" for one in found):  # else what follows from it differs too
        found += computed
    named = about if isinstance(about, dict) else {}
    return Verified(sha256, named, run, found[:MOST], max(len(found) - MOST, 0))


def _read(raw: bytes) -> dict[str, Any] | Difference:
    try:
        text = raw.decode()
        content = json.loads(text, parse_constant=_no_constant)
        canonical(content).encode()
    except UnicodeDecodeError as error:
        return of_byte("not_text", "不是 UTF-8 文本", "is no UTF-8 text", raw, error.start)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        return of_byte("not_json", "不是 JSON", "is no JSON", raw, at)
    except (ValueError, RecursionError) as error:
        return Difference(
            "not_json", "file", f"不是规范的 JSON:{error}。", f"No plain JSON: {error}."
        )
    if not isinstance(content, dict) or content.keys() != _KEYS or content["file"] != FILE:
        return _not_ours(content)
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _not_ours(content: object) -> Difference:
    keys = set(content) if isinstance(content, dict) else set()
    names = ", ".join(sorted(keys ^ _KEYS)) or "file"
    return Difference(
        "not_ours",
        names,
        f"不是 {FILE} 格式的快照文件:{names}。",
        f"It is no snapshot file of the form {FILE}: {names}.",
    )


def _bytes(raw: bytes, content: dict[str, Any]) -> Iterator[Difference]:
    """Name the first byte that the same content would not have: a space, another order of keys."""
    anew = canonical(content).encode()
    if anew == raw:
        return
    shorter = min(len(anew), len(raw))
    at = next((n for n in range(shorter) if anew[n] != raw[n]), shorter)
    yield of_byte("not_canonical", "与规范写法不同", "is not as canonical JSON has it", raw, at)


def _digests(content: dict[str, Any], sha256: str) -> Iterator[Difference]:
    """Compare the digest of all, and the check of each part.

    Where the whole digest holds, it is the check that was touched; where each check holds, the
    digest.
    """
    known = content["checks"] if isinstance(content["checks"], dict) else {}
    found = dict(parts(content["snapshot"], content["about"]))
    wrong = [name for name, one in found.items() if known.get(name) != _check(one)]
    wrong += sorted(known.keys() - found.keys())
    whole = content["sha256"] == sha256
    for name in wrong:
        yield of_part(name, found.get(name), touched=not whole or name == "about")
    if not whole and not [one for one in wrong if one != "about"]:
        yield of_digest(str(content["sha256"]), sha256)


def _check(part: object) -> str:
    return hashlib.sha256(canonical(part).encode()).hexdigest()[:_CHECK]


def _again(snapshot: object) -> tuple[Run | None, list[Difference]]:
    """Compute the run anew from its inputs, and name what comes out otherwise."""
    try:
        run = again(canonical(snapshot))
        return run, list(unlike(snapshot, json.loads(run.snapshot)))
    except _FAULTS as error:
        zh, en = (error.zh, error.en) if isinstance(error, EnergyError) else (str(error),) * 2
        told = Difference("not_recomputed", "inputs", f"无法重算:{zh}", f"No recomputing: {en}")
        return None, [told]
