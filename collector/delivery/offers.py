"""What a broker says of itself when it lets a collector in, and which of that would lose data."""

from dataclasses import dataclass
from typing import Final

from collector.notices import unfit
from collector.settings import CollectorSettings
from metering.errors import ConflictError

_MOST_RECEIPTS: Final = 1_000  # at the broker at once; each takes 2 kB
_PACKET_OVERHEAD_BYTES: Final = 1_024  # topic and properties beside the payload, generously


@dataclass(frozen=True, slots=True)
class Offer:
    """The limits of a broker; where it says nothing the protocol's own hold, as here.

    receive_maximum: messages that we may have under way to it.
    session_expiry_s: for how long it will keep the session; None for as long as we asked.
    packet_bytes: of the largest packet that it takes; None for any.
    """

    session_present: bool = True
    receive_maximum: int = 65_535
    qos: int = 2
    retains: bool = True
    wildcards: bool = True
    shares: bool = True
    session_expiry_s: int | None = None
    packet_bytes: int | None = None

    @property
    def receipts(self) -> int:
        """How many receipts may be with the broker at once; one place is the state's."""
        return max(1, min(_MOST_RECEIPTS, self.receive_maximum - 1))


def refusal(offer: Offer, settings: CollectorSettings) -> ConflictError | None:
    """Return why a broker is not to be trusted with readings, None where nothing is known."""
    wants_bytes = settings.bounds.most_bytes + _PACKET_OVERHEAD_BYTES
    expiry_s, packet_bytes = offer.session_expiry_s, offer.packet_bytes
    if offer.qos < 1:
        return unfit("Maximum QoS", offer.qos, 1, "max_qos")
    if expiry_s is not None and expiry_s < settings.session_expiry_s:
        what = "Session Expiry Interval"
        own = "COMMONWATT_SESSION_EXPIRY_S"
        return unfit(what, expiry_s, settings.session_expiry_s, "persistent_client_expiration", own)
    if packet_bytes is not None and packet_bytes < wants_bytes:
        own = "COMMONWATT_MESSAGE_BYTES"
        return unfit("Maximum Packet Size", packet_bytes, wants_bytes, "max_packet_size", own)
    if not offer.retains:
        return unfit("Retain Available", 0, 1, "retain_available")
    if not offer.wildcards:
        return unfit("Wildcard Subscription Available", 0, 1, "–")
    if settings.share and not offer.shares:
        return unfit("Shared Subscription Available", 0, 1, "–", "COMMONWATT_COLLECTOR_SHARE")
    return None
