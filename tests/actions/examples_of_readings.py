"""What can be said of readings, each of a register of its own made for it."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from actions.doing import carry_out
from actions.readings.correct_reading import SetReading, VoidReading
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import import_readings
from actions.readings.record_exchange import RecordExchange
from collector.codecs import native
from collector.intake import take_in
from collector.routing import Routing
from metering.messages import Message
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, World, new_office

Example = tuple[int | None, dict[str, Any]]
_NUMBER: Final = count(1)
NOW_MS: Final = START_MS + 30 * 24 * HOUR_MS
START: Final = datetime.fromtimestamp(START_MS / 1000, UTC)


def at(hour: float) -> str:
    return (START + timedelta(hours=hour)).isoformat()


def register(world: World, values: list[tuple[int, float]], name: str = "") -> int:
    """Return the channel of a new office, which showed these values at these hours."""
    name = name or f"office {next(_NUMBER)}"
    new_office(world, name)
    world.say(f"{name} e", [(START_MS + hour * HOUR_MS, value) for hour, value in values])
    return world.channel[f"{name} e"]


def steady(world: World) -> int:
    return register(world, [(hour, 100.0 + 10 * hour) for hour in range(4)])


def misread(world: World) -> int:
    """Hour 6 is misread, and set aside."""
    values = [(hour, 100.0 + 10 * hour) for hour in range(13)]
    values[6] = (6, 16.0)
    return register(world, values)


def wrapped(world: World) -> int:
    early = [(hour, 99_900.0 + 0.1 * hour) for hour in range(24)]
    return register(world, early + [(72 + hour, 400 + 0.1 * hour) for hour in range(9)])


def leapt(world: World) -> int:
    early = [(hour, 5.0 + 10 * hour) for hour in range(8)]
    return register(world, early + [(8 + hour, 50_075.0 + 10 * hour) for hour in range(8)])


def exchanged(world: World) -> int:
    channel = steady(world)
    action = RecordExchange(at=at(1.5), final="116", initial="110", source="form 12", despite=True)
    carry_out(world.actor(), action, channel)
    return channel


def voided(world: World) -> int:
    """Return the correction of a register of its own."""
    action = VoidReading(at=at(1), reason="misread")
    return carry_out(world.actor(), action, steady(world)).result.id


def correction_of(world: World, channel: int) -> int:
    """Return a correction of a channel."""
    action = SetReading(at=at(1), value=7, reason="photo")
    return carry_out(world.actor(), action, channel).result.id


def filed(world: World, name: str = "") -> int:
    """Return a file that corrects a register: a new one, or that of an institution."""
    value = (8 if name else 101) + next(_NUMBER) / 100
    if not name:
        name = f"office {next(_NUMBER)}"
        register(world, [(hour, 100.0 + hour) for hour in range(4)], name)
    gateway = "demo-a/g2" if name == "clinic" else GATEWAY
    text = f"gateway,channel,at,value\n{gateway},{name} e,{at(2)},{value}\n"
    done = correct_by_file(
        world.actor(), io.BytesIO(text.encode()), "may.csv", reason="letter", now_ms=NOW_MS,
        ahead_ms=600_000,
    )  # fmt: skip
    assert done.file_id is not None
    return done.file_id


def gateway(world: World, name: str = GATEWAY) -> int:
    """Return the id of a gateway."""
    return int(world.admin("SELECT id FROM gateway WHERE name = %s", name)[0][0])


def refused(world: World, *, ahead_h: int = 0) -> int:
    """Return a new gateway of which two messages wait: for their clock, or a key bound since."""
    name, channel = f"demo-a/new {next(_NUMBER)}", steady(world)
    world.admin("INSERT INTO gateway (name) VALUES (%s)", name)
    if ahead_h:
        bind(world, name, "m", channel)
    for seq in (1, 2):
        at_ms = NOW_MS + seq * HOUR_MS
        payload = native.encode_many(seq, [("m", at_ms + ahead_h * HOUR_MS - 9, 700.0 + seq)])
        message = Message(f"cw/v1/{name}/data", name, payload, at_ms)
        assert take_in([message], native.decode, world.sink).rejected
    if not ahead_h:
        bind(world, name, "m", channel)
    return gateway(world, name)


def unrouted(world: World) -> str:
    """Return a topic without a route of which a message waits; our own routes have one for it."""
    name, channel = f"demo-a/new {next(_NUMBER)}", steady(world)
    world.admin("INSERT INTO gateway (name) VALUES (%s)", name)
    bind(world, name, "m", channel)
    payload = native.encode_many(1, [("m", NOW_MS, 700.0)])
    topic = f"cw/v1/{name}/data"
    message = Message(topic, topic, payload, NOW_MS + HOUR_MS)
    assert take_in([message], Routing(()).decode, world.sink).rejected
    return topic


def unrevoked(world: World) -> int:
    """Return a new gateway."""
    name = f"demo-a/new-{next(_NUMBER)}"
    world.admin("INSERT INTO gateway (name) VALUES (%s)", name)
    return gateway(world, name)


def bind(world: World, name: str, key: str, channel: int) -> None:
    world.admin(
        """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
           SELECT id, %s, %s, '-infinity', 'test', 'test' FROM gateway WHERE name = %s""",
        key, channel, name,
    )  # fmt: skip


def imported(world: World, name: str = "") -> int:
    """Return a file of readings that somebody imported: of a new office, or of an institution."""
    hour = 480 + next(_NUMBER) / 100  # after all that others say of an institution
    if not name:
        name = f"office {next(_NUMBER)}"
        register(world, [(hour, 100.0 + 10 * hour) for hour in range(4)], name)
    gateway = "demo-a/g2" if name == "clinic" else GATEWAY
    text = f"gateway,channel,at,value\n{gateway},{name} e,{at(hour)},145\n"
    file = io.BytesIO(text.encode())
    done = import_readings(world.actor(), world.sink, file, "july.csv", now_ms=NOW_MS)
    assert done.import_id is not None
    return done.import_id


def set_aside(world: World, institution: str = "office") -> int:
    """Return something of an institution that could not be computed."""
    [(number,)] = world.admin(
        """INSERT INTO set_aside (stage, key, institution_id, carrier, month, reason, error)
           VALUES ('figure', %s, %s, 'electricity', '2016-03-01', 'account.out_of_range', '9e15')
           RETURNING id""",
        f"{institution} {next(_NUMBER)}", world.institution[institution],
    )  # fmt: skip
    return int(number)


def failed(world: World) -> int:
    """Return a task that failed once, the system's own."""
    [(number,)] = world.admin(
        """INSERT INTO task (kind, key, at, attempts, reason, error, by)
           VALUES ('progress.record', %s, now() + interval '1 hour', 1, 'test', 'test', 'user:1')
           RETURNING id""",
        f"nonsense {next(_NUMBER)}",
    )
    return int(number)


