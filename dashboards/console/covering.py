"""Sums say what they cover, in one sentence beside them."""

from nicegui import ui

from dashboards.console.seat import Seat
from storage.compact.runs import Kept
from storage.compact.standing import Standing

_KNOWN = ("measured", "billed", "estimated")


def of_run(seat: Seat, run: Kept) -> None:
    """Say what a run's sums hold and lack; nothing where these are withheld."""
    if run.covers is None:
        return
    months = sum(run.covers[f"months_{one}"] for one in _KNOWN)
    ui.label(seat.say("covers", months=months, **run.covers)).classes("cw-quiet").props(
        "data-covers"
    )


def of_standing(seat: Seat, name: str, one: Standing) -> None:
    """Say of how many institutions and months a member's progress is the sum."""
    if one.months is None:
        return
    words = seat.say(
        "standing_covers",
        institutions=one.institutions,
        months=one.months,
        compared_months=one.compared_months,
        unmeasured=one.unmeasured,
        enough=f"{one.enough_permille / 10:g}",
    )
    ui.label(f"{name} {one.year}: {words}").classes("cw-quiet").props("data-covers")
