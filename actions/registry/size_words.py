"""How areas, persons and their parts are called, and what is wrong with what is said of them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from actions.fields import Words
from metering.errors import InputError
from storage.registry.sizes import SizePart

SIZES: Final[Mapping[str, Words]] = {
    "area_m2": Words("建筑面积(合计)", "Floor area (whole)"),
    "heated_m2": Words("供暖面积(合计)", "Heated area (whole)"),
    "cooled_m2": Words("空调面积(合计)", "Cooled area (whole)"),
    "persons": Words("用能人数(合计)", "Persons (whole)"),
}
UNITS: Final[Mapping[str, Words]] = {
    "area_m2": Words("平方米", "m²"),
    "heated_m2": Words("平方米", "m²"),
    "cooled_m2": Words("平方米", "m²"),
    "persons": Words("人", "p"),
}


def says(number: Decimal | None) -> str:
    """Return an area or number of persons as people read it."""
    return "–" if number is None else f"{number.normalize():f}"


def wrong(field: str, zh: str, en: str) -> InputError:
    """Return the complaint about a field that does not fit what is stated."""
    return InputError(
        "size.does_not_fit",
        zh=f"{zh}。",
        en=f"{en}.",
        next_zh="请改正该字段。",
        next_en="Correct the field.",
        where={"field": field},
    )


def made_of_parts(words: Words, day: date, stated: Decimal, parts: Decimal) -> InputError:
    """Return the complaint about a whole that its parts contradict."""
    return InputError(
        "size.contradicts_parts",
        zh=f"{words.zh}自 {day} 起登记为 {says(stated)},其构成合计为 {says(parts)},二者不一致。",
        en=f"{words.en} from {day} on is stated as {says(stated)}, but its parts "
        f"come to {says(parts)}.",
        next_zh="请更正有误的构成,或先登记各部分自该日起不再适用。",
        next_en="Correct the part that is wrong, or let the parts end on that day first.",
        where={"field": "number", "value": says(stated), "parts": says(parts)},
    )


def overlaps(name: Words, new: tuple[date, date | None], held: SizePart) -> InputError:
    """Return the complaint about days of which the same part is stated already."""
    zh = [f"{since} 至 {until or '今'}" for since, until in (new, (held.valid_from, held.valid_to))]
    en = [
        f"{since} to {until or 'now'}" for since, until in (new, (held.valid_from, held.valid_to))
    ]
    return InputError(
        "size.overlaps",
        zh=f"“{name.zh}”{zh[0]} 与已登记的 {zh[1]}({says(held.number)},{held.source})重叠。",
        en=f"“{name.en}” of {en[0]} overlaps what is stated of {en[1]} ({says(held.number)}, "
        f"{held.source}).",
        next_zh="请核对日期,或不填截止日期,以新值接续旧值。",
        next_en="Check the days, or leave out the last one, so that the new value follows the old.",
        where={"field": "valid_to", "valid_from": f"{held.valid_from}"},
    )


def larger(words: Words, day: date, number: Decimal, area: Decimal) -> InputError:
    """Return the complaint about a heated or cooled area above the whole floor area."""
    return InputError(
        "size.larger_than_area",
        zh=f"自 {day} 起{words.zh} {says(number)} 平方米大于建筑面积 {says(area)} 平方米。",
        en=f"From {day} on {words.en} of {says(number)} m² exceeds the floor area of "
        f"{says(area)} m².",
        next_zh="请核对二者;宿舍和住宅请作为另列部分登记。",
        next_en="Check both; state dormitories and housing as parts kept beside.",
        where={"field": "number", "value": says(number), "area_m2": says(area)},
    )


def otherwise_heated(day: date, heated: Decimal, stated: Decimal, source: str) -> InputError:
    """Return the complaint about a heated area that standards were told otherwise."""
    return InputError(
        "size.heated_otherwise",
        zh=f"自 {day} 起供暖面积 {says(heated)} 平方米与定额事项中登记的 {says(stated)} 平方米"
        f"({source})不一致。",
        en=f"From {day} on the heated area of {says(heated)} m² contradicts the {says(stated)} m² "
        f"stated for quota standards ({source}).",
        next_zh="请更正有误的一处。",
        next_en="Correct the one that is wrong.",
        where={"value": says(heated), "stated": says(stated)},
    )
