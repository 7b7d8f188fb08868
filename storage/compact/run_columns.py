"""A run's levels and quotas as columns, as they are kept."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from compact.quotas import BOUNDS, Allocation
from compact.runs import Run, base_payload, digest_of


def node_columns(made: Allocation) -> list[list[Any]]:
    """Return parent, key, base, amount and the two parts of λ of every level."""
    nodes = made.nodes
    by = [one.multiplier or Fraction(0) for one in nodes]  # in lowest terms, as the snapshot has it
    return [
        nodes.parent.tolist(),
        list(nodes.keys),
        nodes.base_g.tolist(),
        nodes.amount_g.tolist(),
        [one.numerator for one in by],
        [one.denominator for one in by],
    ]


def quota_columns(run: Run) -> list[list[Any]]:
    """Return what is kept of every quota, lists of months as text."""
    quotas, method = run.allocation.quotas, run.problem.method
    factors, limits = method.factors, method.limits
    bases = list(run.problem.holders.base)
    return [
        quotas.institution.tolist(),
        quotas.member.tolist(),
        quotas.node.tolist(),
        quotas.year.tolist(),
        [_array(one.months_g) for one in bases],
        [json.dumps(dict(factors.get(one, {}))) for one in quotas.institution.tolist()],
        quotas.weight_g.tolist(),
        [BOUNDS[one] for one in quotas.bound.tolist()],
        quotas.amount_g.tolist(),
        [_array(one.months_g) for one in quotas],
        ["{" + ",".join(one.states) + "}" for one in bases],
        [json.dumps(base_payload(one)["marks"]) for one in bases],
        [digest_of(one) for one in bases],
        [one.year for one in bases],
        [json.dumps(dict(limits.get(one, {}))) for one in quotas.institution.tolist()],
    ]


def _array(months_g: Sequence[int | None]) -> str:
    """Return a list as PostgreSQL writes it."""
    return "{" + ",".join("NULL" if one is None else str(one) for one in months_g) + "}"
