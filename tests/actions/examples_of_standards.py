"""What can be said of quota standards."""

from itertools import count

_AGAIN = count(2000)

EXAMPLES = {
    "standard.state": lambda world: (
        world.institution["office"],
        {"what": "open_hours", "number": str(next(_AGAIN)), "valid_from": "2015-01-01",
         "source": "考勤办法 3 号"},
    ),
}  # fmt: skip
