"""A running service follows the routes that people keep and those of a file, each by itself."""

import psycopg
import pytest

from cli.routes_watch import AllRoutes, RoutesWatch
from collector.routes_file import RoutesFile
from metering.errors import InputError
from storage.readings.routes import put

FILE = '[[route]]\ntopic = "file/+"\ncodec = "native"\ngateway = "p/{1}"\n'


def keep(database, topic: str) -> None:
    with psycopg.connect(database.admin_url) as connection:
        assert put(connection, topic, ("native", "p/g", "{key}", [], {}), None, "test", "test")


def topics(routes) -> list[str]:
    return [one.topic_filter for one in routes]


def test_each_source_is_followed_and_a_failing_one_holds_up_nothing(database, tmp_path):
    said: list[str] = []
    path = tmp_path / "routes.toml"
    path.write_text(FILE, encoding="utf-8")
    watch = RoutesWatch(database.url("collector"), lambda _, text, **more: said.append(text))
    both = AllRoutes(watch, RoutesFile(path))
    assert topics(both.routes()) == ["file/+"]
    assert watch.look()

    keep(database, "a/#")
    keep(database, "a/+")
    assert watch.look()
    assert both.changed()
    assert topics(both.routes()) == ["a/+", "a/#", "file/+"]  # the more exact first
    assert not both.changed()
    assert watch.look()
    assert not both.changed()  # nothing is read that did not change

    path.write_text("[[route]]", encoding="utf-8")
    keep(database, "b/c")
    assert watch.look()
    both.changed()
    assert both.changed()  # the file was left until two looks saw the same
    with pytest.raises(InputError):
        both.routes()
    assert both.changed()
    assert topics(both.routes()) == ["b/c", "a/+", "a/#", "file/+"]

    watch._connection.close()
    watch.url = "postgresql://127.0.0.1:1/nowhere"
    assert not watch.look()
    assert not watch.look()
    assert len(said) == 1
    assert not both.changed()
    assert len(watch.kept) == 3
