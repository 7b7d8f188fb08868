"""What an import takes, and a person should look at all the same."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.registry.complaints import problem
from actions.registry.values import NewChannel, NewInstitution, Note
from analytics.meter_trees import Counted, Placed, counted_twice
from collector.files.lookalikes import likeness
from metering.errors import InputError
from storage.registry import changes, meters, shares, sizes, submeters

_LARGE_CHANGE: Final = Decimal("0.2")
_SHOWN: Final = 5


def without_limit(rows: Sequence[NewChannel]) -> list[Note]:
    """Return a note on channels that state no limit, if there are any."""
    without = [f"{row.meter}/{row.channel}" for row in rows if row.max_per_hour is None]
    if not without:
        return []
    shown = ", ".join(without[:_SHOWN]) + (" …" if len(without) > _SHOWN else "")
    return [
        Note(
            "import.no_limit",
            f"{len(without)} 个通道未填 max_per_hour:{shown}。没有它,最后一个读数若抄错,"
            "在下一个读数到来之前会一直计入;请按接线容量、变压器容量或合同容量填写。",
            f"{len(without)} channels state no max_per_hour: {shown}. Without it a misread last "
            "reading counts until the next one; take it from the connection's capacity, the "
            "transformer or the contract.",
        )
    ]


def counted_together(connection: Connection[Any], meter_ids: Sequence[int]) -> list[Note]:
    """Return notes on meters of which several channels count: is one the sum of the others?"""
    notes = []
    for institution, meter, carrier, channels in shares.together(connection, meter_ids):
        names = ", ".join(channels)
        notes.append(
            Note(
                "import.counted_together",
                f"{institution} {meter}:{carrier} 的 {len(channels)} 个通道都计入台账({names})。"
                "若其中一个是总量、其余是分时段或分相,则重复计入:请只让总量或各分项计入,"
                "其余 share 填 0(valid_from 等于 since 表示一直如此)。",
                f"{institution} {meter}: {len(channels)} channels of {carrier} all count in the "
                f"account ({names}). If one is the total of the others (rates, phases), use is "
                "counted twice: let the total or its parts count, and give the rest share 0 "
                "(valid_from the same as since means always).",
            )
        )
    return notes


def counted_beyond(connection: Connection[Any], channel_ids: Sequence[int]) -> list[Note]:
    """Return notes on channels of which more than the whole counts, by shares or main meters."""
    notes = []
    for meter, channel, day, share in shares.beyond_whole(connection, channel_ids):
        sum_of = f"{Decimal(share) / 1_000_000:f}"
        notes.append(
            Note(
                "import.counted_beyond",
                f"{meter}/{channel}:自 {day} 起各机构占比合计 {sum_of},超过 1,同一用量会重复计入;"
                "请让迁出的机构占比为 0,或核对各占比。",
                f"{meter}/{channel}: from {day} on the shares of its institutions add up to "
                f"{sum_of}, more than 1, so use is counted twice: give who moved out share 0, or "
                "check the shares.",
            )
        )
    return [*notes, *_counted_with_mains(connection, channel_ids)]


def _counted_with_mains(connection: Connection[Any], channel_ids: Sequence[int]) -> list[Note]:
    """Return notes on sub-meters that count beside their main meters, and so twice."""
    placed = [Placed(*row) for row in submeters.trees(connection, channel_ids)]
    if not placed:
        return []
    shares = [Counted(*row) for row in submeters.counted(connection, channel_ids)]
    found = counted_twice(placed, shares)
    names = {
        one.channel_id: f"{one.meter}/{one.code}"
        for one in meters.channels(
            connection, [of for one in found for of in (one.channel, one.above)]
        )
    }
    return [
        Note(
            "import.counts_with_main",
            f"自 {one.day} 起,分表 {names.get(one.channel, one.channel)} 与其总表 "
            f"{names.get(one.above, one.above)} 都计入台账,同一用量会重复计入;请让分表占比为 0。",
            f"from {one.day} on the sub-meter {names.get(one.channel, one.channel)} counts beside "
            f"its main meter {names.get(one.above, one.above)}, so use is counted twice: give the "
            "sub-meter share 0.",
        )
        for one in found[:_SHOWN]
    ]


def resembling_codes(
    connection: Connection[Any],
    namespace: str,
    rows: Sequence[NewInstitution],
    found: Sequence[tuple[int | None, int | None]],
) -> list[Note]:
    """Return a note on new codes that only lost zeros, case or the like of one already known."""
    new = [row for row, ids in zip(rows, found, strict=True) if ids == (None, None)]
    if not new:
        return []
    like: dict[str, list[str]] = {}
    for code in changes.codes(connection, namespace):
        like.setdefault(likeness(code), []).append(code)
    pairs = [(row, like[same]) for row in new if (same := likeness(row.code)) in like]
    if not pairs:
        return []
    shown = ", ".join(f"{row.code} ≈ {known[0]}" for row, known in pairs[:_SHOWN])
    shown += " …" if len(pairs) > _SHOWN else ""
    return [
        Note(
            "import.resembling_code",
            f"{len(pairs)} 个新代码与已有代码相似(前导零、大小写或形近字):{shown}。"
            "如为同一机构,请把该列设为文本并改回原代码,否则会另立机构。",
            f"{len(pairs)} new codes resemble known ones (zeros in front, case, letters like "
            f"digits): {shown}. If they are the same institutions, format the column as text and "
            "write the known code, or others are made.",
        )
    ]


def against_parts(
    connection: Connection[Any],
    rows: Sequence[NewInstitution],
    found: Sequence[tuple[int | None, int | None]],
) -> Iterator[InputError]:
    """Find areas and persons that contradict the parts of which they are known to be made."""
    asked = [
        (known, name, row.valid_from, number) for known, name, row, number in _sizes(rows, found)
    ]
    said = [(row, name) for _, name, row, _ in _sizes(rows, found)]
    for place, made in sizes.otherwise(connection, asked).items():
        row, name = said[place]
        yield problem(
            row,
            name,
            "import.against_parts",
            (
                f"{asked[place][3]:f} 与已登记构成的合计 {made:f} 不一致。",
                f"{asked[place][3]:f} contradicts {made:f}, which its parts come to.",
            ),
            (
                "请留空,或更正该机构面积、人数的构成。",
                "Leave it empty, or correct the parts of the institution.",
            ),
        )


def _sizes(
    rows: Sequence[NewInstitution], found: Sequence[tuple[int | None, int | None]]
) -> list[tuple[int, str, NewInstitution, Decimal]]:
    """Return the areas and persons that rows state of institutions that are known."""
    return [
        (known, name, row, number)
        for row, (by_code, by_credit) in zip(rows, found, strict=True)
        if (known := by_code if by_code is not None else by_credit) is not None
        for name, number in (("area_m2", row.area_m2), ("persons", row.persons))
        if number is not None
    ]


def sizes_changed(
    connection: Connection[Any],
    rows: Sequence[NewInstitution],
    found: Sequence[tuple[int | None, int | None]],
) -> list[Note]:
    """Return notes on areas and persons that change by more than a fifth: were they meant?"""
    asked = _sizes(rows, found)
    wanted = [(known, name, row.valid_from) for known, name, row, _ in asked]
    notes = []
    for (_, name, row, number), old in zip(asked, changes.sizes(connection, wanted), strict=True):
        if old and abs(number - old) > old * _LARGE_CHANGE:
            change = f"{(number - old) / old:+.0%}"
            line = f"{row.code}: {name} {old:f} → {number:f} ({change}), {row.valid_from}"
            notes.append(Note("import.size_changes", f"{line}:请核对。", f"{line}: check it."))
    return notes
