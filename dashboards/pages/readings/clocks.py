"""How far a gateway's clock is off, in words."""

from dashboards.pages.viewer import Viewer
from metering.clocks import lasting
from metering.gateways import Clock, Habits


def judged(viewer: Viewer, habits: Habits) -> str:
    """Return how far a clock is off by the gateway's own habits, or that old readings come.

    Empty where it is fine.
    """
    if habits.clock is Clock.OLD:
        return viewer.say("clock_old")
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
