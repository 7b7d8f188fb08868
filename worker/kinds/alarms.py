"""Messages to those whom an institution has told: tried again for a day, less and less often."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from storage.accounts import alarms
from storage.tasks import Again, Done, Task
from worker import sending
from worker.registered import kind
from worker.sending import NotSentError, Outside

_TRIES: Final = 12  # the last one some 34 hours after the first

_outside = Outside()


def reach(outside: Outside) -> None:
    """Say what the operator set, before tasks are taken."""
    global _outside
    _outside = outside


@kind(alarms.KIND)
def send(connection: Connection[Any], task: Task) -> Again | Done:
    """Send one message; one whose route has ended goes nowhere."""
    message = alarms.waiting(connection, int(task.key))
    if message is None:
        return Done({"state": "settled"})
    if message.ended:
        alarms.failed(connection, message.message_id, "the route has ended", last=True)
        return Done({"state": "given_up"})
    try:
        sending.send(message, _outside)
    except NotSentError as error:
        last = message.attempts + 1 >= _TRIES
        alarms.failed(connection, message.message_id, str(error), last=last)
        if last:
            return Done({"state": "given_up"})
        return Again(datetime.now(UTC) + timedelta(minutes=2**message.attempts))
    alarms.sent(connection, message.message_id)
    return Done({"state": "sent"})
