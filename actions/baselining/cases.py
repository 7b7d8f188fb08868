"""Cases of use against temperature whose values stand in the case, or in a file that it names."""

import json
from pathlib import Path
from typing import Any

from actions.baselining.compared import Compared, relative
from actions.baselining.filed import names_file, result_of
from actions.baselining.tables import content
from actions.solving.cases import RULES, plain, read, solve


def compare(path: Path) -> list[Compared]:
    """Return what the cases come to that have a model of use against temperature."""
    text = content(path)
    known = json.loads(text)["cases"]
    found: list[Compared] = []
    for case, told in zip(read(text), known, strict=True):
        if names_file(case):
            found += _filed(path, told)
        elif case["rule"] in RULES:
            found += _flat(path, told, solve(case).result)
    return found


def _flat(path: Path, told: dict[str, Any], result: dict[str, Any]) -> list[Compared]:
    """Compare numbers and lists of numbers; of a fit, that no more is left than others leave."""
    wanted, source = dict(told["expect"]), path.stem
    if (most := wanted.pop("sse_at_most", None)) is not None:
        own = wanted.pop("sse_own_search", most)
        return [
            Compared(source, told["id"], name, one, result["sse"], relative(one, 1e-4), "most")
            for name, one in (("sse", most), ("sse of a search by 0.01°", own))
        ]
    pairs = [(name, plain(one), result[name]) for name, one in wanted.items()]
    return [
        Compared(source, told["id"], f"{name}{place}", one, other, told["tolerance"] or 0.0)
        for name, several, found in pairs
        for place, one, other in _each(several, found)
    ]


def _each(several: Any, found: Any) -> list[tuple[str, Any, Any]]:
    if not isinstance(several, list):
        return [("", several, found)]
    rows = zip(several, found, strict=True)
    return [(f" {place}", one, other) for place, (one, other) in enumerate(rows, 1)]


def _filed(path: Path, told: dict[str, Any]) -> list[Compared]:
    """Compare what a model of a file comes to: equal, or within another program's bounds."""
    found, wanted, case = result_of(path, told), told["expect"], told["id"]
    by = wanted.get("avoided_fraction_abs_tolerance", 0.0)
    compared: list[Compared] = []
    if "r2" in wanted:
        r2, within = found["r2"], told["tolerance"] or 0.0
        compared.append(Compared(path.stem, case, "r2", wanted["r2"], r2, within))
    if "r2_at_least" in wanted:
        least, most = wanted["r2_at_least"], wanted["cvrmse_at_most"]
        compared += [
            Compared(path.stem, case, "r2", least, found["r2"], way="least"),
            Compared(path.stem, case, "cvrmse", most, found["cvrmse_n"], way="most"),
        ]
    for name, within in (("avoided_fraction", by), ("true_fraction", 2 * by)):
        if name in wanted:
            share = found["avoided_fraction"]
            compared.append(Compared(path.stem, case, name, wanted[name], share, within))
    return compared
