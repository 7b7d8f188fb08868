"""What a payload would come to: a question, which writes nothing."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from actions.readings.try_payload import Encoding, Tried, bytes_of, try_payload
from api.auth import CurrentActor
from api.late import LateRoute
from metering.errors import InputError

router = APIRouter(route_class=LateRoute, prefix="/api/v1/payloads", tags=["rejects and gateways"])


class Payload(BaseModel):
    """A message as it would come under a topic."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(min_length=1, max_length=500, examples=["cw/v1/demo-a/g1/data"])
    payload: str = Field(
        min_length=1,
        max_length=200_000,
        examples=['{"channel":"m1","at":1795449600000,"value":1234.5}'],
    )
    encoding: Encoding = Field(Encoding.TEXT, description="How the payload is written here.")


class Why(BaseModel):
    """Why something would be set aside, and what to do."""

    reason: str = Field(description="Stable code.")
    message_zh: str
    message_en: str


class ReadingTried(BaseModel):
    """A reading of the message."""

    key: str
    at: datetime | None = Field(description="Null: its arrival.")
    value: float | None = Field(description="Null where the gateway calls it bad.")
    unit: str | None = Field(description="Null: the channel's own.")
    refused: Why | None


class PayloadTried(BaseModel):
    """What a message says, and what of it would be stored."""

    gateway: str | None = Field(description="Null where no route handles the topic.")
    route: str | None = Field(description="The filter of the route.")
    codec: str | None
    readings: list[ReadingTried]
    refused: Why | None = Field(description="Why nothing of it can be read.")
    inserted: int
    known: int = Field(description="Stored already.")
    beside: int = Field(description="Differ from what is stored.")


@router.post("/try", summary="What a payload would come to")
def post_try(asked: Payload, actor: CurrentActor) -> PayloadTried:
    """Return what a message would store that came now, and why not; nothing is kept."""
    return _shown(try_payload(actor, asked.topic, bytes_of(asked.payload, asked.encoding)))


def _shown(tried: Tried) -> PayloadTried:
    return PayloadTried(
        gateway=tried.gateway,
        route=tried.route.topic_filter if tried.route else None,
        codec=tried.route.codec if tried.route else None,
        readings=[
            ReadingTried(
                key=one.key,
                at=one.at,
                value=one.value if one.value == one.value else None,
                unit=one.unit,
                refused=_why(one.why),
            )
            for one in tried.readings
        ],
        refused=_why(tried.refused),
        inserted=tried.inserted,
        known=tried.known,
        beside=tried.beside,
    )


def _why(why: InputError | None) -> Why | None:
    if why is None:
        return None
    return Why(reason=why.code, message_zh=why.text("zh"), message_en=why.text("en"))
