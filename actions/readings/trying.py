"""What one message would come to, if a gateway sent it now; nothing is kept."""

from contextlib import closing

from collector.codecs import Decode
from collector.intake import portions
from metering.messages import Message, Stored
from storage.connections import WRITING, Bounds
from storage.readings.store import Store


def try_message(url: str, message: Message, decode: Decode, *, bounds: Bounds = WRITING) -> Stored:
    """Return what a message would store, and why not. url: the collector's login."""
    (portion,) = portions([message], decode)
    with closing(Store(url, "codec try", bounds=bounds)) as store:
        return store.try_out(portion.batch, portion.readings, portion.rejected)
