"""How much one message may be, whatever its format and whoever wrote that."""

from dataclasses import dataclass
from typing import Final

from collector.codecs import Decode
from collector.codecs.payload import (
    USUAL_BYTES,
    USUAL_READINGS,
    PayloadError,
    too_large,
    too_many_readings,
)
from metering.messages import Decoded, Message


@dataclass(frozen=True, slots=True)
class MessageBounds:
    """What an operator lets a message be; formats have ceilings of their own far above."""

    most_bytes: int = USUAL_BYTES
    most_readings: int = USUAL_READINGS

    def decoded(self, decode: Decode, message: Message) -> Decoded:
        """Return what a message says, or refuse it under its number where it is too much."""
        if len(message.payload) > self.most_bytes:
            refusal = too_large(self.most_bytes)
            refusal.seq = _number(decode, message)
            raise refusal
        decoded = decode(message)
        if len(decoded.value) > self.most_readings:
            refusal = too_many_readings(len(decoded.value), self.most_readings)
            refusal.seq = decoded.seq
            raise refusal
        return decoded


BOUNDS: Final = MessageBounds()


def _number(decode: Decode, message: Message) -> int | None:
    """Return the number of a message that is too long; what is left of it may still tell."""
    try:
        return decode(message).seq
    except PayloadError as error:
        return error.seq
