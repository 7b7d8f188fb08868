"""Whether a service of this machine does its work, asked with nothing but the standard library.

Containers ask it often, and loading the whole program for it would cost half a second of processor.
"""

import socket
from typing import Final

HOST: Final = "127.0.0.1"
PATHS: Final = {
    "collect": "/metrics",
    "work": "/metrics",
    "serve": "/readyz",
}
# What a collector must say of itself: it has its broker, and its database takes what comes.
_COLLECTS: Final = ("commonwatt_collector_connected 1.0", "commonwatt_collector_sink_away 0.0")
_WAIT_S: Final = 10
_MOST_BYTES: Final = 4_000_000


def wrong(service: str, port: int) -> str:
    """Return what is wrong with a service that answers on a port, "" where all is well."""
    path = PATHS[service]
    try:
        head, body = _answer(port, path)
    except OSError as error:
        return f"{HOST}:{port}{path}: {error}"
    status = head.split(" ", 2)[1:2]
    if status != ["200"]:
        return f"{HOST}:{port}{path}: {' '.join(status) or head[:80]} {body[:500]}"
    lines = body.splitlines()
    return ", ".join(one for one in _COLLECTS if service == "collect" and one not in lines)


def _answer(port: int, path: str) -> tuple[str, str]:
    """Return the first line and the body of an answer."""
    asked = f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    answer = b""
    with socket.create_connection((HOST, port), timeout=_WAIT_S) as connection:
        connection.sendall(asked.encode())
        while len(answer) < _MOST_BYTES and (part := connection.recv(65_536)):
            answer += part
    head, _, body = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    return head.split("\r\n", 1)[0], body
