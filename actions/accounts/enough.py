"""The share of time that an office asks to be measured before it ranks and compares."""

from decimal import Decimal
from typing import Final

from actions.desk import Desk, denied
from metering.errors import InputError
from storage.accounts import enough
from storage.accounts.enough import Stated

__all__ = ["Stated", "list_shares", "state_share"]

_ACT: Final = "enough.state"
_LEAST: Final = Decimal("0.5")


def list_shares(desk: Desk) -> list[Stated]:
    """Return what the installation and its offices state, the installation first."""
    with desk.look() as connection:
        return enough.stated(connection)


def state_share(desk: Desk, share: Decimal, source: str, region_id: int | None = None) -> None:
    """State the share below which nothing is ranked or compared; what was stated stays on record.

    share: of the expected time, at least half. region_id: with all below it that state none of
    their own; None is the whole installation, which its administrator decides.
    """
    millionths = share * 10**6
    if not _LEAST <= share <= 1 or millionths != int(millionths) or not source.strip():
        raise _impossible(share)
    subject = "installation" if region_id is None else region_id
    with desk.act(_ACT, subject, {"share": str(share), "source": source}) as connection:
        if not enough.may_state(connection, region_id):
            raise denied(_ACT)
        enough.state(connection, region_id, int(millionths), source.strip(), desk.actor)


def _impossible(share: Decimal) -> InputError:
    return InputError(
        "enough.impossible",
        zh=f"比例 {share} 应在 0.5 与 1 之间,最多六位小数,并写明依据。",
        en=f"The share {share} is not between 0.5 and 1 with at most six decimals, or no source is "
        "given.",
        next_zh="请写成 0.9 这样的小数,并填写依据。",
        next_en="Write it as 0.9, and say who decided it.",
        where={"field": "share", "value": str(share)},
    )
