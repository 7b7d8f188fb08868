"""How splits of compounds are refused: what is wrong, with both sides named."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from actions.fields import Words
from metering.errors import ConflictError, InputError


def _wrong(zh: str, en: str, next_zh: str, next_en: str, **where: object) -> InputError:
    return InputError(
        "compound.does_not_fit",
        zh=f"{zh}。",
        en=f"{en}.",
        next_zh=next_zh,
        next_en=next_en,
        where={"field": "users", **where},
    )


def twice() -> InputError:
    """Return the complaint about an institution that is named twice without a sub-meter."""
    return _wrong(
        "同一机构列了两次", "An institution is named twice",
        "请合并为一行;有分表的各列一行。", "Name it once; once more for each sub-meter.",
    )  # fmt: skip


def sub_meter_twice(code: str) -> InputError:
    """Return the complaint about a sub-meter that two institutions would have."""
    return _wrong(
        f"分表 {code} 列了两次", f"The sub-meter {code} is named twice",
        "一个分表只属于一个使用单位。", "A sub-meter is one user's.", value=code,
    )  # fmt: skip


def no_sub_meter(code: str, known: Iterable[str]) -> InputError:
    """Return the complaint about a channel that the compound does not have."""
    choice = ", ".join(sorted(known))
    return _wrong(
        f"没有分表“{code}”", f"There is no sub-meter “{code}”",
        f"可填写:{choice}。", f"Write one of: {choice}.", value=code,
    )  # fmt: skip


def counts_already(code: str, held: Mapping[tuple[int, int], int], channel: int) -> ConflictError:
    """Return the refusal of a sub-meter whose use counts for somebody beside the main meter."""
    who = next(whom for (whom, one), share in sorted(held.items()) if one == channel and share)
    return ConflictError(
        "compound.counts_already",
        zh=f"分表 {code} 已计入机构 {who} 的台账,再从总表中分出会重复计入。",
        en=f"The sub-meter {code} counts in the account of institution {who} already: beside the "
        "main meter it would count twice.",
        next_zh="请先将其占比改为 0,或把它作为总表。",
        next_en="Give it share 0 first, or let it count as a main meter.",
        where={"field": "users", "channel_id": channel, "institution_id": who},
    )


def no_meter(carrier: str) -> InputError:
    """Return the complaint about a compound without a meter that counts."""
    return InputError(
        "compound.no_meter",
        zh=f"该日没有计入台账的 {carrier} 计量通道可供分摊。",
        en=f"On that day no channel of {carrier} counts that could be split.",
        next_zh="请选择管理单位和能源品种;总表须先计入其台账。",
        next_en="Choose the managing body and the carrier; its main meter must count first.",
        where={"field": "carrier", "value": carrier},
    )


def percent_asked(*, agreed: bool) -> InputError:
    """Return the complaint about percents where none belong, or none where they do."""
    if agreed:
        return _wrong(
            "按协议分摊须填写比例", "By agreement each share is asked for",
            "请填写各使用单位的比例。", "State the share of each user.",
        )  # fmt: skip
    return _wrong(
        "只有按协议分摊才填比例", "Shares are stated by agreement alone",
        "请去掉比例,或改为按协议。", "Leave them out, or choose by agreement.",
    )  # fmt: skip


def no_whole(found: Decimal) -> InputError:
    """Return the complaint about shares that do not add to the whole."""
    return _wrong(
        f"比例合计 {found.normalize():f}%,不是 100%,或有比例为 0",
        f"The shares add to {found.normalize():f}%, not to 100%, or one is 0",
        "请核对比例。", "Check the shares.", together=f"{found}",
    )  # fmt: skip


def without_sub_meter(who: int) -> InputError:
    """Return the complaint about a user whom nothing measures."""
    return _wrong(
        f"机构 {who} 没有分表", f"Institution {who} has no sub-meter",
        "请填写分表,或选择其余部分的分摊依据。",
        "Name its sub-meter, or what the rest is split by.",
        institution_id=who,
    )  # fmt: skip


def no_size(name: Words | None, who: int, size: str, day: date) -> InputError:
    """Return the complaint about a user whose area or persons nobody stated."""
    called = name or Words(f"机构 {who}", f"institution {who}")
    zh, en = ("建筑面积", "floor area") if size == "area_m2" else ("用能人数", "persons")
    return _wrong(
        f"{called.zh}在 {day} 没有登记{zh}", f"{called.en} states no {en} on {day}",
        f"请先登记其{zh}。", f"State its {en} first.", institution_id=who,
    )  # fmt: skip
