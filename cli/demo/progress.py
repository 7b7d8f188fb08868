"""How far the demo is: a bar for a person at a terminal, plain lines for a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cli.services.words import say

_EVERY_S: Final = 5.0  # between plain lines


@dataclass(slots=True)
class Stages:
    """The stages of a run, said as they begin and timed as they end.

    out: where people read; a program reads standard output.
    """

    out: TextIO
    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    @contextmanager
    def stage(self, name: str, words: str) -> Iterator[None]:
        """Say that a stage begins, and note how long it took."""
        self.say(words)
        before = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - before
            self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 2)

    def say(self, text: str) -> None:
        """Say one line."""
        print(text, file=self.out, flush=True)

    def total(self) -> float:
        """Return the seconds since the beginning."""
        return round(time.monotonic() - self._began, 2)


class Meter:
    """Shows how many of so many readings are done, their rate and when the rest will be."""

    def __init__(self, out: TextIO, words: str) -> None:
        self._out = out
        self._words = words
        self._before: tuple[float, int] | None = None
        self._shown_at = 0.0
        self._rate = 0.0
        self._bar: Progress | None = None
        if out.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(file=out),
                transient=True,
            )
            self._task = self._bar.add_task(words, total=None, rate="")
            self._bar.start()

    def show(self, done: int, total: int) -> None:
        """Show how far it is; often is fine."""
        now = time.monotonic()
        if self._before is None:
            self._before = (now, done)
        elapsed = now - self._before[0]
        if elapsed > 0:
            self._rate = (done - self._before[1]) / elapsed
        if self._bar is not None:
            rate = say(f"{self._rate:,.0f} 条/秒", f"{self._rate:,.0f} readings/s")
            self._bar.update(self._task, completed=done, total=total or None, rate=rate)
        elif now - self._shown_at >= _EVERY_S and total:
            self._shown_at = now
            self._line(done, total)

    def close(self) -> None:
        """Leave the line to others."""
        if self._bar is not None:
            self._bar.stop()

    def _line(self, done: int, total: int) -> None:
        left = f"{(total - done) / self._rate:,.0f} s" if self._rate > 0 else "–"
        share = 100 * done / total
        rate = say(f"{self._rate:,.0f} 条/秒", f"{self._rate:,.0f} readings/s")
        rest = say(f"剩余 {left}", f"{left} left")
        text = f"  {self._words} {share:.0f}%  {done:,}/{total:,}  {rate}  {rest}"
        print(text, file=self._out, flush=True)


def for_people(*, json: bool) -> TextIO:
    """Return where people read: standard output, unless a program reads that."""
    return sys.stderr if json else sys.stdout
