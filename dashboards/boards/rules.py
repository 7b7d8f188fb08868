"""What every board keeps to, as a linter: who reads a panel must know what it says and of when."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from dashboards.boards.macros import without_comments
from dashboards.boards.model import Board, Kind, Link, Panel, Text, Variable

_UID: Final = re.compile(r"commonwatt-[a-z][a-z0-9-]{0,28}")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_TABLE: Final = re.compile(r"\b(?:FROM|JOIN)\s+(?!LATERAL\b|\()([a-z_.]+)(\s*\()?", re.IGNORECASE)
_CTE: Final = re.compile(r"(?:WITH|,)\s*([a-z_]+)\s+AS\s+(?:MATERIALIZED\s+)?\(", re.IGNORECASE)
_DATED: Final = re.compile(r"\bextract\s*\(\s*\w+\s+FROM\b", re.IGNORECASE)
_UTC_DAY: Final = re.compile(
    r"\$__timeGroup(?:Alias)?\([^,]+,\s*'?(?:\d*[2-9]\dh|\d+[dwMy])", re.IGNORECASE
)
_TRUNCATED: Final = re.compile(r"date_trunc\('(?:day|week|month|year)', (\w+)\)")
_CAST_DAY: Final = re.compile(r"\b(?:hour|at|received_at)::date\b|'UTC'")
_USED: Final = re.compile(r"\$\{?([a-z]\w*)")
_LOOSE: Final = re.compile(r"(?<!')\$(?!__)[a-z]\w*|\$\{[a-z]\w*\}")
_FOLD: Final = 20  # rows of the grid that a screen shows
_BUILT_IN: Final = {"lang", "ds"}


def faults(board: Board, all_boards: Iterable[Board]) -> Iterator[str]:
    """Tell in what a board breaks the rules."""
    boards = {one.uid: one for one in all_boards}
    yield from _identity(board)
    names = [one.name for one in board.variables]
    for place, variable in enumerate(board.variables):
        yield from _of_variable(variable, {*names[:place], *_BUILT_IN})
    for row in board.rows:
        yield from _texts("a row", row.title)
        if sum(panel.width for panel in row.panels) % 24:
            yield f"row “{row.title.en}” does not fill the width"
    for panel in board.panels():
        for fault in _of_panel(panel, {*names, *_BUILT_IN}):
            yield f"panel {panel.id}: {fault}"
    yield from _above_the_fold(board)
    for link in _links(board):
        yield from _of_link(link, set(names), boards)


def _identity(board: Board) -> Iterator[str]:
    if not _UID.fullmatch(board.uid) or len(board.uid) > 36:  # "-en" still fits into 40
        yield f"uid {board.uid!r} is not stable or too long"
    if not board.tags or board.version < 1:
        yield "no tags or no version"
    if board.refresh_s < (300 if "M" in board.since else 60):
        yield f"refreshed every {board.refresh_s} s"
    yield from _texts("the board", board.title, board.description)
    for name, count in Counter(one.name for one in board.variables).items():
        if count > 1 or name in _BUILT_IN:
            yield f"variable {name} is defined twice"
    for id_, count in Counter(panel.id for panel in board.panels()).items():
        if count > 1:
            yield f"panel id {id_} is taken twice"


def _of_variable(variable: Variable, earlier: set[str]) -> Iterator[str]:
    where = f"variable {variable.name}"
    yield from _texts(where, variable.label)
    for used in set(_USED.findall(_plain(variable.sql))) - earlier:
        yield f"{where} uses ${used}, which comes later or nowhere"
    for fault in _of_sql(variable.sql):
        yield f"{where}: {fault}"
    if "$__time" in variable.sql and variable.refresh != "time":
        yield f"{where} depends on the period and is not read again with it"


def _of_panel(panel: Panel, known: set[str]) -> Iterator[str]:
    yield from _texts("it", panel.title, panel.description)
    if not panel.description.zh.endswith("。") or not panel.description.en.endswith("."):
        yield "its description is no sentence"
    if not panel.unit.id:
        yield "no unit"
    plain = panel.kind in (Kind.TABLE, Kind.STAT)
    if panel.decimals is None and not plain:
        yield "no decimals"
    if not panel.empty.zh or not panel.empty.en:
        yield "nothing is said where there is no value"
    if not 0 < panel.width <= 24 or panel.max_points < 1:
        yield "its size or its number of points"
    yield from _of_sql(panel.sql)
    for used in set(_USED.findall(_plain(panel.sql))) - known:
        yield f"uses ${used}, which is not a variable of the board"
    bounded = "$__timeFilter(" in panel.sql or (
        "$__timeFrom()" in panel.sql and "$__timeTo()" in panel.sql
    )
    if panel.timed and not bounded:
        yield "no $__timeFilter, and not both ends of the period"
    if "$__timeFilter(" in panel.sql and "< $__timeTo()" not in panel.sql:
        yield "$__timeFilter includes both ends, and nothing takes the later one off"
    if panel.series and not re.search(r"ORDER BY (?:1|\"time\")", panel.sql):
        yield "a series is not in order of time"
    if panel.kind is Kind.TABLE and "LIMIT" not in panel.sql:
        yield "a table without LIMIT"
    for column in panel.columns:
        yield from _texts(f"column {column.name}", column.title)


def _of_sql(sql: str) -> Iterator[str]:
    text = _plain(sql)
    if re.search(r"SELECT\s+\*\s+FROM\s+report\.", text, re.IGNORECASE):
        yield "select * from a view"
    if ";" in text:
        yield "more than one statement"
    if loose := _LOOSE.findall(text):
        yield f"{loose[0]} stands without quotes"
    own = {name.lower() for name in _CTE.findall(text)}
    for table, calls in _TABLE.findall(_DATED.sub("", text)):
        if not calls and not table.startswith("report.") and table.lower() not in own:
            yield f"reads {table}, not a view of schema report"
    yield from _civil(text)


def _civil(text: str) -> Iterator[str]:
    """Tell where a civil day would be cut in UTC, which in China begins it at 08:00."""
    if _UTC_DAY.search(text):
        yield "a day bucket made by $__timeGroup begins at midnight in UTC"
    for column in _TRUNCATED.findall(text):
        if column != "local":
            yield f"date_trunc of {column} without its zone"
    if _CAST_DAY.search(text):
        yield "a day is cut from an instant without its zone"
    if "local" in text and "AT TIME ZONE '$zone' AS local" not in text:
        yield "local is not made in the zone of the board"


def _of_link(link: Link, names: set[str], boards: dict[str, Board]) -> Iterator[str]:
    yield from _texts("a link", link.title)
    target = boards.get(link.board)
    if target is None:
        yield f"links to {link.board}, which does not exist"
        return
    for name, source in link.variables:
        if name not in {one.name for one in target.variables}:
            yield f"sets {name}, which {link.board} does not have"
        if source.startswith("$") and source[1:] not in names:
            yield f"passes on {source}, which is not a variable here"


def _links(board: Board) -> Iterator[Link]:
    yield from board.links
    for panel in board.panels():
        names = {column.name for column in panel.columns}
        for column in panel.columns:
            if column.link:
                yield column.link
                lacking = [
                    source
                    for _, source in column.link.variables
                    if not source.startswith("$") and source not in names
                ]
                assert not lacking, f"{board.uid}, panel {panel.id}: no column {lacking}"


def _above_the_fold(board: Board) -> Iterator[str]:
    top, shown = 0, 0
    for row in board.rows:
        x, line = 0, 0
        for panel in row.panels:
            if x + panel.width > 24:
                top, x, line = top + line, 0, 0
            shown += top < _FOLD
            x, line = x + panel.width, max(line, panel.height)
        top += line
    if shown > 12:
        yield f"{shown} panels above the fold"


def _texts(where: str, *texts: Text) -> Iterator[str]:
    for text in texts:
        neutral = re.fullmatch(r"[\x00-\x7f²³/]*", text.zh) is not None
        if not text.zh.strip() or not text.en.strip():
            yield f"{where} lacks words in a language"
        elif _CHINESE.search(text.en) or (not neutral and not _CHINESE.search(text.zh)):
            yield f"{where}: “{text.zh}” and “{text.en}” are not one text in two languages"


def _plain(sql: str) -> str:
    return without_comments(sql)
