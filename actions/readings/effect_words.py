"""What a correction changes, in words: hours, accounts and the published figures on them."""

from typing import Final

from actions.declared import Effect
from actions.fields import Acting, Words, plain
from actions.figures import in_units
from actions.readings.effects import Effects
from storage.readings.amendments import AccountChange, Published
from storage.registry import institutions, regions

_PUBLISHED: Final = {
    "base": Words("配额基数所依台账", "Accounts in the base of a quota"),
    "progress": Words("进度所依台账", "Accounts in published progress"),
    "locked": Words("已锁定台账", "Locked accounts"),
}


def of_use(found: Effects, at: Acting) -> list[Effect]:
    """Return what comes of it as people read it; other people's accounts are only counted."""
    counted = [
        ("hours", Words("用量变化的小时数", "Hours whose use changes"), found.hours_changed),
        ("beyond", Words("另有台账变化", "Other accounts that change"), found.beyond),
    ]
    said = [Effect(code, what, None, plain(str(n))) for code, what, n in counted if n]
    if found.waits:
        what = Words("尚有读数待计算", "Readings still to be computed")
        said.append(Effect("waits", what, None, Words("影响会更多", "more will change")))
    names = _names(at, found)
    said += [_of_account(one, names) for one in found.accounts]
    return said + [_of_published(one, names) for one in found.published]


def _of_account(one: AccountChange, names: dict[int | str, Words]) -> Effect:
    of, carrier = names[one.institution_id or 0], names[one.carrier]
    before, after = (in_units(quanta, one.per_unit) for quanta in (one.before, one.after))
    return Effect(
        "account",
        Words(f"{of.zh} {carrier.zh} {one.month:%Y-%m}", f"{of.en} {carrier.en} {one.month:%Y-%m}"),
        None if before is None else plain(f"{before} {one.unit}"),
        None if after is None else plain(f"{after} {one.unit}"),
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
