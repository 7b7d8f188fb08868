"""Stating by which coefficients a region counts by itself, declared once."""

from datetime import date

from pydantic import BaseModel

from actions.actor import denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Id, Line
from actions.registry.things import every_profile
from actions.rights import Right
from actions.things import every_region
from storage.registry import region_profiles


class ProfileStated(BaseModel):
    """The profile by which a region counts from a day on."""

    region_id: int
    profile: str
    valid_from: date


class StateRegionProfile(Action[None, ProfileStated]):
    """State by which coefficients a region's own standards count, from a day on.

    Comparisons across members show its figure under them beside that under the agreed profile.
    """

    about = About(
        code="region.profile",
        right=Right.PLAN,
        path="/region-profiles",
        tag="regions",
        zh="规定行政区划的折标系数组",
        en="State a region's own profile",
        done=("已登记。", "Recorded."),
    )

    region: Id = field(
        zh="行政区划", en="Region", hint=("其下级未另定的随之", "Holds below it, too"),
        choices=every_region, examples=[3],
    )  # fmt: skip
    profile: Line = field(
        zh="折标系数组", en="Profile", choices=every_profile, examples=["DB37-2019"]
    )
    valid_from: Day = field(zh="起始日", en="From", examples=["2015-01-01"])
    source: Line = field(zh="依据", en="Source", examples=["DB37/T 2672-2019"])

    def check(self, on: None, at: Acting) -> None:
        """Refuse who does not plan for the region."""
        if not region_profiles.may_state(at.connection, self.region):
            raise denied(self.about.code)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return by which profile it counted, and would count."""
        before = region_profiles.own(at.connection, self.region, self.valid_from)
        words = Words("自有折标系数组", "Own profile")
        return [Effect("profile", words, plain(before), plain(self.profile))]

    def do(self, on: None, at: Acting) -> ProfileStated:
        """State it."""
        said = self.region, self.profile, self.valid_from, self.source
        region_profiles.state(at.connection, *said, at.actor)
        return ProfileStated(
            region_id=self.region, profile=self.profile, valid_from=self.valid_from
        )
