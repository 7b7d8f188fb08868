"""The demo's two institutions without any gateway: their accounts are their suppliers' bills.

The bills are what two real buildings of the shipped set used in each month of two years.
"""

import calendar
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Final

from actions.registry.importing import ALWAYS, NewInstitution
from cli.demo.figures import NAMESPACE
from metering.institutions import Disclosure

_FILE: Final = "bills.csv"
_PRICE: Final = Decimal("0.68")
_HEAD: Final = "utility_account,first,last,quantity,yuan_per_unit,cost"


@dataclass(frozen=True, slots=True)
class Unmetered:
    """An institution as the demo registers it. number: under which its bills come."""

    name_zh: str
    name_en: str
    class_code: str
    line: str
    area_m2: str
    persons: str
    number: str
    building: str


ALL: Final[Mapping[str, Unmetered]] = {
    "hospital": Unmetered(
        "示范县医院", "Demo county hospital", "HLT", "health", "1393.5", "86", "0401000001",
        "Rat_health_Rosaria",
    ),
    "centre": Unmetered(
        "示范政务服务中心", "Demo service centre", "GOV", "offices", "1994.8", "120", "0401000002",
        "Rat_public_Roma",
    ),
}  # fmt: skip


def institutions(city: str) -> list[NewInstitution]:
    """Return both, of a city of the demo."""
    return [
        NewInstitution(
            code=code_of(name),
            name_zh=one.name_zh,
            name_en=one.name_en,
            credit_code=None,
            class_code=one.class_code,
            department_line=one.line,
            level="city",
            region_code=city,
            location_region_code=city,
            area_m2=Decimal(one.area_m2),
            persons=Decimal(one.persons),
            disclosure=Disclosure.OPEN,
            valid_from=ALWAYS,
            latitude=None,
            longitude=None,
            source=f"演示数据集,建筑 {one.building} 的逐月用量,作为账单;无网关,人数为演示假定",
        )
        for name, one in sorted(ALL.items())
    ]


def code_of(name: str) -> str:
    """Return the code under which one is registered."""
    return f"{NAMESPACE}-{name}"


def bills(name: str, first_year: int) -> bytes:
    """Return a file of rows: the bills of one of them, for two calendar years from that one on."""
    rows = [_HEAD]
    for first, kwh in months(name, first_year):
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        rows.append(f"{ALL[name].number},{first},{last},{kwh},{_PRICE},{kwh * _PRICE:.2f}")
    return "\n".join(rows).encode() + b"\n"


def months(name: str, first_year: int) -> list[tuple[date, int]]:
    """Return what one of them used in each of 24 months, as if they began with that year. [kWh]"""
    text = resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")
    return [
        (date(first_year + int(one["year"]), int(one["month"]), 1), int(one["kwh"]))
        for one in csv.DictReader(text.splitlines())
        if one["name"] == name
    ]
