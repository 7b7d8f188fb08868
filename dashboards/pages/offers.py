"""What the reader may do to an object, as links beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from actions.catalogue import declared
from actions.checking import made_it
from actions.declared import Thing
from actions.doing import acting, may
from actions.topics import by_topic
from dashboards.pages.named_actions import Kind
from dashboards.pages.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Offered:
    """Forms of one topic: its heading, and of each form the address and the name."""

    topic: str
    links: list[tuple[str, str]]


def offered(viewer: Viewer, thing: Thing[Any], on: int) -> list[Kind]:
    """Return the actions that the reader may do to an object, for links beside it."""
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        found = thing.find(at, on)
        kinds = [one for one in declared().values() if one.about.on is thing]
        fitting = [one for one in kinds if found and one.fits(found)]
        fitting = [one for one in fitting if not made_it(one, found, at)]
        held = {one.about.right: one for one in fitting}  # one question a right
        allowed = {right for right, one in held.items() if may(one, on, at)}
        return [one for one in fitting if one.about.right in allowed]


def offers_of(viewer: Viewer, thing: Thing[Any], on: int) -> list[tuple[str, str]]:
    """Return the address and the name of each form."""
    return [_link(viewer, one, on) for one in offered(viewer, thing, on)]


def offers_by_topic(viewer: Viewer, thing: Thing[Any], on: int) -> list[Offered]:
    """Return the same by what they are about, for an object to which much may be done."""
    return grouped(viewer, offered(viewer, thing, on), on)


def grouped(viewer: Viewer, kinds: Iterable[Kind], on: int | None = None) -> list[Offered]:
    """Return forms of actions on one object, or on one yet to be chosen, by topic."""
    return [
        Offered(words.say(viewer.lang), [_link(viewer, one, on) for one in of])
        for words, of in by_topic(kinds)
    ]


def _link(viewer: Viewer, kind: Kind, on: int | None) -> tuple[str, str]:
    place = "" if on is None else f"/{on}"
    return f"/do/{kind.about.code}{place}", kind.about.words.say(viewer.lang)
