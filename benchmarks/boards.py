"""How long boards take to answer over many institutions and readings, panel by panel."""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from psycopg.errors import QueryCanceled

from actions.access.login import Pool
from actions.actor import open_pool
from benchmarks.broad import Broad, broad
from benchmarks.figures import Figure, Section
from benchmarks.ground import postgres
from cli.demo.panels import viewer
from dashboards.boards.catalogue import BOARDS
from dashboards.boards.model import Board, Panel
from dashboards.pages.answers import Answers
from dashboards.pages.boards.view import View, view_of
from metering.errors import UnavailableError
from storage.access.people import Session
from storage.connections import Bounds

PANEL_S: Final = 0.5
BOARD_S: Final = 2.0
RANKING_S: Final = 0.15
_RANKING: Final = ("commonwatt-region", 10)
_AT_ONCE: Final = 3  # as the pages ask
# The same figures, from the view that explains each of them instead of those that are kept.
_EXPLAINED: Final = (
    "report.account_figure",
    "(SELECT *, known_s AS expected_s FROM report.account_energy)",
)
_PATIENCE_S: Final = 60


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Ask every panel of every board as a reader of the whole region, and each board as a page."""
    deep = (20, 500, 200) if quick else (1000, 10_000, 1000)
    wide = (5, 100, 500) if quick else (100, 1000, 10_000)
    sections = []
    with postgres(root / "boards") as server:
        for name, size, goals in (("boards", deep, True), ("ranking", wide, False)):
            with broad(server.url, *size) as made:
                sections.append(_section(name, made, runs, goals))
    return sections


def _section(name: str, made: Broad, runs: int, goals: bool) -> Section:
    section = Section(
        name,
        [
            f"{made.readings:,} readings of {made.channels:,} channels, {made.institutions:,}",
            "institutions with accounts; one reader of their whole region, nothing kept of",
            "answers; a panel alone, and a board as its page asks it, three panels at a time.",
        ],
    )
    with contextlib.closing(open_pool(made.tables.logins["api"], max_size=8)) as pool:
        section.figures += list(_figures(pool, made, runs, goals))
    if not goals:
        with contextlib.closing(
            open_pool(
                made.tables.logins["api"], max_size=1, bounds=Bounds(_PATIENCE_S, _PATIENCE_S)
            )
        ) as pool:
            section.figures += list(_rival(pool, made, runs))
    return section


def _figures(pool: Pool, made: Broad, runs: int, goals: bool) -> Iterator[Figure]:
    for board in BOARDS:
        slowest: tuple[float, Panel | None, list[float]] = (0.0, None, [])
        for panel in board.panels():
            took = [_panel_s(pool, made, board, panel) for _ in range(runs)]
            if (board.uid, panel.id) == _RANKING and not goals:
                title = f"ranking of {made.institutions:,} institutions"
                yield Figure(title, "s", took, RANKING_S, "most")
            if max(took) > slowest[0]:
                slowest = (max(took), panel, took)
        if slowest[1] is not None:
            title = f"{board.title.en}, slowest panel ({slowest[1].id})"
            yield Figure(title, "s", slowest[2], PANEL_S if goals else None, "most")
        whole = [_board_s(pool, made, board) for _ in range(runs)]
        title, goal = f"{board.title.en}, the whole board", BOARD_S if goals else None
        yield Figure(title, "s", whole, goal, "most")


def _rival(pool: Pool, made: Broad, runs: int) -> Iterator[Figure]:
    """Ask the ranking of accounts whose figures are worked out as it is asked."""
    board = next(one for one in BOARDS if one.uid == _RANKING[0])
    panel = board.panel(_RANKING[1])
    assert panel is not None
    kept = [_panel_s(pool, made, board, panel) for _ in range(runs)]
    with contextlib.suppress(UnavailableError, QueryCanceled):
        rival = [_panel_s(pool, made, board, _explained(panel)) for _ in range(min(runs, 2))]
        ratio = min(rival) / sorted(kept)[len(kept) // 2]
        yield Figure("ranking, figures worked out when asked", "s", rival)
        yield Figure("ranking, times faster by kept figures", "×", [ratio])


def _explained(panel: Panel) -> Panel:
    return replace(panel, sql=panel.sql.replace(*_EXPLAINED))


def _view(pool: Pool, made: Broad, board: Board) -> View:
    """Return the board as it opens for the reader, with nothing answered yet."""
    session = Session(made.reader, "reader", "Reader", "en", "")
    query = f"var-region={made.region_id}"
    return view_of(viewer(pool, session, made.today, query), board, Answers())


def _panel_s(pool: Pool, made: Broad, board: Board, panel: Panel) -> float:
    view = _view(pool, made, board)
    before = time.perf_counter()
    view.frame(panel)
    return time.perf_counter() - before


def _board_s(pool: Pool, made: Broad, board: Board) -> float:
    before = time.perf_counter()
    view = _view(pool, made, board)
    with ThreadPoolExecutor(_AT_ONCE) as asking:
        list(asking.map(view.drawn, view.board.panels()))
    return time.perf_counter() - before
