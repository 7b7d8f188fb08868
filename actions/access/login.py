"""Logging in and out: passwords checked at equal cost, sessions of which only a hash is kept."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from time import monotonic
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from actions.access.turnstile import Turnstile, busy
from actions.actor import ours
from actions.refusals import again_needed, again_wrong
from metering.errors import NotFoundError, UnavailableError
from storage.access import people
from storage.access.people import Session

Pool = ConnectionPool[Connection[TupleRow]]

# As the OWASP password storage cheat sheet asks at least: 19 MiB, twice, on one processor. The
# library's own 64 MiB take ten times as long, which is what a flood of strangers lives on.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NEW_AT_ONCE: Final = threading.BoundedSemaphore(1)
_QUEUE_S: Final = 10.0
_UNKNOWN_PLACE_S: Final = 5.0
DEVICE: Final = timedelta(days=365)


class LoginError(NotFoundError):
    """Login or password is wrong; which of the two is not said."""


class LockedError(UnavailableError):
    """Too many failures: wait first."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: the token is shown once, `csrf` goes with every change.

    device: what the browser shows at its next log-in, so that strangers do not lock it out.
    """

    token: str
    csrf: str
    expires: datetime
    session: Session
    device: str


class Failures:
    """Remembers failures, and lets the next attempt wait twice as long each time.

    free: failures without a wait. most: how many keys are remembered, the oldest go first.
    turnstile: who may be checked at all, and when.
    """

    def __init__(
        self,
        *,
        free: int = 5,
        longest_s: float = 900,
        most: int = 10_000,
        clock: Callable[[], float] = monotonic,
        turnstile: Turnstile | None = None,
    ) -> None:
        self.turnstile = turnstile or Turnstile()
        self._free = free
        self._longest_s = longest_s
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Return how long this key has to wait, 0 where it need not."""
        with self._lock:
            _, until = self._seen.get(key, (0, 0.0))
            return max(0.0, until - self._clock())

    def failed(self, key: str, most_s: float | None = None) -> None:
        """Count a failure; most_s: a shorter wait than usual at most."""
        longest_s = self._longest_s if most_s is None else min(most_s, self._longest_s)
        with self._lock:
            count, _ = self._seen.pop(key, (0, 0.0))
            over = count + 1 - self._free
            wait = min(2.0 ** min(over, 20), longest_s) if over >= 0 else 0.0
            self._seen[key] = (count + 1, self._clock() + wait)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._seen.pop(key, None)


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    if not _NEW_AT_ONCE.acquire(timeout=_QUEUE_S):
        raise busy(1)
    try:
        return _HASHER.hash(password)
    finally:
        _NEW_AT_ONCE.release()


def log_in(
    pool: Pool,
    login: str,
    password: str,
    *,
    failures: Failures,
    address: str | None = "",
    lasts: timedelta = timedelta(hours=12),
    device: str = "",
) -> Opened:
    """Open a session, or say that login or password is wrong.

    failures: shared by all log-ins of a process; counted for the login at an address, so that a
    stranger elsewhere does not lock anybody out. address: None where a proxy does not say it: then
    nobody waits long, for it would be everybody's.
    device: what the browser was given at a log-in before. Failures of a device that this login
    knows are counted apart, so that strangers behind the same address do not lock it out either.
    """
    known = _knows(pool, device, login)
    user_id = _admitted(pool, login, password, failures, address, device if known else "")
    return _opened(pool, user_id, lasts, device if known else secrets.token_urlsafe(32))


def log_in_again(
    pool: Pool,
    login: str,
    password: str,
    *,
    failures: Failures,
    address: str | None = "",
    device: str = "",
) -> None:
    """Check the password of somebody who is logged in, as a log-in would; no session is opened.

    AgainError where it was not given, or is wrong.
    """
    if not password:
        raise again_needed(left_open=True)
    known = device if _knows(pool, device, login) else ""
    try:
        _admitted(pool, login, password, failures, address, known)
    except LoginError as error:
        raise again_wrong() from error


def _admitted(
    pool: Pool, login: str, password: str, failures: Failures, address: str | None, device: str
) -> int:
    """Return whose login and password these are; device: a known one, or empty."""
    key = f"{login} on {device}" if device else f"{login}@{address}"
    if (wait_s := failures.wait_s(key)) > 0:
        raise _locked(wait_s)
    with failures.turnstile.turn(login, address, known=bool(device)):
        with ours(), pool.connection() as connection:
            found = people.credentials(connection, login)
        user_id, kept = found or (None, None)
        matches = _matches(kept, password)
    if not matches or user_id is None:
        failures.failed(key, _UNKNOWN_PLACE_S if address is None else None)
        raise _wrong()
    failures.succeeded(key)
    failures.turnstile.succeeded(login, address)
    return user_id


def _knows(pool: Pool, device: str, login: str) -> bool:
    """Return whether a login came from a device before; asked alike for names that nobody has."""
    if not 20 <= len(device) <= 100 or not device.isascii():
        return False
    with ours(), pool.connection() as connection:
        return people.is_device_of(connection, device.encode(), login)


def _opened(pool: Pool, user_id: int, lasts: timedelta, device: str) -> Opened:
    """Open a session of somebody whose password was right, from a device known from now on."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + lasts
    with ours(), pool.connection() as connection:
        people.open_session(connection, user_id, token.encode(), csrf, expires)
        people.keep_device(connection, user_id, device.encode(), datetime.now(UTC) + DEVICE)
        session = people.session(connection, token.encode())
    if session is None:  # ended between the two
        raise _wrong()
    return Opened(token, csrf, expires, session, device)


def session_of(pool: Pool, token: str) -> Session | None:
    """Return whose session a token opens; asked anew for every request."""
    if not token or len(token) > 200:
        return None
    with ours(), pool.connection() as connection:
        return people.session(connection, token.encode())


def log_out(pool: Pool, token: str) -> None:
    """End the session; a token that opens none changes nothing."""
    with ours(), pool.connection() as connection:
        people.close_session(connection, token.encode())


@cache
def _nobody() -> str:
    """Return what an unknown login is held against; not made at import, for it is costly."""
    return _HASHER.hash(secrets.token_urlsafe(16))


def _matches(kept: str | None, password: str) -> bool:
    nobody = _nobody()  # whoever asks first waits for it, known or not
    try:
        _HASHER.verify(kept or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def _locked(wait_s: float) -> LockedError:
    whole_s = int(wait_s) + 1
    return LockedError(
        "login.locked",
        zh=f"登录失败次数过多,请等待 {whole_s} 秒。",
        en=f"Too many failures: wait {whole_s} seconds.",
        next_zh="忘记密码请联系系统管理员重置。",
        next_en="If the password is forgotten, ask the administrator for a new one.",
        where={"wait_s": whole_s},
    )


def _wrong() -> LoginError:
    return LoginError(
        "login.wrong",
        zh="用户名或密码不正确。",
        en="Login or password is wrong.",
        next_zh="请核对后重试,注意大小写。",
        next_en="Check both and try again; capitals matter.",
    )
