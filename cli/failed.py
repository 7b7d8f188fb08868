"""Failed rows of a file, kept in a workbook beside what is said of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from cli.services.words import say
from metering.errors import InputError


@contextmanager
def keeping(errors: Path | None, failed: Callable[[], bytes | None]) -> Iterator[None]:
    """Keep the rows of a file that fail, whether it is refused for them or taken without.

    errors: where, None where that is not asked. failed: the workbook of them, None for none.
    """
    try:
        yield
    except InputError:
        with suppress(InputError):  # of the file as a whole: that is said already
            _keep(errors, failed)
        raise
    _keep(errors, failed)


def _keep(errors: Path | None, failed: Callable[[], bytes | None]) -> None:
    if errors is not None and (body := failed()) is not None:
        errors.write_bytes(body)
        typer.echo(say(f"有误的行:{errors}", f"Wrong rows: {errors}"), err=True)
