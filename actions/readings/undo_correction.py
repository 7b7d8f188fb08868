"""Taking corrections back: one of a channel, or all that a file said."""

from pydantic import BaseModel, Field

from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite
from actions.fields import Acting, Words, plain
from actions.figures import instant
from actions.kinds import Line
from actions.readings import effects
from actions.readings.correcting import Case, Done, reason_field
from actions.readings.corrections import check_last, undo_fact
from actions.readings.effect_words import of_correction, of_use
from actions.readings.file_corrections import check_holds, taken_back
from actions.readings.shown import CorrectionShown, correction_shown
from actions.readings.things import CORRECTION, CORRECTION_FILE, CorrectionFile, CorrectionOf
from actions.rights import Right
from storage.readings import amendments

_DONE = ("已撤销,用量正在重新计算。", "Taken back; the use is being computed anew.")


class UndoCorrection(Action[CorrectionOf, CorrectionShown]):
    """Take a correction back: all is as if it had never been made, and both stay on record."""

    about = About(
        code="correction.undo",
        on=CORRECTION,
        right=Right.CORRECT_READINGS,
        path="/corrections/{on}/undo",
        tag="corrections",
        zh="撤销更正",
        en="Take a correction back",
        done=_DONE,
    )

    reason: Line = reason_field()

    def check(self, on: CorrectionOf, at: Acting) -> None:
        """Refuse what was taken back, or what something said of its instant since rests on."""
        check_last(self._case(on, at), on.correction)

    def foresee(self, on: CorrectionOf, at: Acting) -> list[Effect]:
        """Return the hours, accounts and published figures that would change."""
        return of_correction(self.tried(on, at), at)

    def do(self, on: CorrectionOf, at: Acting) -> CorrectionShown:
        """Take it back."""
        one = self._undone(on, at)
        return correction_shown(on.channel, one.correction(on.correction.id))

    def tried(self, on: CorrectionOf, at: Acting) -> Done:
        """Return what changes, in a transaction that keeps nothing of it."""
        waits = effects.waits(at.connection, on.channel.channel_id)
        return self._undone(on, at).done(on.correction.id, waits=waits)

    def _undone(self, on: CorrectionOf, at: Acting) -> Case:
        one = self._case(on, at)
        undo_fact(one, on.correction)
        amendments.take_back(at.connection, on.correction)
        one.told |= {"channel": on.channel.channel_id, "correction": on.correction.id}
        return one

    def _case(self, on: CorrectionOf, at: Acting) -> Case:
        when = instant(on.correction.at_ms)
        code = self.about.code
        return Case(code, at.connection, on.channel, when, self.reason, at.actor, at.told)


def undo_of(correction_id: int) -> Opposite:
    """Return what takes a correction back at once; its form lets the reason be changed."""
    return Opposite(UndoCorrection(reason=BY_MISTAKE.both), correction_id)


class CorrectionsUndone(BaseModel):
    """A file whose corrections were taken back, channel by channel."""

    file_id: int
    corrections: int = Field(description="Channels whose readings count as before.")


class UndoFile(Action[CorrectionFile, CorrectionsUndone]):
    """Take back all that a file corrects; what was said before or beside it counts again."""

    about = About(
        code="correction.undo_import",
        on=CORRECTION_FILE,
        right=Right.CORRECT_READINGS,
        path="/imports/corrections/{on}/undo",
        tag="imports",
        zh="撤销文件更正",
        en="Take a file of corrections back",
        done=_DONE,
    )

    reason: Line = reason_field()

    def check(self, on: CorrectionFile, at: Acting) -> None:
        """Refuse a file of which nothing holds any more."""
        check_holds(on.file_id, on.corrections)

    def foresee(self, on: CorrectionFile, at: Acting) -> list[Effect]:
        """Return the hours, accounts and published figures that would change."""
        holding = check_holds(on.file_id, on.corrections)
        count = Effect("channels", Words("涉及通道", "Channels"), None, plain(str(len(holding))))
        return [count, *of_use(taken_back(at.connection, holding), at)]

    def do(self, on: CorrectionFile, at: Acting) -> CorrectionsUndone:
        """Take it back."""
        holding = check_holds(on.file_id, on.corrections)
        for one in holding:
            amendments.take_back(at.connection, one)
        return CorrectionsUndone(file_id=on.file_id, corrections=len(holding))
