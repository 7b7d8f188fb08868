"""Where the program begins: what a probe or a service needs not is never loaded."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cli import probing

_UNWELL: Final = 6  # as `UnavailableError` ends the program
_PORTS: Final = {
    "collect": "COMMONWATT_METRICS_PORT",
    "work": "COMMONWATT_METRICS_PORT",
    "serve": "COMMONWATT_PORT",
}
# Options of `serve` by what they are; any other is for the command, which says what there is.
_SERVE: Final[dict[str, tuple[str, type]]] = {
    "--database-url": ("database_url", str),
    "--host": ("host", str),
    "--port": ("port", int),
}


def run() -> None:
    """Run the program."""
    probed = probe(sys.argv[1:], os.environ)
    if probed is not None:
        sys.exit(probed)
    told = served(sys.argv[1:])
    if told is not None:
        from cli.errors import said_plainly
        from cli.serving import serve

        said_plainly(lambda: serve(**told))
        return
    from cli.main import run as run_all

    run_all()


def served(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return what a plain `serve` is told; None where the command has to read it.

    What reads the options of all commands would stay loaded as long as the service runs: 8 MB.
    """
    if not arguments or arguments[0] != "serve":
        return None
    told: dict[str, Any] = {}
    rest = iter(arguments[1:])
    for one in rest:
        name, given, value = one.partition("=")
        if one == "--owned":
            told["owned"] = True
        elif name in _SERVE:
            field, kind = _SERVE[name]
            value = value if given else next(rest, "")
            if not value or value.startswith("-") or (kind is int and not value.isdecimal()):
                return None
            told[field] = kind(value)
        else:
            return None
    return told


def probe(arguments: Sequence[str], environment: Mapping[str, str]) -> int | None:
    """Return the exit status of `healthy SERVICE` whose port is a plain variable, else None."""
    if len(arguments) != 2 or arguments[0] != "healthy" or arguments[1] not in _PORTS:
        return None
    port = environment.get(_PORTS[arguments[1]], "")
    if not port.isdecimal():
        return None
    trouble = probing.wrong(arguments[1], int(port))
    if trouble:
        print(f"{arguments[1]}: {trouble}", file=sys.stderr)
    return _UNWELL if trouble else 0
