"""How much a gateway may say while the writer cannot keep up and others wait behind it."""

from dataclasses import dataclass, field
from typing import Final

from collector.codecs import Decode
from collector.codecs.payload import PayloadError
from metering.messages import Decoded, Message

_JUDGED_S: Final = 1.0  # for which a verdict holds
_HALF_S: Final = 10.0
_TIMES: Final = 4
_HEARD_BYTES: Final = 1.0  # what others said is forgotten below
_MOST_GATEWAYS: Final = 100_000


class TooFast(Message):
    """A message of a gateway that says more than its share: it is set aside unread."""

    __slots__ = ()


@dataclass(slots=True)
class _Bucket:
    """Bytes that a gateway may still say, those that it said lately, and when that was reckoned.

    What was said counts half after every `_HALF_S`.
    """

    level: float
    said: float
    at_s: float

    def said_by(self, now_s: float) -> float:
        """Return what it said lately."""
        return float(self.said * 2 ** ((self.at_s - now_s) / _HALF_S))


@dataclass(slots=True)
class Shares:
    """Buckets of bytes, one a gateway, of which they draw only while messages pile up.

    A gateway is too fast once its bucket is empty, while it says far more than the others do on
    average: who delivers what he kept, among many who do the same, never is, nor is who is alone.

    per_s: bytes that flow back into a bucket. burst: what it holds.
    """

    per_s: int
    burst: int
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _verdicts: dict[str, tuple[float, bool]] = field(default_factory=dict)

    def too_fast(self, gateway: str, size_bytes: int, now_s: float) -> bool:
        """Draw a message from its gateway's bucket; return whether it is too much."""
        bucket = self._buckets.get(gateway)
        if bucket is None:
            if len(self._buckets) >= _MOST_GATEWAYS:
                self._buckets.clear()
                self._verdicts.clear()
            bucket = self._buckets[gateway] = _Bucket(self.burst, 0.0, now_s)
        level = min(self.burst, bucket.level + (now_s - bucket.at_s) * self.per_s)
        bucket.said = bucket.said_by(now_s) + size_bytes
        bucket.at_s = now_s
        if level >= size_bytes:
            bucket.level = level - size_bytes
            return False
        bucket.level = level
        return self._outweighs(gateway, now_s)

    def _outweighs(self, gateway: str, now_s: float) -> bool:
        """Return whether a gateway said far more lately than others do, on average."""
        until_s, verdict = self._verdicts.get(gateway, (0.0, False))
        if now_s >= until_s:
            said = [
                bytes_said
                for name, one in self._buckets.items()
                if name != gateway and (bytes_said := one.said_by(now_s)) > _HEARD_BYTES
            ]
            own = self._buckets[gateway].said
            verdict = bool(said) and own > _TIMES * sum(said) / len(said)
            self._verdicts[gateway] = (now_s + _JUDGED_S, verdict)
        return verdict


def sparing(decode: Decode) -> Decode:
    """Return a decoding that sets aside what is too fast, under its number, and reads the rest."""

    def decoded(message: Message) -> Decoded:
        if not isinstance(message, TooFast):
            return decode(message)
        refusal = _too_fast(message.gateway)
        try:
            refusal.seq = decode(message).seq
        except PayloadError as error:
            refusal.seq = error.seq
        raise refusal

    return decoded


def _too_fast(gateway: str) -> PayloadError:
    return PayloadError(
        "gateway.too_fast",
        zh=f"采集网关 {gateway} 上报过多,影响了其他网关;此消息已暂存。",
        en=f"The gateway {gateway} says so much that others wait; this message is set aside.",
        next_zh="请降低其上报频率,或调大 COMMONWATT_GATEWAY_BYTES_PER_S;"
        "暂存的消息可在“拒收报文”页面重新收下。",
        next_en="Let it send less often, or raise COMMONWATT_GATEWAY_BYTES_PER_S; what was set "
        "aside can be taken on the page of refused messages.",
        where={"gateway": gateway},
    )
