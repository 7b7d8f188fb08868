"""A board as one reader sees it: what is chosen, over which period, and each panel's answer."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from actions.boards.answers import Answer, Rights, answer_of, rights_of
from dashboards.boards import frames
from dashboards.boards.frames import Frame
from dashboards.boards.macros import Scope, Value, expand, interpolate
from dashboards.boards.model import Board, Column, Kind, Link, Panel, Variable
from dashboards.boards.periods import interval, period
from dashboards.pages.answers import Answers
from dashboards.pages.viewer import Viewer
from metering.errors import EnergyError

_NAMES: Final = re.compile(r"(?<!\$)\$([a-z]\w*)")
_STEP_S: Final = 300  # relative periods move on in steps, so that viewers ask the same
# Rows of an answer that is kept: of what may be chosen, and of a panel, which is kept drawn.
_CHOICES: Final = 500
_SHORT: Final = 50
_NEWEST: Final = "SELECT report.newest_month({institution}, {region})"


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable with what it may be and what it is."""

    variable: Variable
    options: tuple[tuple[str, str], ...]
    value: str
    instead_of: str = ""  # what the address asks for, and there is none of

    @property
    def needs(self) -> str:
        """The names of the choices that decide what it may be."""
        return " ".join(sorted(set(_NAMES.findall(self.variable.sql))))

    @property
    def text(self) -> str:
        """What people read of the chosen value."""
        return next((text for value, text in self.options if value == self.value), self.value)


@dataclass(frozen=True, slots=True)
class View:
    """A board with everything chosen; reading it asks the database, or whoever asked before."""

    viewer: Viewer
    board: Board
    answers: Answers
    rights: Rights
    choices: tuple[Choice, ...]
    zone: str
    now: datetime
    since: datetime
    until: datetime

    @property
    def scope(self) -> Scope:
        """What its queries are asked for."""
        return Scope(self.since, self.until, variables=values_of(self.viewer, self.choices))

    @property
    def key(self) -> tuple[object, ...]:
        """What all of its figures depend on."""
        chosen = tuple((one.variable.name, one.value) for one in self.choices)
        day = self.viewer.actor.today
        return (self.rights, day, self.board.uid, self.viewer.lang, self.since, self.until, chosen)

    def title(self, panel: Panel) -> str:
        """Return a panel's title with its variables filled in."""
        return interpolate(panel.title.of(self.viewer.lang), self.scope.variables or {})

    def frame(self, panel: Panel) -> Frame:
        """Return what a panel's query answers."""
        width = interval(self.since, self.until, panel.max_points)
        scope = Scope(self.since, self.until, width, self.scope.variables)
        query = expand(panel.sql, scope)
        found = _ask(self.viewer, self.answers, self.rights, query, most=_SHORT)
        return Frame(found.names, found.rows)

    def drawn(self, panel: Panel) -> dict[str, Any]:
        """Return what the browser draws; what went wrong, where it did, in one panel alone."""
        try:
            return _SHAPES[panel.kind](self, panel, self.frame(panel))
        except EnergyError as error:
            return {"error": error.zh if self.viewer.lang == "zh" else error.en}

    def href(self, link: Link, cell: Callable[[str], Any] = lambda _: None) -> str | None:
        """Return where a link leads, for a row or for the whole board.

        None where it would not say to what: a board that is not told begins with another object.
        """
        chosen = {one.variable.name: one.value for one in self.choices}
        query: dict[str, Any] = {}
        for name, source in link.variables:
            held = chosen.get(source[1:]) if source.startswith("$") else cell(source)
            if held in (None, ""):
                return None
            query[f"var-{name}"] = held
        asked = self.viewer.request.query_params
        query |= {name: asked[name] for name in ("from", "to") if name in asked}
        return self.viewer.url(f"/boards/{link.board}", **query)


def view_of(viewer: Viewer, board: Board, answers: Answers) -> View:
    """Return a board as its address asks for it; what is not said begins with the best."""
    rights = rights_of(viewer.actor)
    asked = viewer.request.query_params
    choices: list[Choice] = []
    for variable in board.variables:
        held = values_of(viewer, choices)
        query = expand(variable.sql, Scope(_LONG_AGO, _LONG_AGO, variables=held))
        found = _ask(viewer, answers, rights, query)
        options = tuple((str(row[0]), str(row[1])) for row in found.rows)
        value = _chosen(variable, options, asked)
        chosen = "" if variable.hidden else asked.get(f"var-{variable.name}", "")
        choices.append(Choice(variable, options, value, chosen if chosen != value else ""))
    zone = next((one.value for one in choices if one.variable.name == "zone"), viewer.zone)
    newest = _ask(viewer, answers, rights, _newest(viewer, choices)).rows[0][0]
    now = _now(viewer, newest, zone)
    since = asked.get("from") or board.since
    # Whole months end with the last one that is over.
    ends = asked.get("to") or (board.until if since.endswith("/M") else "now")
    first, last = period(since, ends, now, zone)
    return View(viewer, board, answers, rights, tuple(choices), zone, now, first, last)


