"""What runs of the demo leave behind, where root keeps it elsewhere than in pytest's folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import services


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path) -> Iterator[None]:
    """Remove the services' data of every run of the test."""
    yield
    _remove(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for what several tests of a module look at, runs of the demo among it."""
    folder = tmp_path_factory.mktemp("shared")
    yield folder
    _remove(folder)


def _remove(folder: Path) -> None:
    for memory in folder.rglob("demo.json"):
        services.remove(memory.parent)
