"""What can be said of findings."""

from itertools import count
from typing import Any

from actions.accounts.findings import ConfirmFinding
from actions.doing import carry_out

_WEEK = count(1)
_CHANNELS = {"office": "office e", "clinic": "clinic e", "police": "police e"}


def finding(world: Any, name: str = "office", kind: str = "overuse") -> int:
    """Return a finding of a week in which none was told before: 2 kWh for 1."""
    channel = world.channel[_CHANNELS[name]]
    [(made,)] = world.admin(
        """INSERT INTO finding (channel_id, kind, first, until, used, expected, score, method)
           SELECT %s, %s, f, f + interval '1 day', 2000, 1000, 4, 'weekly-1'
             FROM (SELECT timestamptz '2010-01-04 00:00+00' + %s * interval '7 days' AS f) w
           RETURNING id""",
        channel, kind, next(_WEEK),
    )  # fmt: skip
    return int(made)


def answered(world: Any) -> int:
    """Return one that somebody confirmed."""
    made = finding(world)
    carry_out(world.actor(), ConfirmFinding(reason="cooling ran"), made)
    return made


EXAMPLES = {
    "finding.confirm": lambda world: (finding(world), {"reason": "空调周末未关"}),
    "finding.dismiss": lambda world: (finding(world), {"reason": "当天有考试"}),
    "finding.reopen": lambda world: (answered(world), {}),
}
OBJECTS = {"finding": lambda world: {name: finding(world, name) for name in _CHANNELS}}
