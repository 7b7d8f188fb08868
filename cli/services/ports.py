"""Loopback ports: which are free, who has the others, and which one we had last time."""

import contextlib
import errno
import json
import random
import socket
from pathlib import Path
from typing import Final

import psutil

from cli.services.state import Layout, read_json, write_private
from metering.errors import ConflictError, InputError, UnavailableError

HOST: Final = "127.0.0.1"
# Below what Linux and macOS hand out for outgoing connections, so that a port stays ours to take.
_CHOICE: Final = range(20_000, 32_000)


def taken(port: int, host: str = HOST) -> bool:
    """Return whether somebody listens on a port of an address of ours, or may not let us."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:  # an address that is not ours is nobody's here, whoever answers there
        return error.errno in (errno.EADDRINUSE, errno.EACCES)
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=0.5):
        return True
    return False


def reserve(wanted: int) -> tuple[int, socket.socket]:
    """Return a port for a server that starts later, the wanted one or another, and what holds it.

    Two programs that ask at once get different ports: each holds the UDP port of that number,
    which nobody listens on, for as long as it keeps what is returned.
    """
    port = wanted
    for _ in range(200):
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind((HOST, port))
            if not taken(port):
                return port, held
        except OSError:
            pass
        held.close()
        port = random.choice(_CHOICE)
    return choose(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def answers(port: int) -> bool:
    """Return whether a connection is taken."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=0.5):
        return True
    return False


def choose() -> int:
    """Return a free port, a different one nearly every time."""
    for _ in range(200):
        port = random.choice(_CHOICE)
        if not taken(port):
            return port
    raise UnavailableError(
        "no_free_port",
        zh=f"在 {_CHOICE.start} 至 {_CHOICE.stop} 之间没有找到空闲端口。",
        en=f"No free port was found between {_CHOICE.start} and {_CHOICE.stop}.",
        next_zh="请用 --postgres-port 和 --broker-port 指定端口。",
        next_en="Name ports with --postgres-port and --broker-port.",
    )


def listener(port: int) -> str:
    """Return who listens, as `name, pid`, or nothing where this user may not know."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            here = connection.laddr and connection.laddr.port == port
            if here and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f"{psutil.Process(connection.pid).name()}, pid {connection.pid}"
    return ""


def settle(layout: Layout, service: str, requested: int | None) -> int:
    """Return the port that a service listens on: the one asked for, last time's, or a free one.

    A port that somebody asked for by number, now or earlier, is theirs to free when it is taken;
    one that we had chosen is quietly changed.
    """
    kept = read_json(layout.ports)
    asked = requested or (kept.get(service) if kept.get(f"{service}_requested") else None)
    if asked:
        if not 1 <= asked <= 65_535:
            raise _no_port(service, asked)
        if taken(asked):
            raise in_use(service, asked)
        port = asked
    else:
        port = kept.get(service) or choose()
        if taken(port):
            port = choose()
    remember(layout.ports, service, port, requested=bool(asked))
    return port


def remember(path: Path, service: str, port: int, *, requested: bool) -> None:
    """Keep a port, so that the next start has the same URL."""
    now = read_json(path) | {service: port, f"{service}_requested": requested}
    if now != read_json(path):
        write_private(path, json.dumps(now))


def in_use(service: str, port: int) -> ConflictError:
    """Return the refusal that names the port, its holder and the way out."""
    who = listener(port)
    return ConflictError(
        "port_in_use",
        zh=f"端口 {port} 已被占用" + (f"（{who}）。" if who else "。"),
        en=f"Port {port} is in use" + (f" by {who}." if who else "."),
        next_zh="请停止占用它的程序，或换一个端口："
        f"commonwatt services up --{service}-port 端口号。",
        next_en="Stop that program, or choose another port: "
        f"commonwatt services up --{service}-port NUMBER.",
        where={"port": port, "listener": who},
    )


def _no_port(service: str, port: int) -> InputError:
    return InputError(
        "bad_port",
        zh=f"{port} 不是端口号。",
        en=f"{port} is not a port number.",
        next_zh=f"请为 --{service}-port 指定 1 至 65535 之间的数。",
        next_en=f"Give --{service}-port a number from 1 to 65535.",
        where={"port": port},
    )
