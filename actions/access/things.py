"""The objects of this room that actions hang on: a grant; a person stands among the shared ones."""

from typing import Final

from actions.access.grant_words import words_of
from actions.declared import Thing
from actions.fields import Acting, Words
from storage.access import grants
from storage.access.grants import GrantRow


def _grant(at: Acting, grant_id: int) -> GrantRow | None:
    return next(iter(grants.listed(at.connection, grant=grant_id)), None)


GRANT: Final = Thing[GrantRow](
    "grant",
    Words("授权", "grant"),
    GrantRow,
    find=_grant,
    name=lambda one, lang: words_of(one).say(lang),
    page=lambda one: f"/people/{one.user_id}",
    covered="access.administers()",
    lock="SELECT FROM access_grant WHERE id = %s FOR NO KEY UPDATE",
    way=Words("打开用户,在其授权中选择", "open the person and choose one of the grants"),
    way_from="/people",
)
