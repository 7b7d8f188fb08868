"""Names that makers of Chinese meters and collectors give to registers, and their units."""

import re
from typing import Final

# Active energy (EP, import and export, and its tariffs) and active power; JGJ/T 285 and the makers
# of meters name them so. Reactive ones (EQL, EQC, Q) are no readings; PT stands beside CT, and is
# the ratio of the transformers.
_KWH: Final = re.compile(r"EP[IEJFPVGS]?([1-4A-D]|_?total)?", re.IGNORECASE)
_KW: Final = re.compile(r"P|PALL|PSUM|P_?total|P[ABC]", re.IGNORECASE)


def unit_of_register(name: str) -> str | None:
    """Return kWh for active energy, kW for active power, None for any other name."""
    if _KWH.fullmatch(name):
        return "kWh"
    return "kW" if _KW.fullmatch(name) else None
