"""Files out of wheels that nobody imports: where an environment unpacks them, or has them."""

import importlib.metadata
import shlex
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path


def unpacked() -> Path:
    """Return the folder of this environment into which `requirements/assets.txt` is unpacked."""
    return Path(sysconfig.get_path("data")) / "share" / "commonwatt" / "assets"


def places(wheel: str) -> Iterator[Path]:
    """Yield where a wheel's files may lie: unpacked, or installed like any other."""
    yield unpacked()
    for found in importlib.metadata.distributions(name=wheel.partition("==")[0]):
        yield Path(str(found.locate_file("")))


def command_for(wheel: str) -> str:
    """Return the command that unpacks it."""
    return shlex.join(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--only-binary", ":all:",
         "--upgrade", "--target", str(unpacked()), wheel]
    )  # fmt: skip
