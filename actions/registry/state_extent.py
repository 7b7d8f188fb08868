"""Stating how much of what a main meter measures has sub-meters, declared once."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field
from actions.kinds import Day, Line
from actions.rights import Right
from actions.things import CHANNEL
from storage.registry import extents
from storage.registry.meters import Channel

EXTENTS: Final = {
    "usual": Words("主要回路装有分表", "the main circuits"),
    "all": Words("全部回路装有分表", "all circuits"),
    "part": Words("仅部分回路装有分表", "some circuits alone"),
}
_WHAT: Final = Words("分表覆盖范围", "Extent of sub-meters")


class Extent(StrEnum):
    """Which circuits behind a main meter have sub-meters."""

    USUAL = "usual"
    ALL = "all"
    PART = "part"


class ExtentStated(BaseModel):
    """What is known from that day on."""

    channel_id: int
    extent: str
    before: str
    valid_from: str


class StateExtent(Action[Channel, ExtentStated]):
    """State which circuits behind a main meter have sub-meters, from a day on.

    By it their sum may differ by more or less from the main meter, or only not exceed it.
    """

    about = About(
        code="submeter.extent",
        on=CHANNEL,
        right=Right.REGISTER,
        path="/channels/{on}/submeter-extent",
        tag="meters and channels",
        zh="登记分表覆盖范围",
        en="State the extent of sub-meters",
        done=("分表覆盖范围已登记。", "The extent has been stated."),
    )

    extent: Extent = field(
        zh="装有分表的回路", en="Circuits with sub-meters", names=EXTENTS, examples=["all"]
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(
        zh="依据", en="Source", hint=("如配电系统图编号", "Such as the wiring diagram's number"),
        examples=["Diagram 7"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return whether it reads by COPY, as what is dated does."""
        return True

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return what held on that day before, and what will."""
        before = extents.of(at.connection, on.channel_id, self.valid_from) or Extent.USUAL
        return [Effect("extent", _WHAT, EXTENTS[before], EXTENTS[self.extent])]

    def do(self, on: Channel, at: Acting) -> ExtentStated:
        """State it; what was known before stays on record."""
        before = extents.of(at.connection, on.channel_id, self.valid_from) or Extent.USUAL
        extents.state(
            at.connection, on.channel_id, self.extent, self.valid_from, self.source, at.actor
        )
        return ExtentStated(
            channel_id=on.channel_id,
            extent=self.extent,
            before=before,
            valid_from=self.valid_from.isoformat(),
        )

    def opposite(self, on: Channel, result: ExtentStated) -> Opposite:
        """Return what was said before."""
        fields = {"extent": result.before, "valid_from": self.valid_from, "source": self.source}
        return Opposite(StateExtent.model_validate(fields), on.channel_id)
