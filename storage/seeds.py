"""Loads the reference values of `seed/`: the new is added, the changed is known from now on."""

import csv
import io
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from psycopg import Connection, sql

Row = dict[str, str]

# The sources give no dates of validity for these; from here on they hold until an edition says so.
_FROM = "2000-01-01"
_DEFAULT_PROFILE = "GB2589-2020"
_PROFILE_ZH = {
    "GB2589-2020": "国家,当量值",
    "DB37-2019": "山东省公共机构定额系列,附录 B",
    "DB31-783-2026": "上海市高等学校,附录 A",
    "DB32-4001-2021-alt": "江苏省 2021 版,备选表",
    "JS-HOTEL": "江苏省公共建筑能耗与碳限额导则",
}
_GRIDS = {
    "华北": "GRID_NC",
    "东北": "GRID_NE",
    "华东": "GRID_EC",
    "华中": "GRID_CC",
    "西北": "GRID_NW",
    "南方": "GRID_SC",
    "西南": "GRID_SW",
}
NATION_CODE = "000000"


def load(connection: Connection[Any]) -> None:
    """Bring the reference tables to what the files say, within the caller's transaction."""
    _plain(connection, "carrier", "code", _carriers())
    _plain(connection, "profile", "code", _profiles())
    _plain(connection, "institution_class", "code", _classes())
    _plain(connection, "department_line", "code", _LINES)
    _dated(connection, "coefficient", ("profile", "carrier", "valid_from"), _coefficients())
    _dated(connection, "co2_factor", ("carrier", "valid_from"), _co2_factors())
    _dated(connection, "grid_factor", ("code", "basis", "year"), _grid_factors())
    _regions(connection)


def _rows(name: str) -> Iterator[Row]:
    text = resources.files("storage").joinpath("seed", name).read_text(encoding="utf-8-sig")
    yield from csv.DictReader(io.StringIO(text, newline=""))


# The department lines of the survey's institution classes; a province may add its own.
_LINES: list[dict[str, Any]] = [
    {"code": "offices", "name_zh": "机关事务", "name_en": "Offices"},
    {"code": "education", "name_zh": "教育", "name_en": "Education"},
    {"code": "health", "name_zh": "卫生健康", "name_en": "Health"},
    {"code": "culture", "name_zh": "文化体育", "name_en": "Culture and sport"},
    {"code": "science", "name_zh": "科技", "name_en": "Science and technology"},
    {"code": "public_security", "name_zh": "公安", "name_en": "Public security"},
    {"code": "other", "name_zh": "其他", "name_en": "Other"},
]


def _all_carriers() -> list[Row]:
    return [*_rows("energy_carriers.csv"), *_rows("carriers_of_ours.csv")]


