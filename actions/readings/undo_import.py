"""Taking a file of readings back: what only it said goes, what it outdid counts again."""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, plain
from actions.figures import instant
from actions.kinds import Line
from actions.readings import effects
from actions.readings.correcting import reason_field
from actions.readings.effect_words import of_use
from actions.readings.effects import Effects
from actions.readings.things import READING_FILE
from actions.rights import Right
from metering.errors import ConflictError
from storage.readings import reading_files, starts
from storage.readings.reading_files import ReadingFile, TakenBack

_MOST_TRIED: Final = 1_000_000  # readings, of a file that is taken in one go
_COUNTED: Final = {
    "gone": Words("不再有读数的时刻", "Instants left without a reading"),
    "back": Words("恢复原读数的时刻", "Instants whose other reading counts again"),
    "beside": Words("未被采用、一并撤销的读数", "Readings taken back that did not count"),
    "kept": Words("其他文件也有、保留的读数", "Readings kept, for another file says them too"),
}


class ImportUndone(BaseModel):
    """A file of readings that was taken back, in readings."""

    file_id: int
    gone: int = Field(description="Instants without a reading from now on.")
    back: int = Field(description="Instants at which another reading stands again.")
    beside: int = Field(description="Readings that stood beside another of their instant.")
    kept: int = Field(description="Readings that another file says, too.")


class UndoImport(Action[ReadingFile, ImportUndone]):
    """Take back what only a file of readings said: all is as if it had never come.

    For 24 hours; what a gateway, a person or another file says as well stays. Sent again, the file
    is stored again.
    """

    about = About(
        code="import.undo",
        on=READING_FILE,
        right=Right.CORRECT_READINGS,
        path="/imports/files/{on}/undo",
        tag="imports",
        zh="撤销导入的读数文件",
        en="Take a file of readings back",
        done=("已撤销,用量正在重新计算。", "Taken back; the use is being computed anew."),
    )

    reason: Line = reason_field()

    def check(self, on: ReadingFile, at: Acting) -> None:
        """Refuse what is too late, was taken back, or what something later stands on."""
        _check_open(on)
        _check_free(on, at)

    def foresee(self, on: ReadingFile, at: Acting) -> list[Effect]:
        """Return what goes and comes back, and the hours, accounts and published figures.

        Of a large file only how much it is: to try it would take as long as to do it.
        """
        channels = Words("涉及通道", "Channels")
        counted = [Effect("channels", channels, None, plain(str(len(on.channels))))]
        if on.readings > _MOST_TRIED:
            return [*counted, *_of_large(on)]
        done, changes = _tried(on, at)
        counted += [
            Effect(code, what, None, plain(str(getattr(done, code))))
            for code, what in _COUNTED.items()
            if getattr(done, code)
        ]
        return [*counted, *of_use(changes, at)]

    def do(self, on: ReadingFile, at: Acting) -> ImportUndone:
        """Take it back."""
        done = TakenBack()
        reading_files.tell_taken_back(at.connection, on.id)
        for channel_id in on.channels:
            done += reading_files.take_back(at.connection, on.id, channel_id)
        reading_files.undone(at.connection, on.id, at.actor)
        at.told.update(file=on.name, gone=done.gone, back=done.back)
        return ImportUndone(
            file_id=on.id, gone=done.gone, back=done.back, beside=done.beside, kept=done.kept
        )


def _of_large(on: ReadingFile) -> list[Effect]:
    """Return how much a large file said, and of when."""
    days = f"{on.first:%Y-%m-%d} – {on.last:%Y-%m-%d}"
    what = Words("只有此文件有的读数", "Readings that only files said")
    use = Words("重新计算的用量与台账", "Use and accounts that are computed anew")
    kept = Words("已公布的数字", "Published figures")
    stay = Words("保持不变", "keep what they say")
    wait = Words("办理方式", "How it is done")
    whole = Words(
        "整体撤销,需数分钟,进度见“导入的读数文件”;期间相关通道的新读数排队等候",
        "as a whole, in some minutes; “Files of readings” shows how far it is, and new readings of "
        "these channels wait until then",
    )
    return [
        Effect("readings", what, None, plain(str(on.readings))),
        Effect("days", use, None, plain(days)),
        Effect("published", kept, None, stay),
        Effect("wait", wait, None, whole),
    ]


def _tried(on: ReadingFile, at: Acting) -> tuple[TakenBack, Effects]:
    """Take a file back, one channel after the other; return what changes."""
    done, changes = TakenBack(), []
    for channel_id, since_ms, last_ms in _spans(on, at):
        waits = effects.waits(at.connection, channel_id)
        done += reading_files.take_back(at.connection, on.id, channel_id)
        changes.append(effects.effects(at.connection, channel_id, since_ms, last_ms, waits=waits))
    return done, effects.together(at.connection, changes)


def _spans(on: ReadingFile, at: Acting) -> Iterator[tuple[int, int, int]]:
    for channel_id in on.channels:
        found = reading_files.span(at.connection, on.id, channel_id)
        if found is not None:  # else others have said all of it meanwhile
            yield channel_id, starts.since(at.connection, channel_id, *found), found[1]


def _check_open(on: ReadingFile) -> None:
    where = {"file_id": on.id}
    if on.undone_at is not None:
        raise ConflictError(
            "import.already_taken_back",
            zh="此文件已经撤销。",
            en="This file has been taken back already.",
            next_zh="无需再次撤销;再次导入即重新保存。",
            next_en="There is nothing left to do; imported again, it is stored again.",
            where=where,
        )
    if not on.open:
        raise ConflictError(
            "import.too_late",
            zh=f"文件 {on.name} 导入已超过 24 小时,不能再整体撤销。",
            en=f"{on.name} was imported more than 24 hours ago, and cannot be taken back whole.",
            next_zh="请以更正文件(--as-correction)改正读数,或逐个作废。",
            next_en="Correct the readings by a file (--as-correction), or make each of them void.",
            where=where,
        )


def _check_free(on: ReadingFile, at: Acting) -> None:
    """Refuse where a person's word since needs a reading, or where time was sealed since."""
    if (found := reading_files.stood_upon(at.connection, on.id)) is not None:
        correction_id, channel_id, at_ms = found
        when = f"{instant(at_ms):%Y-%m-%d %H:%M} UTC"
        raise ConflictError(
            "import.stood_upon",
            zh=f"更正 {correction_id} 是在导入之后依据该文件 {when} 的读数所作。",
            en=f"Correction {correction_id}, made since, needs the file's reading of {when}.",
            next_zh=f"请先撤销更正 {correction_id}。",
            next_en=f"Take correction {correction_id} back first.",
            where={"file_id": on.id, "channel_id": channel_id, "correction_id": correction_id},
        )
    if (sealed := reading_files.sealed(at.connection, on.id)) is not None:
        channel_id, before_ms = sealed
        day = f"{instant(before_ms):%Y-%m-%d}"
        raise ConflictError(
            "import.sealed",
            zh=f"该文件的读数有 {day} 之前的,该时段已封存。",
            en=f"The file has readings before {day}, and that time has been sealed since.",
            next_zh="封存时段不再变动。",
            next_en="What is sealed does not change any more.",
            where={"file_id": on.id, "channel_id": channel_id},
        )
