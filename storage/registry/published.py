"""What authorities published: limits, forms, targets, rules and factors, as they were known."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection, sql

from storage.seed_words import in_chinese

_SAME: Final = (
    "province_code", "class_code", "building_type", "admin_level", "climate_zone", "indicator",
    "standard_no",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """A table of editions, its file, and where its columns stand in the file.

    code: its name in addresses and commands. judged: of the older tables, which are loaded apart.
    """

    code: str
    zh: str
    en: str
    table: str
    file: str
    key: dict[str, str]
    says: dict[str, str]


def _as_named(*names: str) -> dict[str, str]:
    return {name: name for name in names}


PUBLISHED: Final = (
    Published(
        "quota-standards", "能耗定额标准", "Quota standards", "quota_standard",
        "quota_standards.csv", _as_named(*_SAME),
        _as_named("unit", "value_type", "constraint_value", "baseline_value", "guide_value",
                  "electricity_kgce_per_kwh"),
    ),
    Published(
        "quota-indicators", "定额指标的算法", "How indicators of standards are worked out",
        "quota_indicator", "quota_indicators.csv", _as_named("code"),
        _as_named("name_zh", "name_en", "use", "use_unit", "per", "unit"),
    ),
    Published(
        "quota-inputs", "定额算式的参数", "What formulas of standards ask for", "quota_input",
        "quota_inputs.csv", _as_named("code"),
        _as_named("name_zh", "name_en", "unit", "origin", "least", "most", "each_year"),
    ),
    Published(
        "quota-words", "定额标准用词的含义", "What the words of standards stand for", "quota_word",
        "quota_words.csv", _as_named("dimension", "word"),
        _as_named("name_zh", "name_en", "means"),
    ),
    Published(
        "quota-corrections", "定额标准的修正", "Corrections of quota standards", "quota_correction",
        "quota_corrections.csv", _as_named("code"),
        _as_named("standard_no", "indicator", "building_type", "place", "version", "factor",
                  "needed", "name_zh", "name_en"),
    ),
    Published(
        "statistics-fields", "统计报表指标", "Fields of the statistics forms", "statistics_field",
        "statistics_forms.csv",
        {"form": "form", "field_code": "field_code", "name_zh": "field"},
        {"form_zh": "form_name_zh", "name_en": "field_en"}
        | _as_named("unit", "definition", "frequency", "status"),
    ),
    Published(
        "plan-targets", "规划目标与公布的年度变化", "Plan targets and published yearly changes",
        "plan_target", "targets.csv",
        _as_named("scope_code", "plan", "indicator", "target_year"),
        {"scope_zh": "scope"} | _as_named("base_year", "kind", "value", "unit"),
    ),
    Published(
        "building-types", "建筑功能分类", "Building types", "building_type", "building_types.csv",
        _as_named("code"), _as_named("name_zh", "name_en"),
    ),
    Published(
        "balance-tolerances", "总分表平衡允许偏差", "Tolerances of main and sub-meters",
        "balance_tolerance", "balance_tolerances.csv", _as_named("extent"),
        _as_named("name_zh", "name_en", "millionths", "both_ways"),
    ),
    Published(
        "end-uses", "用能分项", "End uses", "end_use", "end_uses.csv",
        _as_named("code_set", "code"),
        _as_named("parent", "name_zh", "name_en", "carrier_class", "apart"),
    ),
    Published(
        "end-use-mappings", "分项代码对照", "Mappings between code sets", "end_use_mapping",
        "end_use_mappings.csv", _as_named("from_set", "from_code", "to_set"),
        _as_named("to_code"),
    ),
    Published(
        "usual-hours", "通常开放时间", "Usual hours of opening", "usual_hours",
        "usual_hours.csv", _as_named("class_code", "days"), _as_named("opens", "closes"),
    ),
    Published(
        "size-kinds", "面积和人数的构成", "Of what area and persons are made", "size_kind",
        "size_kinds.csv", _as_named("code"),
        _as_named("size", "counts", "name_zh", "name_en", "unit_zh", "unit_en", "place"),
    ),
    Published(
        "delivery-kinds", "购进品类和换算", "Kinds of deliveries", "delivery_kind",
        "delivery_kinds.csv", _as_named("code"),
        {"carrier": "carrier"}
        | _as_named("name_zh", "name_en", "unit_zh", "unit_en", "quanta_per_unit"),
    ),
    Published(
        "member-classes", "成员分档降幅", "Percentages by class of members", "member_class",
        "member_classes.csv", _as_named("plan", "indicator", "province_code"),
        {"province_zh": "province"} | _as_named("base_year", "target_year", "fall_percent"),
    ),
    Published(
        "band-rules", "定额分档规则", "Rules by bands of a standard", "band_rule",
        "band_rules.csv", _as_named("rule_code", "band"),
        _as_named("above", "up_to", "factor_millionths", "cap"),
    ),
    Published(
        "days-off", "节假日安排", "Public holidays and days worked instead", "day_off",
        "days_off.csv", _as_named("calendar"), _as_named("off", "name_zh", "name_en"),
    ),
    Published(
        "duties", "报送日历", "Calendar of duties", "duty", "duties.csv", _as_named("code"),
        _as_named("name_zh", "name_en", "period", "due_months", "due_days", "levels", "told_by"),
    ),
    Published(
        "check-rules", "抽查比例和允许差率", "Shares and tolerances of checks", "check_rule",
        "check_rules.csv", _as_named("code"), _as_named("name_zh", "name_en", "millionths"),
    ),
    Published(
        "survey-cells", "统计报表单元格", "Cells of the survey's forms", "survey_cell",
        "survey_cells.csv", _as_named("code"),
        _as_named("form", "place", "name_zh", "name_en", "unit", "kind", "carriers",
                  "quanta_per_unit", "parts", "within", "price_of", "price_low", "price_high",
                  "asked", "lowest", "highest"),
    ),
)  # fmt: skip

# Loaded apart, for figures follow from them.
FACTORS: Final = (
    Published(
        "coefficients", "折标系数", "Coefficients of standard coal", "coefficient",
        "coefficient_profiles.csv", {"profile": "profile_code", "carrier": "carrier_code"},
        _as_named("kgce_per_unit"),
    ),
    Published(
        "co2-factors", "燃料二氧化碳排放因子", "CO2 factors of fuels and heat", "co2_factor",
        "co2_factors.csv", {"carrier": "carrier_code"}, _as_named("kgco2_per_unit"),
    ),
    Published(
        "grid-factors", "电力二氧化碳排放因子", "CO2 factors of the grid", "grid_factor",
        "grid_factors.csv", {"code": "province_code"} | _as_named("basis", "year"),
        _as_named("scope", "name_zh", "name_en", "kgco2_per_kwh"),
    ),
)  # fmt: skip
BY_CODE: Final = {one.code: one for one in (*FACTORS, *PUBLISHED)}
_SOURCES: Final = ("document", "clause", "source", "evidence", "notes")
_DAYS: Final = ("valid_from", "valid_to")


def columns(one: Published) -> tuple[str, ...]:
    """Return the columns of a list: whose it is, what it says, its days, and where it stands.

    `source` and `notes` are in English, and again in Chinese.
    """
    return (*one.key, *one.says, *_DAYS, *_SOURCES, "source_zh", "notes_zh")


def listed(
    connection: Connection[Any], one: Published, day: date | None, known_at: datetime | None
) -> list[tuple[str | None, ...]]:
    """Return the rows as text, in order of their keys.

    day: those that hold on it; None returns all editions. known_at: as known then; None is now.
    """
    days = one.table != "grid_factor"
    first = "valid_from" if days else "make_date(year, 1, 1)"
    until = "valid_to" if days else "make_date(year + 1, 1, 1)"
    statement = sql.SQL(
        "SELECT {names}, nullif({first}, '-infinity')::text, ({until})::text, {sources} "
        "FROM {table} WHERE known_since <= coalesce(%(at)s, now()) "
        "AND (known_until IS NULL OR known_until > coalesce(%(at)s, now())) "
        "AND (%(day)s::date IS NULL OR ({first} <= %(day)s "
        "AND ({until} IS NULL OR %(day)s < {until}))) ORDER BY {key}, {first}"
    ).format(
        names=_listed((*one.key, *one.says)),
        sources=_listed(_SOURCES),
        first=sql.SQL(first),
        until=sql.SQL(until),
        table=sql.Identifier(one.table),
        key=sql.SQL(", ").join(map(sql.Identifier, one.key)),
    )
    rows = connection.execute(statement, {"day": day, "at": known_at}).fetchall()
    source, notes = (_SOURCES.index(name) - len(_SOURCES) for name in ("source", "notes"))
    return [(*row, in_chinese(row[source]), in_chinese(row[notes])) for row in rows]


def _listed(names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
