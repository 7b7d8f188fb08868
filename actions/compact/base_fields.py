"""What the actions on bases ask alike: whose base it is, and why."""

from typing import Any

from actions.declared import Effect
from actions.fields import Acting, Words, field, plain
from storage.registry import institutions


def institution_name(at: Acting, institution_id: int) -> Words | None:
    """Return what an institution is called, None where the actor does not see it."""
    key = ("institution", institution_id)
    if key not in at.known:
        one = institutions.one(at.connection, institution_id)
        known = one is not None and (one.name_zh or one.name_en)
        at.known[key] = Words(one.name_zh or one.name_en or "", one.name_en or one.name_zh or "") \
            if one is not None and known else None  # fmt: skip
    found: Words | None = at.known[key]
    return found


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
