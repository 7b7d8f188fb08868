"""The demo's year as data, and how it is played: in this process, over the API, or by forms."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final, Protocol

from metering.errors import ConflictError, InsufficientDataError, NotFoundError

_SCRIPT: Final = "year.toml"
_NAME: Final = re.compile(r"\{(\w+)\}")
# A deed of no action: every base of a target is answered for, as its data asks.
BASES: Final = "bases"
_REFUSED: Final = (ConflictError, InsufficientDataError, NotFoundError)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does: an action on an object by name, its fields, or a file of rows.

    makes: the name under which what it makes is known from then on. each: of every member.
    """

    who: str
    do: str
    on: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    makes: str = ""
    each: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that a deed names."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """A deed of which all names are known. place: of the deed among all that are done."""

    place: str
    who: str
    do: str
    on: int | None
    said: Mapping[str, Any]


class Hand(Protocol):
    """Who does what a deed says: the actions in this process, a client of the API, a browser."""

    def do(self, one: Said) -> Mapping[str, Any]:
        """Do it and return the id of what it makes, and its sha256; or raise the refusal."""
        ...

    def take(self, one: Said, body: bytes) -> None:
        """Do every row of a file."""
        ...

    def review(self, one: Said) -> None:
        """Answer for the bases of a target."""
        ...


@dataclass
class Stage:
    """What is known by name, what of each member, and what was refused so far."""

    names: dict[str, Any]
    members: Sequence[dict[str, Any]]
    refused: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def deeds(chapter: str) -> list[Deed]:
    """Return the deeds of a chapter of the year, in their order."""
    text = resources.files(__package__).joinpath(_SCRIPT).read_text(encoding="utf-8")
    return [Deed(**one) for one in tomllib.loads(text)[chapter]]


def play(
    hand: Hand, chapter: str, stage: Stage, after: Callable[[Said], None] = lambda _: None
) -> None:
    """Let a hand do a chapter; what is refused is noted, and what hangs on it left out.

    after: called once a deed is done.
    """
    for place, deed in enumerate(deeds(chapter)):
        for own in stage.members if deed.each else [{}]:
            known = stage.names | own
            try:
                one = _said(deed, known, f"{chapter}-{place}-{own.get('member', 0)}")
            except KeyError:
                continue  # of another member, or of something that was refused
            try:
                _do(hand, deed, one, stage.names)
            except _REFUSED as error:
                stage.refused.append(f"{deed.do} {deed.on}: {error.code}")
                continue
            stage.done.append(deed.do)
            after(one)


def _do(hand: Hand, deed: Deed, one: Said, names: dict[str, Any]) -> None:
    if deed.do == BASES:
        hand.review(one)
    elif deed.file:
        hand.take(one, _resolved(deed.file, names))
    else:
        made = hand.do(one)
        if deed.makes:
            names[deed.makes] = made["id"]
            names[f"{deed.makes}_sha256"] = made.get("sha256")


def _said(deed: Deed, names: Mapping[str, Any], place: str) -> Said:
    if deed.file:
        _resolved(deed.file, names)
    on = _resolved(deed.on, names) if deed.on else None
    said = {name: _resolved(value, names) for name, value in deed.said.items()}
    return Said(place, _login(deed.who, names), deed.do, on, said)


def _login(who: str, names: Mapping[str, Any]) -> str:
    """Return the log-in of a member's person, or the log-in that is named."""
    member, dot, nth = who.partition(".")
    return f"{names[f'{member}_login']}.{nth}" if dot else who


def _resolved(value: Any, names: Mapping[str, Any]) -> Any:
    """Return a value with its names replaced; one that is a name alone keeps its type."""
    if not isinstance(value, str):
        return value
    if whole := _NAME.fullmatch(value):
        return names[whole[1]]
    return _NAME.sub(lambda found: str(names[found[1]]), value)
