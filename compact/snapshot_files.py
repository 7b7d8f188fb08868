"""A run's snapshot as a file that anybody can verify who has nothing else: no database, no log-in.

The file is canonical JSON. Beside the snapshot it has a check of each part, so that a bit that was
flipped is not only found but named.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compact.runs import Run, again, canonical
from compact.snapshot_differences import (
    Difference,
    of_another,
    of_digest,
    of_part,
    parts,
    unlike,
)
from compact.snapshot_reading import MOST, not_canonical, read_json
from metering.errors import EnergyError

FILE: Final = "commonwatt.snapshot/1"
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
    content = read_json(raw, FILE, _KEYS)
    if isinstance(content, Difference):
        return Verified(None, {}, None, [content])
    snapshot, about = content["snapshot"], content["about"]
    sha256 = hashlib.sha256(canonical(snapshot).encode()).hexdigest()
    found = [*not_canonical(raw, content), *_digests(content, sha256)]
    if expected is not None and expected.strip().lower() != sha256:
        found.append(of_another(expected, sha256))
    run, computed = _again(snapshot)
    if not any(one.code == "part" for one in found):  # else what follows from it differs too
        found += computed
    named = about if isinstance(about, dict) else {}
    return Verified(sha256, named, run, found[:MOST], max(len(found) - MOST, 0))


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
