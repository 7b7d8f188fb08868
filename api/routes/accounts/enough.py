"""Which share of the time must be measured before figures are ranked and compared."""

from datetime import datetime
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from actions.accounts.enough import Stated, list_shares, state_share
from api.doorway import AtDesk
from api.fields import Exact

router = APIRouter(prefix="/api/v1", tags=["accounts"])


class NewShare(BaseModel):
    """A share of the expected time that an office asks for."""

    model_config = ConfigDict(extra="forbid")

    share: Decimal = Field(description="Between 0.5 and 1.")
    source: str = Field(min_length=1, max_length=500, description="Who decided it, which paper.")
    region_id: int | None = Field(None, description="With what lies below it; null is everywhere.")


class ShareShown(BaseModel):
    """A share that holds now; where none is stated it is 0.9."""

    region_id: int | None
    share: Exact
    source: str
    known_since: datetime
    known_by: str


@router.get("/enough-measured", summary="Shares of time that must be measured")
def get_enough_measured(desk: AtDesk) -> list[ShareShown]:
    """Return what offices state, the whole installation first."""
    return [_shown(one) for one in list_shares(desk)]


@router.post("/enough-measured", status_code=201, summary="State such a share")
def post_enough_measured(said: NewShare, desk: AtDesk) -> list[ShareShown]:
    """State a share for a region, or everywhere; what was stated before stays on record."""
    state_share(desk, said.share, said.source, said.region_id)
    return get_enough_measured(desk)


def _shown(one: Stated) -> ShareShown:
    return ShareShown(
        region_id=one.region_id,
        share=format(one.share.normalize(), "f"),
        source=one.source,
        known_since=one.known_since,
        known_by=one.known_by,
    )
