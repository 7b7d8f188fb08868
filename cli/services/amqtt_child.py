"""The process of the Python broker: `python -m cli.services.amqtt_child PORT FOLDER [UID GID]`."""

import asyncio
import logging
import os
import signal
import sys

from amqtt.broker import Broker

from cli.services.ports import HOST
from cli.services.privileges import Servant, drop_to

_LOOK_S = 0.25


async def serve(port: int, folder: str, servant: Servant | None) -> None:
    """Pass messages on until the parent says stop, or is gone."""
    listener = {"type": "tcp", "bind": f"{HOST}:{port}"}
    told = {"folder": folder}
    welcome = {
        "cli.services.amqtt_rights.LetsIn": told,
        "cli.services.amqtt_rights.Allows": told,
    }
    broker = Broker({"listeners": {"default": listener}, "plugins": welcome})
    if servant is not None:
        drop_to(servant)  # after the plugins were loaded, which it may not be able to read
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    parent = os.getppid()
    await broker.start()
    while not stopping.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stopping.wait(), _LOOK_S)
        except TimeoutError:
            continue
    await asyncio.wait_for(broker.shutdown(), 3.0)


def main() -> None:
    """Run the broker on the port that the supervisor chose."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    port, folder, *user = sys.argv[1:]
    servant = Servant(*(int(number) for number in user)) if user else None
    asyncio.run(serve(int(port), folder, servant))


if __name__ == "__main__":
    main()
