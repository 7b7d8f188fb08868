"""What owner and supervisor say to each other: one wish in, lines of JSON out."""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any, Final

from cli.services.broker import Kind
from metering.errors import (
    ConflictError,
    EnergyError,
    InputError,
    InsufficientDataError,
    NotFoundError,
    UnavailableError,
)

_ERRORS: Final[dict[str, type[EnergyError]]] = {
    kind.__name__: kind
    for kind in (
        ConflictError,
        InputError,
        InsufficientDataError,
        NotFoundError,
        UnavailableError,
    )
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run; a URL means that the service is somebody else's."""

    database_url: str | None
    broker_url: str | None
    broker_kind: Kind
    postgres_port: int | None
    broker_port: int | None
    owner_pid: int | None  # None: nobody's, it runs until it is told to stop

    def line(self) -> bytes:
        """Return it for the supervisor's standard input; an argument would show passwords."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, descriptor: int) -> "Wish":
        """Take the first line and leave the rest: the pipe's end later means the owner's."""
        line = b""
        while not line.endswith(b"\n"):
            if not (byte := os.read(descriptor, 1)):
                raise EOFError
            line += byte
        return cls(**json.loads(line))


def error_as_json(error: EnergyError) -> dict[str, Any]:
    """Return an error for the way to the owner."""
    words = {name: getattr(error, name) for name in ("zh", "en", "next_zh", "next_en", "where")}
    return {"kind": type(error).__name__, "code": error.code, "words": words}


def error_from_json(payload: dict[str, Any]) -> EnergyError:
    """Return the error that the supervisor met."""
    return _ERRORS.get(payload["kind"], UnavailableError)(payload["code"], **payload["words"])
