"""What a correction changes, in words: hours, accounts and the published figures on them."""

from typing import Final
from zoneinfo import ZoneInfo

from actions.declared import Effect
from actions.fields import Acting, Words, plain
from actions.figures import in_units, in_words, instant
from actions.readings import effects
from actions.readings.correcting import Case, Done
from actions.readings.effects import Effects
from storage.readings.amended import AccountChange, Published
from storage.registry import institutions, regions

_PUBLISHED: Final = {
    "base": Words("配额基数所依台账", "Accounts in the base of a quota"),
    "progress": Words("进度所依台账", "Accounts in published progress"),
    "locked": Words("已锁定台账", "Locked accounts"),
}

# What of an instant each kind of correction is about, and what it is from then on.
_CORRECTED: Final = {
    "void": (Words("读数", "Reading"), Words("作废", "void")),
    "set": (Words("读数", "Reading"), None),
    "reinstate": (Words("读数", "Reading"), Words("有效", "counts")),
    "wrap": (Words("示数变小", "Fall of the register"), Words("满码翻转", "wrap")),
    "use": (Words("未知时段的用量", "Use of the unknown step"), None),
    "withdraw": (Words("换表记录", "Exchange"), Words("撤回", "withdrawn")),
    "exchange": (Words("换表记录", "Exchange"), Words("有效", "holds")),
    "file": (Words("文件更正", "Corrections by a file"), Words("有效", "holds")),
}
_TAKEN_BACK: Final = Words("撤销", "taken back")


def of_correction(done: Done, at: Acting, before: Words | None = None) -> list[Effect]:
    """Return the correction itself, as its zone tells the time, and what comes of it.

    before: what the instant showed.
    """
    one, channel = done.correction, done.channel
    what, after = _CORRECTED[one.kind]
    when = f"{instant(one.at_ms).astimezone(ZoneInfo(channel.zone)):%Y-%m-%d %H:%M:%S}"
    if one.known_until is not None:
        before, after = after or _shown(channel.unit, one.value, channel.per_unit), _TAKEN_BACK
    elif after is None:
        after = _shown(channel.unit, one.value, channel.per_unit)
    effect = Effect("correction", Words(f"{what.zh} {when}", f"{what.en} {when}"), before, after)
    return [effect, *of_use(done.effects, at)]


def value_at(one: Case) -> Words | None:
    """Return what the channel showed at the instant, None where there is no reading."""
    near = effects.around(one.connection, one.channel.channel_id, one.at_ms)
    found = near.rows.ends[near.rows.at_ms == one.at_ms].tolist()
    return plain(one.shown(found[0])) if found else None


def _shown(unit: str, quanta: int | None, per_unit: int) -> Words | None:
    return None if quanta is None else plain(in_words(quanta, per_unit, unit))


def of_use(found: Effects, at: Acting) -> list[Effect]:
    """Return what comes of it as people read it; other people's accounts are only counted."""
    counted = [
        ("hours", Words("用量变化的小时数", "Hours whose use changes"), found.hours_changed),
        ("beyond", Words("另有台账变化", "Other accounts that change"), found.beyond),
    ]
    listed = [Effect(code, what, None, plain(str(n))) for code, what, n in counted if n]
    if found.waits:
        what = Words("尚有读数待计算", "Readings still to be computed")
        listed.append(Effect("waits", what, None, Words("影响会更多", "more will change")))
    names = _names(at, found)
    listed += [_of_account(one, names) for one in found.accounts]
    return listed + [_of_published(one, names) for one in found.published]


def _of_account(one: AccountChange, names: dict[int | str, Words]) -> Effect:
    of, carrier = names[one.institution_id or 0], names[one.carrier]
    before, after = (in_units(quanta, one.per_unit) for quanta in (one.before, one.after))
    return Effect(
        "account",
        Words(f"{of.zh} {carrier.zh} {one.month:%Y-%m}", f"{of.en} {carrier.en} {one.month:%Y-%m}"),
        _shown(one.unit, one.before, one.per_unit),
        _shown(one.unit, one.after, one.per_unit),
        {
            "institution_id": one.institution_id,
            "carrier": one.carrier,
            "month": f"{one.month:%Y-%m}",
            "unit": one.unit,
            "before": before,
            "after": after,
        },
    )


def _of_published(one: Published, names: dict[int | str, Words]) -> Effect:
    of = names[one.institution_id]
    where = {"institution_id": one.institution_id, "year": one.year}
    after = Words(f"{of.zh} {one.year}", f"{of.en} {one.year}")
    return Effect("published", _PUBLISHED[one.kind], None, after, where)


def _names(at: Acting, found: Effects) -> dict[int | str, Words]:
    """Return what institutions and carriers are called."""
    ids = {one.institution_id or 0 for one in found.accounts}
    ids |= {one.institution_id for one in found.published}
    known: dict[int | str, Words] = {0: Words("", "")}
    for one in institutions.some(at.connection, sorted(ids)):
        zh, en = one.name_zh or one.name_en, one.name_en or one.name_zh
        known[one.institution_id] = Words(zh or str(one.institution_id), en or "")
    for carrier in regions.carriers(at.connection):
        known[carrier.code] = Words(carrier.name_zh, carrier.name_en)
    return known
