"""The columns of a bulk export: for programs by name, for people in their language with names."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from actions.fields import Lang, Words
from actions.registry.named import in_words
from collector.files.own_forms import FOR_PEOPLE
from storage.readings.bulk import Bound, BulkChannel
from storage.readings.bulk_lines import Rows, Stretch
from storage.readings.series import Grain

What = Literal["readings", "usage"]

_READINGS: Final = ("channel_id", "gateway", "channel", "at", "value", "unit", "seq", "from")
_USAGE: Final = (
    "channel_id", "institution_id", "meter", "channel", "carrier", "start", "used", "unit",
    "measured_s", "known_s",
)  # fmt: skip
_USAGE_FOR_PEOPLE: Final[dict[Lang, tuple[str, ...]]] = {
    "zh": (
        "机构编号", "机构名称", "表计名称", "表计", "通道", "能源品种", "开始时间", "用量", "单位",
        "形状已知秒数", "总量已知秒数",
    ),
    "en": (
        "institution id", "institution", "meter name", "meter", "channel", "carrier", "start",
        "used", "unit", "measured (s)", "known (s)",
    ),
}  # fmt: skip
_UNSAYABLE: Final = re.compile("[\x00-\x1f\x7f\u2028\u2029]+")
_RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@")
TITLES: Final[dict[What, Words]] = {
    "readings": Words("读数", "readings"),
    "usage": Words("用量", "usage"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """How the lines of an export are made. lang: of people; None for programs."""

    what: What
    grain: Grain
    lang: Lang | None
    carriers: Mapping[str, str]

    @property
    def rows(self) -> Rows:
        """Return what is read."""
        return "reading" if self.what == "readings" else self.grain

    @property
    def head(self) -> tuple[str, ...]:
        """Return the headings."""
        if self.lang is None:
            return _READINGS if self.what == "readings" else _USAGE
        return (FOR_PEOPLE if self.what == "readings" else _USAGE_FOR_PEOPLE)[self.lang]

    @property
    def tail(self) -> bool:
        """Whether a line tells more of a row than its number."""
        return self.lang is None or self.what == "usage"

    def stretches(
        self, channels: Sequence[BulkChannel], bound: Sequence[Bound], span: tuple[int, int]
    ) -> list[Stretch]:
        """Return the text around the numbers of some channels."""
        if self.what == "usage":
            return [self._stretch(one, *span, self._of_usage(one)) for one in channels]
        of: dict[int, list[Bound]] = {}
        for each in bound:
            of.setdefault(each.channel_id, []).append(each)
        return [
            self._stretch(one, first, until, self._of_reading(one, known))
            for one in channels
            for first, until, known in named(of.get(one.channel_id, []), span)
        ]

    def _stretch(
        self, one: BulkChannel, first_ms: int, until_ms: int, before: Sequence[object]
    ) -> Stretch:
        reading = self.what == "readings"
        unit = one.unit if reading else one.carrier_unit
        per_unit = one.per_unit if reading else one.carrier_per_unit
        after = "," + line([unit]) + ","
        return Stretch(one.channel_id, first_ms, until_ms, line(before) + ",", after, per_unit)

    def _of_reading(self, one: BulkChannel, known: Bound | None) -> list[object]:
        bound = (known.gateway, known.key) if known else ("", "")
        if self.lang is None:
            return [one.channel_id, *bound]
        return [*self._owner(one, self.lang), *bound]

    def _of_usage(self, one: BulkChannel) -> list[object]:
        if self.lang is None:
            return [one.channel_id, one.institution_id, one.meter, one.code, one.carrier]
        carrier = self.carriers.get(one.carrier, one.carrier)
        return [*self._owner(one, self.lang), one.meter, one.code, carrier]

    def _owner(self, one: BulkChannel, lang: Lang) -> list[object]:
        owner = in_words(one.owner_zh, one.owner_en, lang)
        return [one.institution_id, _safe(owner), _safe(in_words(one.meter_zh, one.meter_en, lang))]


def named(bound: Sequence[Bound], span: tuple[int, int]) -> list[tuple[int, int, Bound | None]]:
    """Return the parts of a span in which a channel had one name; of two at once the later one."""
    marks = {*span}
    for one in bound:
        marks |= {at for at in (one.first_ms, one.until_ms) if span[0] < at < span[1]}
    parts: list[tuple[int, int, Bound | None]] = []
    edges = sorted(marks)
    for first, until in pairwise(edges):
        found = [one for one in bound if one.first_ms <= first < one.until_ms]
        parts.append((first, until, found[-1] if found else None))
    return parts


def line(values: Sequence[object]) -> str:
    """Return cells as CSV writes them, without the end of the line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(
        ["" if one is None else _UNSAYABLE.sub(" ", str(one)) for one in values]
    )
    return text.getvalue()


def _safe(text: str) -> str:
    """Return text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text
