"""How whole quanta, instants and shares of time are written for people and programs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from actions.fields import Lang
from metering.days import CIVIL_ZONE
from metering.errors import NotFoundError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT: Final = Context(prec=40)


def in_units(quanta: int | None, per_unit: int) -> str | None:
    """Return quanta as a decimal number of units, exactly where that has an end.

    per_unit: quanta in one unit; a power of ten fixes the number of decimals.
    """
    if quanta is None:
        return None
    places = len(str(per_unit)) - 1
    if per_unit == 10**places:
        return format(Decimal(quanta).scaleb(-places, _EXACT), "f")
    return format(_EXACT.divide(Decimal(quanta), Decimal(per_unit)), "f")


def in_words(quanta: int, per_unit: int, unit: str) -> str:
    """Return quanta as people read them: thousands apart, with the unit behind."""
    return f"{Decimal(in_units(quanta, per_unit) or 0):,f} {unit}"


def instant(at_ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware instant, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def milliseconds(at: datetime) -> int:
    """Return an aware instant as whole milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def not_found(what_zh: str, what_en: str, where: Mapping[str, Any]) -> NotFoundError:
    """Return the answer for what does not exist and for what this reader may not see alike."""
    return NotFoundError(
        "not_found",
        zh=f"没有此{what_zh},或您无权查看。",
        en=f"There is no such {what_en}, or you may not see it.",
        next_zh="请从列表中选择,或向管理员申请权限。",
        next_en="Choose from the list, or ask the administrator for access.",
        where=dict(where),
    )


def kilograms(grams: int) -> str:
    """Return whole grams as an exact decimal number of kilograms."""
    return in_units(grams, 1000) or "0"


def civil(at: datetime, lang: Lang, *, seconds: bool = False) -> str:
    """Return an instant as people read it: in China's civil time, to the minute, with its name."""
    here = at.astimezone(ZoneInfo(CIVIL_ZONE))
    zone = {"zh": "(北京时间)", "en": "(UTC+8)"}[lang]
    return f"{here:%Y-%m-%d %H:%M:%S} {zone}" if seconds else f"{here:%Y-%m-%d %H:%M} {zone}"
