"""The demo's closing of a year: one person of a member locks what is ready, the other verifies."""

from typing import Final

from actions.accounts.close_year import CloseYear
from actions.accounts.closing_fields import of_year
from actions.accounts.verify_year import VerifyYear
from actions.actor import Actor
from actions.compact.unions import union_of
from actions.doing import acting, carry_out
from cli.demo.members import people_of
from compact.closing import Closing

_YEARS_BACK: Final = 12


def close(actor: Actor, union_id: int) -> int | None:
    """Close the newest year of the first member that has one to close; return which it was.

    Done once: where one is verified already it stays so.
    """
    for seat in union_of(actor, union_id).seats:
        first, second = people_of(actor, seat)
        for year, states in _years(first, seat.region_id):
            if Closing.VERIFIED in states:
                return year
            if Closing.READY in states:
                which = {"year": year, "region": seat.region_id}
                carry_out(first, CloseYear.model_validate(which | {"only_ready": True}))
                carry_out(second, VerifyYear.model_validate(which), again=True)
                return year
    return None


def _years(actor: Actor, region_id: int) -> list[tuple[int, set[str]]]:
    """Return the years that are over, the newest first, with the states that they have."""
    with actor.look() as connection:
        at = acting(actor, connection)
        return [
            (year, {one.state for one in of_year(at, year, region_id, None).mine})
            for year in range(at.today.year - 1, at.today.year - _YEARS_BACK, -1)
        ]
