"""What is odd about a channel's readings, with the forms that settle it, their fields given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from actions.catalogue import declared
from actions.doing import acting
from actions.figures import instant
from actions.readings.evidence import Evidence, Occurrence, Unmeasured, evidence_of
from actions.readings.evidence_words import OCCURRED, WORDS
from actions.rights import Right, holds
from actions.things import CHANNEL
from dashboards.pages import writing
from dashboards.pages.viewer import Viewer
from storage.registry.meters import Channel

_RIGHT: Final = Right.CORRECT_READINGS
# By kind of what occurred, or by reason of what is unknown: the forms, of which instant.
_BY_OCCURRENCE: Final = {
    "set_aside": ("judgement.confirm", "judgement.dismiss"),
    "wrapped": ("exchange.record",),
    "exchange": ("exchange.withdraw",),
    "bill": ("reading.set", "reading.void"),
}
_BY_REASON: Final = {
    "fall": ("exchange.record", "judgement.wrap", "judgement.use"),
    "over_limit": ("judgement.use", "reading.void"),
    "turns": ("judgement.use", "judgement.wrap", "reading.void"),
    "no_final": ("exchange.record",),
    "out_of_range": ("reading.void", "reading.set"),
    "gap": ("reading.set",),
    "missing": ("reading.set",),
    "held_too_long": ("reading.set",),
    "caught_up": (),
    "bill": (),
}
_BY_FILE: Final = ("gap", "missing", "held_too_long")
_OUTSIDE: Final = ("before_first", "after_last")


@dataclass(frozen=True, slots=True)
class Link:
    """A form with its fields given, and what it is called."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd of a span of time, in words, with what settles it."""

    when: str
    what: str
    links: list[Link]


def may_correct(viewer: Viewer, channel_id: int) -> bool:
    """Return whether the reader may correct readings of a channel."""
    with viewer.actor.look() as connection:
        return holds(connection, _RIGHT, CHANNEL.covered, channel_id)


def settles(viewer: Viewer, channel: Channel, one: Occurrence | Unmeasured) -> list[Link]:
    """Return the forms that settle something, for whoever may correct the channel's readings."""
    if isinstance(one, Occurrence):
        if one.correction is not None:
            return [_form(viewer, "correction.undo", one.correction)]
        at_ms = one.end_ms
        return [
            _of(viewer, channel, code, at_ms)
            for code in _fitting(channel, _BY_OCCURRENCE, one.kind)
        ]
    at_ms = one.start_ms if one.reason in _BY_FILE else one.ends_ms or one.end_ms
    links = [
        _of(viewer, channel, code, at_ms) for code in _fitting(channel, _BY_REASON, one.reason)
    ]
    if one.reason in _BY_FILE:
        links.append(Link("/imports/readings", viewer.say("import_readings")))
    return links


def oddities(viewer: Viewer, channel_id: int, first_ms: int, until_ms: int) -> list[Oddity]:
    """Return what is odd of a channel between two whole hours, in order of time."""
    with viewer.actor.look() as connection:
        at = acting(viewer.actor, connection)
        channel = CHANNEL.find(at, channel_id)
        if channel is None:
            return []
        evidence = evidence_of(connection, channel_id, first_ms, until_ms)
        may = holds(connection, _RIGHT, CHANNEL.covered, channel_id)
    return [oddity(viewer, channel, one, may=may) for one in in_order(evidence)]


def oddity(viewer: Viewer, channel: Channel, one: Occurrence | Unmeasured, *, may: bool) -> Oddity:
    """Return what occurred, or what is unknown, in words, with its forms where they may be used."""
    kind, words = (one.kind, OCCURRED) if isinstance(one, Occurrence) else (one.reason, WORDS)
    zh, en = words[kind]
    wording = zh if viewer.lang == "zh" else en
    if isinstance(one, Occurrence):
        if one.value is not None:
            value = writing.exact(one.value, channel.per_unit)
            number = writing.number(value, len(str(channel.per_unit)) - 1)
            wording = f"{number} {writing.unit_name(channel.unit)}{viewer.say('colon')}{wording}"
        if one.by:
            wording = f"{wording} ({one.source})"
    when = local(channel, one.start_ms)
    if one.end_ms != one.start_ms:
        when = f"{when} – {local(channel, one.end_ms)}"
    return Oddity(when, wording, settles(viewer, channel, one) if may else [])


def in_order(evidence: Evidence) -> Sequence[Occurrence | Unmeasured]:
    """Return what occurred and what is unknown, in order of time; not what lies outside."""
    unknown = [one for one in evidence.unmeasured if one.reason not in _OUTSIDE]
    return sorted([*evidence.occurred, *unknown], key=lambda one: (one.start_ms, one.end_ms))


def local(channel: Channel, at_ms: int) -> str:
    """Return an instant as the clock beside the meter shows it."""
    civil = instant(at_ms).astimezone(ZoneInfo(channel.zone))
    fine = f"{civil:%S.%f}".rstrip("0").rstrip(".") if at_ms % 60_000 else ""
    return f"{civil:%Y-%m-%d %H:%M}{':' + fine if fine else ''}"


def _fitting(channel: Channel, by: dict[str, tuple[str, ...]], kind: str) -> list[str]:
    """Return the actions that are ever done to such a channel."""
    return [code for code in by.get(kind, ()) if declared()[code].fits(channel)]


def _of(viewer: Viewer, channel: Channel, code: str, at_ms: int) -> Link:
    return _form(viewer, code, channel.channel_id, at=instant(at_ms).isoformat())


def _form(viewer: Viewer, code: str, on: int, **given: str) -> Link:
    query = f"?{urlencode(given)}" if given else ""
    return Link(f"/do/{code}/{on}{query}", declared()[code].about.words.say(viewer.lang))
