"""What the reader may do to an object, as links beside it."""

from typing import Any

from actions.declared import Thing
from dashboards.pages.forms import offered
from dashboards.pages.viewer import Viewer


def offers_of(viewer: Viewer, thing: Thing[Any], on: int) -> list[tuple[str, str]]:
    """Return the address and the name of each form."""
    return [
        (f"/do/{one.about.code}/{on}", one.about.words.say(viewer.lang))
        for one in offered(viewer, thing, on)
    ]
