"""What the Python broker asks before it lets somebody in, or takes a topic from them."""

from dataclasses import dataclass, field
from typing import Any

from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from cli.services import logins


class LetsIn(BaseAuthPlugin):  # type: ignore[misc]
    """Asks for a login and its password, and for a will that the login might publish itself.

    The broker publishes a will, and retains it, without asking `Allows` whose it was.
    """

    async def authenticate(self, *, session: Session) -> bool:
        """Return whether they go together, and the will is the login's to make."""
        if not logins.lets_in(self.config.logins, session.username, session.password):
            return False
        return not session.will_flag or logins.allows(
            session.username, session.will_topic or "", publishes=True
        )

    @dataclass
    class Config:
        """The passwords by login."""

        logins: dict[str, str] = field(default_factory=dict)


class Allows(BaseTopicPlugin):  # type: ignore[misc]
    """Keeps everybody to their topics."""

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Any = None
    ) -> bool:
        """Return whether this login may publish, subscribe or be told."""
        login = session.username if session else None
        return logins.allows(login, topic or "", publishes=action == Action.PUBLISH)

    @dataclass
    class Config:
        """Nothing to be told."""
