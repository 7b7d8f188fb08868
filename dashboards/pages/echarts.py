"""ECharts out of nicegui's wheel: its files alone, for nothing of that package is ever imported.

`requirements/assets.txt` pins the wheel. It is unpacked beside an environment's packages, not among
them, without what it would ask for itself.
"""

import re
from pathlib import Path
from typing import Final

from actions.wheels import command_for, places, unpacked
from metering.errors import UnavailableError

WHEEL: Final = "nicegui==3.18.0"  # as in requirements/assets.txt
__all__ = ["WHEEL", "modules", "unpacked"]
_IN_WHEEL: Final = Path("nicegui") / "elements" / "echart" / "dist"
_FIRST: Final = "index.js"
_IMPORTED: Final = re.compile(rb'from\s*"\./([\w-]+\.js)"')


def modules() -> dict[str, bytes]:
    """Return ECharts' first module by name, with those that it imports at once.

    UnavailableError where the wheel was not unpacked; it names the command that does it.
    """
    for place in places(WHEEL):
        if (place / _IN_WHEEL / _FIRST).is_file():
            return _with_imports(place / _IN_WHEEL)
    raise _missing()


def _with_imports(folder: Path) -> dict[str, bytes]:
    """Return the first module and what it imports; what it would load later is left out."""
    found: dict[str, bytes] = {}
    wanted = [_FIRST]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = (folder / name).read_bytes()
            wanted += [one.decode() for one in _IMPORTED.findall(found[name][:10_000])]
    return found


def _missing() -> UnavailableError:
    command = command_for(WHEEL)
    return UnavailableError(
        "pages.no_echarts",
        zh=f"未找到图表程序 ECharts:它取自软件包 {WHEEL},应解包在 {unpacked()}。",
        en=f"ECharts is missing: it comes out of the wheel {WHEEL}, unpacked in {unpacked()}.",
        next_zh=f"请运行:{command}(在源码目录中运行 make demo 会自动安装)。",
        next_en=f"Run: {command} (in a checkout, make demo does it).",
        where={"field": "nicegui"},
    )
