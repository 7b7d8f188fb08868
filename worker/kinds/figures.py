"""After a factor of many accounts changed: figures are converted anew, some institutions at a time.

Each lot is committed with how far it is, so whoever dies midway is gone on from there.
"""

from typing import Any, Final

from psycopg import Connection

from storage.accounts import rebuilding
from storage.tasks import Done, Onward, Task
from worker.registered import kind

_AT_ONCE: Final = 200  # institutions: a quarter of a second for which others wait


@kind("figures.renew")
def renew(connection: Connection[Any], task: Task) -> Onward | Done:
    """Convert some anew; go on while others are left."""
    left = rebuilding.renew_some(connection, _AT_ONCE)
    return Onward({}, left) if left else Done()
