"""What runs of the demo leave behind, where root keeps it elsewhere than in pytest's folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import services


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path) -> Iterator[None]:
    """Remove the services' data of every run of the test."""
    yield
    for memory in tmp_path.rglob("demo.json"):
        services.remove(memory.parent)
