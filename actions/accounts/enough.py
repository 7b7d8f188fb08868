"""The share of time that an office asks to be measured before it ranks and compares."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, Field

from actions.actor import Actor, denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Amount, Id, Line
from actions.rights import Right
from storage.accounts import enough
from storage.accounts.enough import EnoughShare
from storage.registry import regions

__all__ = ["EnoughShare", "StateEnough", "list_shares"]

_MILLION: Final = 10**6
_UNTIL_STATED: Final = Decimal("0.9")
Share = Annotated[Amount, Field(ge=Decimal("0.5"), le=1, decimal_places=6)]


class ShareStated(BaseModel):
    """A share of the expected time that holds from now on."""

    region_id: int | None
    share: str = Field(description="An exact decimal number.", examples=["0.95"])


def planned_regions(at: Acting) -> Sequence[Option]:
    """Return the regions that the actor plans for."""
    planned = regions.planned(at.connection)
    return [
        Option(str(one.region_id), Words(one.name_zh, one.name_en))
        for one in regions.tree(at.connection, only_seen=False)
        if one.region_id in planned
    ]


def region_of_office() -> Any:
    """Return the field of the region whose office states a rule."""
    return field(
        zh="行政区划",
        en="Region",
        hint=(
            "连同其下级;不填即整个平台,由系统管理员规定",
            "With all below it; left open: the whole installation, by its administrator",
        ),
        choices=planned_regions,
        default=None,
    )


def source_of_office(example: str) -> Any:
    """Return the field of the paper that an office's rule goes by."""
    return field(
        zh="依据",
        en="Source",
        hint=("谁决定的、哪份文件", "Who decided it, or which paper"),
        examples=[example],
    )


class ByOffice:
    """Is stated for a region and all below it; stands before Action among the bases."""

    about: ClassVar[About]
    region: int | None

    def check(self, on: None, at: Acting) -> None:
        """Refuse who does not decide for the region, or for the installation."""
        if not enough.may_state(at.connection, self.region):
            raise denied(self.about.code)


class StateEnough(ByOffice, Action[None, ShareStated]):
    """State the share of time below which an office, and all below it, ranks and compares nothing.

    What was stated before stays on record; without a region it is the installation's, which its
    administrator states.
    """

    about = About(
        code="enough.state",
        right=Right.PLAN,
        path="/enough-measured",
        tag="accounts",
        zh="规定计量多少才作比较",
        en="State how much must be measured",
        done=("已记录;排名和同比据此计算。", "Recorded; places and years go by it."),
    )

    share: Share = field(
        zh="应计时间中至少计量的比例",
        en="Share of the expected time",
        hint=("0.5 到 1 之间的小数,例如 0.9 即九成", "Between 0.5 and 1; 0.9 is nine tenths"),
        examples=["0.95"],
    )
    region: Id | None = region_of_office()
    source: Line = source_of_office("Office notice 2026-7")

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the share that is stated for the region now, and the one that would be."""
        known = {one.region_id: one.share for one in enough.stated(at.connection)}
        inherited = known.get(None, _UNTIL_STATED)
        before = known.get(self.region, inherited)
        words = Words("应计时间中至少计量的比例", "Share of the expected time")
        return [Effect("share", words, _percent(before), _percent(self.share))]

    def do(self, on: None, at: Acting) -> ShareStated:
        """State it."""
        millionths = int(self.share * _MILLION)
        enough.state(at.connection, self.region, millionths, self.source, at.actor)
        return ShareStated(region_id=self.region, share=f"{self.share.normalize():f}")

    @classmethod
    def where_to(cls, on: None, result: ShareStated) -> str:
        """Return the list of institutions, which goes by it."""
        return "/"


def list_shares(actor: Actor) -> list[EnoughShare]:
    """Return what the installation and its offices state, the installation first."""
    with actor.look() as connection:
        return enough.stated(connection)


def _percent(share: Decimal) -> Words:
    return plain(f"{(share * 100).normalize():f} %")
