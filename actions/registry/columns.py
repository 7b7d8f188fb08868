"""The columns of the registry's files: which are needed, what they mean, and an example of each."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """One column; examples: its cells in the example's rows, empty ones included."""

    name: str
    examples: tuple[str, ...]
    zh: str
    en: str
    needed: bool = True


def may(name: str, examples: tuple[str, ...], zh: str, en: str) -> Column:
    return Column(name, examples, zh, en, needed=False)


REGIONS: Final = (
    Column("code", ("330000", "330900"), "行政区划代码，GB/T 2260 或更长", "GB/T 2260 or longer"),
    Column(
        "kind",
        ("province", "city"),
        "nation、province、city、county、township、development_zone 或 corps",
        "nation, province, city, county, township, development_zone or corps",
    ),
    Column("name_zh", ("浙江省", "舟山市"), "中文名", "Chinese name"),
    Column("name_en", ("Zhejiang", "Zhoushan"), "英文名", "English name"),
    Column(
        "parent_code",
        ("000000", "330000"),
        "上级代码；全国为 000000",
        "code of the region above; the nation is 000000",
    ),
    may(
        "climate_zone",
        ("hot_summer_cold_winter", ""),
        "建筑气候区；空则不改",
        "climate zone of buildings; empty changes nothing",
    ),
    may(
        "grid_region",
        ("GRID_EC", ""),
        "所属区域电网，取碳排放因子时用；空则不改",
        "regional grid, for the CO2 factor; empty changes nothing",
    ),
    may("is_demo", ("", ""), "yes 表示演示数据", "yes marks demonstration data"),
    may(
        "valid_from",
        ("", "2001-01-01"),
        "自哪天起如此；空为 2000-01-01",
        "from which day on this holds; empty is 2000-01-01",
    ),
    may("source", ("", ""), "依据；空为文件名", "what says so; empty is the file's name"),
)

INSTITUTIONS: Final = (
    Column(
        "code",
        ("lib", "school"),
        "名录编制者自己的代码，导入时据此找到同一机构",
        "the roster's own code, by which the institution is found again",
    ),
    Column("name_zh", ("市图书馆", "第一中学"), "中文名", "Chinese name"),
    Column("name_en", ("City Library", "First School"), "英文名", "English name"),
    Column(
        "credit_code",
        ("", ""),
        "统一社会信用代码，18 位，核对校验位；可空",
        "unified social credit code, 18 characters, checked; may be empty",
    ),
    Column(
        "class_code",
        ("CUL", "EDU"),
        "机构类型代码，如 GOV、EDU、HLT；可空",
        "class of the survey, such as GOV, EDU, HLT; may be empty",
    ),
    Column("department_line", ("culture", "education"), "主管系统", "department line"),
    Column(
        "level",
        ("city", "county"),
        "隶属层级：central、provincial、city、county 或 township",
        "level of its authority: central, provincial, city, county or township",
    ),
    Column(
        "region_code",
        ("330900", "330900"),
        "隶属的行政区划，决定计入谁的合计",
        "the region it is affiliated to, in whose total it counts",
    ),
    Column(
        "area_m2",
        ("12500", "8200.5"),
        "建筑面积，m²；未填报则空，不填 0",
        "floor area in m²; empty where nobody stated it, never 0",
    ),
    Column("persons", ("85", ""), "用能人数；未填报则空", "persons; empty where not stated"),
    Column(
        "valid_from",
        ("2025-01-01", "2025-07-01"),
        "这一行所说的自哪天起成立；面积或隶属变更时以新日期另写一行",
        "from which day on the row holds; a changed area or affiliation gets a row of its own day",
    ),
    may(
        "location_region_code",
        ("", "330000"),
        "所在地区划，决定气候和电网因子；空则同隶属",
        "where it stands, for climate and grid factor; empty is region_code",
    ),
    may(
        "disclosure",
        ("", "restricted"),
        "open、restricted（仅本系统和主管部门可见）或 off_platform；空为 open",
        "open, restricted (own line and authority only) or off_platform; empty is open",
    ),
    may("latitude", ("29.98", ""), "纬度，度；可空", "degrees; may be empty"),
    may("longitude", ("122.2", ""), "经度，度；可空", "degrees; may be empty"),
    may("source", ("", ""), "依据；空为文件名", "what says so; empty is the file's name"),
)

