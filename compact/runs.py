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
    LENIENT,
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
_COVERED: Final = (FORM, LENIENT, OF_ALL_RULES)
_CANONICAL: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


@dataclass(frozen=True)
class Run:
    """What was computed from what; a trial is never written down, so its snapshot waits."""

    problem: Problem
    allocation: Allocation

    @cached_property
    def snapshot(self) -> str:
        """Everything that anyone needs to do it again, as canonical JSON."""
        problem = self.problem
        content: dict[str, object] = {
            "form": problem.form,
            "algorithm": ALGORITHM,
            "digest": "sha256",
            "inputs": _inputs(problem),
            "result": _result(self.allocation, problem.form),
        }
        if problem.form in _COVERED:
            content["covers"] = covers_of(problem.holders, problem.without_base, problem.left_out)
        return canonical(content)

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
        content = json.loads(snapshot)
        known = content["form"] in (*_COVERED, UNCOVERED, BEFORE)
        if not known or content["algorithm"] != ALGORITHM:
            raise _unreadable(f"{content['form']}, {content['algorithm']}")
        problem = _problem(content["inputs"], content["form"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(str(error)) from error
    return run(problem)


def canonical(value: object) -> str:
    """Return JSON that is the same bytes for the same value: sorted keys, no spaces."""
    return _CANONICAL.encode(value)


def _inputs(problem: Problem) -> dict[str, object]:
    inputs = {
        "union": problem.union,
        "members": list(problem.members),
        "parents": [list(pair) for pair in sorted(problem.parents.items())],
        "target": target_payload(problem.target),
        "method": _method_payload(problem.method),
        "holders": [_holder_payload(one, problem.form) for one in problem.holders],
        "without_base": list(problem.without_base),
    }
    if problem.form == BEFORE:
        return inputs
    return inputs | {"left_out": list(problem.left_out), "enough_permille": problem.enough_permille}


def _problem(payload: Mapping[str, Any], form: str) -> Problem:
    return Problem(
        union=payload["union"],
        members=tuple(payload["members"]),
        parents=dict(payload["parents"]),
        target=_target(payload["target"]),
        method=Method.from_payload(payload["method"]),
        holders=Holders.of([_holder(one) for one in payload["holders"]]),
        without_base=tuple(payload["without_base"]),
        left_out=tuple(payload.get("left_out", ())),
        enough_permille=payload.get("enough_permille"),
        form=form,
    )


def target_payload(target: Target) -> dict[str, object]:
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


def _target(payload: Mapping[str, Any]) -> Target:
    words = {
        "indicator": Indicator(payload["indicator"]),
        "curve": Curve(payload["curve"]),
        "origin": Origin(payload["origin"]),
    }
    return Target(**{**payload, **words})


def _method_payload(method: Method) -> dict[str, object]:
    return method.payload | method.of_single


def base_payload(base: Base) -> dict[str, object]:
    """Return a base as JSON writes it, with what each month rests on and what is odd."""
    return {
        "base_year": base.year,
        "base_g": list(base.months_g),
        "states": [one.value for one in base.states],
        "marks": [[one.code, one.carrier, one.month] for one in base.marks],
    }


def digest_of(base: Base | None) -> str:
    """Return what names a base, so that whoever confirms it confirms this and no other."""
    text = canonical(None if base is None else base_payload(base))
    return hashlib.sha256(text.encode()).hexdigest()


def _holder_payload(holder: Holder, form: str) -> dict[str, object]:
    base = base_payload(holder.base)
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


def _holder(payload: Mapping[str, Any]) -> Holder:
    return Holder(
        institution=payload["institution"],
        region=payload["region"],
        line=payload["line"],
        year=payload["year"],
        base=Base(
            payload["base_year"],
            tuple(payload["base_g"]),
            tuple(State(one) for one in payload.get("states", ())),
            tuple(Mark(*one) for one in payload.get("marks", ())),
        ),
        class_code=payload["class"],
        area_m2=None if payload["area_m2"] is None else Decimal(payload["area_m2"]),
    )


def _result(allocation: Allocation, form: str) -> dict[str, object]:
    return {
        "nodes": [_node_payload(one, allocation) for one in allocation.nodes],
        "quotas": [_quota_payload(one, allocation, form) for one in allocation.quotas],
    }


def _node_payload(node: Node, allocation: Allocation) -> dict[str, object]:
    above = None if node.parent < 0 else allocation.nodes[node.parent].key
    by = node.multiplier  # its parts may exceed what a double holds
    return {
        "key": node.key,
        "parent": above,
        "base_g": node.base_g,
        "amount_g": node.amount_g,
        "multiplier": None if by is None else [str(by.numerator), str(by.denominator)],
    }


def _quota_payload(quota: Quota, allocation: Allocation, form: str) -> dict[str, object]:
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
