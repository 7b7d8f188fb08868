"""What the reader may do to an object, as links beside it."""

from typing import Any

from actions.declared import Thing
from dashboards.pages.forms import offered
from dashboards.pages.visit import Visit


def offers_of(visit: Visit, thing: Thing[Any], on: int) -> list[tuple[str, str]]:
    """Return the address and the name of each form."""
    return [
        (f"/do/{one.about.code}/{on}", one.about.words.say(visit.lang))
        for one in offered(visit, thing, on)
    ]
