"""The kinds of objects that actions hang on, and the queries out of which their fields choose."""

from collections.abc import Sequence
from typing import Final

from actions.declared import Thing
from actions.fields import Acting, Option, Searched, Words
from storage.access import people as known_people
from storage.access.people import User
from storage.compact import unions
from storage.registry import institutions, meters, regions
from storage.registry.institutions import Institution, InstitutionFilter
from storage.registry.meters import Channel

_MOST_DIGITS: Final = 9


def _channel(at: Acting, channel_id: int) -> Channel | None:
    return next(iter(meters.channels(at.connection, [channel_id])), None)


def _person(at: Acting, user_id: int) -> User | None:
    found = known_people.users(at.connection)
    return next((one for one in found if one.user_id == user_id), None)


def people(at: Acting) -> Sequence[Option]:
    """Return the people who may log in."""
    return [
        Option(str(one.user_id), Words(f"{one.name} ({one.login})", f"{one.name} ({one.login})"))
        for one in known_people.users(at.connection)
        if one.ended_at is None
    ]


def member_regions(at: Acting) -> Sequence[Option]:
    """Return the regions that can be members of a union; each joins by its own act."""
    return [
        Option(str(one.region_id), Words(one.name_zh, one.name_en))
        for one in regions.tree(at.connection, only_seen=False)
        if unions.member_of(one.region_id, one.kind) is not None
    ]


def every_region(at: Acting) -> Sequence[Option]:
    """Return all regions."""
    return [
        Option(str(one.region_id), Words(one.name_zh, one.name_en))
        for one in regions.tree(at.connection, only_seen=False)
    ]


def every_line(at: Acting) -> Sequence[Option]:
    """Return all department lines."""
    return [Option(code, Words(*both)) for code, both in regions.lines(at.connection).items()]


def _institutions(at: Acting, text: str) -> list[Option]:
    wanted = InstitutionFilter(text=text or None)
    return [_option(one) for one in institutions.listed(at.connection, wanted, after=0, most=51)]


def _institution(at: Acting, value: str) -> Option | None:
    if not value.isdecimal() or len(value) > _MOST_DIGITS:
        return None
    found = institutions.one(at.connection, int(value))
    return _option(found) if found else None


def _option(one: Institution) -> Option:
    name = one.name_zh or one.name_en or ""
    number = str(one.institution_id)
    return Option(number, Words(f"{name} ({number})", f"{one.name_en or name} ({number})"))


every_institution: Final = Searched(_institutions, _institution)


def every_role(at: Acting) -> Sequence[Option]:
    """Return the roles that can be granted."""
    return [Option(code, Words(zh, en)) for code, zh, en in known_people.named_roles(at.connection)]


def every_union(at: Acting) -> Sequence[Option]:
    """Return the unions that the actor sees."""
    return [
        Option(str(one.union_id), Words(one.name_zh, one.name_en))
        for one in unions.listed(at.connection)
    ]


CHANNEL: Final = Thing[Channel](
    "channel",
    Words("计量通道", "channel"),
    Channel,
    find=_channel,
    name=lambda one, _: f"{one.meter or one.meter_id} · {one.code}",
    page=lambda one: f"/institutions/{one.institution_id}?curve={one.channel_id}",
    covered="%(on)s::integer IN (SELECT * FROM access.covers_channels(%(right)s))",
    lock="SELECT FROM channel WHERE id = %s FOR NO KEY UPDATE",
    unit=lambda one: one.unit,
    zone=lambda one: one.zone,
    way=Words(
        "打开机构,在逐时曲线中选择计量通道,各表单在曲线下方",
        "open the institution and choose the channel in its hourly curve: the forms stand below it",
    ),
)
PERSON: Final = Thing[User](
    "person",
    Words("用户", "person"),
    User,
    find=_person,
    name=lambda one, _: f"{one.name} ({one.login})",
    page=lambda one: f"/people/{one.user_id}",
    covered="access.administers()",
    lock="SELECT FROM app_user WHERE id = %s FOR NO KEY UPDATE",
    options=people,
)
