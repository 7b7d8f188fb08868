"""What a route may be: read out of a form's words, checked, and said again in words."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from actions.fields import Acting, Option, plain
from collector.codecs import names
from collector.filters import must_not_hear_us
from collector.routing import Route
from metering.errors import InputError

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def every_format(at: Acting) -> Sequence[Option]:
    """Return the formats."""
    return [Option(one, plain(one)) for one in names()]


def settings_of(text: str | None) -> dict[str, Any]:
    """Return the settings that lines of TOML say."""
    try:
        found = tomllib.loads(text or "")
        json.dumps(found)
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise InputError(
            "route.settings",
            zh=f"格式设置不是有效的 TOML:{error}。",
            en=f"The settings are no TOML: {error}.",
            next_zh='每行一项,如 zone = "Asia/Shanghai";见 docs/gateway-guide.zh-CN.md。',
            next_en='One a line, such as zone = "Asia/Shanghai"; see docs/gateway-guide.md.',
            where={"field": "settings"},
        ) from error
    return found


def lines_of(settings: Mapping[str, Any]) -> str:
    """Return settings as lines of TOML."""
    return "\n".join(f"{_name(name)} = {_toml(value)}" for name, value in settings.items())


def keys_of(text: str | None) -> list[str]:
    """Return the keys that lines name, each once."""
    return list(dict.fromkeys(one.strip() for one in (text or "").splitlines() if one.strip()))


def checked(
    topic: str, codec: str, gateway: str, key: str, only: list[str], settings: dict[str, Any]
) -> Route:
    """Return the route; InputError names the field that is wrong, and what to do."""
    try:
        route = Route(topic, codec, gateway, key, frozenset(only), settings)
    except InputError as error:
        if error.where.get("field") != "key":
            raise
        raise InputError(
            error.code,
            zh=error.zh,
            en=error.en,
            next_zh=error.next_zh,
            next_en=error.next_en,
            where={**error.where, "field": "channel_key"},
        ) from error
    must_not_hear_us(topic)
    return route


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_name(name)} = {_toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
