"""The tables of exchanges: of a channel's meter, and of all meters of an institution."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.readings.withdraw_exchange import WithdrawExchange
from actions.registry.meters import no_channel
from actions.tables import Column, Filter, Table
from storage.readings import exchanges
from storage.readings.exchanges import OfChannel
from storage.registry import meters


class OfWhichChannel(Filter):
    """Of which channel exchanges are wanted."""

    channel_id: Id = field(zh="通道", en="Channel")


class OfWhichInstitution(Filter):
    """Of which institution exchanges are wanted."""

    institution_id: Id = field(zh="机构", en="Institution")


def _of_channel(at: Acting, asked: OfWhichChannel) -> Iterable[OfChannel]:
    if not meters.channels(at.connection, [asked.channel_id]):
        raise no_channel(asked.channel_id)
    return exchanges.listed(at.connection, channel_id=asked.channel_id)


def _of_institution(at: Acting, asked: OfWhichInstitution) -> Iterable[OfChannel]:
    return exchanges.listed(at.connection, institution_id=asked.institution_id)


def _when(row: OfChannel, lang: Lang) -> str:
    return f"{row.at.astimezone(ZoneInfo(row.zone)):%Y-%m-%d %H:%M} ({row.zone})"


def _withdraw(row: OfChannel, lang: Lang) -> str:
    return f"{Words('撤回', 'Withdraw').say(lang)} ›" if row.may else ""


def _withdrawal(row: OfChannel) -> str:
    """Return the form that takes an exchange back, empty where the reader may not."""
    query = urlencode({"at": row.at.isoformat()})
    return f"/do/{WithdrawExchange.about.code}/{row.channel_id}?{query}" if row.may else ""


_COLUMNS: Final = (
    Column(
        "channel_id",
        Words("通道", "Channel"),
        lambda row: row.channel_id,
        "whole",
        named=lambda row, lang: f"{row.meter or row.meter_id} · {row.channel}",
    ),
    Column("meter", Words("表计", "Meter"), lambda row: row.meter, only="programs"),
    Column("channel", Words("通道", "Channel"), lambda row: row.channel, only="programs"),
    Column("at", Words("换表时间", "When"), lambda row: row.at, "instant", shown=_when),
    Column(
        "final",
        Words("旧表止码", "Last value of the old meter"),
        lambda row: in_units(row.final, row.per_unit),
        "number",
        unit_of=lambda row: row.unit,
        hint=Words("通道的单位;空为无人抄录", "In the channel's unit; null: nobody read it"),
    ),
    Column(
        "initial",
        Words("新表起码", "First value of the new meter"),
        lambda row: in_units(row.initial, row.per_unit),
        "number",
        unit_of=lambda row: row.unit,
    ),
    Column("unit", Words("单位", "Unit"), lambda row: row.unit, apart=True),
    Column("source", Words("依据", "Why"), lambda row: row.source),
    Column(
        "known_by",
        Words("登记人", "Recorded by"),
        lambda row: row.known_by,
        apart=True,
        named=lambda row, lang: row.by,
    ),
)

EXCHANGES: Final = Table[OfChannel, OfWhichChannel](
    code="exchanges",
    path="/channels/{channel_id}/exchanges",
    words=Words("换表", "Exchanges"),
    about="When a channel's meter was exchanged, in order of time, as it is known now.",
    tag="meters and channels",
    columns=_COLUMNS,
    filter=OfWhichChannel,
    entered_by="exchange.record",
    every=_of_channel,
)
EXCHANGES_OF: Final = Table[OfChannel, OfWhichInstitution](
    code="exchanges-of",
    path="/institutions/{institution_id}/exchanges",
    words=Words("换表", "Exchanges"),
    about="When which meter of an institution was exchanged, by meter, channel and time.",
    tag="meters and channels",
    columns=(
        *_COLUMNS,
        Column(
            "withdraw",
            Words("撤回", "Withdraw"),
            only="page",
            shown=_withdraw,
            link=_withdrawal,
        ),
    ),
    filter=OfWhichInstitution,
    entered_by="exchange.record",
    every=_of_institution,
    size=1000,
    empty=Words("尚无换表记录。", "None is known."),
)
