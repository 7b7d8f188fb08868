"""Targets of unions: set by planners, under an agreement that holds."""

from actions.accounts.listed import known_profile
from actions.compact.unions import must_plan
from actions.desk import Desk
from compact.runs import target_said
from compact.targets import Curve, Indicator, Origin, Target
from metering.errors import ConflictError
from storage.compact import targets, unions
from storage.compact.targets import Kept

__all__ = ["Curve", "Indicator", "Kept", "Origin", "Target", "list_targets", "set_target"]


def set_target(desk: Desk, union_id: int, target: Target, source: str) -> int:
    """Set a target for a union; return its id."""
    with desk.act("target.set", union_id, target_said(target)) as connection:
        must_plan(connection, union_id, "target.set")
        agreement = unions.agreement(connection, union_id)
        if agreement is None:
            raise ConflictError(
                "target.no_agreement",
                zh="该区域联合体还没有协议。",
                en="This union has no agreement yet.",
                next_zh="请先登记各成员单位签署的协议。",
                next_en="Record the agreement that its members signed first.",
                where={"union_id": union_id},
            )
        agreement.must_hold()
        known_profile(connection, target.profile)
        return targets.add(connection, union_id, target, source, desk.actor)


def list_targets(desk: Desk, union_id: int | None = None) -> list[Kept]:
    """Return the targets that the reader sees, of one union or of all."""
    with desk.look() as connection:
        return targets.listed(connection, union_id)
