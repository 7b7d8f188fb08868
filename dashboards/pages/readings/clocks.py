"""How far a gateway's clock is off, in words."""

from dashboards.pages.viewer import Viewer
from metering.clocks import lasting
from metering.gateways import Clock, Habits

_AHEAD_MS = 5 * 60_000  # within which nobody needs to look
_BEHIND_MS = 60 * 60_000  # a reading of the full hour may arrive within the next one


def offset(viewer: Viewer, ahead_ms: int | None) -> str:
    """Return how far a message was ahead of its arrival, or behind it; empty where it was fine."""
    if ahead_ms is None or -_BEHIND_MS < ahead_ms < _AHEAD_MS:
        return ""
    return said(viewer, ahead_ms)


def judged(viewer: Viewer, habits: Habits) -> str:
    """Return how far a clock is off by the gateway's own interval; empty where it is fine."""
    if habits.offset_ms is None or habits.clock not in {Clock.AHEAD, Clock.BEHIND}:
        return ""
    return said(viewer, habits.offset_ms)


def said(viewer: Viewer, ahead_ms: int) -> str:
    """Return how far a message was ahead of its arrival, or behind it."""
    zh, en = lasting(abs(ahead_ms))
    words = zh if viewer.lang == "zh" else en
    return (
        viewer.say("clock_ahead", time=words)
        if ahead_ms > 0
        else viewer.say("clock_behind", time=words)
    )
