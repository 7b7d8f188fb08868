"""Planning a check with its roster frozen, and drawing by the published seed, declared once."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.accounts.check_refusals import (
    drawn_already,
    nobody,
    not_public,
    other_roster,
    seed_known,
    too_small,
    year_to_come,
)
from actions.accounts.check_things import PLAN
from actions.accounts.submission_filling import Year
from actions.actor import denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Day, Id, Line
from actions.rights import Right
from actions.things import every_line, every_region
from analytics.sampling import drawn, frame_digest, strata, to_draw
from metering.checks import Unit
from storage.accounts import check_plans
from storage.accounts.check_plans import NewPlan, PlanRow

Percent = Annotated[Amount, Field(gt=0, le=100, decimal_places=4)]
Square = Annotated[Amount, Field(gt=0, le=10**9)]
_PER_PERCENT: Final = 10_000
_DRAWN: Final = Words("将抽中的机构", "Institutions that are drawn")


class CheckPlanned(BaseModel):
    """A planned check, its frozen roster's digest, and how many would be drawn of it."""

    plan_id: int
    frame_sha256: str
    institutions: int
    drawn: int


class CheckDrawn(BaseModel):
    """A drawn check, and how many were drawn."""

    plan_id: int
    drawn: int


class PlanCheck(Action[None, CheckPlanned]):
    """Plan a check of a year: freeze the roster, and name the public figure that will be the seed.

    The seed becomes known after the roster is frozen, so that nobody can steer who is drawn.
    """

    about = About(
        code="check.plan",
        right=Right.CHECK_ACCOUNTS,
        path="/check-plans",
        tag="checks",
        zh="制定抽查方案",
        en="Plan a check",
        done=("名录已冻结;待种子公布后抽取。",
              "The roster is frozen; draw once the seed is public."),
        by_file=False,
    )  # fmt: skip

    year: Year = field(zh="核查年度", en="Year that is checked", examples=[2015])
    region: Id = field(
        zh="行政区划(含下级)",
        en="Region, with its lower ones",
        hint=("按其直接下级、类别和规模分层",
              "Strata go by the regions right below it, class and size"),
        choices=every_region,
        examples=[12],
    )  # fmt: skip
    line: Line | None = field(
        zh="主管部门", en="Department line", hint=("不填为全部", "Left open: all"),
        choices=every_line, default=None,
    )  # fmt: skip
    share: Percent = field(
        zh="抽查比例(%)",
        en="Share (%)",
        hint=("每层按此比例进一取整", "Of each stratum, rounded up"),
        examples=["5"],
    )
    large_m2: Square | None = field(
        zh="大型机构建筑面积起点(m²)",
        en="Large from (m² of floor area)",
        hint=("不填则不按规模分层", "Left open: no strata by size"),
        default=None,
    )
    source: Line = field(
        zh="依据",
        en="Source",
        hint=("抽查方案或通知的文号", "The paper by which it is checked"),
        examples=["管节能〔2016〕8 号"],
    )
    seed_from: Line = field(
        zh="种子取自哪个公开数",
        en="Which public figure is the seed",
        hint=(
            "例如某期福利彩票双色球开奖号码;现在还不能知道的",
            "Such as the numbers of a named lottery draw; one that nobody knows yet",
        ),
        examples=["双色球 2016044 期开奖号码"],
    )
    seed_day: Day = field(
        zh="种子公布日", en="Day on which it becomes public", examples=["2016-04-19"]
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse who may not, too small a share, a seed that may be known, and an empty roster."""
        if not check_plans.plans_there(at.connection, self.region, self.line):
            raise denied(self.about.code)
        if self.year > at.today.year:
            raise year_to_come(self.year)
        least = check_plans.rule(at.connection, "share", at.today)
        if self._share < least.millionths:
            raise too_small(self.share, least)
        if self.seed_day <= at.today:
            raise seed_known(self.seed_day)
        if not self._roster(at):
            raise nobody()

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return how large the roster is, in how many strata, and how many are drawn of it."""
        units = self._roster(at)
        told = (
            (Words("名录中的机构", "Institutions in the roster"), len(units)),
            (Words("层数", "Strata"), len(strata(units))),
            (_DRAWN, self._many(units)),
        )
        frame = Words("名录摘要(SHA-256)", "Digest of the roster (SHA-256)")
        return [
            *(Effect("roster", words, None, plain(f"{many:,}")) for words, many in told),
            Effect("frame", frame, None, plain(frame_digest(units))),
        ]

    def do(self, on: None, at: Acting) -> CheckPlanned:
        """Freeze the roster."""
        units = self._roster(at)
        digest = frame_digest(units)
        said = NewPlan(
            self.year, self.region, self.line, self._share, self.large_m2, self.source,
            self.seed_from, self.seed_day,
        )  # fmt: skip
        made = check_plans.plan(at.connection, said, units, digest, at.today, at.actor)
        return CheckPlanned(
            plan_id=made, frame_sha256=digest, institutions=len(units), drawn=self._many(units)
        )

    @classmethod
    def where_to(cls, on: None, result: CheckPlanned) -> str:
        """Return the page of its roster."""
        return f"/check-plans/frame?plan={result.plan_id}"

    @property
    def _share(self) -> int:
        return int(Decimal(self.share) * _PER_PERCENT)

    def _roster(self, at: Acting) -> list[Unit]:
        key = ("roster", self.region, self.line, self.large_m2)
        if key not in at.known:
            at.known[key] = check_plans.roster(at.connection, *key[1:])
        found: list[Unit] = at.known[key]
        return found

    def _many(self, units: list[Unit]) -> int:
        return sum(to_draw(len(held), self._share) for held in strata(units).values())


class DrawCheck(Action[PlanRow, CheckDrawn]):
    """Draw by the seed that has become public; everybody can draw the same from roster and seed."""

    about = About(
        code="check.draw",
        on=PLAN,
        right=Right.CHECK_ACCOUNTS,
        path="/check-plans/{on}/draw",
        tag="checks",
        zh="抽取机构",
        en="Draw by the seed",
        done=("已抽取,核查表已建立。", "Drawn: each has its check sheet."),
        by_file=False,
    )

    seed: Annotated[Line, Field(max_length=200)] = field(
        zh="种子",
        en="Seed",
        hint=("照公布的写法填写,空格也算", "As it was published; blanks count, too"),
        examples=["03 09 14 19 26 31 + 07"],
    )

    @classmethod
    def fits(cls, on: PlanRow) -> bool:
        """Return whether it is not drawn yet."""
        return on.seed is None

    def check(self, on: PlanRow, at: Acting) -> None:
        """Refuse what is drawn, a seed before its day, and who sees another roster."""
        if on.seed is not None:
            raise drawn_already(on)
        if at.today < on.seed_day:
            raise not_public(on)
        if frame_digest(self._frame(on, at)) != on.frame_sha256:
            raise other_roster(on)

    def foresee(self, on: PlanRow, at: Acting) -> list[Effect]:
        """Return how many are drawn; who they are is not told before it is certain."""
        many = len(drawn(self._frame(on, at), on.share_millionths, self.seed))
        seed = Words(f"种子({on.seed_from})", f"Seed ({on.seed_from})")
        return [
            Effect("seed", seed, None, plain(self.seed)),
            Effect("drawn", _DRAWN, None, plain(f"{many:,}")),
        ]

    def do(self, on: PlanRow, at: Acting) -> CheckDrawn:
        """Draw."""
        ids = drawn(self._frame(on, at), on.share_millionths, self.seed)
        check_plans.draw(at.connection, on.plan_id, self.seed, ids, at.actor)
        return CheckDrawn(plan_id=on.plan_id, drawn=len(ids))

    @classmethod
    def where_to(cls, on: PlanRow, result: CheckDrawn) -> str:
        """Return the list of its sheets."""
        return f"/check-sheets?plan={on.plan_id}"

    def _frame(self, on: PlanRow, at: Acting) -> list[Unit]:
        key = ("frame", on.plan_id)
        if key not in at.known:
            at.known[key] = check_plans.frame(at.connection, on.plan_id)
        found: list[Unit] = at.known[key]
        return found
