"""The objects of the registry that actions hang on."""

from collections.abc import Sequence
from typing import Final

from actions.declared import Thing
from actions.fields import Acting, Lang, Option, Words
from storage.registry import institutions, regions
from storage.registry.institutions import Institution

_ID_DIGITS: Final = 9


def _name(one: Institution, lang: Lang) -> str:
    zh, en = one.name_zh or one.name_en, one.name_en or one.name_zh
    return (zh if lang == "zh" else en) or str(one.institution_id)


def _by_name(at: Acting, texts: Sequence[str]) -> dict[str, list[int]]:
    """Return whose name or code a text is; a short number is an id, whoever has it as a code."""
    named = [one for one in texts if one and not (one.isdecimal() and len(one) <= _ID_DIGITS)]
    return institutions.named(at.connection, named) if named else {}


def every_carrier(at: Acting) -> Sequence[Option]:
    """Return all carriers."""
    return [
        Option(one.code, Words(one.name_zh, one.name_en)) for one in regions.carriers(at.connection)
    ]


def every_profile(at: Acting) -> Sequence[Option]:
    """Return the named sets of coefficients, the default first."""
    return [
        Option(one.code, Words(f"{one.name_zh} · {one.code}", f"{one.name_en} · {one.code}"))
        for one in regions.profiles(at.connection)
    ]


def every_class(at: Acting) -> Sequence[Option]:
    """Return the classes of the survey that an institution may be of; sums are none."""
    return [Option(code, Words(zh, en)) for code, zh, en in regions.classes(at.connection)]


INSTITUTION: Final = Thing[Institution](
    "institution",
    Words("机构", "institution"),
    Institution,
    find=lambda at, on: institutions.one(at.connection, on),
    name=_name,
    page=lambda one: f"/institutions/{one.institution_id}",
    covered="%(on)s::integer IN (SELECT * FROM access.covers(%(right)s))",
    # Nobody who states something of an institution may update its row.
    way=Words("打开机构", "open the institution"),
    keyed=_by_name,
)
