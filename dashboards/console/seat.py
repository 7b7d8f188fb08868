"""Where somebody sits at the console: who it is, in which language, and what happens on a fault."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from fastapi import Request
from nicegui import run, ui

from actions.access.login import LoginError, session_of
from actions.desk import Desk
from dashboards.console.words import say
from dashboards.pages.visit import Doorway, stranger
from dashboards.pages.words import Lang
from metering.days import civil_day
from metering.errors import EnergyError
from storage.access.people import Session

T = TypeVar("T")
P = ParamSpec("P")

RESPONSE_S = 20.0  # the first figures of a large union take longer than NiceGUI's three seconds


@dataclass(frozen=True, slots=True)
class House:
    """What the console is built over."""

    doorway: Doorway
    pages_url: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One visit: every deed asks anew whether the session still holds and what its actor may do."""

    house: House
    session: Session
    token: str
    lang: Lang
    path: str

    @property
    def today(self) -> date:
        """The day that counts as today."""
        return self.house.doorway.today or civil_day(datetime.now(UTC))

    def desk(self) -> Desk:
        """Return the actor's desk, or say that the session has ended."""
        doorway = self.house.doorway
        session = session_of(doorway.pool, self.token)
        if session is None:
            raise LoginError(
                "login.needed",
                zh="登录已过期。",
                en="The session has ended.",
                next_zh="请重新登录。",
                next_en="Log in again.",
            )
        return Desk(doorway.pool, f"user:{session.user_id}", doorway.today)

    def say(self, key: str, **values: object) -> str:
        """Return words in the reader's language."""
        return say(key, self.lang, **values)

    def either(self, zh: str | None, en: str | None, otherwise: str = "") -> str:
        """Return a name in the reader's language, else in the other one."""
        return ((zh or en) if self.lang == "zh" else (en or zh)) or otherwise

    def url(self, path: str, **query: object) -> str:
        """Return an address of the console."""
        said = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{path}?{urlencode(said)}" if said else path

    async def ask(self, question: Callable[[Desk], T]) -> T:
        """Return what an action answers; it runs beside the event loop."""
        answer = await run.io_bound(lambda: question(self.desk()))
        return cast(T, answer)  # None of its own only where the program ends

    async def attempt(self, deed: Callable[[Desk], T]) -> T | None:
        """Do something, or tell why it cannot be done and what to do next."""
        try:
            return await self.ask(deed)
        except EnergyError as error:
            tell(self, error)
            return None

    async def done(self, deed: Callable[[Desk], None]) -> bool:
        """Do something that answers nothing; whether it was done."""

        def do(desk: Desk) -> bool:
            deed(desk)
            return True

        return await self.attempt(do) is not None


def seated(house: House, request: Request) -> Seat:
    """Return the seat of whoever the gate let in."""
    session: Session = request.state.session
    lang = stranger(request, session).lang
    token = house.doorway.tokens(request)[1] or house.doorway.tokens(request)[0] or ""
    return Seat(house, session, token, lang, request.url.path)


def tell(seat: Seat, error: EnergyError) -> None:
    """Show an error with its next step until it is closed."""
    ui.notify(
        f"{what(seat, error)} {after(seat, error)}",
        type="negative",
        timeout=0,
        close_button=seat.say("close"),
        multi_line=True,
    )


def what(seat: Seat, error: EnergyError) -> str:
    """Return what is wrong."""
    return error.zh if seat.lang == "zh" else error.en


def after(seat: Seat, error: EnergyError) -> str:
    """Return what to do next."""
    return error.next_zh if seat.lang == "zh" else error.next_en


def alone(build: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """Let calls that come while one runs become one more at its end; sliders do not pile up."""
    busy = stale = False

    @wraps(build)
    async def coalesced(*args: P.args, **kwargs: P.kwargs) -> None:
        nonlocal busy, stale
        stale = True
        if busy:
            return
        busy = True
        try:
            while stale:
                stale = False
                await build(*args, **kwargs)
        finally:
            busy = False

    return coalesced
