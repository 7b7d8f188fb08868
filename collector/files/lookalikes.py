"""Ids that people take for each other: leading zeros, case, letters that look like digits."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("oOоОοΟ〇", "0"),  # Latin, Cyrillic, Greek
        **dict.fromkeys("lIiІіΙι|", "1"),
        **dict(zip("асеорхуАВЕКМНОРСТХ", "aceopxyabekmhopctx", strict=True)),
        **dict.fromkeys("‐‑‒–—−_.·/\\", "-"),
    }
)
_NUMBER: Final = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d{1,3})", re.ASCII | re.IGNORECASE)
_MOST_DIGITS: Final = 40


def likeness(text: str) -> str:
    """Return what is left of an id without what eyes and spreadsheets lose."""
    plain = unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold().translate(_ALIKE)
    bare = re.sub(r"[\s'`´‘’\"-]", "", plain)
    return re.sub(r"(?<!\d)0+(?=\d)", "", bare)


def resembling(given: str, known: Iterable[str]) -> list[str]:
    """Return the known ids for which one may stand; nothing where it is known itself."""
    ids = list(known)
    if given in ids:
        return []
    like = likeness(given)
    found = [one for one in ids if likeness(one) == like]
    return found or [one for one in ids if _written_as_number(one, given)]


def _written_as_number(known: str, given: str) -> bool:
    """Return whether a spreadsheet writes a long number as it was given: 1.1E+12."""
    number = _NUMBER.fullmatch(given.strip())
    digits = known.strip()
    if not number or not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        return False
    shown = f"{int(digits):.{len(number[2] or '')}E}"
    whole, power = shown.split("E")
    return whole.replace(".", "") == number[1] + (number[2] or "") and int(power) == int(number[3])


def alike(ids: Iterable[str]) -> Mapping[str, list[str]]:
    """Return groups of ids of one file that resemble each other, by what is left of them."""
    groups: dict[str, list[str]] = {}
    for one in dict.fromkeys(ids):
        groups.setdefault(likeness(one), []).append(one)
    return {like: found for like, found in groups.items() if len(found) > 1}
