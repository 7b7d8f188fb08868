"""Readings that gateways push over HTTP; the list of gateways is a declared table."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from actions.access.login import LoginError
from actions.readings.push import Receipt, push
from api.auth import WithAuth
from api.late import LateRoute
from collector.intake import ReadingSink
from metering.errors import UnavailableError

router = APIRouter(route_class=LateRoute, prefix="/api/v1/gateways", tags=["rejects and gateways"])

Part = Annotated[str, Path(max_length=100, pattern=r"^[^/+#]+$")]


class RefusedShown(BaseModel):
    """Readings of the message that were refused."""

    seq: int | None
    i: list[int] = Field(description="Their places in the message; empty means all of it.")
    reason: str
    message_zh: str
    message_en: str


class ReceiptShown(BaseModel):
    """Said after the commit: the gateway may forget what is in `stored`."""

    stored: list[tuple[int, int]] = Field(description="Closed ranges of sequence numbers.")
    rejected: list[RefusedShown]
    inserted: int
    revised: int
    duplicates: int


async def _body(request: Request) -> bytes:
    """Return the body as it came, for the gateway's bytes are kept where they are refused."""
    return await request.body()


@router.post(
    "/{province}/{gateway}/data",
    summary="Push readings",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
            "description": "One message of the native payload, as over MQTT.",
        },
        "security": [{"HTTPBearer": []}],
    },
)
def post_data(
    province: Part,
    gateway: Part,
    request: Request,
    auth: WithAuth,
    payload: Annotated[bytes, Depends(_body)],
) -> ReceiptShown:
    """Take readings in; the header Authorization carries the gateway's key as Bearer.

    2xx is said after the commit. Sending again changes nothing. What cannot be taken is kept with
    its bytes and named in `rejected`: sending it again does not help.
    """
    key, _ = auth.tokens(request)
    if key is None:
        raise no_key()
    if len(payload) > auth.settings.pushed_bytes:
        raise HTTPException(413, str(auth.settings.pushed_bytes))
    sink = request.app.state.sink
    if sink is None:
        raise no_sink()
    return _receipt(_pushed(auth, sink, f"{province}/{gateway}", key, payload))


def _pushed(auth: WithAuth, sink: ReadingSink, gateway: str, key: str, payload: bytes) -> Receipt:
    return push(auth.pool, sink, gateway, key, payload, int(time.time() * 1000))


def _receipt(receipt: Receipt) -> ReceiptShown:
    return ReceiptShown(
        stored=receipt.stored,
        rejected=[
            RefusedShown(
                seq=one.seq,
                i=list(one.i),
                reason=one.reason.code,
                message_zh=one.reason.text("zh"),
                message_en=one.reason.text("en"),
            )
            for one in receipt.rejected
        ],
        inserted=receipt.inserted,
        revised=receipt.revised,
        duplicates=receipt.duplicates,
    )


def no_key() -> LoginError:
    return LoginError(
        "gateway.no_key",
        zh="缺少采集网关密钥。",
        en="The gateway's key is missing.",
        next_zh="请在 Authorization: Bearer 中发送管理员签发的密钥。",
        next_en="Send the key that the administrator issued as Authorization: Bearer.",
    )


def no_sink() -> UnavailableError:
    return UnavailableError(
        "push.not_offered",
        zh="本服务未启用 HTTP 推送。",
        en="This service does not take readings over HTTP.",
        next_zh="请改用 MQTT,或请管理员启用推送。",
        next_en="Use MQTT, or ask the administrator to enable pushing.",
    )
