"""What a key of a gateway may mean, by its name, its unit, and how its values go.

A guess to begin a form with, and no more: a person says what a key is bound to. Names are those
that gateways of many makers use: EPI, WPP, 正向有功, 1-0:1.8.0, total_act_energy, temp.
"""

import re
from dataclasses import dataclass
from typing import Final

from metering.channels import Kind
from metering.unit_names import unit_of

# Told of a meter and no use of a carrier. In order: the first that a name holds counts.
_STATES: Final = (
    ("voltage", r"volt|电压|(?:^|[^a-z])(?:v|u)(?:[abc123]|ab|bc|ca)?$|(?:32|52|72)\.7"),
    (
        "current",
        r"current(?!_?(?:cons|pow|summ))|amp|电流|(?:^|[^a-z])(?:i[abc123]?|a)$|(?:31|51|71)\.7",
    ),
    ("temperature", r"temp|温度|(?:^|[^a-z])(?:t[12]|°?c)$"),
    ("humidity", r"humid|湿度"),
    ("power factor", r"power_?factor|cos_?phi|功率因数|(?:^|[^a-z])pf[abc]?$"),
    ("frequency", r"freq|频率|(?:^|[^a-z])hz$"),
    ("signal", r"rssi|snr|link_?quality|lqi|signal|信号"),
    ("battery", r"batter|电池"),
    (
        "reactive",
        r"react|kvar|无功|(?:^|[^a-z])(?:eqi|eqe|wqp|wqn|q[abc]?)$|[:.][34]\.8\.",
    ),
    ("uptime", r"uptime|status|state$|count(?:er)?$|alarm|error|状态|告警"),
)  # fmt: skip
_CARRIERS: Final = (
    ("electricity_pv_self", r"solar|pv(?:[^a-z]|$)|photovolt|inverter|光伏"),
    ("natural_gas", r"gas|燃气|天然气|煤气|0-\d:24\.2\."),
    ("district_cooling", r"cool|冷量|供冷"),
    ("steam_low_pressure", r"steam|蒸汽"),
    ("heat", r"heat|thermal|calor|热量|热力|供热"),
    ("water", r"water|水|(?:^|[^a-z])(?:wm|flow)(?:[^a-z]|$)"),
    (
        "electricity",
        (r"kwh|mwh|energy|(?:^|[^a-z])(?:epi|epe|ep|wpp|wpn|p[abc]?|kw|e\d*)(?:[^a-z]|$)|有功|电能"
        r"|电量|用电|power|act(?:ive)?(?:[^a-z]|$)|功率|import|export|1-\d:[12]\.[78]\.|^0001"),
    ),
)  # fmt: skip
_POWERS: Final = re.compile(
    r"power|功率|(?:^|[^a-z])(?:p[abc]?|kw)$|[:.][12]\.7\.|apower|act_power"
)
_REGISTERS: Final = re.compile(
    r"total|register|累计|累积|读数|正向有功|反向有功|有功电能|(?:^|[^a-z])(?:epi|epe|ep|wpp|wpn)"
    r"(?:[^a-z]|$)|import|export|[:.][12]\.8\.|24\.2\.|^0001|meter_?reading|index"
)
_OF_UNIT: Final = {
    "Wh": "electricity", "kWh": "electricity", "MWh": "electricity", "GWh": "electricity",
    "W": "electricity", "kW": "electricity", "MW": "electricity", "m3": "water", "L": "water",
    "m3/h": "water", "L/h": "water", "GJ": "heat", "MJ": "heat", "t": "steam_low_pressure",
}  # fmt: skip
_UNIT_OF: Final = {
    "electricity": "kWh", "electricity_pv_self": "kWh", "natural_gas": "m3", "water": "m3",
    "heat": "GJ", "district_cooling": "GJ", "steam_low_pressure": "t",
}  # fmt: skip
_IN_NAME: Final = re.compile(r"(?:^|[^a-z0-9])(mwh|kwh|wh|kw|w|m3|m³|gj|mj|l|t)(?:[^a-z0-9]|$)")
_PER_HOUR: Final = {"kWh": "kW", "m3": "m3/h", "GJ": "GJ/h", "t": "t/h"}
_ENOUGH: Final = 2  # steps that tell how values go


@dataclass(frozen=True, slots=True)
class Guess:
    """What a key may mean; None where nothing tells.

    reads: what it shows where that is no use of a carrier, such as voltage.
    unit: as metering.units has it.
    """

    carrier: str | None
    kind: Kind | None
    unit: str | None
    reads: str | None = None


def guess(key: str, unit: str | None, rises: int, falls: int) -> Guess:
    """Return what a key may mean.

    unit: as the message has it, if it does. rises, falls: how often a value differed from the one
    before it.
    """
    name = re.sub(r"(?<=[a-z]{2})(?=[A-Z])", "_", key).casefold()
    said = unit_of(unit) if unit else None
    said = said or _unit_in(name)
    if said is None and (reads := _first(_STATES, name)) is not None:
        return Guess(None, None, None, reads)
    if unit is not None and said is None:
        return Guess(None, None, unit, unit)  # °C, V, A: no use of anything
    carrier = _first(_CARRIERS, name) or (_OF_UNIT.get(said) if said else None)
    if carrier is not None and said is not None and not _fits(carrier, said):
        carrier = _OF_UNIT.get(said, carrier)
    kind = _kind(name, said, rises, falls)
    if said is None and carrier is not None:
        said = _UNIT_OF.get(carrier)
        said = _PER_HOUR.get(said or "", said) if kind is Kind.POWER else said
    return Guess(carrier, kind, said)


def _kind(name: str, unit: str | None, rises: int, falls: int) -> Kind | None:
    if unit in {"W", "kW", "MW"} or (unit or "").endswith("/h"):
        return Kind.POWER
    if unit is None and _POWERS.search(name):
        return Kind.POWER
    if falls:
        return Kind.REGISTER if rises > 20 * falls else Kind.INTERVAL
    if rises >= _ENOUGH or _REGISTERS.search(name):
        return Kind.REGISTER
    return None


def _fits(carrier: str, unit: str) -> bool:
    """Return whether a carrier is counted in such a unit."""
    electric = unit in {"Wh", "kWh", "MWh", "GWh", "W", "kW", "MW"}
    if carrier in {"electricity", "electricity_pv_self"}:
        return electric
    if carrier in {"heat", "district_cooling"}:
        return electric or unit in {"GJ", "MJ"}
    if carrier == "natural_gas":
        return unit in {"m3", "L", "m3/h", "L/h"}
    return not electric


def _unit_in(name: str) -> str | None:
    found = _IN_NAME.search(name)
    return unit_of("L" if found[1] == "l" else found[1]) if found else None


def _first(table: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((what for what, pattern in table if re.search(pattern, name)), None)