CHANNELS: Final = (
    Column("institution", ("lib", "school"), "机构代码", "the institution's code"),
    Column("meter", ("m1", "w1"), "计量表代码，机构内唯一", "the meter's code in its institution"),
    Column("channel", ("import", "cold"), "通道代码，表内唯一", "the channel's code in its meter"),
    Column("carrier", ("electricity", "water"), "能源品种代码", "code of the carrier"),
    Column(
        "kind",
        ("register", "interval"),
        "register（累计止码）、interval（时段用量，时标为时段末）或 power（瞬时功率）",
        "register (a counter), interval (use of the period that ends then) or power (a rate)",
    ),
    Column("unit", ("kWh", "m3"), "网关上送的单位", "the unit in which the gateway sends"),
    Column(
        "period_s",
        ("900", "3600"),
        "应有的读数间隔，秒；超过 1.5 倍的时段按估算标记",
        "seconds between readings; hours beyond 1.5 times that are marked as estimated",
    ),
    Column(
        "max_per_hour",
        ("400", "30"),
        "接线每小时最多可用多少，按 unit，取自接线、变压器或合同容量；"
        "空则抄错的最后一个读数会一直计入，导入时提示",
        "what the connection can carry in an hour, in `unit`, from connection, transformer or "
        "contract; without it a misread last reading counts until the next, and the import says so",
    ),
    Column(
        "wraps_at",
        ("1000000", ""),
        "计度器回零值，按 unit；仅 register，不会回零则空",
        "where a register starts again from 0, in `unit`; registers only, empty if never",
    ),
    Column("zone", ("Asia/Shanghai", "Asia/Shanghai"), "民用时区", "civil time zone of its days"),
    Column(
        "since",
        ("2026-01-01T00:00+08:00", "2026-01-01T00:00+08:00"),
        "自何时起计量，须带时区；更早的读数拒收。以后导入可提前，不能推后",
        "when it begins, with its offset; older readings are refused. A later import may move it "
        "earlier, never later",
    ),
    Column(
        "gateway",
        ("example/gw1", "example/gw1"),
        "网关：省份/网关；通道尚无标识时与 key 一并留空",
        "province/gateway; empty, with key, where the channel has none",
    ),
    Column("key", ("m1.import", "w1"), "网关对该通道的称呼", "the gateway's name of the channel"),
    Column("name_zh", ("总电表", "水表"), "计量表中文名", "the meter's Chinese name"),
    Column("name_en", ("Main meter", "Water meter"), "计量表英文名", "the meter's English name"),
    may(
        "per_unit",
        ("1000", ""),
        "每 unit 的通道最小单位数：1000 保留三位小数；空为 1000",
        "quanta of the channel in one `unit`: 1000 keeps three decimals; empty is 1000",
    ),
    may(
        "factor",
        ("80", ""),
        "互感器变比，如 80、80/5、1.5；单位换算自动得出；空为 1",
        "the transformers' ratio alone: 80, 80/5, 1.5; units convert by themselves; empty is 1",
    ),
    may(
        "net",
        ("", ""),
        "yes 表示 interval 或 power 的值可为负；register 不可填",
        "yes where values of interval or power may be negative; refused on a register",
    ),
    may(
        "share",
        ("", "0.6"),
        "计入该机构台账的占比，-1 至 1，最多六位小数；空为 1，分表填 0",
        "how much counts in the institution's account, -1 to 1, at most six decimals; empty is 1, "
        "0 for a sub-meter",
    ),
    may(
        "valid_from",
        ("", ""),
        "设置、标识或占比变更自何时起，须带时区；factor 只在换表时改变",
        "from when a changed setting, key or share holds, with its offset; factor changes only at "
        "an exchange",
    ),
    may(
        "held_by",
        ("", ""),
        "标识从另一机构移来时填该机构的代码，否则整次导入被拒绝；原机构已以占比 0 迁出的可留空",
        "where a key moves here from another institution: that one's code, else all is refused; "
        "may be empty once that one moved out by share 0",
    ),
    may("source", ("", ""), "依据；空为文件名", "what says so; empty is the file's name"),
)
