"""Stating a region's civil zone, declared once: whose midnight ends its day."""

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Id, Line
from actions.rights import Right
from actions.things import every_region
from metering.errors import InputError
from storage.registry import zones


class ZoneStated(BaseModel):
    """The zone that a region has from now on."""

    region_id: int
    zone: str = Field(description="IANA name, such as Asia/Shanghai.")


class StateZone(Action[None, ZoneStated]):
    """Let a region and those below it count their days in a zone from now on."""

    about = About(
        code="setting.zone",
        right=Right.ADMINISTER,
        path="/region-zones",
        tag="regions",
        zh="设定行政区划的民用时区",
        en="State a region's civil zone",
        done=("时区已设定。", "The zone has been stated."),
    )

    region: Id = field(zh="行政区划", en="Region", choices=every_region, examples=[3])
    zone: Line = field(
        zh="民用时区",
        en="Civil zone",
        hint=("IANA 名称；其下级未另设的随之", "An IANA name; holds below it where none is stated"),
        examples=["Asia/Urumqi"],
    )
    source: Line = field(
        zh="依据", en="Source", hint=("文件名称或文号", "Document or number"), examples=["Notice 7"]
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse a zone that the database does not know."""
        if not zones.is_zone(at.connection, self.zone):
            raise InputError(
                "zone.unknown",
                zh=f"未知的时区“{self.zone}”。",
                en=f"Unknown time zone “{self.zone}”.",
                next_zh="请使用 IANA 时区名,如 Asia/Shanghai。",
                next_en="Use an IANA name such as Asia/Shanghai.",
                where={"field": "zone", "value": self.zone},
            )

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the zone before and after."""
        before = zones.zone_of(at.connection, self.region)
        return [Effect("zone", Words("民用时区", "Civil zone"), plain(before), plain(self.zone))]

    def do(self, on: None, at: Acting) -> ZoneStated:
        """State it; the one before it stays on record."""
        zones.state(at.connection, self.region, self.zone, self.source, at.actor)
        return ZoneStated(region_id=self.region, zone=self.zone)
