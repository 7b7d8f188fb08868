"""Loads the reference values of `seed/`: the new is added, the changed is known from now on."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from psycopg import Connection, sql

from metering.errors import InputError
from storage.editions import Edition, Table, renew
from storage.registry.published import PUBLISHED
from storage.seed_files import Row, first_day, last_day, rows

NATION_CODE: Final = "000000"
_ALWAYS: Final = "2000-01-01"  # regions that carry no date of their own hold from here
EVIDENCED: Final = ("document", "clause", "source", "evidence", "notes")
# What tables have beside, of which people may state rows: who did is their last word.
JUDGED: Final = ("verified", "made_by")


def load(connection: Connection[Any]) -> None:
    """Bring the reference tables to what the files say, within the caller's transaction."""
    _plain(connection, "carrier", "code", _carriers())
    _plain(connection, "profile", "code", _profiles())
    _plain(connection, "institution_class", "code", _classes())
    _plain(connection, "department_line", "code", _lines())
    load_factors(connection)
    for one in PUBLISHED:
        _renew(connection, one.table, one.file, one.key, one.says)
    _regions(connection)


def load_factors(connection: Connection[Any]) -> None:
    """Bring coefficients and factors to what the files say; days that people state stay theirs."""
    _coefficients(connection)
    _grid_factors(connection)


def _evidence(row: Row) -> dict[str, str | None]:
    """Return what a row says about where an auditor finds it."""
    return {
        "document": row["document"] or None,
        "clause": row["clause"] or None,
        "source": row["source"],
        "evidence": row["verified"],
        "notes": row["notes"] or None,
    }


