"""What can be said of the calendar of duties."""

from itertools import count
from typing import Any, Final

from actions.accounts.duties import DoDuty
from actions.doing import carry_out

_YEAR: Final = count(2001)


def said(world: Any) -> tuple[int, dict[str, Any]]:
    """Return a duty of an office that nobody has said to be done."""
    period = f"{next(_YEAR)}-01"
    return world.institution["office"], {"duty": "plan", "period": period, "note": "office 3"}


def _done(world: Any) -> tuple[int, dict[str, Any]]:
    on, fields = said(world)
    carry_out(world.actor(), DoDuty.model_validate(fields), on)
    return on, {name: fields[name] for name in ("duty", "period")}


EXAMPLES: Final = {"duty.done": said, "duty.withdraw": _done}
