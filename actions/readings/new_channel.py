"""A meter and its channel that are made together with the key that is bound to them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from actions.actor import denied
from actions.fields import Acting
from actions.registry import channels, checks
from actions.registry.values import NewChannel, Registry
from metering.channels import Kind
from metering.errors import InputError
from metering.units import quanta_per_unit
from storage.registry import institutions, table, zones

_LEAST: Final = 1000  # quanta in a unit
_FIELDS: Final = {
    "since": "opens",
    "key": "channel_key",
    "channel": "channel_key",
    "name_zh": "name",
}


def planned(at: Acting, asked: Mapping[str, Any]) -> NewChannel:
    """Return the channel that would be made, or refuse what cannot be one.

    asked: the fields of `key.bind`, all of those for a new one.
    """
    carrier, unit, of = asked["carrier"], asked["unit"], Kind.named(asked["kind"])
    quantum = table.quanta(at.connection).get(carrier, "")
    whole = quanta_per_unit(unit, of, quantum) or Fraction(_LEAST)
    found = institutions.one(at.connection, asked["institution"])
    row = NewChannel(
        institution=str(asked["institution"]),
        meter=asked["meter"],
        channel=asked["channel_key"],
        carrier=carrier,
        kind=of,
        unit=unit,
        per_unit=max(_LEAST, whole.numerator) if whole.denominator == 1 else _LEAST,
        ratio=Fraction(asked["ratio"]),
        period_s=asked["period_s"],
        max_per_hour=None,
        wraps_at=None,
        net=False,
        zone=zones.zone_of(at.connection, found.region_id if found else None),
        since=asked["opens"],
        gateway=asked["gateway"],
        key=asked["channel_key"],
        share_millionths=1_000_000 if asked["counts"] == "yes" else 0,
        name_zh=asked["name"],
        name_en=asked["name"],
        source=asked["source"],
    )
    wrong = [*checks.check_rows(Registry(channels=[row])), checks.unit(row, quantum)]
    for one in wrong:
        if one is not None:
            raise _ours(one)
    return row


def made(at: Acting, row: NewChannel) -> int:
    """Make it with its binding, and return its id."""
    if not table.administers(at.connection):
        raise denied("key.bind")
    table.lock_imports(at.connection)
    institution = int(row.institution)
    channels.write(at.connection, [row], {row.institution: institution}, at.actor)
    return channels.id_of(at.connection, institution, row.meter, row.channel)


def _ours(error: InputError) -> InputError:
    """Return a complaint about a row of an import as one about a field of the form."""
    name = str(error.where.get("field", ""))
    return InputError(
        error.code,
        zh=error.zh,
        en=error.en,
        next_zh=error.next_zh,
        next_en=error.next_en,
        where={**error.where, "field": _FIELDS.get(name, name)},
    )
