"""Write docs/settings.md from the settings themselves; a test holds the two together.

python scripts/make_settings.py
"""

from pathlib import Path
from typing import Any

from cli.settings import PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """\
# Settings 设置

Made from `cli/settings.py` by `scripts/make_settings.py`; a test fails where the two differ.
本页由程序生成。每项设置是一个环境变量;命令行选项优先;加 `_FILE` 后缀可改为从文件读取。

A setting is an environment variable. An option of the command line counts more than its variable.
Any of them can be given in a file instead: `COMMONWATT_DATABASE_URL_FILE` names the file that holds
what `COMMONWATT_DATABASE_URL` would say, which keeps passwords out of the environment. A variable
that begins with `COMMONWATT_` and is not in this table is most likely misspelt; `commonwatt doctor`
names it. Words before a colon say which commands read the setting.

| variable | default | may be | what it is |
|---|---|---|---|
"""
TAIL = """
`COMMONWATT_TEST_DATABASE_URL` is read by the tests alone: a server on which they may make databases
and roles. `broker_url` takes `mqtts://` for TLS; the port is 1883, and 8883 for TLS, unless named.
`batch_messages` is at most half of `receive_maximum`, so that the broker sends on while a batch is
being written.
"""
BOUNDS = (
    ("minimum", "≥ {:,}"),
    ("exclusiveMinimum", "> {:,}"),
    ("maximum", "≤ {:,}"),
    ("pattern", "`{}`"),
)


def allowed(schema: dict[str, Any]) -> str:
    """Return what a value may be, in few words."""
    shapes = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    shape = shapes[0]
    if "enum" in shape:
        return " or ".join(f"`{one}`" for one in shape["enum"])
    bounds = [text.format(shape[key]) for key, text in BOUNDS if key in shape]
    kind = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    name = kind.get(shape.get("type", ""), "path" if shape.get("format") == "path" else "text")
    return ", ".join([name, *bounds])


def default(schema: dict[str, Any]) -> str:
    """Return the value where nothing is set."""
    value = schema.get("default")
    if value in (None, ""):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def rendered() -> str:
    """Return the page."""
    fields = Settings.model_json_schema()["properties"]
    rows = [
        f"| `{PREFIX}{name.upper()}` | {default(schema)} | {allowed(schema)} "
        f"| {schema['description']} |\n"
        for name, schema in fields.items()
    ]
    return HEAD + "".join(rows) + TAIL


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
