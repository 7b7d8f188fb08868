"""What programs and people are told of a route, and of a change of the routes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from actions.declared import ACTIONS, Action, Effect
from actions.fields import Words, plain
from actions.readings.route_fields import lines_of
from actions.readings.settle_rejected import Taken, counts_of, reasons_of
from storage.readings.routes import RouteRow


class RouteShown(BaseModel):
    """A route, and from when to when it is for what arrives."""

    route_id: int
    topic: str
    codec: str
    gateway: str
    key: str
    only: list[str]
    settings: Mapping[str, Any]
    since: datetime | None = Field(description="Null: ever since.")
    until: datetime | None = Field(description="Null: for good.")


class RoutePut(BaseModel):
    """What a change of the routes did."""

    route: RouteShown | None = Field(description="Null where none holds any more.")
    before: RouteShown | None = Field(description="What held there before.")
    fed_in: Taken | None = Field(
        description="What became of the messages that waited; null where this service takes none, "
        "or could not."
    )


def shown(one: RouteRow) -> RouteShown:
    """Return a route as programs read it."""
    return RouteShown(
        route_id=one.route_id,
        topic=one.topic,
        codec=one.codec,
        gateway=one.gateway,
        key=one.key,
        only=one.only_keys,
        settings=one.settings,
        since=one.valid_from,
        until=one.valid_to,
    )


def said(codec: str, gateway: str, key: str, only: list[str], settings: Mapping[str, Any]) -> str:
    """Return a route in a line."""
    parts = [f"{codec} → {gateway}", key if key != "{key}" else "", ", ".join(only)]
    parts.append(lines_of(settings).replace("\n", "; "))
    return " · ".join(filter(None, parts))


def said_of(one: RouteShown) -> Words:
    """Return what is said of a route."""
    return plain(said(one.codec, one.gateway, one.key, one.only, one.settings))


def span_effect(since: datetime | None, until: datetime | None) -> Effect:
    """Return for which arrivals a change is."""
    first = f"{since:%Y-%m-%d %H:%M:%S} UTC" if since else ""
    last = f"{until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
    zh = f"{first or '始终'} 起" if first else "始终"
    en = f"from {first}" if first else "ever since"
    after = Words(zh + (f",至 {last}" if last else ""), en + (f" until {last}" if last else ""))
    return Effect("span", Words("适用于到达时刻", "For what arrives"), None, after)


def fed_effects(done: Taken | None) -> list[Effect]:
    """Return what would become of messages that wait."""
    if done is None:
        return [
            Effect(
                "not_fed",
                Words("暂存报文", "Messages that wait"),
                None,
                Words("不由本服务收下:请运行 commonwatt replay-rejected",
                      "not taken by this service: run commonwatt replay-rejected"),
            )
        ]  # fmt: skip
    kept = Effect(
        "kept", Words("涉及的暂存报文", "Messages that wait there"), None, plain(str(done.messages))
    )
    more = Words("仅演练前 10,000 条", "tried with the first 10,000 alone")
    left = [Effect("left", Words("更多", "More"), None, more)] if done.left else []
    return [kept, *(counts_of(done) if done.messages else []), *reasons_of(done.reasons), *left]


def set_again(before: RouteShown, since: datetime | None) -> Action[Any, Any]:
    """Return what lets a route hold again that held before, from an instant on."""
    said = {
        "topic": before.topic,
        "codec": before.codec,
        "gateway": before.gateway,
        "channel_key": before.key,
        "only": "\n".join(before.only) or None,
        "settings": lines_of(before.settings) or None,
        "since": since,
        "source": "undo",
    }
    return ACTIONS["route.set"].model_validate(said)
