"""Where the program begins: a probe of containers is answered before anything heavy is loaded."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from cli import probing

_UNWELL: Final = 6  # as `UnavailableError` ends the program
_PORTS: Final = {
    "collect": "COMMONWATT_METRICS_PORT",
    "work": "COMMONWATT_METRICS_PORT",
    "serve": "COMMONWATT_PORT",
}


def run() -> None:
    """Run the program."""
    probed = probe(sys.argv[1:], os.environ)
    if probed is not None:
        sys.exit(probed)
    from cli.main import run as run_all

    run_all()


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
