"""What is found of faults put into the shipped meters: precision, recall and F1, by the hour."""

import time
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics import faults, validating, weekly
from analytics.faults import Findings
from benchmarks.figures import Figure, Section
from benchmarks.injected import KINDS, Injected, injected
from benchmarks.metered import hours

LEAST_F1: Final = 0.70
_RIVAL_Z: Final = 3.5  # of Iglewicz and Hoaglin


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Put faults in by so many seeds, and count the hours that are found."""
    metered = hours()
    kwh = metered.kwh[:8] if quick else metered.kwh
    section = Section(
        "findings",
        [
            f"{len(kwh)} shipped meters of two years, faults by {runs} seeds (injected.py), by the",
            "hour, over all meters together. Precision: of the hours found, those with any fault",
            "put in; real faults of the data count as false. Recall: of the hours of a fault,",
            "those found as anything. No label is learnt from.",
        ],
    )
    seen: dict[str, list[float]] = {}
    for seed in range(runs):
        data = injected(kwh, seed)
        before = time.perf_counter()
        made = faults.found(data.kwh)
        took = time.perf_counter() - before
        for name, value in (_figures(made, data) | _rival(data)).items():
            seen.setdefault(name, []).append(value)
        seen.setdefault("readings", []).append(data.kwh.size / took)
    rate = seen.pop("readings")
    section.figures = [
        Figure(name, "", values, LEAST_F1 if name.startswith("F1") else None)
        for name, values in seen.items()
    ]
    section.figures.append(Figure("rate", "readings/s", rate))
    return [section]


def _figures(made: Findings, data: Injected) -> dict[str, float]:
    masks = {name: mask_of(made, data.kind.shape, name) for name in KINDS}
    every = np.any(list(masks.values()), axis=0)
    figures = _told("all", every, every, data.kind >= 0, data.kind >= 0)
    for number, name in enumerate(KINDS):
        figures |= _told(name, masks[name], every, data.kind >= 0, data.kind == number)
    return figures


def mask_of(made: Findings, shape: tuple[int, ...], name: str) -> NDArray[np.bool_]:
    """Return which hours stand in findings of a kind."""
    mask = np.zeros(shape, np.bool_)
    rows = made.kind == faults.KINDS.index(name)
    for meter, first, length in zip(
        made.meter[rows], made.first[rows], made.hours[rows], strict=True
    ):
        mask[meter, first : first + length] = True
    return mask


def _told(
    name: str,
    found: NDArray[np.bool_],
    every: NDArray[np.bool_],
    faulty: NDArray[np.bool_],
    of_kind: NDArray[np.bool_],
) -> dict[str, float]:
    precision = float((found & faulty).sum() / max(found.sum(), 1))
    recall = float((every & of_kind).sum() / max(of_kind.sum(), 1))
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {f"F1, {name}": f1, f"precision, {name}": precision, f"recall, {name}": recall}


def _rival(data: Injected) -> dict[str, float]:
    """Return the F1 of the modified z of each hour of the week, which knows no neighbours."""
    hours, faulty = data.kwh, data.kind >= 0
    found = np.zeros(hours.shape, np.bool_)
    for row, source in enumerate(hours):
        for place in range(weekly.WEEK):
            values = source[place :: weekly.WEEK]
            known = np.flatnonzero(np.isfinite(values))
            z = validating.modified_z(values[known].tolist())
            far = [one is None or abs(one) > _RIVAL_Z for one in z]
            found[row, place :: weekly.WEEK][known] = far
    return {
        "rival's, a modified z by hour of the week": _told("", found, found, faulty, faulty)["F1, "]
    }
