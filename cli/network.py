"""Ports that a person chose: whether they are free, and the way out where they are not."""

from cli.services import ports
from metering.errors import ConflictError


def free_port(port: int, host: str, option: str) -> None:
    """Raise if somebody listens on a port, and say who and what to do."""
    if not ports.taken(port):
        return
    who = ports.listener(port)
    raise ConflictError(
        "port_in_use",
        zh=f"{host} 的端口 {port} 已被占用" + (f"({who})。" if who else "。"),
        en=f"Port {port} of {host} is in use" + (f" by {who}." if who else "."),
        next_zh=f"请停止占用它的程序,或换一个端口:{option} {ports.choose()}。",
        next_en=f"Stop that program, or choose another port: {option} {ports.choose()}.",
        where={"port": port, "listener": who},
    )
