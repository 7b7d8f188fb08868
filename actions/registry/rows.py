"""An import against what is known: found again, made new, or changed from a day on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from actions.registry import channels, checks, histories, noted
from actions.registry.history_checks import named
from actions.registry.values import Count, NewChannel, NewInstitution, Registered, Registry, refuse
from metering.errors import InputError
from metering.institutions import check_credit_code
from storage.dated import supersede_in_turn
from storage.registry import table


def write(connection: Connection[Any], registry: Registry, by: str) -> Registered:
    """Import within the caller's transaction; whatever is wrong is raised before anything holds."""
    table.lock_imports(connection)
    known = table.regions(connection)
    found = table.institutions(
        connection, registry.namespace, [(r.code, _credit(r)) for r in registry.institutions]
    )
    elsewhere = _elsewhere(connection, registry)
    refuse(
        [
            *_unknown_regions(registry, known),
            *_unknown_codes(connection, registry),
            *_two_institutions(registry.institutions, found),
            *_unknown_channel_words(connection, registry, elsewhere),
            *noted.against_parts(connection, registry.institutions, found),
        ]
    )
    regions = _regions(connection, registry, known, by)
    changes = noted.sizes_changed(connection, registry.institutions, found)
    alike = noted.resembling_codes(connection, registry.namespace, registry.institutions, found)
    ids, institutions = _institutions(connection, registry, found, known, by)
    written, told = channels.write(connection, registry.channels, elsewhere | ids, by)
    later, more = histories.write(connection, registry, elsewhere | ids, by)
    notes = (*changes, *alike, *told, *more)
    return Registered(regions, institutions, written, notes, **later)


def _elsewhere(connection: Connection[Any], registry: Registry) -> dict[str, int]:
    """Return institutions that channels name and an earlier import brought."""
    own = {row.code for row in registry.institutions}
    codes = list(dict.fromkeys([row.institution for row in registry.channels] + named(registry)))
    wanted = [code for code in codes if code not in own]
    found = table.institutions(connection, registry.namespace, [(code, None) for code in wanted])
    return {code: ids[0] for code, ids in zip(wanted, found, strict=True) if ids[0] is not None}


def _unknown_regions(registry: Registry, known: dict[str, int]) -> Iterable[InputError]:
    codes = known.keys() | {row.code for row in registry.regions}
    for region in registry.regions:
        if region.parent_code and region.parent_code not in codes:
            yield checks.unknown(region, "parent_code")
    for row in registry.institutions:
        for field in ("region_code", "location_region_code"):
            if getattr(row, field) not in codes:
                yield checks.unknown(row, field)


def _unknown_codes(connection: Connection[Any], registry: Registry) -> Iterable[InputError]:
    classes = table.codes(connection, "institution_class")
    lines = table.codes(connection, "department_line")
    for row in registry.institutions:
        if row.class_code is not None and row.class_code not in classes:
            yield checks.unknown(row, "class_code", classes)
        if row.department_line not in lines:
            yield checks.unknown(row, "department_line", lines)


def _two_institutions(
    rows: Sequence[NewInstitution], found: Sequence[tuple[int | None, int | None]]
) -> Iterable[InputError]:
    """Find rows whose code is one institution's and whose credit code another's."""
    taken: dict[int, NewInstitution] = {}
    for row, (by_code, by_credit) in zip(rows, found, strict=True):
        one = by_code if by_code is not None else by_credit
        if None not in (by_code, by_credit) and by_code != by_credit:
            zh = f"该代码是机构 {by_code},信用代码却属于机构 {by_credit}。"
            en = f"the code is institution {by_code}'s, the credit code institution {by_credit}'s."
        elif one is not None and taken.setdefault(one, row).code != row.code:
            zh = f"与“{taken[one].code}”是同一机构({one})。"
            en = f"this is the same institution ({one}) as “{taken[one].code}”."
        else:
            continue
        then = ("请核对两个代码。", "Check both codes.")
        yield checks.problem(row, "credit_code", "import.two_institutions", (zh, en), then)


def _unknown_channel_words(
    connection: Connection[Any], registry: Registry, elsewhere: dict[str, int]
) -> Iterable[InputError]:
    own = {row.code for row in registry.institutions}
    quanta = table.quanta(connection)
    zones = table.zones(connection, _since_of_zones(registry.channels))
    for row in registry.channels:
        if row.institution not in own and row.institution not in elsewhere:
            yield checks.unknown(row, "institution")
        if row.carrier not in quanta:
            yield checks.unknown(row, "carrier", quanta)
        elif (bad := checks.unit(row, quanta[row.carrier])) is not None:
            yield bad
        exists, whole = zones[row.zone]
        if not exists:
            yield checks.unknown(row, "zone")
        elif not whole:
            yield checks.problem(
                row,
                "zone",
                "import.zone_of_half_hours",
                (
                    f"{row.zone} 与 UTC 的时差不是整小时。",
                    f"{row.zone} is not whole hours off UTC.",
                ),
                ("目前只支持整小时时区。", "Only zones of whole hours can be used."),
            )


