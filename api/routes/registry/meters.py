"""A meter with its channels; the lists are declared tables."""

from fastapi import APIRouter
from pydantic import BaseModel

from actions.registry.meters import MeterDetail, meter
from api.auth import CurrentActor
from api.fields import Id
from api.late import LateRoute
from api.routes.registry.channels import ChannelShown, channel_shown

router = APIRouter(route_class=LateRoute, prefix="/api/v1/meters", tags=["meters and channels"])


class MeterShown(BaseModel):
    """A meter and those of its channels that the reader sees."""

    meter_id: int
    institution_id: int
    code: str
    name_zh: str
    name_en: str
    channels: list[ChannelShown]


@router.get("/{meter_id}", summary="One meter")
def get_meter(meter_id: Id, actor: CurrentActor) -> MeterShown:
    """Return one meter with its channels."""
    return _shown(meter(actor, meter_id))


def _shown(detail: MeterDetail) -> MeterShown:
    found = detail.meter
    return MeterShown(
        meter_id=found.meter_id,
        institution_id=found.institution_id,
        code=found.code,
        name_zh=found.name_zh,
        name_en=found.name_en,
        channels=[channel_shown(one) for one in detail.channels],
    )