def values_of(viewer: Viewer, choices: Iterable[Choice]) -> dict[str, Value]:
    """Return variables as queries take them."""
    held = {"lang": Value((viewer.lang,))}
    return held | {one.variable.name: Value((one.value,)) for one in choices}


def _chosen(
    variable: Variable, options: tuple[tuple[str, str], ...], asked: Mapping[str, str]
) -> str:
    """Return what the address says, where it may be said, else the first option."""
    chosen = asked.get(f"var-{variable.name}", "")
    known = {value for value, _ in options}
    numeric = variable.numeric and chosen.isascii() and chosen.isdigit() and len(chosen) < 10
    if not variable.hidden and (chosen in known or numeric):
        return chosen
    return options[0][0] if options else ("0" if variable.numeric else "")


def _newest(viewer: Viewer, choices: Iterable[Choice]) -> str:
    """Return the question for the newest month of what the board is about."""
    held = {one.variable.name: one.value for one in choices}
    about = "institution" if "institution" in held else "region"
    asked = dict.fromkeys(("institution", "region"), "NULL::integer")
    if about in held:
        asked[about] = f"'${about}'::integer"
    scope = Scope(_LONG_AGO, _LONG_AGO, variables=values_of(viewer, choices))
    return expand(_NEWEST.format(**asked), scope)


def _now(viewer: Viewer, newest: date | None, zone: str) -> datetime:
    """Return this moment, or the end of the newest month with accounts if that is earlier."""
    today = viewer.actor.today
    at = datetime.now(UTC)
    if today is not None:
        at = datetime.combine(today, time(), ZoneInfo(zone)) + timedelta(days=1)
    seconds = -(-int(at.timestamp()) // _STEP_S) * _STEP_S
    now = datetime.fromtimestamp(seconds, UTC)
    if newest is None:
        return now
    following = (newest + timedelta(days=32)).replace(day=1)
    return min(now, datetime.combine(following, time(), ZoneInfo(zone)).astimezone(UTC))


def _ask(
    viewer: Viewer, answers: Answers, rights: Rights, query: str, most: int = _CHOICES
) -> Answer:
    """Return an answer; one of more rows is kept drawn, with its board, and not as rows."""
    actor = viewer.actor
    key = (rights, actor.today, sha256(query.encode()).digest())  # the text takes kilobytes
    found = answers.get(key, lambda: answer_of(actor, query), lambda one: len(one.rows) <= most)
    return cast(Answer, found)


def _stat(view: View, panel: Panel, frame: Frame) -> dict[str, Any]:
    return {"value": frames.plain(frame.rows[0][0]) if frame.rows else None}


def _series(view: View, panel: Panel, frame: Frame) -> dict[str, Any]:
    times, lines = frames.wide(frame)
    return {
        "t": [int(at.timestamp() * 1000) for at in times],
        "series": [{"name": one.name, "values": one.values} for one in lines],
    }


def _categories(view: View, panel: Panel, frame: Frame) -> dict[str, Any]:
    return {
        "names": [str(row[0]) for row in frame.rows],
        "series": [
            {"name": name, "values": [frames.number(row[place]) for row in frame.rows]}
            for place, name in enumerate(frame.names)
            if place
        ],
    }


def _table(view: View, panel: Panel, frame: Frame) -> dict[str, Any]:
    shown = list(shown_columns(panel))
    rows = []
    for row in frame.rows:
        cell = dict(zip(frame.names, row, strict=True))
        cells = [frames.plain(cell[column.name]) for column in shown]
        links = {
            index: href
            for index, column in enumerate(shown)
            if column.link is not None and (href := view.href(column.link, cell.get)) is not None
        }
        rows.append({"cells": cells, "links": links} if links else {"cells": cells})
    return {"rows": rows}


def shown_columns(panel: Panel) -> Iterator[Column]:
    """Return the columns of a table that people see."""
    return (column for column in panel.columns if not column.hidden)


_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SHAPES: Final[dict[Kind, Callable[[View, Panel, Frame], dict[str, Any]]]] = {
    Kind.STAT: _stat,
    Kind.GAUGE: _stat,
    Kind.BARS: _series,
    Kind.LINES: _series,
    Kind.HEATMAP: _series,
    Kind.CATEGORIES: _categories,
    Kind.TABLE: _table,
}
