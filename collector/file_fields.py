"""The fields of a row of readings: what each may hold, and what is said where it does not."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from collector.codecs.payload import MAX_AT_MS, MAX_KEY_CHARACTERS, MAX_SEQ
from metering.errors import InputError

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GATEWAY: Final = re.compile(r"[^/+#\s]+/[^/+#\s]+")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_LEAST_MS: Final = 100_000_000_000  # 1973: a smaller number was meant as seconds

# code: field, what is wrong and the next step, in Chinese and in English
_WORDS: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "naive_time": (
        "at",
        "时间“{}”没有时区。",
        "The time “{}” has no offset from UTC.",
        "请写明时区,例如 2026-01-31T08:00:00+08:00。",
        "Write it with its offset, such as 2026-01-31T08:00:00+08:00.",
    ),
    "bad_time": (
        "at",
        "“{}”不是可识别的时间。",
        "“{}” is not a time.",
        "请使用带时区的 ISO 8601 时间(精确到毫秒),或 1970 年以来的毫秒数。",
        "Write ISO 8601 with an offset, to the millisecond, or milliseconds since 1970.",
    ),
    "time_in_seconds": (
        "at",
        "“{}”像是秒数。",
        "“{}” looks like seconds.",
        "请使用毫秒数,即秒数的 1000 倍。",
        "Write milliseconds, a thousand times as many.",
    ),
    "not_a_number": (
        "value",
        "“{}”不是数。",
        "“{}” is not a number.",
        "请只写数字和小数点,不带单位和千位分隔符;没有读数就删去该行。",
        "Write digits and a point, no unit, no separators; where nothing was read, drop the row.",
    ),
    "bad_key": (
        "channel",
        "通道键“{}”为空、过长或含不可见字符。",
        "The channel key “{}” is empty, too long, or cannot be shown.",
        f"请填写采集网关给该通道的键,至多 {MAX_KEY_CHARACTERS} 字。",
        f"Write the gateway's key of the channel, at most {MAX_KEY_CHARACTERS} characters.",
    ),
    "bad_gateway": (
        "gateway",
        "采集网关“{}”的写法不对。",
        "“{}” does not name a gateway.",
        "请写成“省代码/采集网关”,例如 demo-a/g1。",
        "Write province/gateway, such as demo-a/g1.",
    ),
    "bad_seq": (
        "seq",
        "序号“{}”不是 1 至 2^53 的整数。",
        "The sequence number “{}” is not a whole number from 1 to 2^53.",
        "请改正,或留空。",
        "Correct it, or leave it empty.",
    ),
    "row": (
        "row",
        "该行不完整或格式有误({})。",
        "The row is cut short or malformed ({}).",
        "请核对该行的列数与引号。",
        "Check the number of its fields, and its quotes.",
    ),
    "empty": (
        "header",
        "文件为空。{}",
        "The file is empty.{}",
        "第一行应为列名:gateway,channel,at,value。",
        "Its first line names the columns: gateway,channel,at,value.",
    ),
    "unknown_column": (
        "header",
        "有未知的列:{}。",
        "It has unknown columns: {}.",
        "只保留 gateway、channel(或 key)、at、value、unit、seq。",
        "Keep gateway, channel (or key), at, value, unit and seq.",
    ),
    "double_column": (
        "header",
        "列名重复:{}。",
        "A column is named twice: {}.",
        "每列只保留一次;channel 与 key 是同一列。",
        "Keep each once; channel and key are the same.",
    ),
    "missing_column": (
        "header",
        "缺少列:{}。",
        "Columns are missing: {}.",
        "请补上;整个文件属于一个采集网关时,也可在导入时指定它。",
        "Add them; a gateway that all rows share can be named at the import instead.",
    ),
    "too_many_rows": (
        "row",
        "文件超过 {} 行读数。",
        "The file holds more than {} readings.",
        "请拆分成几个文件分别导入。",
        "Split it and import the parts.",
    ),
    "two_gateways": (
        "header",
        "文件已有 gateway 列,又另外指定了采集网关 {}。",
        "The file has a gateway column, and {} was named as well.",
        "请只用其中之一。",
        "Use one of them.",
    ),
}


class RowError(Exception):
    """A field that cannot be used; `at` says where."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value

    def at(self, name: str, line: int) -> InputError:
        """Return it as people should read it."""
        field, zh, en, next_zh, next_en = _WORDS[self.code]
        shown = "".join(one if one.isprintable() else "�" for one in self.value[:80])
        return InputError(
            f"file.{self.code}",
            zh=f"{name} 第 {line} 行,{field}:" + zh.format(shown),
            en=f"{name}, line {line}, {field}: " + en.format(shown),
            next_zh=next_zh,
            next_en=next_en,
            where={"file": name, "line": line, "field": field, "value": shown},
        )


def at_ms(text: str) -> int:
    """Return an instant: ISO 8601 with an offset, or milliseconds since 1970."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        ms = int(text[:20])
        if ms < _LEAST_MS:
            raise RowError("time_in_seconds", text)
    else:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise RowError("bad_time", text) from None
        if instant.tzinfo is None:
            raise RowError("naive_time", text)
        ms, rest = divmod(instant - _EPOCH, _MS)
        if rest:
            raise RowError("bad_time", text)
    if not 0 <= ms <= MAX_AT_MS:
        raise RowError("bad_time", text)
    return ms


def number(text: str) -> float:
    """Return a finite number, written as a machine writes it."""
    text = text.strip()
    value = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if abs(value) == float("inf"):
        raise RowError("not_a_number", text)
    return value


def key(text: str) -> str:
    """Return the gateway's name of a channel."""
    text = text.strip()
    if not text or len(text) > MAX_KEY_CHARACTERS or not text.isprintable():
        raise RowError("bad_key", text)
    return text


def gateway_name(text: str) -> str:
    """Return "{province}/{gateway}"."""
    text = text.strip()
    if not _GATEWAY.fullmatch(text) or not text.isprintable():
        raise RowError("bad_gateway", text)
    return text


def sequence(text: str) -> int | None:
    """Return a sequence number, None where there is none."""
    text = text.strip()
    if not text:
        return None
    seq = int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else 0
    if not 1 <= seq <= MAX_SEQ:
        raise RowError("bad_seq", text)
    return seq
