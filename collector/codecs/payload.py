"""What every format holds a payload to, and the one way in which a codec refuses."""

from collections.abc import Iterable, Sequence
from typing import Final

from metering.errors import InputError

USUAL_BYTES: Final = 64 * 1024  # of a message, unless an operator allows another length
USUAL_READINGS: Final = 1_000
# What a format can be made to read at all.
MAX_PAYLOAD_BYTES: Final = 1024 * 1024
MAX_READINGS: Final = 20_000  # in one message
MAX_KEY_CHARACTERS: Final = 200
MAX_SEQ: Final = 2**53
MAX_AT_MS: Final = 4_102_444_800_000  # 2100-01-01, UTC
_MAX_WHY_CHARACTERS: Final = 300


class PayloadError(InputError):
    """A payload that says nothing usable; it still names its number where that can be read.

    ask: topic and payload that ask its sender for what would have made it usable.
    of_time: whether it is only that nobody knows when it was.
    """

    seq: int | None = None
    ask: tuple[str, bytes] | None = None
    of_time: bool = False


def too_large(most_bytes: int = MAX_PAYLOAD_BYTES) -> PayloadError:
    """Return the refusal of a payload beyond what a gateway has reason to send."""
    return PayloadError(
        "payload.too_large",
        zh=f"消息超过上限 {most_bytes} 字节。",
        en=f"The message has more than the {most_bytes} bytes that are allowed.",
        next_zh="请减少每条消息中的读数。",
        next_en="Send fewer readings in each message.",
    )


def too_many_readings(count: int, most: int = MAX_READINGS) -> PayloadError:
    """Return the refusal of a message with more readings than a transaction should hold."""
    return PayloadError(
        "payload.too_many_readings",
        zh=f"消息含 {count} 个读数,超过上限 {most} 个。",
        en=f"The message holds {count} readings; {most} are allowed.",
        next_zh="请分成多条消息发送。",
        next_en="Send them as several messages.",
    )


def malformed(codec: str, why: str) -> PayloadError:
    """Return the refusal of bytes that are not in the format.

    why: may quote the sender, so what cannot be shown, or stored, is blotted out.
    """
    why = "".join(one if one.isprintable() else "�" for one in why[:_MAX_WHY_CHARACTERS])
    return PayloadError(
        "payload.malformed",
        zh=f"消息不符合 {codec} 格式:{why}",
        en=f"The message is not in the {codec} format: {why}",
        next_zh="请对照采集网关接入说明(docs/gateway-guide.md)核对字段与类型。",
        next_en="Compare its fields and types with docs/gateway-guide.md.",
        where={"codec": codec},
    )


def untimed(codec: str, why: str) -> PayloadError:
    """Return the refusal of what is in the format, but for its time."""
    refusal = malformed(codec, why)
    refusal.of_time = True
    return refusal


def check_shape(channels: Sequence[str], at_ms: Sequence[object], value: Sequence[object]) -> None:
    """Refuse columns that do not make whole readings, none at all, or too many."""
    counts = (len(channels), len(at_ms), len(value))
    if len(set(counts)) > 1:
        raise PayloadError(
            "payload.unequal_lengths",
            zh="通道 {} 个、时间 {} 个、数值 {} 个,个数不一。".format(*counts),
            en="{} channels, {} instants and {} values do not pair up.".format(*counts),
            next_zh="请使各列等长。",
            next_en="Send columns of one length.",
        )
    if not value:
        raise PayloadError(
            "payload.empty",
            zh="消息中没有读数。",
            en="The message holds no reading.",
            next_zh="没有读数时不要发送消息。",
            next_en="Send a message only when there is a reading.",
        )
    if len(value) > MAX_READINGS:
        raise too_many_readings(len(value))


def check_keys(channels: Iterable[str]) -> None:
    """Refuse names that no database column and no screen could show."""
    if not "".join(channels).isprintable():
        raise PayloadError(
            "payload.unprintable_channel",
            zh="通道键含有不可见字符。",
            en="A channel key holds characters that cannot be shown.",
            next_zh="请只用可见字符作通道键。",
            next_en="Use visible characters in channel keys.",
        )
