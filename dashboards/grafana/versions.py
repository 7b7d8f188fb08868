"""What Grafana 9.4 to 13 read differently, said so that each of them shows the same board."""

from collections.abc import Iterator
from typing import Any, Final

# The schema after which no version in this range rewrites panels: older ones leave newer boards as
# they are, newer ones begin here.
SCHEMA: Final = 42


def fitted(made: dict[str, Any]) -> dict[str, Any]:
    """Return a board as the builders made it, without what one version would take amiss."""
    for link in made.get("links", []):
        link.pop("placement", None)  # the builders' default hides it in a menu from 12.3 on
    for variable in made["templating"]["list"]:
        if variable["type"] == "constant":  # up to 10 the value is `current` alone
            only = {"selected": True, "text": variable["query"], "value": variable["query"]}
            variable |= {"current": only, "options": [only]}
        elif variable["type"] == "datasource":
            variable["refresh"] = 1  # when the board opens; later versions always do
    made["annotations"].setdefault("list", [])
    return made


def hidden() -> Iterator[tuple[str, object]]:
    """Yield what keeps a column out of a table; each version leaves the one it does not know."""
    yield "custom.hidden", True  # up to 12.1
    yield "custom.hideFrom", {"legend": False, "tooltip": False, "viz": True}  # from 12.2 on
