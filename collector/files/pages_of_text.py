"""GBK, Big5 or Western? GBK takes almost any bytes; what people write stands apart in each."""

from typing import Final, NamedTuple

GBK: Final = "gb18030"
WESTERN: Final = "cp1252"
_BIG5: Final = ("cp950", "big5hkscs")  # of Windows, and with the characters of Hong Kong
_USUAL_GB: Final = range(0xB0, 0xD8)  # lead bytes of the 3,755 usual ones; signs are in A1 and A3
_SIGNS_GB: Final = (0xA1, 0xA3)
_USUAL_BIG5: Final = range(0xA1, 0xC7)  # signs, and the 5,401 usual ones
_LETTERS: Final = range(0xC0, 0x100)  # ä and é
_WITH_MARKS: Final = (b"m\xb3", b"m\xb2", b"\xb0C", b"M\xb3")  # m³, m² and °C
_HIGH: Final = 0x80
_TRAIL_GB: Final = 0xA1
_CLEAR: Final = 0.1  # of the characters: how much more usual one reading must be
_MOST: Final = 0.9


class _Seen(NamedTuple):
    """What a text is made of: characters of two bytes, and how many are usual in each page.

    alone: bytes beyond ASCII between two of ASCII, as letters with accents are.
    """

    pairs: int
    gb: int
    big5: int
    alone: int


def pages_of(text: bytes) -> list[str]:
    """Return the pages that bytes may be in which are not UTF-8, the likely one first."""
    seen = _seen(text)
    if seen.alone > _MOST * seen.pairs and max(seen.gb, seen.big5) * 2 <= seen.pairs:
        return [WESTERN, GBK]
    if seen.big5 - seen.gb > _CLEAR * seen.pairs:
        return [*_BIG5, GBK]
    return [GBK]


def _seen(text: bytes) -> _Seen:
    """Return what a text is made of; all these pages part it alike."""
    pairs = gb = big5 = alone = at = 0
    while at < len(text) - 1:
        lead, trail = text[at], text[at + 1]
        if lead < _HIGH:
            at += 1
            continue
        pairs += 1
        at += 2
        if text[at - 3 : at - 1] in _WITH_MARKS or text[at - 2 : at] in _WITH_MARKS:
            alone += 1
            continue
        gb += lead in _SIGNS_GB or (lead in _USUAL_GB and trail >= _TRAIL_GB)
        big5 += lead in _USUAL_BIG5
        alone += trail < _HIGH and lead in _LETTERS
    return _Seen(pairs, gb, big5, alone)
