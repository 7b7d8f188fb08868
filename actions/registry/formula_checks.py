"""What is refused of a virtual channel, and what it is in words."""

from collections.abc import Iterable, Sequence
from datetime import date

from actions.fields import Acting, Words
from actions.registry.meter_trees import called
from analytics.meter_trees import WHOLE, Counted, Placed, mains_on, way_up
from metering.errors import ConflictError, InputError
from storage.dated import supersede
from storage.registry import formulas, meters, shares, submeters
from storage.registry.formulas import Formula
from storage.registry.meters import Channel

BY = {
    "area_m2": Words("建筑面积", "floor area"),
    "persons": Words("用能人数", "persons"),
}


def check_inputs(at: Acting, carrier: str, inputs: Sequence[int], field: str) -> list[Channel]:
    """Return the inputs of a virtual channel; refuse another unit or zone, and virtual ones.

    What is added must be counted in the same quanta, such as Wh, and by the same midnights.
    """
    found = meters.channels(at.connection, list(inputs))
    quantum = formulas.quantum(at.connection, carrier)
    for one in found:
        own = formulas.quantum(at.connection, one.carrier)
        if own != quantum:
            raise _unlike(
                field, one, f"计 {one.carrier}({own[0]}),不是 {carrier}({quantum[0]})",
                f"measures {one.carrier} ({own[0]}), not {carrier} ({quantum[0]})",
            )  # fmt: skip
        if one.zone != found[0].zone:
            raise _unlike(
                field, one, f"时区为 {one.zone},{found[0].code} 为 {found[0].zone}",
                f"is of {one.zone}, {found[0].code} of {found[0].zone}",
            )  # fmt: skip
    if virtual := formulas.virtual(at.connection, list(inputs)):
        one = next(one for one in found if one.channel_id in virtual)
        raise _unlike(field, one, "本身是虚拟通道", "is a virtual channel itself")
    return found


def check_counts(at: Acting, inputs: Iterable[int], since: date, field: str) -> None:
    """Refuse to count what counts already with an input, its main meters or its sub-meters."""
    for channel in inputs:
        placed = [Placed(*row) for row in submeters.trees(at.connection, [channel])]
        mains = mains_on(placed, since)
        near = {*way_up(mains, channel), *(one for one in mains if channel in way_up(mains, one))}
        for row in submeters.counted(at.connection, [channel]):
            one = Counted(*row)
            ends = one.until is not None and one.until <= since
            if one.channel in near and one.share > 0 and not ends:
                raise _counted(at, channel, one.channel, field)


def count(
    at: Acting, institution: int, channel: int, carrier: str, since: date, source: str
) -> None:
    """Let a virtual channel make an institution's account from a day on."""
    row = (institution, channel, carrier, WHOLE, since, source)
    changed = supersede(at.connection, shares.TERM, [row], at.actor)
    if changed:
        shares.queue_accounts(at.connection, [channel], [since.isoformat()])


def in_words(one: Formula) -> Words:
    """Return a formula as people write it down."""
    if one.by is None:
        parts = [
            f"{'+' if sign > 0 else '−'} {name}"
            for sign, name in zip(one.signs, one.names, strict=True)
        ]
        text = " ".join(parts).removeprefix("+ ")
        return Words(text, text)
    by, members = BY[one.by], len(one.members or ())
    return Words(
        f"{one.names[0]} 按{by.zh}由 {members} 个机构分摊",
        f"the part of {one.names[0]} by {by.en} among {members} institutions",
    )


def _unlike(field: str, one: Channel, zh: str, en: str) -> InputError:
    return InputError(
        "formula.unlike",
        zh=f"{one.meter} · {one.code} {zh}。",
        en=f"{one.meter} · {one.code} {en}.",
        next_zh="请选择计量单位和时区相同的实测通道。",
        next_en="Choose measured channels of the same unit and zone.",
        where={"field": field, "value": str(one.channel_id)},
    )


def _counted(at: Acting, channel: int, near: int, field: str) -> ConflictError:
    this, other = called(at, channel), called(at, near)
    return ConflictError(
        "formula.counts_twice",
        zh=f"{other.zh} 已计入台账;由 {this.zh} 得出的虚拟通道再计入,同一用量会重复。",
        en=f"{other.en} counts in an account already: counting what is made of {this.en} too, the "
        "same use would count twice.",
        next_zh="请先让其占比自该日起为 0,或不计入本虚拟通道。",
        next_en="Let its share be 0 from that day on first, or do not count this channel.",
        where={"field": field, "value": "true"},
    )
