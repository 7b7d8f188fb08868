"""Real messages, mangled: readings that can be stored, or a refusal that says what to do.

`python -m tests.collector.codecs --messages 1000000 --store 20` tries as many as one likes.
"""

import pytest

from collector.codecs import formats
from collector.codecs.payload import PayloadError
from metering.messages import Message
from tests.collector.codecs.mangled import codec_of, judged, mangled, seeds

# Each broke a law once.
FOUND = [
    ("shelly", '{"src":"s","method":"NotifyStatus","params":{"ts":1e308,"em:0":{"act_power":1}}}'),
    ("json", '{"v":[{"k":"a","x":1.5,"t":1700000000,"u":"\\u0000\\u202e"}]}'),
]


def test_mangled_messages_give_what_can_be_stored_or_a_refusal():
    assert seeds().keys() == formats().keys()
    for seed in range(5_000):
        judged(*mangled(seed))


@pytest.mark.parametrize(("name", "payload"), FOUND)
def test_what_was_found_once(name, payload):
    judged(name, "t", payload.encode())


def test_the_seeds_are_messages_that_are_read():
    """Of each format at least one says readings unmangled, or mangling tries nothing."""
    for name, told in seeds().items():
        assert any(_readings(name, topic, payload) for topic, payload in told), name


def _readings(name: str, topic: str, payload: bytes) -> bool:
    try:
        return bool(codec_of(name).decode(Message(topic, "g/1", payload, 0)).value)
    except PayloadError:
        return False
