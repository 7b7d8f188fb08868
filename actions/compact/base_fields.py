"""What the actions on bases ask alike: whose base it is, and why."""

from typing import Any

from actions.declared import Effect
from actions.fields import Acting, Words, field, plain
from actions.registry.institutions import institution_name

__all__ = ["because", "in_account", "institution_name"]


def in_account(at: Acting, institution_id: int) -> Effect:
    """Return whose base it is, as the first thing of a preview."""
    name = institution_name(at, institution_id) or plain(str(institution_id))
    return Effect("institution", Words("机构", "Institution"), name, name)


def because() -> Any:
    """Return the field that asks why."""
    return field(
        zh="理由",
        en="Reason",
        hint=("长期留痕,写入快照和通知", "It stays on record, in snapshots and notices"),
        examples=["Bill of the grid, 2025-03"],
    )
