"""What corrections of a channel's instant share, once their own `check` and `write` are said."""

from actions.declared import Effect, Opposite
from actions.fields import Acting
from actions.readings.correcting import Correcting, corrected, opened, tried
from actions.readings.effect_words import of_correction, value_at
from actions.readings.shown import CorrectionShown
from actions.readings.undo_correction import undo_of
from metering.channels import Kind
from storage.registry.meters import Channel


class OfRegister:
    """Is done to registers alone: only their steps are judged, only their meters exchanged."""

    @classmethod
    def fits(cls, on: Channel) -> bool:
        """Return whether the channel is a register's."""
        return on.kind == Kind.REGISTER


class Corrects:
    """Foresees, does and takes back what `write` writes; stands before Action among the bases."""

    def foresee(self: Correcting, on: Channel, at: Acting) -> list[Effect]:
        """Return the hours, accounts and published figures that would change."""
        before = value_at(opened(self, on, at))
        return of_correction(tried(self, on, at), at, before)

    def do(self: Correcting, on: Channel, at: Acting) -> CorrectionShown:
        """Write the correction, and return it as it stands in the record."""
        return corrected(self, on, at)

    def opposite(self, on: Channel, result: CorrectionShown) -> Opposite:
        """Return the undo of the correction."""
        return undo_of(result.id)
