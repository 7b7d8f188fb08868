"""Corrections of readings by people: what would change, what was said, and how it is taken back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from actions.figures import in_units, instant
from actions.readings.correcting import Done
from actions.readings.corrections import (
    Correction,
    Effects,
    confirm_outlier,
    confirm_wrap,
    list_corrections,
    one_correction,
    reinstate_reading,
    set_value,
    undo,
    void_reading,
)
from actions.readings.exchanges import say_use, withdraw_exchange
from api.doorway import AtDesk
from api.fields import Exact, Id, Shown
from metering.errors import InputError
from storage.registry.meters import Channel

router = APIRouter(prefix="/api/v1/channels/{channel_id}/corrections", tags=["corrections"])

DryRun = Annotated[bool, Query(description="Tell what would change, and change nothing.")]
Reason = Annotated[str, Field(min_length=1, max_length=500, description="Why, or which paper.")]

TRIED: Final = "A dry run: what would change; nothing was."

_ACTS: Final[dict[str, Callable[..., Done]]] = {
    "void": void_reading,
    "set": set_value,
    "confirm": confirm_outlier,
    "reinstate": reinstate_reading,
    "wrap": confirm_wrap,
    "use": say_use,
    "withdraw": withdraw_exchange,
}
_WITH_VALUE: Final = ("set", "use")


class NewCorrection(BaseModel):
    """What a person says of an instant of a channel."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["void", "set", "confirm", "reinstate", "wrap", "use", "withdraw"] = Field(
        description="void: the reading counts for nothing. set: the channel showed `value`. "
        "confirm, reinstate: a reading that was set aside is wrong, or right. wrap: the register "
        "wrapped before this reading. use: the unknown stretch that this reading ends used "
        "`value`. withdraw: no meter was exchanged then."
    )
    at: AwareDatetime
    value: Decimal | None = Field(None, description="In the channel's unit, for set and use.")
    reason: Reason
    despite: bool = Field(
        False, description="For use: taken although more than the connection can carry."
    )


class Undoing(BaseModel):
    """Why a correction is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class CorrectionShown(BaseModel):
    """One correction; the id is the `seq` of the reading of rank 1 that a void or set value is."""

    id: int
    kind: str
    at: datetime
    value: Exact | None = Field(description="In the channel's unit, of set and use.")
    reason: str
    known_by: str
    known_since: datetime
    known_until: datetime | None = Field(description="When it was taken back; null: it holds.")
    last: datetime | None = Field(description="Of a file: its last reading; `at` is its first.")
    readings: int | None = Field(description="Of a file: how many of the channel it corrects.")
    file_id: int | None = Field(description="Of a file: by which it is undone whole.")
    file: str | None = Field(description="Of a file: its name.")


class HourChangeShown(BaseModel):
    """An hour of a channel, in the carrier's unit; null is unknown."""

    channel_id: int
    start: datetime
    before: Exact | None
    after: Exact | None


class AccountChangeShown(BaseModel):
    """A metered account, before and after."""

    institution_id: int
    carrier: str
    month: str
    unit: str
    before: Exact | None
    after: Exact | None
    before_quanta: int | None
    after_quanta: int | None


class PublishedShown(Shown):
    """A published figure that rests on a month that changes; it keeps what it says."""

    kind: Literal["base", "progress", "locked"] = Field(
        description="The base of a quota, the progress against one, or a locked account."
    )
    institution_id: int
    union_id: int | None
    run_id: int | None
    month: date
    year: int
    issued: bool = Field(description="Whether the notice of the quota is out.")
    amount_g: int | None = Field(description="The quota, in grams of standard coal.")
    snapshot: str | None = Field(description="SHA-256 of the run's snapshot.")


class EffectsShown(BaseModel):
    """What differs once use is computed anew."""

    hours: list[HourChangeShown] = Field(description="The first of those that differ.")
    hours_changed: int
    accounts: list[AccountChangeShown]
    accounts_beyond: int = Field(description="Others that change, beyond the reader's rights.")
    published: list[PublishedShown]
    waits: bool = Field(description="Readings have come whose use is still to be computed.")


class Corrected(BaseModel):
    """A correction with what it changes; of a dry run, one that was not made."""

    dry_run: bool
    correction: CorrectionShown
    effects: EffectsShown