def _since_of_zones(rows: Sequence[NewChannel]) -> dict[str, datetime]:
    since: dict[str, datetime] = {}
    for row in rows:
        since[row.zone] = min(since.get(row.zone, row.since), row.since)
    return since


def _regions(
    connection: Connection[Any], registry: Registry, known: dict[str, int], by: str
) -> Count:
    """Make and change regions; `known` then holds the new ones too."""
    rows = registry.regions
    new = list(dict.fromkeys(row.code for row in rows if row.code not in known))
    made = dict(zip(new, table.new_ids(connection, "region", len(new)), strict=True))
    table.insert(connection, "region", {"id": "integer"}, [(one,) for one in made.values()])
    known |= made
    facts = [
        (
            known[row.code],
            known[row.parent_code] if row.parent_code else None,
            row.code,
            row.kind,
            row.name_zh,
            row.name_en,
            row.climate_zone,
            row.grid_region,
            row.is_demo,
            row.valid_from,
            row.source,
        )
        for row in sorted(rows, key=lambda row: row.valid_from)
    ]
    changed = supersede_in_turn(connection, table.REGION, facts, by)
    every = {row.code for row in rows}
    return _count(len(every), set(made.values()), {one.key[0] for one in changed})


def _institutions(
    connection: Connection[Any],
    registry: Registry,
    found: Sequence[tuple[int | None, int | None]],
    regions: dict[str, int],
    by: str,
) -> tuple[dict[str, int], Count]:
    """Make and change institutions; return their ids by code."""
    rows = registry.institutions
    known = {row.code for row, who in zip(rows, found, strict=True) if who != (None, None)}
    new = list(dict.fromkeys(row.code for row in rows if row.code not in known))
    made = dict(zip(new, table.new_ids(connection, "institution", len(new)), strict=True))
    table.insert(connection, "institution", {"id": "integer"}, [(one,) for one in made.values()])
    ids = made | _named(connection, registry, found, made)
    rows = sorted(rows, key=lambda row: row.valid_from)
    facts = [fact for row in rows for fact in _facts(row, ids)]
    affiliations = [_affiliation(row, ids, regions) for row in rows]
    locations = [_location(row, ids, regions) for row in rows]
    changed = [
        *supersede_in_turn(connection, table.FACT, facts, by),
        *supersede_in_turn(connection, table.AFFILIATION, affiliations, by),
        *supersede_in_turn(connection, table.LOCATION, locations, by),
    ]
    every = {row.code for row in rows}
    return ids, _count(len(every), set(made.values()), {one.key[0] for one in changed})


def _named(
    connection: Connection[Any],
    registry: Registry,
    found: Sequence[tuple[int | None, int | None]],
    made: dict[str, int],
) -> dict[str, int]:
    """Keep the codes that this namespace did not have; return who was found, by code."""
    ids: dict[str, int] = {}
    kept: set[str] = set()
    for row, (by_code, by_credit) in zip(registry.institutions, found, strict=True):
        known = by_code if by_code is not None else by_credit
        if known is not None:
            ids[row.code] = known
        if by_code is not None:
            kept.add(row.code)
    codes = [
        (registry.namespace, code, one) for code, one in (made | ids).items() if code not in kept
    ]
    columns = {"namespace": "text", "code": "text", "institution_id": "integer"}
    table.insert(connection, "institution_code", columns, codes)
    return ids


def _affiliation(
    row: NewInstitution, ids: dict[str, int], regions: dict[str, int]
) -> tuple[Any, ...]:
    """Return under whom an institution stands, from its day on."""
    return (
        ids[row.code],
        regions[row.region_code],
        row.level,
        row.department_line,
        row.valid_from,
        row.source,
    )


def _location(row: NewInstitution, ids: dict[str, int], regions: dict[str, int]) -> tuple[Any, ...]:
    """Return where an institution stands, from its day on."""
    return (
        ids[row.code],
        regions[row.location_region_code],
        row.latitude,
        row.longitude,
        row.valid_from,
        row.source,
    )


def _credit(row: NewInstitution) -> str | None:
    return None if row.credit_code is None else check_credit_code(row.credit_code)


def _facts(row: NewInstitution, ids: dict[str, int]) -> Iterable[tuple[Any, ...]]:
    """Return what is known of an institution; what is missing stays missing."""
    texts = {
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "credit_code": _credit(row),
        "class": row.class_code,
        "disclosure": row.disclosure.value,
    }
    for attribute, text in texts.items():
        if text is not None:
            yield ids[row.code], attribute, text, None, row.valid_from, row.source
    for attribute, number in {"area_m2": row.area_m2, "persons": row.persons}.items():
        if number is not None:
            yield ids[row.code], attribute, None, number, row.valid_from, row.source


def _count(rows: int, made: set[int], touched: set[int]) -> Count:
    changed = len(touched - made)
    return Count(len(made), changed, rows - len(made) - changed)
