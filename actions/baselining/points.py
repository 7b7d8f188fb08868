"""Answers of changepointmodel: models of twelve points each, with coefficients and loads."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from actions.baselining.compared import Compared, relative
from actions.baselining.tables import content
from analytics import baselines, changepoints, degrees
from analytics.baselines import Terms
from analytics.changepoints import Model
from analytics.moments import Floats

_BY: Final = 1e-4  # relative; printed to five digits
_BETTER: Final = (
    "该程序只在出现过的气温上找变点;此处的变点更好,残差平方和更小",
    "the other program seeks bends only at temperatures that were seen; this bend leaves less",
)


def compare(path: Path) -> list[Compared]:
    """Return what each model comes to; where a published one is not the best, ours leaves less."""
    return [one for case in json.loads(content(path)) for one in _case(path, case)]


def _case(path: Path, case: dict[str, Any]) -> list[Compared]:
    kind, x, y = case["model_type"], np.array(case["x"], float), np.array(case["y"], float)
    made = changepoints.fitted(kind, x, y)
    sse = float(((made.at(x) - y) ** 2).sum())
    source, why = path.parent.name, None
    if sse < case["published_sse"] * (1 - _BY):
        why = _BETTER
    figures = [("sse", case["published_sse"], sse)]
    figures += [(name, wanted, _of(made, x)[name]) for name, wanted in _published(case).items()]
    found = [
        Compared(source, kind, name, wanted, value, relative(wanted, _BY) + 1e-9, why=why)
        for name, wanted, value in figures
    ]
    best = case["least_squares_optimum"]["sse"]
    found.append(Compared(source, kind, "optimum", best, sse, relative(best, _BY), "most"))
    return found + (_at_seen(source, kind, case, x, y) if why else [])


def _at_seen(source: str, kind: str, case: dict[str, Any], x: Floats, y: Floats) -> list[Compared]:
    """Return the same where bends are sought at seen temperatures only, as the program does."""
    terms = Terms(1.0, heating=kind == "3PH", cooling=kind == "3PC", every=True)
    made = baselines.fitted(y, degrees.of_days(x, np.unique(x)), terms)
    names = {"yint": "base", "slope 1": "left" if kind == "3PH" else "right"}
    names["bend 1"] = "h" if kind == "3PH" else "c"
    found = {name: float(getattr(made, field)[0]) for name, field in names.items()}
    wanted = _published(case)
    found["sse"], wanted["sse"] = float(made.sse[0]), case["published_sse"]
    named = f"{kind}, bends at seen temperatures"
    return [
        Compared(source, named, name, wanted[name], one, relative(wanted[name], _BY))
        for name, one in found.items()
    ]


def _published(case: dict[str, Any]) -> dict[str, float]:
    told = case["published"]
    slopes = {f"slope {place}": abs(one) for place, one in enumerate(told["slopes"], 1)}
    bends = {f"bend {place}": one for place, one in enumerate(told["changepoints"], 1)}
    loads = {f"{name} load": one for name, one in told["loads"].items()}
    return {"yint": told["yint"], **slopes, **bends, **loads}


def _of(made: Model, x: Floats) -> dict[str, float]:
    """Return a model's figures by the names that are printed; a slope without its sign."""
    known = made.coefficients()
    slopes = [abs(known[name]) for name in ("slope", "l", "r") if name in known]
    bends = [known[name] for name in ("h", "p", "c") if name in known]
    base = len(x) * made.base
    heating = float((made.left * np.maximum(0.0, made.h - x)).sum()) if made.left else 0.0
    cooling = float((made.at(x) - made.base).sum()) - heating if made.right else 0.0
    return {
        "yint": made.base,
        **{f"slope {place}": one for place, one in enumerate(slopes, 1)},
        **{f"bend {place}": one for place, one in enumerate(bends, 1)},
        "base load": base,
        "heating load": heating,
        "cooling load": cooling,
    }
