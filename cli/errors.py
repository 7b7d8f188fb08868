"""How a command ends when something is wrong: one plain message, the next step, an exit status."""

import sys
from collections.abc import Callable
from typing import Final

from cli.services.words import language
from metering.errors import (
    ConflictError,
    EnergyError,
    InputError,
    InsufficientDataError,
    NotFoundError,
    UnavailableError,
)

STATUS: Final[dict[type[EnergyError], int]] = {
    InputError: 2,
    ConflictError: 3,
    NotFoundError: 4,
    InsufficientDataError: 5,
    UnavailableError: 6,  # the only one for which trying again later helps
}
INTERRUPTED: Final = 130  # as the shell counts Ctrl-C


def said_plainly(act: Callable[[], object]) -> None:
    """Do it; whatever people can act on is said without a traceback."""
    try:
        act()
    except EnergyError as error:
        show(error)
        sys.exit(status_of(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # `| head` has seen enough
        sys.stderr.close()
        sys.exit(1)


def status_of(error: EnergyError) -> int:
    """Return the exit status by the error's class."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 1)


def show(error: EnergyError) -> None:
    """Print what happened and the next step, in the reader's language."""
    zh = language() == "zh"
    message, then = (error.zh, error.next_zh) if zh else (error.en, error.next_en)
    print(message, file=sys.stderr)
    if then:
        print(then.lstrip("\n"), file=sys.stderr)
