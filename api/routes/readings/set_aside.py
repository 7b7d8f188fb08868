"""Having all that could not be computed tried again; the list is a declared table."""

from fastapi import APIRouter

from actions.readings.retry_set_aside import Retried
from actions.readings.set_aside import retry
from api.auth import CurrentActor

router = APIRouter(prefix="/api/v1/set-aside", tags=["operations"])


@router.post("/retry", summary="Try all again")
def post_retry_all(actor: CurrentActor) -> Retried:
    """Have all tried again that the actor may write for."""
    return Retried(retried=retry(actor))
