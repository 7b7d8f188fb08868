"""The kinds of objects that actions on readings hang on, beside channels."""

from dataclasses import dataclass
from typing import Final

from actions.declared import Thing
from actions.fields import Acting, Lang, Option, Words, plain
from actions.figures import instant
from storage import tasks
from storage.readings import amendments, gateways, reading_files, set_aside
from storage.readings.amendments import Correction
from storage.readings.gateways import Gateway
from storage.readings.reading_files import ReadingFile
from storage.readings.set_aside import SetAside
from storage.registry import meters
from storage.registry.meters import Channel
from storage.tasks import TaskState


@dataclass(frozen=True, slots=True)
class CorrectionOf:
    """A correction with the channel that it is of."""

    channel: Channel
    correction: Correction


@dataclass(frozen=True, slots=True)
class CorrectionFile:
    """A file that corrects readings, and what it says of the channels that the actor sees."""

    file_id: int
    name: str
    corrections: list[Correction]


def _correction(at: Acting, correction_id: int) -> CorrectionOf | None:
    found = amendments.found(at.connection, correction_id)
    if found is None:
        return None
    channels = meters.channels(at.connection, [found.channel_id])
    return CorrectionOf(channels[0], found) if channels else None


def _file(at: Acting, file_id: int) -> CorrectionFile | None:
    _, found = amendments.of_file(at.connection, file_id)
    return CorrectionFile(file_id, found[0].file or "", found) if found else None


def _named(one: CorrectionOf) -> str:
    channel = one.channel
    when = instant(one.correction.at_ms).isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"{channel.meter or channel.meter_id} · {channel.code} · {when} · #{one.correction.id}"


_BY_CHANNEL: Final = Words(
    "打开机构,在逐时曲线中选择计量通道,再打开“更正记录”",
    "open the institution, choose the channel in its hourly curve, then “Corrections”",
)
CORRECTION: Final = Thing[CorrectionOf](
    "correction",
    Words("更正", "correction"),
    CorrectionOf,
    find=_correction,
    name=lambda one, _: _named(one),
    page=lambda one: f"/channels/{one.channel.channel_id}/corrections",
    covered="""(SELECT channel_id FROM amendment WHERE id = %(on)s)
                   IN (SELECT * FROM access.covers_channels(%(right)s))""",
    lock="""SELECT FROM channel WHERE id = (SELECT channel_id FROM amendment WHERE id = %s)
               FOR NO KEY UPDATE""",
    unit=lambda one: one.channel.unit,
    zone=lambda one: one.channel.zone,
    way=_BY_CHANNEL,
)
CORRECTION_FILE: Final = Thing[CorrectionFile](
    "correction_file",
    Words("更正文件", "file of corrections"),
    CorrectionFile,
    find=_file,
    name=lambda one, _: f"{one.name} · #{one.file_id}",
    page=lambda one: f"/channels/{one.corrections[0].channel_id}/corrections",
    # Of channels that the actor does not even see, the count tells.
    covered="""(SELECT channels FROM correction WHERE id = %(on)s)
                   = (SELECT count(*) FROM amendment
                       WHERE file_id = %(on)s
                         AND channel_id IN (SELECT * FROM access.covers_channels(%(right)s)))""",
    way=_BY_CHANNEL,
    lock="""SELECT FROM channel
             WHERE id IN (SELECT channel_id FROM amendment WHERE file_id = %s)
             ORDER BY id FOR NO KEY UPDATE""",
)


def _reading_file(at: Acting, file_id: int) -> ReadingFile | None:
    return reading_files.one(at.connection, file_id)


READING_FILE: Final = Thing[ReadingFile](
    "imported",
    Words("读数文件", "file of readings"),
    ReadingFile,
    find=_reading_file,
    name=lambda one, _: f"{one.name} · #{one.id}",
    page=lambda _: "/imports/files",
    covered="""(SELECT channels FROM reading_file WHERE id = %(on)s)
                   <@ ARRAY(SELECT * FROM access.covers_channels(%(right)s))""",
    # Readings are written under a lock of the channel's own, so no row is.
    lock="SELECT pg_advisory_xact_lock(hashtext('reading_file'), %s)",
    way=Words("在列表中选择文件", "choose the file in the list"),
    way_from="/imports/files",
)


def _gateway(at: Acting, gateway_id: int) -> Gateway | None:
    return gateways.one(at.connection, gateway_id)


def _set_aside(at: Acting, number: int) -> SetAside | None:
    found = set_aside.listed(at.connection, after=number - 1, most=1)
    return found[0] if found and found[0].id == number else None


def _failed(at: Acting, number: int) -> TaskState | None:
    found = tasks.one(at.connection, number)
    return found if found is not None and found.state == "set_aside" else None


def _failed_ones(at: Acting) -> list[Option]:
    return [
        Option(str(one.id), plain(f"{one.kind} {one.key} · #{one.id}"))
        for one in tasks.set_aside(at.connection)
    ]


def _named_set_aside(one: SetAside, lang: Lang) -> str:
    stage, of = STAGES[one.stage], one.channel_id or one.institution_id or ""
    return f"{stage.say(lang)} {of} · #{one.id}"


STAGES: Final = {
    "usage": Words("通道用量", "use of channel"),
    "account": Words("机构台账", "accounts of institution"),
    "figure": Words("台账数值", "one account of institution"),
}

GATEWAY: Final = Thing[Gateway](
    "gateway",
    Words("采集网关", "gateway"),
    Gateway,
    find=_gateway,
    name=lambda one, _: one.name,
    page=lambda _: "/gateways",
    # Keys are an administrator's; what waits is of whoever writes for one of its channels.
    covered="""CASE WHEN %(right)s::text = 'administer' THEN access.administers()
                    ELSE %(on)s::integer IN (
                        SELECT gateway_id FROM binding
                         WHERE known_until IS NULL
                           AND channel_id IN (
                                   SELECT * FROM access.covers_channels(%(right)s::text)))
               END""",
    way=Words("在列表中选择采集网关", "choose the gateway in the list"),
    way_from="/gateways",
    # Whoever settles what waits may not change the gateway's row, so no row is locked.
    lock="SELECT pg_advisory_xact_lock(hashtext('gateway'), %s)",
)
SET_ASIDE: Final = Thing[SetAside](
    "set_aside",
    Words("暂存待核项", "thing set aside"),
    SetAside,
    find=_set_aside,
    name=_named_set_aside,
    page=lambda _: "/set-aside",
    way=Words("在列表中选择一项", "choose it in the list"),
    way_from="/set-aside",
    covered="""(SELECT institution_id FROM report.set_aside WHERE id = %(on)s)
                   IN (SELECT * FROM access.covers(%(right)s))""",
    lock="SELECT pg_advisory_xact_lock(hashtext('set_aside'), %s)",
)
TASK: Final = Thing[TaskState](
    "task",
    Words("失败的任务", "task that failed"),
    TaskState,
    find=_failed,
    name=lambda one, _: f"{one.kind} {one.key} · #{one.id}",
    page=lambda one: f"/tasks/{one.id}",
    covered="EXISTS (SELECT FROM task WHERE id = %(on)s)",  # of which one's own are seen
    lock="SELECT pg_advisory_xact_lock(hashtext('task'), %s)",
    options=_failed_ones,
)
