"""Cells of a few kinds: gateway, key, sequence number, each within its bounds."""

import re
from typing import Final

from collector.codecs.payload import MAX_KEY_CHARACTERS, MAX_SEQ
from collector.files.refusals import CellError
from collector.files.tables import Cell, text_of

_GATEWAY: Final = re.compile(r"[^/+#\s]+/[^/+#\s]+")
_DIGITS: Final = 16


def key_of(cell: Cell) -> str:
    """Return the gateway's name of a channel."""
    text = text_of(cell)
    if not text or len(text) > MAX_KEY_CHARACTERS or not text.isprintable():
        raise CellError("bad_key", text)
    return text


def gateway_of(cell: Cell) -> str:
    """Return "{province}/{gateway}"."""
    text = text_of(cell)
    if not _GATEWAY.fullmatch(text) or not text.isprintable() or len(text) > MAX_KEY_CHARACTERS:
        raise CellError("bad_gateway", text)
    return text


def seq_of(cell: Cell) -> int:
    """Return a sequence number, 0 where there is none, which is as our exports say it."""
    text = text_of(cell)
    if text in ("", "0"):
        return 0
    seq = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
    if not 1 <= seq <= MAX_SEQ:
        raise CellError("bad_seq", text)
    return seq
