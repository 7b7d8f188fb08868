"""Two hundred people open a board, forty a second; and one opens it in a browser, cold."""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import psycopg

from api.settings import ApiSettings
from benchmarks.broad import Broad, broad
from benchmarks.figures import Figure, Section, peaks
from benchmarks.ground import Crew, crew, postgres
from cli.services import ports

P95_S: Final = 0.3
COLD_S: Final = 1.5
_BOARDS: Final = ("region", "institution", "comparison")
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_SESSION: Final = """
    INSERT INTO user_session (token_sha256, user_id, csrf, expires_at)
    SELECT decode(%s, 'hex'), %s, 'bench', now() + interval '1 day'
"""
_PATIENCE_S: Final = 60.0


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Serve the set from one process; page and figures of a board count as one opening."""
    channels, hours, institutions = (20, 500, 200) if quick else (1000, 10_000, 1000)
    viewers, rate = (20, 20) if quick else (200, 40)
    section = Section(
        "viewers",
        [
            f"{viewers} viewers, each with a session of its own, arriving at {rate}/s, open the",
            f"boards {', '.join(_BOARDS)} of {institutions:,} institutions: from the arrival",
            "to the last byte of page and figures. One process serves; all of it shares",
            "the machine. Warm: somebody of equal rights looked within the minute.",
        ],
    )
    with (
        postgres(root / "viewers") as server,
        broad(server.url, channels, hours, institutions) as made,
    ):
        tokens, timed = _tokens(made, viewers), Timed()
        for number in range(runs):
            _time(timed, root / str(number), made, tokens, rate, server.pid)
    section.figures += timed.figures()
    if not timed.browser:
        section.notes.append("No Chromium or no Playwright: no page was opened in a browser.")
    return [section]


class Seen:
    """How long each opening took, and how many went wrong."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.errors = 0


@dataclass
class Timed:
    """The openings of all runs: after somebody else's, after nobody's, and in a browser.

    alone: of one viewer, before all others. held: the most memory of each process, by run. [MB]
    """

    warm: list[Seen] = field(default_factory=list)
    cold: list[Seen] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    browser: list[float] = field(default_factory=list)
    held: list[dict[str, float]] = field(default_factory=list)

    def figures(self) -> list[Figure]:
        """Return what is told of them, beside the goals."""
        cold_page = Figure("cold board in Chromium", "s", self.browser, COLD_S, "most")
        both = [*self.warm, *self.cold]
        return [
            Figure("p95, warm", "s", [_p95(one.took) for one in self.warm], P95_S, "most"),
            Figure("p50, warm", "s", [statistics.median(one.took) for one in self.warm]),
            Figure("errors", "", [one.errors for one in both], 0, "most"),
            Figure("p95, nobody looked before", "s", [_p95(one.took) for one in self.cold]),
            Figure("one viewer, nobody looked before", "s", self.alone),
            *([cold_page] if self.browser else []),
            *peaks(self.held, {}),
        ]


def _time(
    timed: Timed, root: Path, made: Broad, tokens: list[str], rate: int, server_pid: int | None
) -> None:
    """Open the boards once in each way, each time from a process that has just begun."""
    with crew(root.with_name(f"warm-{root.name}"), postgres=server_pid) as hands:
        url = _served(hands, made)
        timed.alone += asyncio.run(_arrive(url, made, tokens[:1], rate)).took
        asyncio.run(_arrive(url, made, tokens[: len(_BOARDS)], rate))
        timed.warm.append(asyncio.run(_arrive(url, made, tokens, rate)))
        hands.tend()
        timed.held.append(dict(hands.peaks_mb))
    with crew(root.with_name(f"cold-{root.name}")) as hands:
        timed.cold.append(asyncio.run(_arrive(_served(hands, made), made, tokens, rate)))
    with crew(root.with_name(f"browser-{root.name}")) as hands, contextlib.suppress(ImportError):
        timed.browser += list(_browser(_served(hands, made), made, tokens[0]))


async def _arrive(url: str, made: Broad, tokens: list[str], rate: int) -> Seen:
    """Let viewers come one after another, whether or not those before them are served."""
    seen = Seen()
    once = httpx2.Limits(max_keepalive_connections=0)
    async with (
        httpx2.AsyncClient(base_url=url, timeout=_PATIENCE_S, limits=once) as client,
        asyncio.TaskGroup() as coming,
    ):
        for place, token in enumerate(tokens):
            board = _BOARDS[place % len(_BOARDS)]
            coming.create_task(_open(client, seen, made, board, token))
            await asyncio.sleep(1 / rate)
    return seen


async def _open(
    client: httpx2.AsyncClient, seen: Seen, made: Broad, board: str, token: str
) -> None:
    """Open a board as a browser does: the page, then its figures."""
    path = f"/boards/commonwatt-{board}"
    before = time.perf_counter()
    try:
        for part in (path, f"{path}/data"):
            answer = await client.get(
                part, params={"var-region": made.region_id}, headers=_cookie(token)
            )
            answer.raise_for_status()
    except httpx2.HTTPError:
        seen.errors += 1
    seen.took.append(time.perf_counter() - before)


def _browser(url: str, made: Broad, token: str) -> Iterator[float]:
    """Open a board in a browser that has never been there, until everything is drawn."""
    from playwright.sync_api import sync_playwright  # of the tests; without it there is no figure

    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": ApiSettings().cookie, "value": token, "url": url}])
        page = context.new_page()
        before = time.perf_counter()
        page.goto(f"{url}/boards/commonwatt-{_BOARDS[0]}?var-region={made.region_id}")
        page.wait_for_selector("#board[data-drawn]")
        yield time.perf_counter() - before
        browser.close()


def _served(hands: Crew, made: Broad) -> str:
    """Start `commonwatt serve`, and return where it answers."""
    port = ports.choose()
    environment = {"COMMONWATT_DATABASE_URL": made.tables.logins["api"]}
    hands.start("serve", ["serve", "--port", str(port)], environment)
    hands.until(lambda: ports.answers(port))
    return f"http://{ports.HOST}:{port}"


def _tokens(made: Broad, viewers: int) -> list[str]:
    """Open sessions of the reader, as so many log-ins would."""
    tokens = [secrets.token_urlsafe(32) for _ in range(viewers)]
    with psycopg.connect(made.tables.admin_url) as connection:
        for token in tokens:
            digest = hashlib.sha256(token.encode()).hexdigest()
            connection.execute(_SESSION, [digest, made.reader])
    return tokens


def _cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"{ApiSettings().cookie}={token}", "Accept-Encoding": "gzip"}


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]
