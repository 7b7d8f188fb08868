"""The table of regions' own profiles, with their sources."""

from typing import Final

from actions.fields import Words
from actions.registry.named import either
from actions.tables import Filter, Table, attribute
from storage.registry import region_profiles
from storage.registry.region_profiles import ProfileRow


class EveryRegion(Filter):
    """All regions that have stated one."""


REGION_PROFILES: Final = Table[ProfileRow, EveryRegion](
    code="region-profiles",
    path="/region-profiles",
    page="/region-profiles",
    words=Words("各地折标系数组", "Regions' own profiles"),
    about="By which coefficients regions' own standards count, from which day on, with the source. "
    "A region that states none counts as the nearest one above, else by the default.",
    tag="regions",
    columns=(
        attribute("region_id", "行政区划编号", "Region", "whole", only="programs"),
        either("name", "行政区划", "Region", "region"),
        attribute("profile", "系数组代码", "Code of the profile", called="profile", look="code"),
        either("profile", "折标系数组", "Profile", "profile_name"),
        attribute("valid_from", "起始日", "From", "day"),
        attribute("source", "依据", "Source"),
        attribute("known_since", "登记时间", "Recorded at", "instant"),
        attribute("known_by", "登记人", "By"),
    ),
    filter=EveryRegion,
    every=lambda at, asked: region_profiles.listed(at.connection),
    actions=("region.profile",),
    empty=Words("没有登记;各地均按默认系数组。", "None is stated: all count by the default."),
)
