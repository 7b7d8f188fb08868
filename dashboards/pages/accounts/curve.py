"""The hourly curve: which channel and span, and where the browser fetches it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from actions.accounts.curves import Curve, curves_of
from actions.accounts.overview import Year, months_before
from actions.figures import milliseconds
from dashboards.pages import writing
from dashboards.pages.viewer import Viewer
from metering.channels import Kind
from metering.errors import InputError

SPANS: Final = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Choice:
    """A curve as the list of choices names it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class CurveShown:
    """The chosen curve and span, and the addresses that go with them.

    day: the one that the span was chosen by.
    first, until: the days, the latter not included; first_ms, until_ms: the same as instants.
    earlier, later: days to step to, None where nothing lies there.
    """

    choices: list[Choice]
    chosen: Choice
    span: str
    zone: str
    unit: str
    day: date
    title: str
    first: date
    until: date
    first_ms: int
    until_ms: int
    over_ms: int
    earlier: date | None
    later: date | None
    api: str
    csv: str
    xlsx: str


def curve_of(viewer: Viewer, year: Year, *, chosen: str, span: str, day: str) -> CurveShown | None:
    """Return what to draw, None where the reader may see no channel."""
    institution_id = year.institution.institution_id
    found = {_key(one): one for one in curves_of(viewer.actor, institution_id)}
    if not found:
        return None
    key = chosen if chosen in found else _begin_with(found)
    one = found[key]
    held = _day(day) if day else _begin_at(one, span) or viewer.today
    first, until = _bounds(held, span)
    carrier = year.words.carriers[one.carrier]
    choices = [Choice(name, _label(viewer, year, curve)) for name, curve in found.items()]
    path = (
        f"/api/v1/channels/{one.channel.channel_id}/usage"
        if one.channel
        else f"/api/v1/institutions/{institution_id}/usage/{quote(one.carrier)}"
    )
    table = f"{path}?grain=hour&from={first}&to={until}&zone={quote(one.zone)}"
    asked = f"{table}&limit=2000"
    return CurveShown(
        choices=choices,
        chosen=next(choice for choice in choices if choice.key == key),
        span=span,
        zone=one.zone,
        unit=writing.unit_name(carrier.unit),
        day=held,
        title=_title(viewer, first, until, span),
        first=first,
        until=until,
        first_ms=_midnight(first, one.zone),
        until_ms=_midnight(until, one.zone),
        over_ms=_midnight(viewer.today_in(one.zone), one.zone),
        earlier=_step(first, span, -1) if one.first and first > one.first else None,
        later=_step(first, span, 1) if one.last and until <= one.last else None,
        api=asked,
        csv=f"{table}&format=csv&bom=true",
        xlsx=f"{table}&format=xlsx",
    )


def _title(viewer: Viewer, first: date, until: date, span: str) -> str:
    if span == "day":
        return writing.day_name(first, viewer.lang)
    if span == "month":
        return writing.month_name(first, viewer.lang)
    return viewer.say("months_from_to", first=first, last=until - timedelta(days=1))


def _begin_with(found: dict[str, Curve]) -> str:
    """Return the curve that shows first: the whole institution's electricity, else any with use."""
    with_use = [key for key, one in found.items() if one.last] or list(found)
    return next((key for key in with_use if key == "c.electricity"), with_use[0])


def _key(one: Curve) -> str:
    return str(one.channel.channel_id) if one.channel else f"c.{one.carrier}"


def _label(viewer: Viewer, year: Year, one: Curve) -> str:
    carrier = viewer.name(year.words.carriers[one.carrier]) or one.carrier
    if one.channel is None:
        return viewer.say("whole_institution", carrier=carrier)
    meter = viewer.name(one, "meter") or one.channel.meter or f"#{one.channel.channel_id}"
    code = "" if one.channel.code == "total" else f" · {one.channel.code}"
    return (
        f"{meter}{code} · {carrier} · {viewer.say('kind_' + Kind(one.channel.kind).name.lower())}"
    )


def _begin_at(one: Curve, span: str) -> date | None:
    """Return a day near the last use, so that its span is for the most part filled."""
    if one.first is None or one.last is None:
        return None
    return max(one.first, one.last - timedelta(days={"day": 1, "week": 3}.get(span, 14)))


def _bounds(day: date, span: str) -> tuple[date, date]:
    """Return the days of the span that holds a day: itself, its week from Monday, its month."""
    if span == "day":
        return day, day + timedelta(days=1)
    if span == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    return day.replace(day=1), months_before(day, -1)


def _step(first: date, span: str, direction: int) -> date:
    if span == "month":
        return months_before(first, -direction)
    return first + timedelta(days=direction * (7 if span == "week" else 1))


def _midnight(day: date, zone: str) -> int:
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _no_day(text) from error
    if not 1970 <= day.year < 2100:
        raise _no_day(text)
    return day


def _no_day(text: str) -> InputError:
    return InputError(
        "page.no_day",
        zh=f"日期“{text}”无效。",
        en=f"“{text}” is no day between 1970 and 2099.",
        next_zh="请写成 2026-01-31 的形式。",
        next_en="Write it as 2026-01-31.",
        where={"field": "day", "value": text},
    )
