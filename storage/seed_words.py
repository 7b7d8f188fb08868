"""What seed rows say in English of their sources and notes, in the reader's language."""

import csv
import io
from functools import cache
from importlib import resources

_FILE = "zh.csv"


@cache
def chinese() -> dict[str, str]:
    """Return the Chinese words by the English ones; plain addresses need none."""
    place = resources.files("storage").joinpath("seed", "words", _FILE)
    text = place.read_text(encoding="utf-8")
    return {row["en"]: row["zh"] for row in csv.DictReader(io.StringIO(text, newline=""))}


def in_chinese(words: str | None) -> str | None:
    """Return what a row says in Chinese; an address, or what an operator added, as it is."""
    return None if words is None else chinese().get(words, words)
