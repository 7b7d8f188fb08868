"""Honest people log in while strangers try names, from one address and from many."""

import asyncio
import itertools
import multiprocessing
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import FastAPI, HTTPException

from actions.access.add_user import AddUser, Language
from actions.access.give_grant import GiveGrant
from actions.access.grant_words import Scope
from actions.actor import SYSTEM, Actor, open_pool
from actions.doing import together
from benchmarks.figures import Figure, Section, peaks
from benchmarks.ground import Crew, Tables, crew, planned, postgres, shipped, tables
from cli.services import ports

P95_S: Final = 1.0
_PASSWORD: Final = "four unrelated words here"
_PATIENCE_S: Final = 5.0  # a rival that takes longer is not waited for
RIVAL: Final = "argon2-cffi in FastAPI's thread pool, no bound"


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Flood the log-in, and log in once a second meanwhile; the same beside an unbounded one."""
    lasts_s, attempts = (10, 100) if quick else (60, 200)
    section = Section(
        "log-ins",
        [
            f"{attempts} attempts a second with names that nobody has, half of them from one",
            "address and half from a thousand; an honest person elsewhere logs in each second,",
            f"for {lasts_s} s. A refusal counts as the time until a try that is taken.",
            f"The rival: {RIVAL}. Everything shares the machine.",
        ],
    )
    took: dict[str, list[float]] = {"ours": [], "rival": []}
    held: list[dict[str, float]] = []
    plan = planned(shipped(meters=1, into=root / "slice"))
    with postgres(root / "logins") as server, tables(server.url, plan) as made:
        add_honest(made)
        for number in range(runs):
            with crew(root / f"serve-{number}", postgres=server.pid) as hands:
                url = served(hands, made.logins["api"])
                took["ours"].append(p95(besieged(url, lasts_s, attempts)))
                hands.tend()
                held.append(dict(hands.peaks_mb))
            with rival_served() as url:
                took["rival"].append(p95(besieged(url, lasts_s, attempts)))
    ratios = [theirs / ours for ours, theirs in zip(took["ours"], took["rival"], strict=True)]
    section.figures += [
        Figure("rival's p95 over ours", "times", ratios),
        Figure("p95 of honest log-ins", "s", took["ours"], P95_S, "most"),
        Figure("p95 of the rival's", "s", took["rival"]),
        *peaks(held, {}),
    ]
    return [section]


def add_honest(made: Tables) -> None:
    """Add the person who only wants to log in."""
    new = AddUser(login="honest", name="H", language=Language.EN)
    with open_pool(made.logins["api"], max_size=2) as pool, together(Actor(pool, SYSTEM)) as acts:
        user_id = acts.do(new, chosen=_PASSWORD).user_id
        acts.do(GiveGrant.model_validate({"role": "reader", "scope": Scope.ALL}), user_id)


def p95(took: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(took)[int(0.95 * len(took))]


def besieged(url: str, lasts_s: float, attempts: int) -> list[float]:
    """Return how long honest log-ins take while strangers try so many times a second. [s]

    Strangers have a process of their own, so that nobody waits for them at home.
    """
    asyncio.run(_logged_in(url))  # strangers come later
    spawn = multiprocessing.get_context("spawn")
    strangers = spawn.Process(target=strange, args=(url, lasts_s + 30, attempts), daemon=True)
    strangers.start()
    try:
        return asyncio.run(_honestly(url, lasts_s))
    finally:
        strangers.kill()
        strangers.join(10)


def strange(url: str, lasts_s: float, attempts: int) -> None:
    """Try names that nobody has."""
    asyncio.run(_strange(url, lasts_s, attempts))


async def _strange(url: str, lasts_s: float, attempts: int) -> None:
    limits = httpx2.Limits(max_connections=500)
    async with httpx2.AsyncClient(base_url=url, timeout=_PATIENCE_S, limits=limits) as client:
        await _flood(client, lasts_s, attempts)


async def _logged_in(url: str) -> float:
    async with httpx2.AsyncClient(base_url=url, timeout=_PATIENCE_S) as client:
        return await _honest(client)


async def _honestly(url: str, lasts_s: float) -> list[float]:
    took = []
    until = time.monotonic() + lasts_s
    async with httpx2.AsyncClient(base_url=url, timeout=_PATIENCE_S) as client:
        while time.monotonic() < until:
            took.append(await _honest(client))
            await asyncio.sleep(max(0.0, 1 - took[-1]))
    return took


async def _honest(client: httpx2.AsyncClient) -> float:
    before = time.perf_counter()
    while time.perf_counter() - before < _PATIENCE_S:
        if await _try(client, "honest", _PASSWORD, "203.0.113.5") == 200:
            break
        await asyncio.sleep(0.1)
    return time.perf_counter() - before


async def _flood(client: httpx2.AsyncClient, lasts_s: float, attempts: int) -> None:
    under_way: set[asyncio.Task[int]] = set()
    until = time.monotonic() + lasts_s
    for number in itertools.count():
        if time.monotonic() >= until:
            break
        from_many = f"198.51.{number % 4}.{number % 250}"
        address = "192.0.2.66" if number % 2 else from_many
        task = asyncio.create_task(_try(client, secrets.token_hex(8), "wrong word", address))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        await asyncio.sleep(1 / attempts)
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def _try(client: httpx2.AsyncClient, login: str, password: str, address: str) -> int:
    credentials = {"login": login, "password": password, "bearer": True}
    headers = {"X-Forwarded-For": address}
    try:
        answer = await client.post("/api/v1/login", json=credentials, headers=headers)
    except httpx2.HTTPError:  # too slow, or too many at once
        return 0
    return answer.status_code


def served(hands: Crew, database_url: str) -> str:
    """Start `commonwatt serve` behind a proxy that is trusted, and return where it answers."""
    port = ports.choose()
    environment = {
        "COMMONWATT_DATABASE_URL": database_url,
        "COMMONWATT_TRUSTED_PROXIES": ports.HOST,
    }
    hands.start("serve", ["serve", "--port", str(port)], environment)
    hands.until(lambda: ports.answers(port))
    return f"http://{ports.HOST}:{port}"


def rival() -> FastAPI:
    """Return a log-in as tutorials have it: every attempt is checked as it comes."""
    hasher = PasswordHasher()
    kept = {"honest": hasher.hash(_PASSWORD)}
    nobody = hasher.hash(secrets.token_hex())
    app = FastAPI()

    @app.post("/api/v1/login")
    def login(credentials: dict[str, str | bool]) -> dict[str, bool]:
        try:
            hasher.verify(kept.get(str(credentials["login"]), nobody), str(credentials["password"]))
        except VerifyMismatchError:
            raise HTTPException(401) from None
        return {"in": True}

    return app


@contextmanager
def rival_served() -> Iterator[str]:
    port = ports.choose()
    program = (
        "import uvicorn; from benchmarks.logins import rival; "
        f"uvicorn.run(rival(), port={port}, log_level='error')"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    try:
        while not ports.answers(port):
            time.sleep(0.1)
        yield f"http://{ports.HOST}:{port}"
    finally:
        process.kill()  # it would first answer all that wait
        process.wait(10)
