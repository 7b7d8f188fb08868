"""Which files hold published answers, and what is compared with each."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from actions.baselining import cambridge, cases, illinois, nmecr, points
from actions.baselining.compared import Compared
from actions.baselining.tables import columns, content, unusable

Compare = Callable[[Path], list[Compared]]

# By what the first answer of a JSON list, or the header of a CSV, has.
_LISTS: Final[dict[str, Compare]] = {
    "sample": illinois.compare,
    "input": nmecr.compare,
    "model_type": points.compare,
}
_TABLE: Final = {"meter_id", "model_type", "counterfactual_kwh"}
_NAMES: Final = ("answers.json", "models.json", "answers_*.csv", "changepoint.json")


def files_of(path: Path) -> list[Path]:
    """Return the files with answers of a folder and those below it; a file is itself."""
    if not path.is_dir():
        return [path]
    found = {one for name in _NAMES for one in path.rglob(name)}
    if not found:
        raise unusable(
            path,
            f"目录中没有已知答案({'、'.join(_NAMES)})",
            f"holds no known answers ({', '.join(_NAMES)})",
        )
    return sorted(one for one in found if compare_of(one) is not None)


def compare_of(path: Path) -> Compare | None:
    """Return what compares a file's answers, None where it holds none."""
    if path.suffix == ".json":
        try:
            held = json.loads(content(path))
        except ValueError as wrong:
            raise unusable(path, f"不是 JSON({wrong})", f"is no JSON ({wrong})") from wrong
        if isinstance(held, dict) and isinstance(held.get("cases"), list):
            return cases.compare
        first = held[0] if isinstance(held, list) and held else {}
        return next((one for name, one in _LISTS.items() if name in first), None)
    return cambridge.compare if columns(path).keys() >= _TABLE else None
