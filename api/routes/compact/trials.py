"""What a rule would come to: tried on a target, level by level, and kept nowhere."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.compact.bases import State
from actions.compact.comparing import Fairness, Spread, fairness_measures
from actions.compact.disclosure import withheld_words
from actions.compact.make_run import MakeRun, tried_by
from actions.compact.runs import Trial
from actions.figures import kilograms
from api.auth import CurrentActor
from api.fields import Exact, Id
from api.late import LateRoute
from compact.covers import covers_of
from compact.quotas import Node

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["runs and quotas"])


class LevelShown(BaseModel):
    """A level of a cascade: a year, a region, its own level, a department line."""

    key: str
    parent: str | None
    base: Exact | None = Field(description="null where it would tell of a restricted one.")
    amount: Exact | None
    multiplier: str | None = Field(description="λ as a fraction.")
    withheld: str | None = Field(
        None, description="In words, which figures would tell of a restricted institution."
    )


class SpreadShown(BaseModel):
    """The least and the most of a ratio over all institutions that have it."""

    least: float
    most: float


class FairnessShown(BaseModel):
    """What a rule means for those who bear it; null where nobody has what a measure needs."""

    quota_to_base: SpreadShown | None
    saving_to_feasible: SpreadShown | None = Field(description="B and C.")
    gini_of_rates: float | None = Field(description="Of savings over base; 0 is equal.")
    at_bound: int = Field(description="Institutions whose quota a bound decides.")


class TrialResult(BaseModel):
    """What a rule would come to."""

    rule: str
    unit: str = Field(description="Of all amounts: kgce, kgCO2 or m3.")
    base: Exact | None
    total: Exact | None
    target: Exact | None = Field(
        description="What the target allows; the total differs where the rule has its own caps."
    )
    withheld: str | None = Field(
        None, description="In words, which figures would tell of a restricted institution."
    )
    quotas: int
    without_base: int
    left_out: int
    covers: dict[str, int] = Field(description="What the sums hold and lack, as of a run.")
    months_missing: int = Field(description="Months of bases that are not known: no quota there.")
    months_estimated: int
    base_marks: dict[str, int] = Field(description="How often each kind of oddity occurs.")
    fairness: FairnessShown
    levels: list[LevelShown]


@router.post("/targets/{target_id}/compare", summary="Try a rule")
def post_compare(target_id: Id, wanted: MakeRun, actor: CurrentActor) -> TrialResult:
    """Return what a rule would come to, level by level; nothing is kept."""
    return _tried(tried_by(actor, target_id, wanted))


def _tried(trial: Trial) -> TrialResult:
    run, made = trial.run, trial.run.allocation
    figures = {
        "base": kilograms(made.base_g) if trial.total_shown else None,
        "total": kilograms(made.total_g) if trial.total_shown else None,
        "target": kilograms(made.target_g) if trial.total_shown else None,
    }
    states, marks = run.problem.holders.base.counts
    return TrialResult(
        **figures,
        withheld=withheld_words(**figures),
        rule=run.problem.method.rule.value,
        unit=run.problem.target.indicator.unit,
        quotas=len(made.quotas),
        without_base=len(run.problem.without_base),
        left_out=len(run.problem.left_out),
        covers=covers_of(run.problem.holders, run.problem.without_base, run.problem.left_out),
        months_missing=states[State.MISSING],
        months_estimated=states[State.ESTIMATED],
        base_marks=dict(marks),
        fairness=_fairness(fairness_measures(run)),
        levels=[
            _level(
                one, None if one.parent < 0 else made.nodes[one.parent].key, place in trial.shown
            )
            for place, one in enumerate(made.nodes)
        ],
    )


def _level(one: Node, parent: str | None, shown: bool) -> LevelShown:
    if not shown:
        return LevelShown(
            key=one.key, parent=parent, base=None, amount=None, multiplier=None,
            withheld=withheld_words(base=None, amount=None, multiplier=None),
        )  # fmt: skip
    return LevelShown(
        key=one.key,
        parent=parent,
        base=kilograms(one.base_g),
        amount=kilograms(one.amount_g),
        multiplier=None if one.multiplier is None else str(one.multiplier),
    )


def _fairness(made: Fairness) -> FairnessShown:
    return FairnessShown(
        quota_to_base=_spread(made.to_base),
        saving_to_feasible=_spread(made.effort),
        gini_of_rates=made.gini_of_rates,
        at_bound=made.at_bound,
    )


def _spread(ratio: Spread | None) -> SpreadShown | None:
    return None if ratio is None else SpreadShown(least=ratio.least, most=ratio.most)
