"""A file of readings that somebody brings, read with what the registry knows of its channels."""

from dataclasses import replace
from typing import Any, BinaryIO

from psycopg import Connection

from actions.actor import Actor
from collector.files.answers import CHANNEL, Answers
from collector.files.limits import DEFAULT, Limits
from collector.files.reading import FileReadings, read
from metering.days import CIVIL_ZONE
from metering.errors import InputError
from storage.registry import keys, meters


def file_of(
    actor: Actor,
    source: BinaryIO,
    name: str,
    answers: Answers,
    *,
    now_ms: int,
    limits: Limits = DEFAULT,
) -> FileReadings:
    """Return what a file says; times without offset may be of the channels' own zone."""
    if answers.zone == CHANNEL:
        first = read(source, name, received_ms=now_ms, answers=replace(answers, zone="UTC"))
        with actor.look() as connection:
            answers = replace(answers, zone=_zone(connection, first, name))
    return read(source, name, received_ms=now_ms, answers=answers, limits=limits)


def _zone(connection: Connection[Any], file: FileReadings, name: str) -> str:
    """Return the one zone of the channels that a file names; InputError where there are several."""
    ids = channels_named(connection, file)
    zones = sorted({one.zone for one in meters.channels(connection, ids)})
    if len(zones) > 1:
        raise InputError(
            "import.several_zones",
            zh=f"{name}:文件中的通道分属几个时区({', '.join(zones)})。",
            en=f"{name}: its channels lie in several zones ({', '.join(zones)}).",
            next_zh="请写明时区,或按时区拆分文件。",
            next_en="Name the zone of the times, or split the file by zone.",
            where={"file": name, "field": "zone"},
        )
    return zones[0] if zones else CIVIL_ZONE


def channels_named(connection: Connection[Any], file: FileReadings) -> list[int]:
    """Return the channels that a file names, as far as they are known."""
    pairs = set(zip(_gateways(file), file.readings.channel_key, strict=True))
    known = keys.bindings(connection, sorted({gateway for gateway, _ in pairs}))
    return sorted({one for pair in pairs for one in known.get(pair, ())})


def _gateways(file: FileReadings) -> list[str]:
    return [file.batch[message].gateway for message in file.readings.message.tolist()]
