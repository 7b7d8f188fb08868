"""What a planner asks of all compared rules alike: year, reach of λ, corrections and limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from actions.compact.rules import HowFar
from compact.corrections import Correction
from dashboards.pages.asking import FormField
from dashboards.pages.viewer import Viewer

SHARE: Final = r"^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)?$"  # in percent


def share_of(text: str) -> Decimal | None:
    """Return a share in percent, None where it is left open."""
    return Decimal(text) if text else None


@dataclass(frozen=True, slots=True)
class How:
    """What holds for all rules; corrections: None where bases stand as they are."""

    year: int | None
    reach: HowFar
    corrections: Mapping[int, list[Correction]] | None
    relief_percent: Decimal | None
    duty_percent: Decimal | None

    @property
    def corrected(self) -> bool:
        """Whether bases are corrected."""
        return self.corrections is not None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the address says of it beside the year."""
        found = [] if self.reach is HowFar.UNION else [("reach", self.reach.value)]
        found += [("corrected", "true")] if self.corrected else []
        shares = {"relief_percent": self.relief_percent, "duty_percent": self.duty_percent}
        return found + [(name, str(one)) for name, one in shares.items() if one is not None]

    def values(self, target_id: int) -> dict[str, Any]:
        """Return what the result says of it."""
        limits = [(name, value) for name, value in self.pairs if name.endswith("_percent")]
        return {
            "target_id": target_id,
            "corrected": self.corrections,
            "chosen_year": self.year,
            "limited": limits,
        }

    def fields(self, viewer: Viewer) -> list[FormField]:
        """Return the fields that ask for it."""
        ticked = "true" if self.corrected else ""
        return [
            _field(viewer, "corrected", "flag", ticked),
            _field(viewer, "relief_percent", "number", _text(self.relief_percent)),
            _field(viewer, "duty_percent", "number", _text(self.duty_percent)),
        ]


def _field(viewer: Viewer, name: str, kind: str, value: str) -> FormField:
    label, hint = viewer.say(f"compare_{name}"), viewer.say(f"compare_{name}_why")
    unit = "%" if kind == "number" else ""
    return FormField(name, kind, label, hint, unit, value, "", False, [])


def _text(share: Decimal | None) -> str:
    return "" if share is None else str(share)
