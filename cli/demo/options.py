"""What the person at the terminal asked of a demo."""

from dataclasses import dataclass
from pathlib import Path

from storage import migrate


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the person asked for."""

    data: Path
    seed: int
    noise: bool
    once: bool
    live: bool
    batch: int
    speed: float
    port: int
    engine: migrate.Engine | None
