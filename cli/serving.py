"""API and pages, served until told to stop; without what reads the options of commands."""

from typing import Any, Final

_WAYS: Final[dict[str, Any]] = {
    "ws": "none",
    "loop": "asyncio",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,  # whom we trust is our own setting
    "timeout_graceful_shutdown": 5,
}


def serve(
    database_url: str | None = None,
    host: str | None = None,
    port: int | None = None,
    *,
    owned: bool = False,
) -> None:
    """Serve API and pages until told to stop. owned: ends with who started it, too."""
    from cli import memory

    memory.give_back()  # before anything begins a thread
    memory.do_without()
    memory.put_off_numpy()
    memory.put_off_models()
    from uvicorn.config import Config  # after what is done without
    from uvicorn.server import Server

    from cli import embedded, logs, running, settings
    from cli.application import application
    from cli.network import claim
    from dashboards.pages.answers import forget_old

    known = settings.load(database_url=database_url, host=host, port=port)
    known = embedded.filled(known, "api")
    url = settings.need(known.database_url, "database_url")
    stop = running.until_stopped()  # what the server has heard of it raises again at its end
    log = logs.begin("serve")
    with claim(known.host, known.port) as claimed, application(known, url) as app:
        server = Server(Config(app, **_WAYS))
        if owned:
            running.with_owner(lambda: setattr(server, "should_exit", True))
        if not stop.is_set():
            memory.settle()
            memory.keep_tidy(forget_old)
            log("serve.begins", url=f"http://{known.host}:{known.port}")
            server.run([claimed])
    log("serve.ends")
