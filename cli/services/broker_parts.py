"""The files that a broker reads, out of parts: the logins of our services, and those of gateways.

A folder holds three of passwords and of rights: what is `.own`, written by whoever set the broker
up; what is `.gateways`, as the database knows them; and the file that the broker reads, which is
both.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

KINDS: Final = ("passwords", "acl")
_MODE: Final = 0o640


def join(folder: Path) -> bool:
    """Write what the broker reads, out of what is own and the gateways'; False if it is so."""
    changed = False
    for kind in KINDS:
        parts = [folder / f"{kind}.{part}" for part in ("own", "gateways")]
        text = "".join(part.read_text(encoding="utf-8") for part in parts if part.exists())
        changed |= write(folder / kind, text)
    return changed


def write(path: Path, text: str) -> bool:
    """Replace a file as a whole, whose it was and with its mode; False where it says this already.

    A new file is as its folder is: the broker's user must be able to read it, and nobody else.
    """
    with contextlib.suppress(FileNotFoundError):
        if path.read_text(encoding="utf-8") == text:
            return False
    like = path.stat() if path.exists() else path.parent.stat()
    mode = like.st_mode & 0o777 if path.exists() else _MODE
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        with contextlib.suppress(PermissionError):  # whoever is not root writes their own files
            os.chown(name, like.st_uid, like.st_gid)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True
