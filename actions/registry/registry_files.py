"""The files of what holds of channels from other days on, and all files of a registry by name."""

from typing import Final

from actions.registry.columns import CHANNELS, INSTITUTIONS, REGIONS, Column, may

_SOURCE: Final = may(
    "source", ("", ""), "依据；空为文件名", "what says so; empty is the file's name"
)
_OF: Final = (
    Column("institution", ("lib", "lib"), "机构代码", "the institution's code"),
    Column("meter", ("m1", "m1"), "计量表代码", "the meter's code"),
    Column("channel", ("import", "import"), "通道代码", "the channel's code"),
)

EXCHANGES: Final = (
    *_OF,
    Column(
        "at",
        ("2026-03-02T10:30+08:00", "2026-05-04T09:00+08:00"),
        "换表时间，须带时区",
        "when the meter was exchanged, with its offset",
    ),
    Column(
        "final",
        ("1234.5", ""),
        "旧表止码，按通道单位；无人抄见则空",
        "last value of the old meter, in the channel's unit; empty if nobody read it",
    ),
    Column("initial", ("0", "12.25"), "新表起码", "first value of the new meter"),
    _SOURCE,
)
SETTINGS: Final = (
    *_OF,
    Column(
        "factor",
        ("80", "100/5"),
        "互感器变比；只在换表时改变",
        "the transformers' ratio; changes only at an exchange",
    ),
    Column("period_s", ("900", "900"), "应有的读数间隔，秒", "seconds between readings"),
    Column(
        "max_per_hour",
        ("400", ""),
        "接线每小时最多可用多少，按通道单位；可空",
        "what the connection can carry in an hour, in the channel's unit; may be empty",
    ),
    Column(
        "wraps_at",
        ("1000000", "100000"),
        "计度器回零值，按通道单位；可空",
        "where a register starts again from 0, in the channel's unit; may be empty",
    ),
    Column(
        "valid_from",
        ("2026-03-02T10:30+08:00", "2026-05-04T09:00+08:00"),
        "自何时起如此，须带时区",
        "from when on this holds, with its offset",
    ),
    _SOURCE,
)
KEYS: Final = (
    Column("gateway", ("example/gw2", "example/gw2"), "网关：省份/网关", "province/gateway"),
    Column("key", ("m1.import", "old"), "网关对该通道的称呼", "the gateway's name of the channel"),
    Column(
        "institution",
        ("lib", ""),
        "机构代码；标识自此不再指任何通道时，三列均空",
        "the institution's code; all three are empty where the key means nothing from then on",
    ),
    Column("meter", ("m1", ""), "计量表代码", "the meter's code"),
    Column("channel", ("import", ""), "通道代码", "the channel's code"),
    Column(
        "valid_from",
        ("", "2026-05-04T09:00+08:00"),
        "自何时起如此，须带时区；空为一直如此",
        "from when on this holds, with its offset; empty is always",
    ),
    may(
        "held_by",
        ("", ""),
        "标识自此离开另一机构时（移来，或不再指任何通道），填该机构的代码",
        "where the key leaves another institution, or ends: that one's code",
    ),
    _SOURCE,
)
SHARES: Final = (
    Column("institution", ("lib", "school"), "计入谁的台账", "in whose account it counts"),
    Column("meter_of", ("lib", "lib"), "计量表属于哪个机构", "the institution that has the meter"),
    Column("meter", ("m1", "m1"), "计量表代码", "the meter's code"),
    Column("channel", ("import", "import"), "通道代码", "the channel's code"),
    Column(
        "share",
        ("0.75", "0.25"),
        "计入占比，-1 至 1，最多六位小数；0 表示自此不再计入",
        "how much counts, -1 to 1, at most six decimals; 0: no longer from then on",
    ),
    Column(
        "valid_from",
        ("2026-06-01", "2026-06-01"),
        "自哪天起，计量表所在地的日期",
        "from which civil day on, where the meter stands",
    ),
    _SOURCE,
)

FILES: Final = {
    "regions.csv": REGIONS,
    "institutions.csv": INSTITUTIONS,
    "channels.csv": CHANNELS,
    "exchanges.csv": EXCHANGES,
    "settings.csv": SETTINGS,
    "keys.csv": KEYS,
    "shares.csv": SHARES,
}
