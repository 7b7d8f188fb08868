"""On 3.1.1 the window is the broker's: one that is narrow is told once, with the remedy."""

import pytest

from collector.delivery.effects import Tell
from collector.delivery.machine import Machine
from collector.routing import Routing
from collector.settings import CollectorSettings
from collector.tally import Tally


def told(window: int, version: int) -> list[str]:
    """Return what a collector tells that a broker lets have so many messages at a time."""
    settings, tally = CollectorSettings("mqtt://broker", version=version), Tally()
    machine = Machine(settings, Routing(), tally)
    found: list[str] = []
    for mid in range(1, 2_001):
        if tally.unacknowledged == window:  # all of these were committed
            tally.unacknowledged = 0
        machine.arrived(mid, 1, "cw/v1/a/g/data", b"{}", 0.0, 0)
        found += [one.notice.text("en") for one in machine.decide(0.0) if isinstance(one, Tell)]
    return found


@pytest.mark.parametrize("window", [10, 20])  # RabbitMQ's own, and mosquitto's
def test_a_narrow_window_is_told_once(window):
    (said,) = told(window, 4)
    assert f"only {window} messages" in said
    assert "mqtt.prefetch" in said


def test_a_wide_window_is_no_news_and_under_mqtt_5_it_is_ours():
    assert told(500, 4) == told(20, 5) == []
