"""The demo's database, for whoever looks at it by a command beside it."""

from cli import embedded, services
from cli.demo import database, state
from cli.settings import Settings


def of_demo(settings: Settings) -> Settings:
    """Return settings that name the demo's database, where nothing else can be meant.

    That is where none is named, one's own on the same server has no tables, and a demo has some.
    """
    memory = state.of(settings.state, None, once=False).read()
    record = services.status(settings.state).record
    running = None if record is None else record.running
    mine = settings.database_url is not None or embedded.known(settings.state)
    if mine or memory is None or running is None:
        return settings
    urls = database.logins(database.named(running.database_url, memory.database), memory.logins)
    return settings.model_copy(update={"database_url": urls["api"]})
