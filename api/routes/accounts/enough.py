"""Which share of the time must be measured before figures are ranked and compared."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from actions.accounts.enough import EnoughShare, list_shares
from api.auth import CurrentActor
from api.fields import Exact
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["accounts"])


class ShareShown(BaseModel):
    """A share that holds now; where none is stated it is 0.9."""

    region_id: int | None
    share: Exact
    source: str
    known_since: datetime
    known_by: str


@router.get("/enough-measured", summary="Shares of time that must be measured")
def get_enough_measured(actor: CurrentActor) -> list[ShareShown]:
    """Return what offices state, the whole installation first."""
    return [_shown(one) for one in list_shares(actor)]


def _shown(one: EnoughShare) -> ShareShown:
    return ShareShown(
        region_id=one.region_id,
        share=format(one.share.normalize(), "f"),
        source=one.source,
        known_since=one.known_since,
        known_by=one.known_by,
    )
