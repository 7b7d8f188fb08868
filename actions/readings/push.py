"""Readings pushed over HTTP: a gateway's key instead of a broker, the receipt as the answer."""

from dataclasses import dataclass

from actions.access.login import LoginError, Pool
from actions.readings.gateways import opens
from collector.codecs import native
from collector.intake import ReadingSink, closed_ranges, take_in
from metering.messages import Message, Rejection


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message, said after the commit.

    stored: closed ranges of sequence numbers whose bytes are committed, refused ones too.
    inserted, revised, duplicates: its readings, counted.
    """

    stored: list[tuple[int, int]]
    rejected: list[Rejection]
    inserted: int
    revised: int
    duplicates: int


def push(
    pool: Pool, sink: ReadingSink, gateway: str, key: str, payload: bytes, received_ms: int
) -> Receipt:
    """Take one native message in; after this returns the gateway may forget it.

    The gateway is known by its key; its record is the reading itself.
    """
    let_in(pool, gateway, key)
    message = Message(f"http/v1/{gateway}/data", gateway, payload, received_ms)
    stored = take_in([message], native.decode, sink)
    return Receipt(
        stored=closed_ranges(seq for seq in stored.seqs if seq is not None),
        rejected=list(stored.rejected),
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
    )


def let_in(pool: Pool, gateway: str, key: str) -> None:
    """Refuse whoever does not bring the gateway's key."""
    if not opens(pool, gateway, key):
        raise LoginError(
            "gateway.wrong_key",
            zh=f"采集网关 {gateway} 的密钥不正确。",
            en=f"This is not the key of the gateway {gateway}.",
            next_zh="请核对网关名称,或由管理员重新签发密钥。",
            next_en="Check the gateway's name, or have the administrator issue a new key.",
            where={"gateway": gateway},
        )
