"""What the Python broker asks before it lets somebody in, or takes a topic from them.

It reads the files that mosquitto reads, again whenever they have changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cli.services import logins

T = TypeVar("T")


class Current(Generic[T]):
    """What a file says now; it is replaced as a whole, so its time and number tell a change."""

    def __init__(self, path: Path, read: Callable[[str], T]) -> None:
        self._path = path
        self._read = read
        self._seen: tuple[int, int] | None = None
        self._said = read("")

    def __call__(self) -> T:
        """Return it."""
        found = self._path.stat()
        seen = (found.st_ino, found.st_mtime_ns)
        if seen != self._seen:
            self._said = self._read(self._path.read_text(encoding="utf-8"))
            self._seen = seen
        return self._said


@cache
def passwords(folder: str) -> Current[dict[str, str]]:
    """Return the hashes of a folder's logins."""
    return Current(Path(folder, "passwords"), logins.read_passwords)


@cache
def rights(folder: str) -> Current[logins.Rights]:
    """Return the rights of a folder's logins."""
    return Current(Path(folder, "acl"), logins.read_rights)


class LetsIn(BaseAuthPlugin):  # type: ignore[misc]
    """Asks for a login and its password, and for a will that the login might publish itself.

    The broker publishes a will, and retains it, without asking `Allows` whose it was.
    """

    async def authenticate(self, *, session: Session) -> bool:
        """Return whether they go together, and the will is the login's to make."""
        folder = self.config.folder
        if not logins.lets_in(passwords(folder)(), session.username, session.password):
            return False
        return not session.will_flag or logins.allows(
            rights(folder)(), session.username, session.will_topic or "", publishes=True
        )

    @dataclass
    class Config:
        """Where the files are."""

        folder: str = ""


class Allows(BaseTopicPlugin):  # type: ignore[misc]
    """Keeps everybody to their topics, and whoever has no login any more from all."""

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Any = None
    ) -> bool:
        """Return whether this login may publish, subscribe or be told."""
        login = session.username if session else None
        publishes = action == Action.PUBLISH
        return logins.allows(rights(self.config.folder)(), login, topic or "", publishes=publishes)

    @dataclass
    class Config:
        """Where the files are."""

        folder: str = ""
