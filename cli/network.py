"""Ports that a person chose: whether they are free, and the way out where they are not."""

import errno
import socket

from cli.services import ports
from metering.errors import ConflictError, InputError


def claim(host: str, port: int) -> socket.socket:
    """Return a socket that holds the address for a server about to listen, or say what is wrong."""
    free_port(port, host, "--port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        claimed = socket.socket(family, kind, protocol)
        claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claimed.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _in_use(host, port, "--port") from error
        raise _no_address(host, port, error) from error
    return claimed


def free_port(port: int, host: str, option: str) -> None:
    """Raise if somebody listens on a port, and say who and what to do."""
    if ports.taken(port, host):
        raise _in_use(host, port, option)


def _in_use(host: str, port: int, option: str) -> ConflictError:
    who = ports.listener(port)
    return ConflictError(
        "port_in_use",
        zh=f"{host} 的端口 {port} 已被占用" + (f"({who})。" if who else "。"),
        en=f"Port {port} of {host} is in use" + (f" by {who}." if who else "."),
        next_zh=f"请停止占用它的程序,或换一个端口:{option} {ports.choose()}。",
        next_en=f"Stop that program, or choose another port: {option} {ports.choose()}.",
        where={"port": port, "listener": who},
    )


def _no_address(host: str, port: int, error: OSError) -> InputError:
    return InputError(
        "bad_address",
        zh=f"无法在 {host} 的端口 {port} 上监听:{error.strerror}。",
        en=f"Nothing can listen on port {port} of {host}: {error.strerror}.",
        next_zh="请用 --host 指定本机的地址(0.0.0.0 为全部),端口须有权使用。",
        next_en="Name an address of this machine with --host (0.0.0.0 is all of them), and a port "
        "that you may use.",
        where={"host": host, "port": port},
    )
