"""A broker of one test alone, and gateways at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.rig import Gateways, Mosquitto


@pytest.fixture
def broker(mosquitto: str, tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of this test alone."""
    made = Mosquitto(mosquitto, tmp_path)
    made.start()
    yield made
    made.end()


@pytest.fixture
def gateways(broker: Mosquitto) -> Iterator[Gateways]:
    """Gateways at that broker."""
    made = Gateways(broker.port)
    yield made
    made.close()
