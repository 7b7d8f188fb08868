"""Taking files of readings at the terminal, as a person brings them."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli import settings
from cli.brought import brought
from cli.failed import keeping
from cli.services.words import language
from cli.settings import Settings

if TYPE_CHECKING:
    from actions.readings.import_readings import Imported

Given = Mapping[str, str | list[str] | None]


@dataclass(frozen=True, slots=True)
class How:
    """How a file is taken.

    reason: why it corrects; None where it does not. errors: keeps failed rows.
    fresh: without the answers of earlier files.
    """

    dry_run: bool = False
    reason: str | None = None
    errors: Path | None = None
    without_failed: bool = False
    fresh: bool = False


def import_files(files: Sequence[Path], given: Given, known: Settings, how: How) -> "Imported":
    """Import files as one; where rows fail, keep them as a workbook if that is asked for."""
    from actions.readings.failed_readings import failed_readings
    from actions.readings.file_answers import answers_of
    from actions.readings.file_corrections import correct_by_file
    from actions.readings.import_readings import import_readings
    from cli import embedded, memory
    from cli.wiring import operator, store

    memory.give_back()
    known = embedded.filled(known, "api")
    url = settings.need(known.collector_database_url, "collector_database_url")
    now_ms, kept = int(time.time() * 1000), store(known, url, "import")
    answers = answers_of({name: value for name, value in given.items() if value is not None})
    with brought(files) as (source, name), operator(known) as actor, closing(kept) as sink:

        def failed() -> bytes | None:
            return failed_readings(
                actor, source, name, answers, now_ms=now_ms, ahead_ms=kept.ahead_ms,
                lang="zh" if language() == "zh" else "en", corrects=how.reason is not None,
                fresh=how.fresh,
            )  # fmt: skip

        with keeping(how.errors, failed):
            if how.reason is not None:
                return correct_by_file(
                    actor, source, name, answers, reason=how.reason, now_ms=now_ms,
                    ahead_ms=kept.ahead_ms, dry_run=how.dry_run,
                    without_failed=how.without_failed, fresh=how.fresh,
                )  # fmt: skip
            return import_readings(
                actor, sink, source, name, answers, now_ms=now_ms, dry_run=how.dry_run,
                without_failed=how.without_failed, fresh=how.fresh,
            )  # fmt: skip
