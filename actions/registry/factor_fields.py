"""What a person says who states a factor: where it stands, how it is evidenced, per which unit."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from actions.declared import Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day
from metering.errors import ConflictError, InputError
from metering.unit_names import unit_of
from storage.registry import factors, regions
from storage.registry.factors import Factor, Stated
from storage.seed_files import faults

# A factor that changes by more is told: units of ten thousand, or a point in the wrong place.
_LIKELY: Final = Decimal("0.3")


class Evidence(StrEnum):
    """How well a value is evidenced, in the words of the shipped lists."""

    YES = "yes"
    SECONDARY = "secondary"
    NO = "no"


_EVIDENCE: Final = {
    Evidence.YES.value: Words("已核对原文", "read in the document"),
    Evidence.SECONDARY.value: Words("二手来源", "at second hand"),
    Evidence.NO.value: Words("未核实", "not verified"),
}


def carrier_unit(at: Acting, carrier: str) -> str:
    """Return the unit in which a carrier's factors count."""
    return next(one.unit for one in regions.carriers(at.connection) if one.code == carrier)


def unit_field(example: str = "kWh") -> Any:
    """Return the field of the unit that a value counts per."""
    return field(
        zh="每(单位)",
        en="Per (unit)",
        hint=("按该品种的单位,如 kWh、m3、kg", "In the carrier's unit, such as kWh, m3 or kg"),
        examples=[example],
    )


def first_day() -> Any:
    """Return the field of the day from which a value holds."""
    return field(zh="起始日期", en="From", examples=["2026-01-01"])


def until_day() -> Any:
    """Return the field of the day from which it holds no more."""
    return field(
        zh="终止日期",
        en="Until",
        hint=("当日起不再有效;不填即长期有效", "From that day it ends; left open: for good"),
        default=None,
        examples=["2027-01-01"],
    )


def document_field() -> Any:
    """Return the field of the document that states a value."""
    return field(
        zh="文件名称和文号", en="Document and number", examples=["Notice 12 of 2026 on factors"]
    )


def clause_field() -> Any:
    """Return the field of the clause."""
    return field(zh="条款", en="Clause", default=None, examples=["Annex A, table 1"])


def source_field() -> Any:
    """Return the field of where an auditor opens the document."""
    return field(
        zh="查阅处",
        en="Where it can be opened",
        hint=("网址、档案号或存放处", "An address, a file number or a place"),
        examples=["office archive 2026-88"],
    )


def evidence_field() -> Any:
    """Return the field of how well the value is evidenced."""
    return field(
        zh="核实情况",
        en="How it is evidenced",
        hint=("已核对原文须填条款", "Read in the document: say the clause too"),
        names=_EVIDENCE,
        default=Evidence.NO,
    )


def notes_field() -> Any:
    """Return the field of notes."""
    return field(zh="备注", en="Notes", default=None, examples=["for the yearly report"])


def must_be_evidenced(says: Mapping[str, str | None]) -> None:
    """Refuse a value that claims more than its source bears, as of the shipped lists."""
    row = {name: value or "" for name, value in says.items()}
    for zh, en in faults(row):
        raise InputError(
            "factor.evidence",
            zh=f"{zh}。",
            en=f"{en[0].upper()}{en[1:]}.",
            next_zh="请补全文件、条款或查阅处,或如实选择核实情况。",
            next_en="Say the document, the clause or where it is opened, or less of its evidence.",
            where={"field": "evidence", "value": row["verified"]},
        )


def must_count_per(at: Acting, carrier: str, unit: str) -> None:
    """Refuse a value per another unit than the carrier's, and name both."""
    wanted = carrier_unit(at, carrier)
    if unit_of(unit) != unit_of(wanted):
        raise InputError(
            "factor.unit",
            zh=f"该品种以 {wanted} 计,此处却是每 {unit}。",
            en=f"This carrier is counted in {wanted}, and this says per {unit}.",
            next_zh=f"请换算为每 {wanted} 的数值。",
            next_en=f"State the value per {wanted}.",
            where={"field": "unit", "value": unit, "wanted": wanted},
        )


