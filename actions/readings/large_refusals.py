"""What stood against a large file: kept with its handle, and told alike by every door."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from actions.fields import Lang
from metering.errors import InputError
from storage.readings.imports import LargeImport

_PLACE: Final = ("line", "field", "value", "rows")


@dataclass(frozen=True, slots=True)
class LineRefusal:
    """What stands against a row, or several of one channel of which it is the first.

    line: 0 where it is against the file as a whole. rows: how many it is about.
    """

    code: str
    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""
    line: int = 0
    field: str = ""
    value: str = ""
    rows: int = 1

    def said(self, lang: Lang) -> str:
        """Return what is wrong and what to do, in a sentence or two."""
        told = (self.zh, self.next_zh) if lang == "zh" else (self.en, self.next_en)
        return " ".join(told).strip()


def as_kept(error: InputError) -> dict[str, Any]:
    """Return a refusal as its file's handle keeps it."""
    place = {name: error.where[name] for name in _PLACE if name in error.where}
    return place | {
        "code": error.code, "zh": error.zh, "en": error.en,
        "next_zh": error.next_zh, "next_en": error.next_en,
    }  # fmt: skip


def refusals(one: LargeImport, most: int | None = None) -> list[LineRefusal]:
    """Return the first refusals of a file, in the order of its lines."""
    return [_refusal(kept) for kept in one.errors[:most]]


def _refusal(kept: Mapping[str, Any]) -> LineRefusal:
    return LineRefusal(**{name: kept[name] for name in LineRefusal.__slots__ if name in kept})
