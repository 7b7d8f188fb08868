"""`POST /api/v1/readings`: any gateway, script or program pushes readings, in any format."""

import base64
import binascii
import time
import zlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from actions.access.login import LoginError
from actions.doing import MOST_KEY
from actions.readings.push_many import Pushed, PushSink, push_many
from api.auth import Auth, WithAuth
from api.late import LateRoute
from api.routes.readings.gateways import no_key, no_sink
from collector.pushed import Form
from metering.errors import InputError

router = APIRouter(route_class=LateRoute, prefix="/api/v1/readings", tags=["rejects and gateways"])

_CSV: Final = ("text/csv", "application/csv")
_LINES: Final = ("application/x-ndjson", "application/jsonl", "application/jsonlines")
_JSON: Final = ("application/json",)
# What clients say who were told nothing: the first character decides.
_ANY: Final = ("", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded")
_BY_LINE: Final = frozenset({"influx"})  # formats of which each line says its own
_GZIP: Final = zlib.MAX_WBITS | 16


class RefusedReading(BaseModel):
    """One that was not taken; null where its message could not be read that far."""

    line: int | None = Field(description="Of the body, from 1, where it is one of lines.")
    i: int | None = Field(description="Its place in its message, from 0.")
    channel: str | None
    at: str | None


class Refused(BaseModel):
    """Readings of one message that were refused for one reason."""

    reason: str
    message_zh: str
    message_en: str
    next_zh: str
    next_en: str
    seq: int | None
    count: int
    readings: list[RefusedReading] = Field(description="The first 1,000 of the request.")


class PushAnswer(BaseModel):
    """Said after the commit: the sender may forget all of it."""

    stored: list[tuple[int, int]] = Field(description="Closed ranges of sequence numbers.")
    inserted: int
    revised: int = Field(description="Beside another value of their channel and instant.")
    duplicates: int
    refused: int = Field(description="Kept with their bytes: sending them again does not help.")
    rejected: list[Refused]


async def _body(request: Request, auth: WithAuth) -> bytes:
    """Return the body, unpacked as far as is allowed."""
    raw, most = await request.body(), auth.settings.body_bytes
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return raw
    if encoding != "gzip":
        raise _not_packed(encoding)
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(raw, most + 1)
    except zlib.error as error:
        raise _not_packed(str(error)) from error
    if len(body) > most:
        raise HTTPException(413, str(most))
    if not unpacker.eof:
        raise _not_packed("cut off")
    return body


def _form(
    request: Request,
    body: Annotated[bytes, Depends(_body)],
    codec: Annotated[
        str,
        Query(max_length=60, description="Any of `commonwatt codec list`; else rows or objects."),
    ] = "",
    set_: Annotated[
        list[str] | None,
        Query(alias="set", max_length=20, description="NAME=value, of that format."),
    ] = None,
    topic: Annotated[
        str, Query(max_length=300, description="For formats that look at their topic.")
    ] = "",
) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    settings = tuple(set_ or ())
    if codec not in {"", "records"}:
        by_line = "messages" if codec in _BY_LINE or kind in _LINES else ""
        return Form(codec, settings, topic, by_line)
    if kind in _ANY:
        kind = _JSON[0] if body.lstrip()[:1] in {b"{", b"["} else _CSV[0]
    if kind not in (*_CSV, *_LINES, *_JSON):
        raise _no_kind(kind)
    lines = "rows" if kind in _CSV else "objects" if kind in _LINES else ""
    return Form("records", settings, topic, lines)


@router.post(
    "",
    summary="Push many readings",
    response_model=PushAnswer,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/json": {"schema": {}},
                "application/x-ndjson": {"schema": {"type": "string"}},
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
            "description": "CSV under the headings channel, at, value, unit; JSON objects with "
            "these names, one, a list, or one a line; or one message of the format that `codec` "
            "names. Content-Encoding: gzip is taken.",
        },
        "security": [{"HTTPBearer": []}, {"HTTPBasic": []}],
    },
)
def push_readings(
    request: Request,
    auth: WithAuth,
    body: Annotated[bytes, Depends(_body)],
    form: Annotated[Form, Depends(_form)],
    gateway: Annotated[
        str, Query(max_length=201, description="province/gateway, beside a Bearer key.")
    ] = "",
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            max_length=MOST_KEY,
            description="Up to 100 characters, chosen by the sender. For seven days the same body "
            "under the same key is answered alike, with `Idempotent-Replay: true`, and done once.",
        ),
    ] = "",
) -> Any:
    """Take readings in, by the gateway's key: as Bearer, or as the password of Basic.

    2xx is said after the commit. Sending again changes nothing, if readings carry their time. What
    cannot be taken is kept with its bytes, and named in `rejected` by line and channel.
    """
    name, secret = _who(request, auth, gateway)
    sink: PushSink | None = request.app.state.sink
    if sink is None:
        raise no_sink()
    pushed = Pushed(name, form, body, int(time.time() * 1000), key)
    told = push_many(auth.pool, sink, request.app.state.allowance, secret, pushed)
    headers = {"Idempotent-Replay": "true"} if told.again else None
    return Response(told.answer, media_type="application/json", headers=headers)


def _who(request: Request, auth: Auth, gateway: str) -> tuple[str, str]:
    """Return the gateway's name and key."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, sign, secret = base64.b64decode(said, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, sign, secret = "", "", ""
        if sign and (not gateway or gateway == user):
            return user, secret
        raise no_key()
    key, _ = auth.tokens(request)
    if key is None:
        raise no_key()
    if not gateway:
        raise _no_gateway()
    return gateway, key


def _no_gateway() -> LoginError:
    return LoginError(
        "gateway.not_named",
        zh="未写明是哪个采集网关。",
        en="It is not said whose readings these are.",
        next_zh="请加 ?gateway=省份/网关,或用 Basic 认证(用户名为网关名,密码为密钥)。",
        next_en="Add ?gateway=province/gateway, or use Basic with the gateway's name as the user "
        "and its key as the password.",
    )


def _no_kind(kind: str) -> InputError:
    known = ", ".join((*_CSV[:1], *_JSON, *_LINES[:1]))
    return InputError(
        "push.content_type",
        zh=f"不接受内容类型 {kind}。",
        en=f"The content type {kind} is not taken.",
        next_zh=f"请用 {known},或以 ?codec= 指定报文格式。",
        next_en=f"Send {known}, or name the format by ?codec=.",
        where={"field": "Content-Type", "value": kind},
    )


def _not_packed(why: str) -> InputError:
    return InputError(
        "push.encoding",
        zh=f"内容无法解压:{why}。",
        en=f"The body cannot be unpacked: {why}.",
        next_zh="请以 Content-Encoding: gzip 发送完整的 gzip 数据,或不压缩。",
        next_en="Send whole gzip data with Content-Encoding: gzip, or send it as it is.",
        where={"field": "Content-Encoding"},
    )
