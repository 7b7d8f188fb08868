"""Figures of several runs: the median with its extremes, beside the goal where there is one."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, measured once in each run.

    goal: what the median must reach (`least`) or must not exceed (`most`).
    """

    name: str
    unit: str
    values: Sequence[float]
    goal: float | None = None
    bound: Literal["least", "most"] = "least"

    @property
    def median(self) -> float:
        """The figure that is quoted."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached, None where there is none."""
        if self.goal is None:
            return None
        return self.median >= self.goal if self.bound == "least" else self.median <= self.goal

    def line(self) -> str:
        """Return it as people read it."""
        text = f"{self.name:<42} {shown(self.median):>9}"
        if len(self.values) > 1:
            text += f" [{shown(min(self.values))}–{shown(max(self.values))}]"
        text += f" {self.unit}" if self.unit else ""
        if self.goal is not None:
            sign = "≥" if self.bound == "least" else "≤"
            text += f"  goal {sign} {shown(self.goal)}: {'met' if self.met else 'MISSED'}"
        return text


@dataclass(slots=True)
class Section:
    """What one benchmark came to; notes say what was done, and to what."""

    name: str
    notes: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def show(self) -> None:
        """Print it, the ratios first."""
        print(f"\n== {self.name}")
        for note in self.notes:
            print(f"   {note}")
        for figure in self.figures:
            print(f"   {figure.line()}")

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        figures = [asdict(one) | {"median": one.median, "met": one.met} for one in self.figures]
        return {"name": self.name, "notes": self.notes, "figures": figures}


def per_million(runs: Sequence[Mapping[str, float]], readings: int) -> list[Figure]:
    """Return the processor seconds of each process, for a million readings."""
    return [
        Figure(f"processor, {name}", "s per million", [run[name] / readings * 1e6 for run in runs])
        for name in runs[0]
    ]


def peaks(runs: Sequence[Mapping[str, float]], goals: Mapping[str, float]) -> list[Figure]:
    """Return the most memory of each process, in MB."""
    names = dict.fromkeys(name for run in runs for name in run)
    return [
        Figure(
            f"peak memory, {name}",
            "MB",
            [run[name] for run in runs if name in run],
            goals.get(name),
            "most",
        )
        for name in names
    ]


def shown(value: float) -> str:
    """Return a number with about three digits that mean something."""
    if abs(value) >= 1000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"
