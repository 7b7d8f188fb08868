"""What people call the levels of a cascade, which runs know by permanent ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from psycopg import Connection

from actions.fields import Lang, Words
from storage.compact.runs import Level
from storage.registry import regions

OWN_LEVEL: Final = Words("\uff08本级\uff09", " (own level)")


@dataclass(frozen=True, slots=True)
class LevelNames:
    """The names of regions and department lines, read once for many levels."""

    regions: Mapping[str, str]
    lines: Mapping[str, str]
    lang: Lang

    @classmethod
    def read(cls, connection: Connection[Any], lang: Lang) -> Self:
        """Read them."""
        called = {
            str(one.region_id): _either((one.name_zh, one.name_en), lang) or str(one.region_id)
            for one in regions.tree(connection, only_seen=False)
        }
        lines = {
            code: _either(names, lang) or code for code, names in regions.lines(connection).items()
        }
        return cls(called, lines, lang)

    def region(self, region_id: int) -> str:
        """Return what a region is called."""
        return self.regions.get(str(region_id), str(region_id))

    def of(self, key: str) -> str:
        """Return a name for a key such as 2026/own:7/line:education."""
        return _called(key, self.regions, self.lines, self.lang)


def level_names(connection: Connection[Any], levels: Sequence[Level], lang: Lang) -> dict[str, str]:
    """Return the levels' names by key, each with the way that leads to it."""
    names = LevelNames.read(connection, lang)
    return {one.key: names.of(one.key) for one in levels}


def _called(key: str, called: Mapping[str, str], lines: Mapping[str, str], lang: Lang) -> str:
    """Return a name for a key such as 2026/own:7/line:education."""
    year, *rest = key.split("/")
    if not rest:
        return year
    kind, _, of = rest[-1].partition(":")
    if kind == "region":
        return f"{year} · {called.get(of, of)}"
    own = rest[0].partition(":")[2]
    level = f"{year} · {called.get(own, own)}{OWN_LEVEL.say(lang)}"
    return level if kind == "own" else f"{level} · {lines.get(of, of)}"


def _either(names: tuple[str | None, str | None], lang: Lang) -> str | None:
    zh, en = names
    return (zh or en) if lang == "zh" else (en or zh)
