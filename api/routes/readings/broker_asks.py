"""Brokers that ask over HTTP: EMQX's authentication and authorization, RabbitMQ's HTTP backend.

Each answer is 200 with a word, as these brokers want it: by any other status EMQX goes on to the
next of its sources, which may let everybody in. So is what cannot be understood: denied.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from actions.readings.broker_asks import Asks
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1/broker", tags=["rejects and gateways"])

_MOST_FIELDS: Final = 50
_ALLOW: Final = "allow"
_DENY: Final = "deny"


def _schema(*names: str) -> dict[str, Any]:
    """Return how a question's body looks in the description of the API."""
    fields = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    kinds = ("application/json", "application/x-www-form-urlencoded")
    content = {kind: {"schema": fields} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}


class LetIn(BaseModel):
    """Whether EMQX lets a client in."""

    result: Literal["allow", "deny"]
    is_superuser: bool = False


class Allowed(BaseModel):
    """Whether EMQX lets a client publish or subscribe."""

    result: Literal["allow", "deny"]


async def _said(request: Request) -> Mapping[str, str]:
    """Return the fields of a question that are texts, whether it came as JSON or as a form."""
    body = await request.body()
    try:
        if request.headers.get("content-type", "").partition(";")[0].strip().endswith("/json"):
            told = json.loads(body)
            said = told if isinstance(told, dict) else {}
        else:
            said = dict(parse_qsl(body.decode(), True, max_num_fields=_MOST_FIELDS))
    except (ValueError, RecursionError):
        return {}
    return {name: text for name, text in said.items() if isinstance(text, str) and _storable(text)}


def _storable(text: str) -> bool:
    return "\0" not in text and _encodes(text)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _asks(request: Request) -> Asks:
    found = request.app.state.asks
    assert isinstance(found, Asks)
    return found


Said = Annotated[Mapping[str, str], Depends(_said)]
WithAsks = Annotated[Asks, Depends(_asks)]


@router.post(
    "/emqx/user",
    summary="EMQX asks whether a gateway may come in",
    openapi_extra=_schema("username", "password"),
)
def emqx_user(said: Said, asks: WithAsks) -> LetIn:
    """Answer EMQX's HTTP authentication: `username` is the gateway's name, `password` its key."""
    good = asks.lets_in(said.get("username", ""), said.get("password", ""))
    return LetIn(result=_ALLOW if good else _DENY)


@router.post(
    "/emqx/topic",
    summary="EMQX asks whether a gateway may publish or subscribe",
    openapi_extra=_schema("username", "topic", "action"),
)
def emqx_topic(said: Said, asks: WithAsks) -> Allowed:
    """Answer EMQX's HTTP authorization; `action` is publish or subscribe."""
    action, topic = said.get("action"), said.get("topic", "")
    good = action in {"publish", "subscribe"} and asks.allows(
        said.get("username", ""), topic, publishes=action == "publish"
    )
    return Allowed(result=_ALLOW if good else _DENY)


@router.post(
    "/rabbitmq/user",
    summary="RabbitMQ asks whether a gateway may come in",
    response_class=PlainTextResponse,
    openapi_extra=_schema("username", "password"),
)
def rabbitmq_user(said: Said, asks: WithAsks) -> str:
    """Answer the user_path of RabbitMQ's HTTP backend; no tags are given."""
    return _word(asks.lets_in(said.get("username", ""), said.get("password", "")))


@router.post(
    "/rabbitmq/vhost",
    summary="RabbitMQ asks whether a gateway may use a virtual host",
    response_class=PlainTextResponse,
    openapi_extra=_schema("username", "vhost", "ip"),
)
def rabbitmq_vhost(said: Said, asks: WithAsks) -> str:
    """Answer the vhost_path: whoever may come in may use the virtual host of MQTT."""
    return _word(asks.knows(said.get("username", "")))


@router.post(
    "/rabbitmq/resource",
    summary="RabbitMQ asks whether a gateway may use an exchange or a queue",
    response_class=PlainTextResponse,
    openapi_extra=_schema("username", "vhost", "resource", "name", "permission"),
)
def rabbitmq_resource(said: Said, asks: WithAsks) -> str:
    """Answer the resource_path: the exchange amq.topic, and the queues of MQTT subscriptions."""
    of = (said.get(name, "") for name in ("username", "resource", "name", "permission"))
    return _word(asks.allows_resource(*of))


@router.post(
    "/rabbitmq/topic",
    summary="RabbitMQ asks whether a gateway may publish or subscribe",
    response_class=PlainTextResponse,
    openapi_extra=_schema("username", "vhost", "resource", "name", "permission", "routing_key"),
)
def rabbitmq_topic(said: Said, asks: WithAsks) -> str:
    """Answer the topic_path; a routing key says the levels of a topic with points between."""
    of = (said.get(name, "") for name in ("username", "name", "routing_key", "permission"))
    return _word(asks.allows_routing_key(*of))


def _word(good: bool) -> str:
    return _ALLOW if good else _DENY
