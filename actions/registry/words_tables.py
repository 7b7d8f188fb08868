"""The territorial tree, and the words of lists: carriers and profiles."""

from typing import Final

from actions.fields import Words, field
from actions.registry.named import either
from actions.tables import Filter, Table, attribute
from storage.registry import regions
from storage.registry.regions import Carrier, Profile, Region

_NAMES: Final = (
    attribute("name_zh", "中文名称", "Name, Chinese", only="programs"),
    attribute("name_en", "英文名称", "Name, English", only="programs"),
    either("name", "名称", "Name", "name"),
)


class WhichRegions(Filter):
    """Whether regions are wanted in which nothing is seen, too."""

    whole: bool = field(zh="全部行政区划", en="Also those where nothing is seen", default=False)


class All(Filter):
    """Nothing is asked for."""


REGIONS: Final = Table[Region, WhichRegions](
    code="regions",
    path="/regions",
    words=Words("行政区划", "Regions"),
    about="Regions in order of code, each with its parent and with the institutions that the "
    "reader sees in it; by default those in which something is seen.",
    tag="words and places",
    columns=(
        attribute("region_id", "编号", "Id", "whole"),
        attribute("parent_id", "上级编号", "Parent", "whole"),
        attribute("code", "代码", "Code"),
        attribute("kind", "级别", "Kind"),
        *_NAMES,
        attribute("climate_zone", "气候分区", "Climate zone"),
        attribute("grid_region", "电网区域", "Grid region"),
        attribute("is_demo", "演示", "Demo", "flag"),
        attribute("verified", "已核对", "Verified", "flag"),
        attribute("source", "来源", "Source"),
        attribute(
            "own_level",
            "本级机构",
            "Own level",
            "whole",
            hint=("隶属本级", "Institutions affiliated to the region itself"),
        ),
        attribute(
            "institutions",
            "机构(含下级)",
            "Institutions",
            "whole",
            hint=("含下级行政区划", "With those of its lower regions"),
        ),
    ),
    filter=WhichRegions,
    every=lambda at, asked: regions.tree(at.connection, only_seen=not asked.whole),
)
CARRIERS: Final = Table[Carrier, All](
    code="carriers",
    path="/carriers",
    words=Words("能源品种", "Carriers"),
    about="Carriers with their unit and the whole quanta that their accounts count.",
    tag="words and places",
    columns=(
        attribute("code", "代码", "Code"),
        *_NAMES,
        attribute("unit", "单位", "Unit"),
        attribute("quantum", "核算量子", "Quantum"),
        attribute("per_unit", "每单位量子数", "Quanta in a unit", "whole"),
        attribute("in_total_energy", "计入综合能耗", "In total energy", "flag"),
        attribute("source", "来源", "Source"),
        attribute("verified", "已核对", "Verified", "flag"),
    ),
    filter=All,
    every=lambda at, asked: regions.carriers(at.connection),
)
PROFILES: Final = Table[Profile, All](
    code="profiles",
    path="/profiles",
    words=Words("折标系数组", "Profiles"),
    about="The named sets of coefficients, each an authority's, the default first.",
    tag="words and places",
    columns=(
        attribute("code", "代码", "Code"),
        *_NAMES,
        attribute("is_default", "默认", "Default", "flag"),
    ),
    filter=All,
    every=lambda at, asked: regions.profiles(at.connection),
)