def failing(world: World) -> None:
    """Have something that all may be tried again for."""
    set_aside(world)
    failed(world)


EXAMPLES: Final[dict[str, Callable[[World], Example]]] = {
    "reading.void": lambda world: (steady(world), {"at": at(1), "reason": "misread"}),
    "reading.set": lambda world: (
        steady(world), {"at": at(1), "value": "111.5", "reason": "photo"},
    ),
    "judgement.confirm": lambda world: (misread(world), {"at": at(6), "reason": "misread"}),
    "judgement.dismiss": lambda world: (misread(world), {"at": at(6), "reason": "it was so"}),
    "judgement.wrap": lambda world: (wrapped(world), {"at": at(72), "reason": "five digits"}),
    "judgement.use": lambda world: (
        leapt(world), {"at": at(8), "value": "12.5", "reason": "bill"},
    ),
    "exchange.withdraw": lambda world: (exchanged(world), {"at": at(1.5), "reason": "other"}),
    "correction.undo": lambda world: (voided(world), {"reason": "it was right"}),
    "correction.undo_import": lambda world: (filed(world), {"reason": "the other letter"}),
    "import.undo": lambda world: (imported(world), {"reason": "the wrong file"}),
    "rejected.replay": lambda world: (refused(world), {"reason": "the key was bound"}),
    "rejected.shift": lambda world: (refused(world, ahead_h=8), {"shift": "-8h"}),
    "rejected.route": lambda world: (
        None, {"topic": unrouted(world), "reason": "a route was added"},
    ),
    "gateway.key": lambda world: (gateway(world), {"reason": "a new gateway"}),
    "gateway.register": lambda world: (None, {"name": f"demo-a/fresh-{next(_NUMBER)}"}),
    "gateway.watch": lambda world: (unrevoked(world), {}),
    "gateway.revoke": lambda world: (unrevoked(world), {"reason": "it was stolen"}),
    "set_aside.retry_all": lambda world: (failing(world), {"reason": "the disk has room again"}),
    "task.retry": lambda world: (failed(world), {"reason": "the base was answered for"}),
    "set_aside.retry": lambda world: (set_aside(world), {"reason": "a setting was mended"}),
}  # fmt: skip
