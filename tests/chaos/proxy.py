"""Two ends of a cable that can be cut, slowed down, or cut just before or after a commit."""

import contextlib
import random
import socket
import threading
import time
from typing import Literal

_CHUNK_BYTES = 65_536
_COMMIT = b"COMMIT"

How = Literal["before", "after"]


class Proxy:
    """Passes a port of this machine on to another one, each connection by two threads.

    delay_s: for which every chunk is held back, at most.
    """

    def __init__(self, port: int, seed: int = 0) -> None:
        self.delay_s = 0.0
        self.cuts = 0
        self._to = port
        self._chance = random.Random(seed)
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._turn = threading.Lock()
        self._commits_left: int | None = None
        self._how: How = "before"
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut every connection, without a word."""
        with self._turn:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            self.cuts += 1
            _close(*pair)

    def fail_commit(self, n: int, how: How) -> None:
        """Cut the connection of the n-th commit from now on, before it arrives or its answer."""
        self._commits_left, self._how = n, how

    @property
    def failed(self) -> bool:
        """Whether that commit came."""
        return self._commits_left is None

    def close(self) -> None:
        """Let nobody in any more, and cut all."""
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                _close(near)
                continue
            far.settimeout(None)
            with contextlib.suppress(OSError):  # an end may have hung up already
                for one in (near, far):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._turn:
                self._pairs.add((near, far))  # from here on it may be cut at any moment
            for one, other in ((near, far), (far, near)):
                threading.Thread(
                    target=self._pass, args=(one, other, one is near), daemon=True
                ).start()

    def _pass(self, one: socket.socket, other: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(_CHUNK_BYTES):
                if self.delay_s:
                    time.sleep(self._chance.random() * self.delay_s)
                if up and self._cuts_at(data):
                    if self._how == "after":
                        one.shutdown(socket.SHUT_RDWR)  # whose answer nobody will hear
                        other.sendall(data)
                        time.sleep(0.05)
                    self.cuts += 1
                    break
                other.sendall(data)
        _close(one, other)

    def _cuts_at(self, data: bytes) -> bool:
        """Return whether this is the commit that is to fail."""
        if self._commits_left is None or _COMMIT not in data:
            return False
        self._commits_left -= 1
        if self._commits_left > 0:
            return False
        self._commits_left = None
        return True


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
