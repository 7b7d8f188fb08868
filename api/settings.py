"""What the API is told once, when it starts."""

from dataclasses import dataclass
from datetime import timedelta

from api.address import Network


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Limits and the way the browser reaches us.

    https: whether browsers come over TLS; decides the session cookie's name and flags.
    session: how long a log-in lasts. body_bytes: the most that a request may carry.
    pushed_bytes: the most that one pushed message may carry. push_readings_per_min: of a gateway.
    file_bytes: the same of a file.
    large_file_bytes: of one that is not held in memory.
    gateways_broker: where gateways reach the broker, as they are told; empty where nobody said.
    proxies: whose word counts on where a request comes from, in the header `forwarded`.
    """

    https: bool = False
    session: timedelta = timedelta(hours=12)
    body_bytes: int = 1 << 20
    pushed_bytes: int = 1 << 16
    push_readings_per_min: int = 60_000
    file_bytes: int = 16 << 20
    large_file_bytes: int = 8 << 30
    gateways_broker: str = ""
    proxies: tuple[Network, ...] = ()
    forwarded: str = "X-Forwarded-For"

    @property
    def cookie(self) -> str:
        """The session cookie's name; __Host- binds it to this host and TLS."""
        return "__Host-commonwatt" if self.https else "cw_session"
