"""Yobiiq EM4301, a three-phase meter: records of channel, type and big-endian value.

Source: the device's description in TheThingsNetwork/lorawan-devices (vendor/yobiiq, Apache-2.0).
"""

from typing import Any, Final

TIME: Final = "dataloggerTimestamp"
ERROR: Final = "modbusErrorCode"
_PORT: Final = 1
# (channel, type) → name and bytes of the value.
_RECORDS: Final = {
    (1, 1): ("timestamp", 4),
    (2, 3): (TIME, 4),
    (3, 4): ("activeEnergyImportL123T1_Wh", 4),
    (4, 5): ("activeEnergyImportL123T2_Wh", 4),
    (5, 6): ("activeEnergyExportL123T1_Wh", 4),
    (6, 7): ("activeEnergyExportL123T2_Wh", 4),
    (11, 10): (ERROR, 1),
}


def decoded(port: int, data: bytes) -> dict[str, Any]:
    """Return the fields of an uplink; ValueError where it is none of this device's."""
    if port != _PORT:
        raise ValueError(f"port {port}, where registers come on {_PORT}")
    found: dict[str, Any] = {}
    place = 0
    while place < len(data):
        record = _RECORDS.get((data[place], data[place + 1])) if place + 1 < len(data) else None
        if record is None:
            raise ValueError(f"no record that is known at byte {place}: {data[place:].hex()}")
        name, size = record
        value = data[place + 2 : place + 2 + size]
        if len(value) < size:
            raise ValueError(f"cut short in {name}")
        found[name] = int.from_bytes(value, "big")
        place += 2 + size
    return found
