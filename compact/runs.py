"""A run as a snapshot: canonical JSON of inputs, method and result, which recomputes exactly."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from compact.allocations import (
    BEFORE,
    FORM,
    OF_ALL_RULES,
    UNCOVERED,
    Problem,
    allocated,
)
from compact.covers import covers_of
from compact.holders import Holder, Holders
from compact.methods import Method
from compact.quotas import Allocation, Node, Quota
from compact.targets import Base, Curve, Indicator, Mark, Origin, State, Target
from metering.errors import InputError

ALGORITHM: Final = (
    "cascade/1"  # λ anew at each parent, floors, then largest remainder; months cascade
)
_COVERED: Final = (FORM, OF_ALL_RULES)


@dataclass(frozen=True)
class Run:
    """What was computed from what; a trial is never written down, so its snapshot waits."""

    problem: Problem
    allocation: Allocation

    @cached_property
    def snapshot(self) -> str:
        """Everything that anyone needs to do it again, as canonical JSON."""
        problem = self.problem
        said: dict[str, object] = {
            "form": problem.form,
            "algorithm": ALGORITHM,
            "digest": "sha256",
            "inputs": _inputs(problem),
            "result": _result(self.allocation, problem.form),
        }
        if problem.form in _COVERED:
            said["covers"] = covers_of(problem.holders, problem.without_base, problem.left_out)
        return canonical(said)

    @cached_property
    def sha256(self) -> str:
        """The digest of the snapshot's bytes, which names the run."""
        return hashlib.sha256(self.snapshot.encode()).hexdigest()


def run(problem: Problem) -> Run:
    """Share a target."""
    return Run(problem, allocated(problem))


def again(snapshot: str) -> Run:
    """Compute a run anew from the inputs in its snapshot; the same bytes come of it, or a fault."""
    try:
        said = json.loads(snapshot)
        known = said["form"] in (*_COVERED, UNCOVERED, BEFORE)
        if not known or said["algorithm"] != ALGORITHM:
            raise _unreadable(f"{said['form']}, {said['algorithm']}")
        problem = _problem(said["inputs"], said["form"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(str(error)) from error
    return run(problem)


def canonical(value: object) -> str:
    """Return JSON that is the same bytes for the same value: sorted keys, no spaces."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _inputs(problem: Problem) -> dict[str, object]:
    said = {
        "union": problem.union,
        "members": list(problem.members),
        "parents": [list(pair) for pair in sorted(problem.parents.items())],
        "target": target_said(problem.target),
        "method": _method_said(problem.method),
        "holders": [_holder_said(one, problem.form) for one in problem.holders],
        "without_base": list(problem.without_base),
    }
    if problem.form == BEFORE:
        return said
    return said | {"left_out": list(problem.left_out), "enough_permille": problem.enough_permille}


def _problem(said: Mapping[str, Any], form: str) -> Problem:
    return Problem(
        union=said["union"],
        members=tuple(said["members"]),
        parents=dict(said["parents"]),
        target=_target(said["target"]),
        method=Method.from_payload(said["method"]),
        holders=Holders.of([_holder(one) for one in said["holders"]]),
        without_base=tuple(said["without_base"]),
        left_out=tuple(said.get("left_out", ())),
        enough_permille=said.get("enough_permille"),
        form=form,
    )


def target_said(target: Target) -> dict[str, object]:
    """Return a target as JSON writes it."""
    return {
        "indicator": target.indicator.value,
        "profile": target.profile,
        "fall_millionths": target.fall_millionths,
        "base_year": target.base_year,
        "target_year": target.target_year,
        "curve": target.curve.value,
        "origin": target.origin.value,
    }


def _target(said: Mapping[str, Any]) -> Target:
    words = {
        "indicator": Indicator(said["indicator"]),
        "curve": Curve(said["curve"]),
        "origin": Origin(said["origin"]),
    }
    return Target(**{**said, **words})


def _method_said(method: Method) -> dict[str, object]:
    factors = {str(one): dict(named) for one, named in method.factors.items()}
    return method.payload | {"factors": factors}


def base_said(base: Base) -> dict[str, object]:
    """Return a base as JSON writes it, with what each month rests on and what is odd."""
    return {
        "base_year": base.year,
        "base_g": list(base.months_g),
        "states": [one.value for one in base.states],
        "marks": [[one.code, one.carrier, one.month] for one in base.marks],
    }


def digest_of(base: Base | None) -> str:
    """Return what names a base, so that whoever confirms it confirms this and no other."""
    said = canonical(None if base is None else base_said(base))
    return hashlib.sha256(said.encode()).hexdigest()


def _holder_said(holder: Holder, form: str) -> dict[str, object]:
    base = base_said(holder.base)
    if form == BEFORE:
        base = {name: base[name] for name in ("base_year", "base_g")}
    return base | {
        "institution": holder.institution,
        "region": holder.region,
        "line": holder.line,
        "year": holder.year,
        "class": holder.class_code,
        "area_m2": None if holder.area_m2 is None else format(holder.area_m2, "f"),
    }


def _holder(said: Mapping[str, Any]) -> Holder:
    return Holder(
        institution=said["institution"],
        region=said["region"],
        line=said["line"],
        year=said["year"],
        base=Base(
            said["base_year"],
            tuple(said["base_g"]),
            tuple(State(one) for one in said.get("states", ())),
            tuple(Mark(*one) for one in said.get("marks", ())),
        ),
        class_code=said["class"],
        area_m2=None if said["area_m2"] is None else Decimal(said["area_m2"]),
    )


def _result(allocation: Allocation, form: str) -> dict[str, object]:
    return {
        "nodes": [_node_said(one, allocation) for one in allocation.nodes],
        "quotas": [_quota_said(one, allocation, form) for one in allocation.quotas],
    }


def _node_said(node: Node, allocation: Allocation) -> dict[str, object]:
    above = None if node.parent < 0 else allocation.nodes[node.parent].key
    by = node.multiplier  # its parts may exceed what a double holds
    return {
        "key": node.key,
        "parent": above,
        "base_g": node.base_g,
        "amount_g": node.amount_g,
        "multiplier": None if by is None else [str(by.numerator), str(by.denominator)],
    }


def _quota_said(quota: Quota, allocation: Allocation, form: str) -> dict[str, object]:
    months_g = list(quota.months_g)
    if form == BEFORE:
        months_g = [one or 0 for one in months_g]
    return {
        "institution": quota.institution,
        "parent": allocation.nodes[quota.node].key,
        "weight_g": quota.weight_g,
        "bound": quota.bound,
        "amount_g": quota.amount_g,
        "months_g": months_g,
    }


def _unreadable(why: str) -> InputError:
    return InputError(
        "run.unreadable",
        zh=f"无法读取分解快照:{why}。",
        en=f"The snapshot of a run cannot be read: {why}.",
        next_zh="请使用生成它的版本重新计算。",
        next_en="Recompute it with the version that made it.",
    )
