"""Many readings pushed over HTTP at once, in any format: one commit, an answer that names rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec

from actions.access.login import Pool
from actions.readings.allowance import Allowance
from actions.readings.push import let_in
from actions.refusals import other_request
from collector.intake import Portion, ReadingSink, closed_ranges, portions
from collector.pushed import MOST_BYTES, TABLE, Form, Heard, Piece, cut, topic_of
from metering.messages import Message, Readings, Rejection, Stored
from storage.answered import Answered
from storage.readings.pushed import Claim

ACT: Final = "readings.push"
_TOLD: Final = 1_000  # refused readings by row; the others are counted


class PushSink(ReadingSink, Protocol):
    """Where pushed readings go; under a key once."""

    def write_once(
        self,
        batch: Sequence[Message],
        readings: Readings,
        rejected: Sequence[Rejection],
        claim: Claim,
    ) -> Stored | Answered:
        """Commit a batch, or return what was answered to the same key before."""
        ...


@dataclass(frozen=True, slots=True)
class Pushed:
    """A body as it came. key: of idempotency, empty for none; received_ms: since 1970, UTC."""

    gateway: str
    form: Form
    body: bytes
    received_ms: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer as JSON; again: whether it was answered before."""

    answer: bytes
    again: bool = False


def push_many(pool: Pool, sink: PushSink, allowance: Allowance, key: str, pushed: Pushed) -> Told:
    """Take a body in; after this returns its sender may forget it, refused readings too.

    key: the gateway's own. What cannot be taken is kept with its bytes.
    """
    let_in(pool, pushed.gateway, key)
    topic = topic_of(pushed.gateway, pushed.form)
    TABLE.decode_for(topic)  # refuses a format that is not there, before anything is kept
    pieces, most = cut(pushed.form, pushed.body), MOST_BYTES + 1
    batch = [
        Message(topic, pushed.gateway, one.payload[:most], pushed.received_ms) for one in pieces
    ]
    with allowance.turn(pushed.gateway):
        heard = Heard(TABLE.decode)
        (portion,) = portions(batch, heard.decode)
        allowance.take(pushed.gateway, max(len(portion.readings), len(batch)))
        return _written(sink, portion, pushed, _Answering(pieces, batch, heard))


def _written(sink: PushSink, portion: Portion, pushed: Pushed, answering: "_Answering") -> Told:
    if not pushed.key:
        stored = sink.write(portion.batch, portion.readings, portion.rejected)
        return Told(answering.answer(stored))
    digest = sha256(f"{pushed.form!r}\n".encode() + pushed.body).digest()
    actor = f"gateway:{pushed.gateway}"
    claim = Claim(actor, ACT, pushed.key, digest, lambda one: answering.answer(one).decode())
    found = sink.write_once(portion.batch, portion.readings, portion.rejected, claim)
    if isinstance(found, Answered):
        if found.digest != digest:
            raise other_request(pushed.key)
        return Told(msgspec.json.encode(found.answer), again=True)
    return Told(answering.answer(found))


@dataclass(frozen=True, slots=True)
class _Answering:
    """What is said of a body once it is stored."""

    pieces: Sequence[Piece]
    batch: Sequence[Message]
    heard: Heard

    def answer(self, stored: Stored) -> bytes:
        """Return what became of it, as JSON."""
        left, groups = _TOLD, []
        for one in stored.rejected:
            readings = self._readings(one, left)
            left -= len(readings)
            groups.append(_group(one, readings))
        return msgspec.json.encode(
            {
                "stored": closed_ranges(seq for seq in stored.seqs if seq is not None),
                "inserted": stored.inserted,
                "revised": stored.revised,
                "duplicates": stored.duplicates,
                "refused": sum(group["count"] for group in groups),
                "rejected": groups,
            }
        )

    def _readings(self, one: Rejection, most: int) -> list[dict[str, Any]]:
        """Return line, place, channel and time of refused readings, as far as they are known."""
        lines, said = (
            self.pieces[one.message].lines,
            self.heard.said.get(id(self.batch[one.message])),
        )
        if not one.i or said is None:
            return [{"line": lines[0], "i": None, "channel": None, "at": None}] if lines else []
        by_row = len(lines) == len(said.value)
        return [
            {
                "line": lines[i] if by_row else next(iter(lines), None),
                "i": i,
                "channel": said.channel_key[i],
                "at": _instant(said.at_ms[i]),
            }
            for i in one.i[:most]
        ]


def _group(one: Rejection, readings: list[dict[str, Any]]) -> dict[str, Any]:
    reason = one.reason
    return {
        "reason": reason.code,
        "message_zh": reason.zh,
        "message_en": reason.en,
        "next_zh": reason.next_zh.strip(),
        "next_en": reason.next_en.strip(),
        "seq": one.seq,
        "count": len(one.i) or 1,
        "readings": readings,
    }


def _instant(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