@router.get("", summary="Corrections of a channel")
def get_corrections(
    channel_id: Id,
    desk: AtDesk,
    taken_back: Annotated[bool, Query(description="Those that were taken back, too.")] = False,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> list[CorrectionShown]:
    """Return what people said of the channel's readings, in order of the instants."""
    channel, found = list_corrections(desk, channel_id, taken_back=taken_back, limit=limit)
    return [correction_shown(channel, one) for one in found]


@router.get("/{correction_id}", summary="One correction")
def get_correction(channel_id: Id, correction_id: Id, desk: AtDesk) -> CorrectionShown:
    """Return what was said, by whom, when and why, and when it was taken back."""
    return correction_shown(*one_correction(desk, channel_id, correction_id))


@router.post(
    "",
    status_code=201,
    responses={200: {"model": Corrected, "description": TRIED}},
    summary="Correct a reading, a step or an exchange",
)
def post_correction(
    channel_id: Id, said: NewCorrection, desk: AtDesk, response: Response, dry_run: DryRun = False
) -> Corrected:
    """Correct what a channel said of an instant; use is computed anew. 200 is a dry run."""
    done = _ACTS[said.kind](desk, channel_id, said.at, **_told(said), dry_run=dry_run)
    return corrected(done, response)


@router.post("/{correction_id}/undo", summary="Take a correction back")
def post_undo(
    channel_id: Id, correction_id: Id, said: Undoing, desk: AtDesk, dry_run: DryRun = False
) -> Corrected:
    """Let everything be as if the correction had never been made; both stay on record."""
    return corrected(undo(desk, channel_id, correction_id, reason=said.reason, dry_run=dry_run))


def _told(said: NewCorrection) -> dict[str, object]:
    """Return what an act is told beside its instant."""
    told: dict[str, object] = {"reason": said.reason}
    if (said.kind in _WITH_VALUE) != (said.value is not None):
        raise InputError(
            "correction.value",
            zh=f"{said.kind}:仅 set 与 use 须填 value。",
            en=f"{said.kind}: `value` goes with set and use, and with nothing else.",
            next_zh="请补充或去掉 value。",
            next_en="Add the value, or leave it out.",
            where={"field": "value"},
        )
    if said.value is not None:
        told["value"] = said.value
    if said.kind == "use":
        told["despite"] = said.despite
    return told


def corrected(done: Done, response: Response | None = None) -> Corrected:
    """Return what was done, or only tried; a dry run has created nothing."""
    if response is not None and done.dry_run:
        response.status_code = 200
    return Corrected(
        dry_run=done.dry_run,
        correction=correction_shown(done.channel, done.correction),
        effects=effects_shown(done.effects, {done.channel.channel_id: done.channel}),
    )


def correction_shown(channel: Channel, one: Correction) -> CorrectionShown:
    return CorrectionShown(
        id=one.id,
        kind=one.kind,
        at=instant(one.at_ms),
        value=in_units(one.value, channel.per_unit),
        reason=one.source,
        known_by=one.known_by,
        known_since=one.known_since,
        known_until=one.known_until,
        last=instant(one.last_ms) if one.kind == "file" else None,
        readings=one.readings,
        file_id=one.file_id,
        file=one.file,
    )


def effects_shown(found: Effects, channels: Mapping[int, Channel]) -> EffectsShown:
    """Return what changes, each hour in the unit of its channel's carrier."""
    per_unit = {key: one.carrier_per_unit for key, one in channels.items()}
    return EffectsShown(
        hours=[
            HourChangeShown(
                channel_id=one.channel_id,
                start=instant(one.start_ms),
                before=in_units(one.before, per_unit[one.channel_id]),
                after=in_units(one.after, per_unit[one.channel_id]),
            )
            for one in found.hours
        ],
        hours_changed=found.hours_changed,
        accounts=[
            AccountChangeShown(
                institution_id=one.institution_id or 0,
                carrier=one.carrier,
                month=f"{one.month:%Y-%m}",
                unit=one.unit,
                before=in_units(one.before, one.per_unit),
                after=in_units(one.after, one.per_unit),
                before_quanta=one.before,
                after_quanta=one.after,
            )
            for one in found.accounts
        ],
        accounts_beyond=found.beyond,
        published=[PublishedShown.model_validate(one) for one in found.published],
        waits=found.waits,
    )
