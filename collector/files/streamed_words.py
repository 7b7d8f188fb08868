"""What is said of a large file in particular: zh, en and the next step."""

from typing import Final

from collector.files.words import Words

STREAMED: Final[dict[str, Words]] = {
    "streamed_time": Words(
        "“{}”不是可识别的时间。",
        "“{}” is not a time.",
        "请写成 2026-01-31T08:00:00+08:00,或 1970 年以来的毫秒数。",
        "Write it like 2026-01-31T08:00:00+08:00, or as milliseconds since 1970.",
    ),
    "no_offset": Words(
        "“{}”没有说明时区偏移。",
        "“{}” names no offset from UTC.",
        "请写成 2026-01-31T08:00:00+08:00,或 1970 年以来的毫秒数。",
        "Write it like 2026-01-31T08:00:00+08:00, or as milliseconds since 1970.",
    ),
    "streamed_from": Words(
        "大文件不能写明用量的起点“{}”。",
        "A large file cannot say that use began at “{}”.",
        "请把这些行按小文件导入。",
        "Import such rows as a small file.",
    ),
    "long_line": Words(
        "一行超过 65536 字节。",
        "A line has more than 65,536 bytes.",
        "请核对换行符和引号。",
        "Check line ends and quotes.",
    ),
    "streamed_column": Words(
        "大文件没有“{}”列。",
        "A large file has no column “{}”.",
        "列名为 gateway、channel、at、value、seq、unit;其他格式请按小文件导入。",
        "Columns are gateway, channel, at, value, seq, unit; other forms are taken as small files.",
    ),
}
