"""A run as readers find it, without its snapshot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run without its snapshot; issued_as: how its quotas came into the books, if they did.

    base_g, total_g: None where they would tell of a restricted institution.
    in_force: the years whose quotas are those of this run; a later issue may have taken them.
    covers: what its sums hold and lack; None where they are withheld, and in runs of before.
    shadow: members that it counts on trial; then it is never issued. root: to which every part of
    its snapshot leads.
    second_person: whether its union has another person issue it than who asks for it.
    request: "asked" while somebody waits for that, "refused" since; by whom, when and why.
    """

    run_id: int
    target_id: int
    union_id: int
    indicator: str
    version: int
    rule: str
    method: dict[str, Any]
    sha256: str
    quotas: int
    base_g: int | None
    total_g: int | None
    made_at: datetime
    issued_as: str | None
    issued_at: datetime | None
    in_force: list[int]
    without_base: int
    left_out: int
    covers: dict[str, int] | None
    shadow: list[int]
    root: str
    second_person: bool
    request: str | None
    request_by: str | None
    request_at: datetime | None
    request_reason: str | None

    @property
    def waits(self) -> bool:
        """Whether somebody asked for its issue, and nobody has answered."""
        return self.request == "asked" and self.issued_as is None

    @property
    def state(self) -> str:
        """Whether it is a proposal, holds for some year, or a later run took its place."""
        if self.issued_as is None:
            return "proposal"
        return "in_force" if self.in_force else "superseded"
