"""What a collector is told once: where to listen, how much to hold, how long to wait."""

import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from collector.bounds import BOUNDS, MessageBounds
from collector.routing import NATIVE, Route
from metering.errors import InputError

# A batch is at most half the window, so that the broker sends on while one is being written.
_BATCHES_PER_WINDOW = 2


@dataclass(frozen=True, slots=True)
class CollectorSettings:
    """Every limit of the collector; the defaults are for one process on a shared machine.

    broker_url: mqtt://[user[:password]@]host[:port], or mqtts:// for TLS.
    name: tells collectors of one broker apart; a client id and a session hang on it.
    version: of MQTT, 5 or 4 (3.1.1).
    receive_maximum: messages that may wait for their acknowledgement: the back-pressure.
    held_bytes: for messages that wait for the writer. Brokers that know no window, or do not keep
        to it, would fill the memory; what comes beyond this is left to be delivered again.
    gateway_bytes_per_s, gateway_burst_bytes: what one gateway may say while messages pile up and
        others wait; what is beyond is set aside.
    batch_messages, batch_bytes, batch_ms: whichever comes first hands a batch to the writer.
    write_readings: where the writer cuts a batch; one transaction holds these and the rest of
        the last message.
    receipt_ms: how long the writer of a long batch may keep receipts and acknowledgements back.
    share: the group of collectors that divide the messages among them, empty for none.
    session_expiry_s: how long the broker keeps messages while the collector is away (MQTT 5).
    stop_s: how long a stop may take.
    reads_blocks: whether packets are cut from blocks (collector.packets) or read by paho itself.
    bounds: of one message.
    """

    broker_url: str
    name: str = "main"
    version: Literal[4, 5] = 5
    receive_maximum: int = 4_000
    held_bytes: int = 32 * 1024 * 1024
    gateway_bytes_per_s: int = 1024 * 1024
    gateway_burst_bytes: int = 32 * 1024 * 1024
    batch_messages: int = 2_000
    batch_bytes: int = 1024 * 1024
    batch_ms: int = 100
    write_readings: int = 20_000
    receipt_ms: int = 250
    share: str = ""
    routes: tuple[Route, ...] = field(default=(NATIVE,))
    session_expiry_s: int = 14 * 86_400
    keepalive_s: int = 30
    connect_timeout_s: float = 5.0
    reconnect_first_s: float = 1.0
    reconnect_most_s: float = 30.0
    retry_first_s: float = 0.5
    retry_most_s: float = 5.0
    stop_s: float = 20.0
    queued_receipts: int = 20_000
    reads_blocks: bool = True
    bounds: MessageBounds = BOUNDS
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def __post_init__(self) -> None:
        bounds = (
            ("receive_maximum", self.receive_maximum, _BATCHES_PER_WINDOW, 65_535),
            (
                "batch_messages",
                self.batch_messages,
                1,
                self.receive_maximum // _BATCHES_PER_WINDOW,
            ),
            ("held_bytes", self.held_bytes, 1, 2**40),
            ("gateway_bytes_per_s", self.gateway_bytes_per_s, 1, 2**40),
            ("gateway_burst_bytes", self.gateway_burst_bytes, 1, 2**40),
            ("batch_bytes", self.batch_bytes, 1, 2**40),
            ("batch_ms", self.batch_ms, 1, 60_000),
            ("write_readings", self.write_readings, 1, 1_000_000),
            ("receipt_ms", self.receipt_ms, 0, 60_000),
            ("keepalive_s", self.keepalive_s, 1, 65_535),
        )
        for field_name, value, least, most in bounds:
            if not least <= value <= most:
                raise _wrong(field_name, value, f"{least}..{most}")
        if self.version not in {4, 5}:
            raise _wrong("version", self.version, "5, 4")
        for field_name, text in (("name", self.name), ("share", self.share)):
            if set("/+#\0") & set(text):
                raise _wrong(field_name, text, "no / + #")
        if not self.name:
            raise _wrong("name", self.name, "not empty")
        if self.share and self.version == 4:
            raise _wrong("share", self.share, "only with MQTT 5")

    @property
    def client_id(self) -> str:
        """The fixed client id under which the broker keeps the session.

        Whoever connects under it takes the session over, so it holds what only the owner of the
        login's password can know; without a password there is nobody to keep out.
        """
        password = urlsplit(self.broker_url).password
        if not password:
            return f"commonwatt-collector-{self.name}"
        digest = hmac.digest(unquote(password).encode(), self.name.encode(), "sha256")
        return f"commonwatt-collector-{self.name}-{digest.hex()[:24]}"

    @property
    def status_topic(self) -> str:
        """Where the collector says how it is, retained."""
        return f"cw/v1/collector/{self.name}/status"


def _wrong(field_name: str, value: object, allowed: str) -> InputError:
    return InputError(
        "collector.setting_out_of_bounds",
        zh=f"接收服务的设置 {field_name} = {value!r} 无效。",
        en=f"The collector's setting {field_name} = {value!r} cannot be used.",
        next_zh=f"允许:{allowed}。",
        next_en=f"Allowed: {allowed}.",
        where={"field": field_name, "value": str(value)},
    )
