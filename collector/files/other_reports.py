"""Reports of other systems whose figures look like use and are none: refused by their title."""

import re
from typing import Final

from collector.files.refusals import CellError, Place, refusal

# Titles of the sheets that MyEMS writes (myems-api/excelexporters).
_OF: Final = (
    r"(?:Meter|VirtualMeter|OfflineMeter|Space|Equipment|CombinedEquipment|Tenant|Store|"
    r"Shop[Ff]loor)"
)
_MYEMS: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (rf"{_OF}Cost|{_OF}Income|\w+ReportingRevenue", "report_of_money"),
        (rf"{_OF}Carbon", "report_of_carbon"),
        (rf"{_OF}(?:Plan|Prediction|Saving)", "report_of_plans"),
        (rf"{_OF}(?:Load|Statistics|Efficiency|Output)|\w+ReportingParameters", "report_of_other"),
        (rf"{_OF}(?:Comparison|Comaprison)|MeterSubmetersBalance", "report_of_differences"),
        (r"EquipmentTracking|EnergyFlowDiagram", "report_without_use"),
    )
)


def must_say_use(place: Place, form: str) -> None:
    """Raise InputError where a sheet's title says that its figures are no use and no registers."""
    if form not in {"xlsx", "xls"}:
        return
    for pattern, code in _MYEMS:
        if pattern.fullmatch(place.sheet):
            raise refusal(CellError(code, place.sheet), place)
