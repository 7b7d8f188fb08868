"""What a channel is: one measured quantity of a meter, in whole quanta."""

from dataclasses import dataclass
from enum import IntEnum

from metering.errors import InputError
from metering.messages import MAX_ENERGY, MAX_QUANTA


class Kind(IntEnum):
    """How a channel's readings become use; the number is what the database holds."""

    REGISTER = 0  # a counter that only rises, and wraps
    INTERVAL = 1  # the use of the period that ends at the reading
    POWER = 2  # the rate that holds from the reading on

    @classmethod
    def named(cls, name: str) -> "Kind":
        """Return the kind that people write as register, interval or power."""
        try:
            return cls[name.upper()]
        except KeyError:
            raise InputError(
                "channel.unknown_kind",
                zh=f"未知的通道类型“{name}”。",
                en=f"Unknown kind of channel “{name}”.",
                next_zh="请填写 register、interval 或 power。",
                next_en="Write register, interval or power.",
                where={"field": "kind", "value": name},
            ) from None


@dataclass(frozen=True, slots=True)
class Setting:
    """The dated part of a channel: how its quanta count, and what its meter can carry.

    factor, under: numerator and denominator of carrier quanta per channel quantum, CT and VT
        ratios included. On a power channel: per channel quantum and hour.
    period_s: the expected distance of readings.
    max_per_hour: what the connection can carry, channel quanta per hour; None where unknown.
    wraps_at: where a register starts again from 0, channel quanta; None where it never does.
    """

    factor: int
    period_s: int
    max_per_hour: int | None = None
    wraps_at: int | None = None
    under: int = 1

    def __post_init__(self) -> None:
        bounds = (
            ("factor", self.factor, 1, MAX_QUANTA),
            ("factor", self.factor * self.under, 1, MAX_ENERGY // 2),  # exact in 64 bits
            ("period_s", self.period_s, 1, 31 * 86_400),
            ("max_per_hour", 1 if self.max_per_hour is None else self.max_per_hour, 1, MAX_QUANTA),
            ("wraps_at", 2 if self.wraps_at is None else self.wraps_at, 2, MAX_QUANTA),
        )
        for name, value, least, most in bounds:
            if not least <= value <= most:
                raise InputError(
                    "channel.setting_out_of_bounds",
                    zh=f"{name} 的值 {value} 超出 {least} 至 {most}。",
                    en=f"{name} is {value}, outside {least} to {most}.",
                    next_zh="请核对计量表铭牌和互感器变比。",
                    next_en="Check the meter's plate and the transformer ratio.",
                    where={"field": name, "value": value},
                )
        reach = self.wraps_at or MAX_QUANTA
        if reach * self.factor > MAX_ENERGY * self.under:
            raise InputError(
                "channel.range_too_large",
                zh=f"量程 {reach} 乘以系数 {self.factor}/{self.under} 超出 2^62。",
                en=f"A range of {reach} times a factor of {self.factor}/{self.under} exceeds 2^62.",
                next_zh="请填写计度器翻转值 wraps_at,或选用更大的通道最小单位。",
                next_en="State wraps_at, or choose a coarser quantum for the channel.",
                where={"field": "factor", "value": self.factor},
            )
