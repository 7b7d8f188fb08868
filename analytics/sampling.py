"""A sample that anyone can draw again: strata of a frozen roster, a published seed, digests.

Within a stratum institutions stand in order of a digest of the roster, the seed and their own id;
the first of them are drawn. Who knows neither the seed nor the roster beforehand can steer nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise

from metering.checks import Stratum, Unit
from metering.errors import InputError


def frame_text(units: Iterable[Unit]) -> str:
    """Return the text whose SHA-256 names a roster: a line an institution, in order of ids."""
    ordered = sorted(units, key=lambda one: one.institution)
    for one, following in pairwise(ordered):
        if one.institution == following.institution:
            raise _twice(one.institution)
    lines = (f"{one.institution} {' '.join(one.stratum)}\n" for one in ordered)
    return f"check_frame 1\n{''.join(lines)}"


def frame_digest(units: Iterable[Unit]) -> str:
    """Return the SHA-256 of a roster, in hexadecimal; InputError where one stands there twice."""
    return sha256(frame_text(units).encode()).hexdigest()


def place_digest(frame: str, seed: str, institution: int) -> str:
    """Return the digest by which an institution takes its place, in hexadecimal.

    frame: the roster's digest. seed: as it was published.
    """
    return sha256(f"check_draw 1\n{frame}\n{seed}\n{institution}\n".encode()).hexdigest()


def to_draw(many: int, share_millionths: int) -> int:
    """Return how many of a stratum are drawn: the share of them, rounded up."""
    return -(-many * share_millionths // 1_000_000)


def strata(units: Iterable[Unit]) -> dict[Stratum, list[Unit]]:
    """Return the institutions of each stratum."""
    found: defaultdict[Stratum, list[Unit]] = defaultdict(list)
    for one in units:
        found[one.stratum].append(one)
    return dict(found)


def drawn(units: Sequence[Unit], share_millionths: int, seed: str) -> list[int]:
    """Return the institutions that are drawn, in order of ids.

    share_millionths: of each stratum, from 1 to a million. InputError where one stands twice.
    """
    frame = frame_digest(units)
    chosen: list[int] = []
    for held in strata(units).values():
        ids = (one.institution for one in held)
        ordered = sorted((place_digest(frame, seed, one), one) for one in ids)
        chosen += [one for _, one in ordered[: to_draw(len(held), share_millionths)]]
    return sorted(chosen)


def _twice(institution: int) -> InputError:
    return InputError(
        "frame.twice",
        zh=f"名录中机构 {institution} 出现两次。",
        en=f"Institution {institution} stands in the roster twice.",
        next_zh="每家机构只列一次。",
        next_en="List each institution once.",
        where={"institution": institution},
    )