def _carriers() -> Iterator[dict[str, Any]]:
    quanta = {row["carrier"]: row for row in _rows("carrier_quanta.csv")}
    for row in _all_carriers():
        quantum = quanta[row["code"]]
        yield {
            "code": row["code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "unit": row["unit"],
            "quantum": quantum["quantum"],
            "per_unit": int(quantum["per_unit"]),
            "in_total_energy": row["counts_in_comprehensive_energy"] == "yes",
            "survey_field": row.get("ggj_field_code") or None,
            "mohurd_class": row.get("mohurd_class_code") or None,
            "source": row.get("source") or row["kgce_source"] or "name only, no value known",
            "verified": (row.get("verified") or row["kgce_verified"]) == "yes",
            "notes": row["notes"] or None,
        }


def _profiles() -> Iterator[dict[str, Any]]:
    seen = set()
    for row in _rows("coefficient_profiles.csv"):
        code = row["profile_code"]
        if code not in seen:
            seen.add(code)
            yield {
                "code": code,
                "name_zh": _PROFILE_ZH.get(code, row["profile_name"]),
                "name_en": row["profile_name"],
                "is_default": code == _DEFAULT_PROFILE,
            }


def _classes() -> Iterator[dict[str, Any]]:
    for row in _rows("institution_classes.csv"):
        yield {
            "code": row["class_code"],
            "parent": row["parent_code"] or None,
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "source": row["source"],
            "verified": row["verified"] == "yes",
        }


def _coefficients() -> Iterator[dict[str, Any]]:
    """The default profile holds every carrier; the others only what their standard prescribes.

    Coefficients in another unit than the carrier's cannot be used and are left out.
    """
    units = {row["code"]: row["unit"] for row in _all_carriers()}
    prescribed = [
        row
        for row in _rows("coefficient_profiles.csv")
        if units.get(row["carrier_code"]) == row["unit"]
    ]
    own = {row["carrier_code"] for row in prescribed if row["profile_code"] == _DEFAULT_PROFILE}
    for row in prescribed:
        yield {
            "profile": row["profile_code"],
            "carrier": row["carrier_code"],
            "kgce_per_unit": row["kgce_per_unit"],
            "valid_from": _FROM,
            "source": row["source"],
            "verified": row["verified"] == "yes",
            "notes": row["notes"] or None,
        }
    for row in _all_carriers():
        if row["code"] not in own and row["kgce_per_unit"]:
            yield {
                "profile": _DEFAULT_PROFILE,
                "carrier": row["code"],
                "kgce_per_unit": row["kgce_per_unit"],
                "valid_from": _FROM,
                "source": row["kgce_source"] or row["source"],
                "verified": (row["kgce_verified"] or row["verified"]) == "yes",
                "notes": row["notes"] or None,
            }


def _co2_factors() -> Iterator[dict[str, Any]]:
    for row in _all_carriers():
        if row["kgco2_per_unit"]:
            yield {
                "carrier": row["code"],
                "kgco2_per_unit": row["kgco2_per_unit"],
                "valid_from": _FROM,
                "source": row["kgco2_source"] or row["source"],
                "verified": (row["kgco2_verified"] or row["verified"]) == "yes",
            }


def _grid_factors() -> Iterator[dict[str, Any]]:
    for row in _rows("grid_factors.csv"):
        yield {
            "scope": row["scope"],
            "code": row["province_code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "year": int(row["year"]),
            "basis": row["basis"],
            "kgco2_per_kwh": row["kgco2_per_kwh"],
            "source": row["source"],
            "verified": row["verified"] == "yes",
            "notes": row["notes"] or None,
        }


def _plain(
    connection: Connection[Any], table: str, key: str, rows: Iterable[dict[str, Any]]
) -> None:
    """Insert, or bring up to date, rows of a table that has no dates."""
    for row in rows:
        names = [sql.Identifier(name) for name in row]
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}").format(
                sql.Identifier(table),
                sql.SQL(", ").join(names),
                sql.SQL(", ").join(sql.Placeholder() for _ in row),
                sql.Identifier(key),
                sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(name) for name in names),
            ),
            list(row.values()),
        )


def _dated(
    connection: Connection[Any],
    table: str,
    key: tuple[str, ...],
    rows: Iterable[dict[str, Any]],
) -> None:
    """Retire known rows that say something else, and add those that are not known."""
    for row in rows:
        same = sql.SQL(" AND ").join(
            sql.SQL("{} = %s").format(sql.Identifier(name)) for name in key
        )
        differs = sql.SQL(" OR ").join(
            sql.SQL("{} IS DISTINCT FROM %s").format(sql.Identifier(name)) for name in row
        )
        target = sql.Identifier(table)
        connection.execute(
            sql.SQL(
                "UPDATE {} SET known_until = now() WHERE known_until IS NULL AND {} AND ({})"
            ).format(target, same, differs),
            [*(row[name] for name in key), *row.values()],
        )
        connection.execute(
            sql.SQL(
                "INSERT INTO {} ({}) SELECT {} WHERE NOT EXISTS "
                "(SELECT FROM {} WHERE known_until IS NULL AND {})"
            ).format(
                target,
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(sql.Placeholder() for _ in row),
                target,
                same,
            ),
            [*row.values(), *(row[name] for name in key)],
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
            "source": "GB/T 2260",
            "verified": True,
        },
    )
    for row in _rows("provinces.csv"):
        _region(
            connection,
            {
                "parent_id": nation,
                "code": row["code"],
                "kind": "province",
                "name_zh": row["zh"],
                "name_en": row["en"],
                "climate_zone": row["primary_zone_code"] or None,
                "grid_region": _GRIDS.get(row["grid_region_zh"]),
                "source": row["source"],
                "verified": row["verified"] == "yes",
            },
        )


def _region(connection: Connection[Any], fact: dict[str, Any]) -> int:
    made = connection.execute("INSERT INTO region DEFAULT VALUES RETURNING id").fetchone()
    assert made is not None
    row = {"region_id": made[0], "valid_from": _FROM, "known_by": "user:1", **fact}
    connection.execute(
        sql.SQL("INSERT INTO region_fact ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() for _ in row),
        ),
        list(row.values()),
    )
    return int(made[0])
