"""Units as people write them, and the one name that each has here."""

import re
import unicodedata
from typing import Final

_NAMES: Final = {
    "Wh": "wh 瓦时 瓦特小时 瓦·时",
    "kWh": "kwh kw·h kw.h kw*h kwhr kwhs 度 度电 千瓦时 千瓦小时 千瓦·时 kilowatthour "
    "kilowatthours",
    "MWh": "mwh mw·h 兆瓦时 千度 兆瓦·时 megawatthours megawatthour",
    "GWh": "gwh gw·h 吉瓦时 百万度",
    "10MWh": "10mwh 万kwh 万千瓦时 万度 万kw·h 万千瓦·时 万度电",
    "100GWh": "100gwh 亿kwh 亿千瓦时 亿度",
    "MJ": "mj 兆焦 兆焦耳 megajoule megajoules",
    "GJ": "gj 吉焦 吉焦耳 百万千焦 gigajoule gigajoules",
    "m3": "m3 m³ ㎥ m^3 立方 立方米 方 nm3 nm³ n㎥ 标方 标立方 标准立方米 cbm cubicmeter "
    "cubicmeters cubicmetres cubicmetre kl 千升",
    "1000m3": "1000m3 千m3 千m³ 千立方米 千立方 千方",
    "10000m3": "10000m3 万m3 万m³ 万立方米 万立方 万方",
    "L": "l 升 liter liters litre litres ltr",
    "cf": "cf cubicfeet cubicfoot ft3 ft³",
    "ccf": "ccf hundredcubicfeet",
    "kcf": "kcf thousandcubicfeet",
    "MMcf": "mmcf millioncubicfeet mcfmillioncubicfeet",
    "galUS": "galus gallons(us) gallonsus usgal usgallons",
    "galUK": "galuk gallons(uk) gallonsuk impgal imperialgallons",
    "kgalUS": "kgalus kgalthousandgallonsus thousandgallonsus",
    "kgalUK": "kgaluk kgalthousandgallonsuk thousandgallonsuk",
    "MMgalUS": "mmgalus mgalmilliongallonsus milliongallonsus",
    "MMgalUK": "mmgaluk mgalmilliongallonsuk milliongallonsuk",
    "g": "g 克",
    "kg": "kg 千克 公斤 kilogram kilograms",
    "t": "t 吨 公吨 tonne tonnes mt",
    "10000t": "10000t 万t 万吨",
    "lb": "lb lbs lbs. pound pounds",
    "klb": "klb klbs klbs. thousandpounds klbs.thousandpounds klbsthousandpounds",
    # An M may be a thousand or a million of them: only what says which is understood.
    "kBtu": "kbtu kbtuthousandbtu thousandbtu",
    "MMBtu": "mmbtu millionbtu mbtumillionbtu mmbtumillionbtu 百万英热单位 百万英热",
    "therm": "therm therms thm 撒姆",
    "ton-hour": "ton-hour ton-hours tonhour tonhours ton-hr ton-hrs tonhr tonhrs rth rt·h 冷吨时 "
    "冷吨小时 冷吨·时",
    "kcal": "kcal 千卡 大卡",
    "Mcal": "mcal 兆卡 千大卡",
    "Gcal": "gcal 吉卡 百万千卡 百万大卡",
    "W": "w 瓦",
    "kW": "kw 千瓦",
    "MW": "mw 兆瓦",
}
_MONEY: Final = frozenset(
    (
        "cny", "rmb", "¥", "元", "人民币", "usd", "us$", "$", "eur", "€", "gbp", "£", "hkd", "jpy",
        "円", "chf", "aud", "cad",
    )
)  # fmt: skip
_EXPLAINED: Final = re.compile(r"(?P<unit>[^\s(（]+)\s*[(（][^)）]+[)）]")
_BRACKETS: Final = re.compile(r"[\[\]()（）【】]")
_PER_HOUR: Final = ("/h", "/小时")
_TAKEN: Final = {alias: unit for unit, aliases in _NAMES.items() for alias in aliases.split()}
# Lower case would make one of two units: MW is not mW, and Mt is no metric ton of water.
_CASES: Final = {"mW", "mWh", "mJ", "Mt", "Gt", "Kt", "mt", "ML", "mL", "Mg", "mg", "gJ"}


def unit_of(text: str) -> str | None:
    """Return the unit that people mean; None where it is none of ours, or could be another."""
    bare = _BRACKETS.sub("", text).strip()
    if bare in _CASES:
        return None
    plain = unicodedata.normalize("NFKC", bare).replace(" ", "")
    if plain.endswith(_PER_HOUR):
        of = unit_of(plain.rpartition("/")[0])
        return None if of is None else f"{of}/h"
    found = _TAKEN.get(plain.casefold())
    explained = _EXPLAINED.fullmatch(text.strip()) if found is None else None
    return unit_of(explained["unit"]) if explained else found


def is_money(text: str) -> bool:
    """Return whether a unit is a currency."""
    return unicodedata.normalize("NFKC", text).strip().casefold() in _MONEY
