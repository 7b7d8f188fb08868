"""The templates of pages, and what they load."""

import os
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    Template,
)

from dashboards.pages import writing
from dashboards.pages.assets import Assets, load_assets
from dashboards.pages.drawn_codes import qr_code


class _OneByOne(FileSystemLoader):
    """Compiles one template at a time: each takes megabytes for a moment, and viewers come in
    crowds."""

    _turn = threading.Lock()

    def load(self, *args: Any, **named: Any) -> Template:
        with self._turn:
            return super().load(*args, **named)


@cache
def assets() -> Assets:
    """Return what pages load, read once."""
    return load_assets()


@cache
def templates() -> Environment:
    """Return the templates, which escape whatever they are given."""
    env = Environment(
        loader=_OneByOne(Path(__file__).parent / "templates"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["w"] = writing
    env.globals["assets"] = assets()
    env.globals["qr_code"] = qr_code
    return env


def compile_apart() -> None:
    """Have a child compile all templates, into a folder of this user's from which they are read.

    What compiling takes for a moment lies in pieces between what stays: 2 MB that a service would
    hold. To be called before there are threads; where nothing can be kept, pages compile as ever.
    """
    env = templates()
    with suppress(RuntimeError, OSError):  # jinja2 takes no folder that another may write in
        env.bytecode_cache = FileSystemBytecodeCache()
    if env.bytecode_cache is None or not hasattr(os, "fork"):
        return
    child = os.fork()
    if not child:
        try:
            for name in env.list_templates(extensions=["html"]):
                env.get_template(name)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
