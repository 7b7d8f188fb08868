"""Paths into JSON, as a route names them.

`a.b` goes down by name, `a.0` into a list, `"a.b"` is one name with a point in it. `*` is every
member of an object or list, `*1` is what the first `*` stood for. A path begins at the row;
`$` first begins at the message, each `^` first one level above the row.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from metering.errors import InputError

_STEP: Final = re.compile(r'"([^"]+)"|([^".]+)')
_MAX_STEPS: Final = 20
MISSING: Final = object()


class Place(NamedTuple):
    """A thing in a message: what is above it, outermost first, and what each `*` stood for."""

    thing: Any
    above: tuple[Any, ...] = ()
    stars: tuple[str, ...] = ()


class Path:
    """One path, split once."""

    def __init__(self, text: str, *, stars: bool = False) -> None:
        """Split it, or say what is wrong. stars: whether `*` may stand in it."""
        self.text = text
        found = list(_STEP.finditer(text))
        pieces = [one[0] for one in found]
        quoted = [one[1] is not None for one in found]
        if ".".join(pieces) != text or len(pieces) > _MAX_STEPS:
            raise bad_path(text)
        named = [one[1] or one[2] for one in found]
        self.from_root = bool(pieces) and pieces[0] == "$"
        self.up = 0
        while not self.from_root and self.up < len(pieces) and pieces[self.up] == "^":
            self.up += 1
        self.many = ("*", False) in zip(named, quoted, strict=True)  # whether it leads to several
        skip = 1 if self.from_root else self.up
        self.steps = list(zip(named, quoted, strict=True))[skip:]
        if not stars and ("*", False) in self.steps:
            raise bad_path(text)

    def places(self, start: Place) -> Iterator[Place]:
        """Yield each place that the path leads to."""
        yield from self._walk(self._begin(start), 0)

    def one(self, start: Place) -> Any:
        """Return what a path without `*` leads to, else MISSING."""
        for found in self.places(start):
            return found.thing
        return MISSING

    def _begin(self, start: Place) -> Place | None:
        chain = (*start.above, start.thing)
        if self.from_root:
            return Place(chain[0], (), start.stars)
        if self.up >= len(chain):
            return None
        end = len(chain) - 1 - self.up
        return Place(chain[end], chain[:end], start.stars)

    def _walk(self, at: Place | None, number: int) -> Iterator[Place]:
        if at is None:
            return
        if number == len(self.steps):
            yield at
            return
        step, quoted = self.steps[number]
        if step == "*" and not quoted:
            for name, inner in _members(at.thing):
                below = Place(inner, (*at.above, at.thing), (*at.stars, name))
                yield from self._walk(below, number + 1)
            return
        if not quoted and step.startswith("*"):
            step = star(at.stars, step)
            if len(self.steps) == 1:
                yield at._replace(thing=step)
                return
        inner = _member(at.thing, step)
        if inner is not MISSING:
            yield from self._walk(Place(inner, (*at.above, at.thing), at.stars), number + 1)


def star(stars: Sequence[str], step: str) -> str:
    """Return what `*1`, `*2` … stand for; the step itself where it is none of these."""
    place = int(step[1:]) if step[1:].isdigit() and len(step) < 4 else 0
    return stars[place - 1] if 0 < place <= len(stars) else step


def _members(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, dict):
        yield from thing.items()
    elif isinstance(thing, list):
        for place, inner in enumerate(thing):
            yield str(place), inner


def _member(thing: Any, name: str) -> Any:
    if isinstance(thing, dict):
        return thing.get(name, MISSING)
    if isinstance(thing, list) and name.isdigit() and len(name) < 7 and int(name) < len(thing):
        return thing[int(name)]
    return MISSING


def bad_path(text: str) -> InputError:
    """Return the refusal of a path that cannot be read."""
    return InputError(
        "codec.bad_settings",
        zh=f"路径“{text}”无效。",
        en=f"The path “{text}” cannot be used.",
        next_zh="写成 data.items.0.value;* 代表每个成员(只用于 rows 和 value),*1 是第一个 * 的名称,"
        '$ 从报文开始,^ 上一级,带点的名称加引号:"a.b"。',
        next_en="Write data.items.0.value; * is every member (only in rows and value), *1 what the "
        'first * stood for, $ the message, ^ one level up, "a.b" a name with a point in it.',
        where={"field": "settings"},
    )