def _carriers() -> Iterator[dict[str, Any]]:
    for row in rows("energy_carriers.csv"):
        yield {
            "code": row["code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "unit": row["unit"],
            "quantum": row["quantum"],
            "per_unit": int(row["per_unit"]),
            "in_total_energy": row["in_total_energy"] == "yes",
            "survey_field": row["survey_field"] or None,
            "mohurd_class": row["mohurd_class"] or None,
            "verified": row["verified"] == "yes",
            **_evidence(row),
        }


def _profiles() -> Iterator[dict[str, Any]]:
    for row in rows("profiles.csv"):
        yield {
            "code": row["code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "is_default": row["is_default"] == "yes",
            "valid_from": row["valid_from"] or None,
            "valid_to": row["valid_to"] or None,
            **_evidence(row),
        }


def _classes() -> Iterator[dict[str, Any]]:
    for row in rows("institution_classes.csv"):
        yield {
            "code": row["class_code"],
            "parent": row["parent_code"] or None,
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "verified": row["verified"] == "yes",
            **_evidence(row),
        }


def _lines() -> Iterator[dict[str, Any]]:
    for row in rows("department_lines.csv"):
        names = {name: row[name] for name in ("code", "name_zh", "name_en")}
        yield names | _evidence(row)


def _coefficients(connection: Connection[Any]) -> None:
    """Renew coefficients and CO2 factors, which count in the units of their carriers."""
    units = {row["code"]: row["unit"] for row in rows("energy_carriers.csv")}
    says = {"kgce_per_unit": "kgce_per_unit"}
    key = {"profile": "profile_code", "carrier": "carrier_code"}
    _renew(connection, "coefficient", "coefficient_profiles.csv", key, says, units)
    says = {"kgco2_per_unit": "kgco2_per_unit"}
    _renew(connection, "co2_factor", "co2_factors.csv", {"carrier": "carrier_code"}, says, units)


def _grid_factors(connection: Connection[Any]) -> None:
    key = {"code": "province_code", "basis": "basis", "year": "year"}
    says = {name: name for name in ("scope", "name_zh", "name_en", "kgco2_per_kwh")}
    _renew(connection, "grid_factor", "grid_factors.csv", key, says, dated=False, judged=True)


def _renew(
    connection: Connection[Any],
    table: str,
    file: str,
    key: dict[str, str],
    says: dict[str, str],
    units: dict[str, str] | None = None,
    *,
    dated: bool = True,
    judged: bool | None = None,
) -> None:
    """Bring a table to what its file says.

    key, says: columns of the table, each with its column in the file. units: of carriers, which
    the rows must use. judged: whether the table also says in one word whether a row is verified.
    """
    judged = units is not None if judged is None else judged
    changes = []
    for row in rows(file):
        if units is not None and units.get(row["carrier_code"]) != row["unit"]:
            raise _unit(file, row)
        held = {**{name: row[of] or None for name, of in says.items()}, **_evidence(row)}
        if judged:
            held["verified"] = "true" if row["verified"] == "yes" else "false"
            held["made_by"] = None
        keys = tuple(row[of] for of in key.values())
        days = (first_day(row), last_day(row)) if dated else ()
        changes.append(Edition(keys, tuple(held.values()), *days))
    columns = (*says, *EVIDENCED, *(JUDGED if judged else ()))
    renew(connection, Table(table, tuple(key), columns, dated, judged), changes)


def _plain(
    connection: Connection[Any], table: str, key: str, rows: Iterable[dict[str, Any]]
) -> None:
    """Insert, or bring up to date where they differ, rows of a table that has no dates."""
    for row in rows:
        names = [sql.Identifier(name) for name in row]
        connection.execute(
            sql.SQL(
                "INSERT INTO {table} AS t ({names}) VALUES ({values}) ON CONFLICT ({key}) "
                "DO UPDATE SET {set} WHERE ({old}) IS DISTINCT FROM ({new})"
            ).format(
                table=sql.Identifier(table),
                names=sql.SQL(", ").join(names),
                values=sql.SQL(", ").join(sql.Placeholder() for _ in row),
                key=sql.Identifier(key),
                set=sql.SQL(", ").join(
                    sql.SQL("{0} = EXCLUDED.{0}").format(name) for name in names
                ),
                old=sql.SQL(", ").join(sql.SQL("t.{}").format(name) for name in names),
                new=sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(name) for name in names),
            ),
            list(row.values()),
        )


def _regions(connection: Connection[Any]) -> None:
    """Make the nation and its provinces once; afterwards they are changed as dated facts."""
    known = connection.execute(
        "SELECT 1 FROM region_fact WHERE code = %s AND known_until IS NULL", [NATION_CODE]
    ).fetchone()
    if known:
        return
    nation = _region(
        connection,
        {
            "code": NATION_CODE,
            "kind": "nation",
            "name_zh": "全国",
            "name_en": "National",
            "document": "GB/T 2260",
            "source": "GB/T 2260",
            "evidence": "secondary",
        },
    )
    for row in rows("provinces.csv"):
        evidence = _evidence(row)
        del evidence["notes"]
        _region(
            connection,
            {
                "parent_id": nation,
                "code": row["code"],
                "kind": "province",
                "name_zh": row["zh"],
                "name_en": row["en"],
                "climate_zone": row["primary_zone_code"] or None,
                "grid_region": row["grid_region"] or None,
                "verified": row["verified"] == "yes",
                **evidence,
            },
        )


def _region(connection: Connection[Any], fact: dict[str, Any]) -> int:
    made = connection.execute("INSERT INTO region DEFAULT VALUES RETURNING id").fetchone()
    assert made is not None
    row = {"region_id": made[0], "valid_from": _ALWAYS, "known_by": "user:1", **fact}
    connection.execute(
        sql.SQL("INSERT INTO region_fact ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() for _ in row),
        ),
        list(row.values()),
    )
    return int(made[0])


def _unit(file: str, row: Row) -> InputError:
    carrier, unit = row["carrier_code"], row["unit"]
    return InputError(
        "seed.unit",
        zh=f"{file}:{carrier} 不以 {unit} 计。",
        en=f"{file}: {carrier} is not counted in {unit}.",
        next_zh="请按能源品种的单位填写系数。",
        next_en="State the coefficient in the carrier's unit.",
        where={"file": file, "carrier": carrier, "unit": unit},
    )