def by_grid() -> InputError:
    """Return the refusal of a CO2 factor of electricity without a grid."""
    return InputError(
        "factor.by_grid",
        zh="电力的排放因子按电网和年份登记。",
        en="Electricity has its factors by the grid and the year.",
        next_zh="请改用“登记电力二氧化碳排放因子”。",
        next_en="Use “State a CO2 factor of a grid”.",
        where={"field": "carrier"},
    )


def must_be_free(held: list[Factor], first: Day | None, until: Day | None) -> None:
    """Refuse days on which somebody stated another value already, and name both."""
    for one in held:
        after = until is not None and one.valid_from is not None and until <= one.valid_from
        before = first is not None and one.valid_to is not None and one.valid_to <= first
        if one.made_by is not None and not (after or before):
            days = span(one)
            raise ConflictError(
                "factor.stated",
                zh=f"{days.zh}已登记 {one.value:f}({one.document or '—'}),与此重叠。",
                en=f"{one.value:f} is stated already {days.en} ({one.document or '—'}), which"
                " overlaps.",
                next_zh="请先撤回已登记的因子,或改用其他日期。",
                next_en="Withdraw the one that is stated first, or choose other days.",
                where={"factor": f"{one.of}:{one.id}"},
            )


def must_be_in_turn(first: Day, until: Day | None) -> None:
    """Refuse an end that is not after the beginning."""
    if until is not None and until <= first:
        raise InputError(
            "factor.no_day",
            zh=f"终止日期 {until} 不晚于起始日期 {first}。",
            en=f"It would end on {until}, which is not after {first}.",
            next_zh="请改正终止日期。",
            next_en="Correct the end.",
            where={"field": "valid_to", "value": str(until)},
        )


def span(one: Factor) -> Words:
    """Return the days of an edition as people read them."""
    first = one.valid_from.isoformat() if one.valid_from else ""
    until = one.valid_to.isoformat() if one.valid_to else ""
    return Words(
        f"{f'自 {first} 起' if first else ''}{f'至 {until} 前' if until else ''}" or "一直",
        " ".join(filter(None, [first and f"from {first}", until and f"to before {until}"]))
        or "at all times",
    )


def change_of(held: Factor | None, value: Decimal, what: Words) -> Effect:
    """Return the value before and after; a change that is hard to believe warns."""
    before = None if held is None else held.value
    far = before is not None and before != 0 and abs(value - before) > _LIKELY * before
    return Effect(
        "factor", what, None if before is None else plain(f"{before:f}"), plain(f"{value:f}"),
        {"before": None if before is None else f"{before:f}", "after": f"{value:f}"}, warns=far,
    )  # fmt: skip


def reach_of(at: Acting, carrier: str, first: Day | None, until: Day | None) -> Effect:
    """Return how many accounts are converted anew."""
    accounts, institutions = factors.touched(at.connection, carrier, first, until)
    return Effect(
        "accounts",
        Words("须重新折算的月份台账", "Monthly accounts to convert anew"),
        None,
        Words(f"{accounts} 条({institutions} 家机构)", f"{accounts} ({institutions} institutions)"),
        {"accounts": accounts, "institutions": institutions},
    )


def said(action: Any, by: str) -> Stated:
    """Return what an action's fields state."""
    return Stated(
        action.value, action.document, action.clause, action.source, action.evidence.value,
        action.notes, by,
    )  # fmt: skip


def checked(action: Any) -> dict[str, str | None]:
    """Return what an action says of its evidence, under the names of the shipped lists."""
    return {
        "document": action.document,
        "clause": action.clause,
        "source": action.source,
        "verified": action.evidence.value,
        "notes": action.notes,
    }
