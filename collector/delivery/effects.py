"""What the machine asks to be done, and what network and writer hand each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collector.codecs import Decode
from collector.intake import Portion
from metering.errors import EnergyError
from metering.messages import Message, Stored


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one connection, with the numbers under which the broker awaits their end.

    connection: counts connections; a number means nothing on another one.
    mids: 0 where the broker awaits nothing.
    decode: by the routes under which the messages were taken.
    """

    connection: int
    mids: Sequence[int]
    messages: Sequence[Message]
    decode: Decode


@dataclass(frozen=True, slots=True)
class Settled:
    """What is committed: whom to send a receipt, and what to acknowledge after that.

    asks: topics and payloads that ask senders for what they left out.
    """

    connection: int
    mids: Sequence[int]
    receipts: Sequence[tuple[str, bytes]]
    asks: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The writer is done with a batch: all of it is settled, or it was told to stop."""


@dataclass(frozen=True, slots=True)
class Tell:
    """A notice for those who run the collector; level: of the standard library's `logging`."""

    level: int
    notice: EnergyError


@dataclass(frozen=True, slots=True)
class Log:
    """A line for those who run the collector, with facts by name."""

    level: int
    event: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sink:
    """Whether the sink is away; told when that changes."""

    away: bool


# Of the network.


@dataclass(frozen=True, slots=True)
class Connect:
    """Ask the broker for the session."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Listen on every route."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Leave; what is not acknowledged stays with the broker."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Send a message.

    number: under which to say that the broker has it; 0 where nobody waits for that.
    """

    topic: str
    payload: bytes
    number: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Have the broker keep what the collector is doing."""

    state: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Tell the broker that these messages are done, in this order."""

    mids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Give:
    """Hand a batch to the writer."""

    batch: Batch


Effect = Connect | Subscribe | Disconnect | Publish | State | Acknowledge | Give | Tell | Log
FromWriter = Settled | Taken | Sink | Tell | Log

# Of the writer, and what came of it; instants are of any clock that only goes on.


@dataclass(frozen=True, slots=True)
class Write:
    """Commit a portion."""

    portion: Portion


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for so long, or until told to stop."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Committed:
    """A portion is durable."""

    stored: Stored
    now_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A portion is not durable, as far as anybody knows."""

    error: Exception
    now_s: float


@dataclass(frozen=True, slots=True)
class Waited:
    """The wait is over; stopping: because the collector is."""

    stopping: bool


Step = Write | Wait | Settled | Sink | Tell | Log
Outcome = Committed | Failed | Waited | None
