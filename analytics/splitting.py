"""A compound's meters split among those who use it: shares of channels that add up exactly."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from analytics.rounding import cascade

WHOLE: Final = 1_000_000  # a channel, in the millionths in which accounts share it

Place = tuple[int, int]  # an institution and a channel


def weighed(sizes: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Return the part of each by its size; they add to one. ValueError where all sizes are 0."""
    whole = sum(sizes.values(), Fraction(0))
    if whole <= 0:
        raise ValueError("nothing to weigh by")
    return {who: size / whole for who, size in sizes.items()}


def split(
    mains: Mapping[int, int], subs: Mapping[int, int], parts: Mapping[int, Fraction]
) -> dict[Place, int]:
    """Return which share of each channel counts for whom, in millionths.

    mains: by channel, how much of it counts. subs: by channel of a sub-meter, whose it is: it
    counts for them, and is taken from the rest. parts: of the rest, adding to one.
    returns: of each main its shares add to what it counts, of each sub-meter to 0: nothing is
    counted twice, and nothing is lost. Shares of 0 are left out.
    """
    found: dict[Place, int] = {}
    for channel, total in mains.items():
        _add(found, channel, _cut(total, parts))
    for channel, whose in subs.items():
        _add(found, channel, [(whose, WHOLE), *_cut(-WHOLE, parts)])
    return {place: share for place, share in found.items() if share}


def _cut(total: int, parts: Mapping[int, Fraction]) -> list[tuple[int, int]]:
    some = sorted(parts.items())
    return list(
        zip((who for who, _ in some), cascade([total * part for _, part in some]), strict=True)
    )


def _add(found: dict[Place, int], channel: int, rows: Iterable[tuple[int, int]]) -> None:
    for who, share in rows:
        found[who, channel] = found.get((who, channel), 0) + share
