"""The routes file: checked with its line, read again when it changes, no message lost meanwhile."""

import pytest

from collector.codecs import native
from collector.routes_file import RoutesFile, parsed
from collector.routing import NATIVE, Route
from metering.errors import InputError
from tests.collector.rig import MemorySink, running, until

GOOD = """\
# what the city's readers publish
[[route]]
topic = "dsmr/+/raw"
codec = "dsmr"
gateway = "demo-a/{1}"
key = "p1.{key}"
only = ["1-0:1.8.1", "1-0:1.8.2"]
[route.settings]
checksum_needed = true

[[route]]
topic = "plant/+/#"
codec = "native"
gateway = "demo-b/{1}"
"""


def test_a_file_says_routes_in_their_order():
    first, second = parsed(GOOD.encode(), "routes.toml")

    assert first == Route(
        "dsmr/+/raw",
        "dsmr",
        "demo-a/{1}",
        "p1.{key}",
        frozenset({"1-0:1.8.1", "1-0:1.8.2"}),
        {"checksum_needed": True},
    )
    assert second == Route("plant/+/#", "native", "demo-b/{1}")
    assert parsed(b"", "routes.toml") == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('codec = "dsmr"', "codec = dsmr", 4, "TOML"),
        ('"demo-a/{1}"', '"demo-a/{2}"', 5, "demo-a/{2}"),
        ('"demo-b/{1}"', '"demo-b"', 14, "demo-b"),
        ('topic = "plant/+/#"', 'topic = "plant/#/x"', 12, "plant/#/x"),
        ('topic = "plant/+/#"', 'topic = "#"', 12, "the platform sends"),
        ('topic = "plant/+/#"', 'topic = "+/v1/+/+/receipt"', 12, "cw/v1/+/+/receipt"),
        ('codec = "native"', 'codec = "nativ"', 13, "nativ"),
        ("checksum_needed = true", "checksums = true", 8, "checksums"),
        ("checksum_needed = true", 'checksum_needed = "yes"', 8, "bool"),
        ('gateway = "demo-b/{1}"\n', "", 11, "gateway"),
        ('key = "p1.{key}"', "key = 7", 6, "str"),
        ('only = ["1-0:1.8.1", "1-0:1.8.2"]', 'only = ["1-0:1.8.1", 2]', 7, "str"),
        ('key = "p1.{key}"', 'keys = "p1.{key}"', 2, "keys"),
        ('[[route]]\ntopic = "plant', '[[routes]]\ntopic = "plant', 1, "routes"),
        ('gateway = "demo-b/{1}"\n', 'gateway = "demo-b/{1}', 14, "TOML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line_and_the_next_step(old, new, line, says):
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        parsed(GOOD.replace(old, new).encode(), "routes.toml")

    error = caught.value
    assert error.where["line"] == line, error
    assert error.en.startswith(f"routes.toml, line {line}: ")
    assert error.zh.startswith(f"routes.toml 第 {line} 行:")
    assert says in error.en
    assert error.next_en
    assert error.next_zh


def test_bytes_that_are_no_text_are_named_with_their_line():
    with pytest.raises(InputError) as caught:
        parsed(b"# one\n# two \xff\n", "routes.toml")
    assert caught.value.where["line"] == 2


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        RoutesFile(tmp_path / "none.toml").routes()
    assert caught.value.code == "routes.unreadable"
    assert "none.toml" in caught.value.en


def test_a_change_is_seen_once_it_has_settled_and_a_touch_is_none(tmp_path):
    path = tmp_path / "routes.toml"
    path.write_text(GOOD, encoding="utf-8")
    file = RoutesFile(path)
    file.routes()
    assert not file.changed()
    path.touch()
    assert [file.changed(), file.changed()] == [False, False]
    path.write_text(GOOD + "# more\n", encoding="utf-8")
    assert [file.changed(), file.changed()] == [False, True]
    file.routes()
    assert [file.changed(), file.changed()] == [False, False]
    path.unlink()
    assert [file.changed(), file.changed()] == [False, False]


PLANT = '[[route]]\ntopic = "{}"\ncodec = "native"\ngateway = "demo-b/{{1}}"\n'


def reading(seq: int) -> bytes:
    return native.encode_one(seq, "e", 1_700_000_000_000 + seq, 1.0)


def test_routes_change_under_a_stream_and_no_message_is_lost(broker, gateways, tmp_path):
    """Every message published once its topic is subscribed to is committed, readings or bytes."""
    path = tmp_path / "routes.toml"
    path.write_text(PLANT.format("plant/+/data"), encoding="utf-8")
    file, sink = RoutesFile(path), MemorySink()
    with running(sink, broker.url, file, routes=(*file.routes(), NATIVE)) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        for seq in range(1, 101):
            gateways.publish("plant/g1/data", reading(seq))
            if seq == 40:  # a wider filter instead
                path.write_text(PLANT.format("plant/+/#"), encoding="utf-8")
                one.collector.reload()
                until(lambda: "routes read" in one.log.events)
            if seq == 70:
                path.write_text("[[route]]\n", encoding="utf-8")
                one.collector.reload()
                until(lambda: "routes.malformed" in one.log.codes)
        gateways.publish("plant/g1/other", reading(101))
        gateways.say("demo-a/g1", reading(5))
        until(lambda: len(sink.rows) == 102)

    assert sink.seqs("demo-b/g1") == set(range(1, 102))
    assert sink.seqs("demo-a/g1") == {5}
    assert sink.rejected == []


@pytest.mark.parametrize("how", [{}, {"version": 4}, {"share": "all"}])
def test_a_changed_file_is_followed_without_being_told(broker, gateways, tmp_path, how):
    path = tmp_path / "routes.toml"
    path.write_text("", encoding="utf-8")
    file, sink = RoutesFile(path), MemorySink()
    with running(sink, broker.url, file, routes=(*file.routes(), NATIVE), **how) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        path.write_text(PLANT.format("plant/+/data"), encoding="utf-8")
        until(lambda: "routes read" in one.log.events)
        until(lambda: gateways.publish("plant/g1/data", reading(1)) or sink.rows)

    assert sink.seqs("demo-b/g1") == {1}


def test_a_dropped_route_is_let_go_and_what_still_comes_is_kept(broker, gateways, tmp_path):
    path = tmp_path / "routes.toml"
    path.write_text(PLANT.format("plant/+/data"), encoding="utf-8")
    file, sink = RoutesFile(path), MemorySink()
    sink.delay_s = 0.2
    with running(sink, broker.url, file, routes=(*file.routes(), NATIVE)) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        for seq in range(1, 51):
            gateways.publish("plant/g1/data", reading(seq))
        path.write_text("", encoding="utf-8")
        one.collector.reload()
        until(lambda: "routes read" in one.log.events)
        until(lambda: len(sink.topics) == 50)

    kept = {seq for seq in range(1, 51) if any(reading(seq) == raw for raw, _ in sink.rejected)}
    assert sink.seqs("demo-b/g1") | kept == set(range(1, 51))
    assert {code for _, code in sink.rejected} <= {"topic.no_route"}


def test_a_session_that_is_resumed_follows_the_file_too(broker, gateways, tmp_path):
    """While the collector is away its broker keeps what the routes of before subscribed to."""
    path = tmp_path / "routes.toml"
    path.write_text(PLANT.format("plant/+/data"), encoding="utf-8")
    file, sink = RoutesFile(path), MemorySink()
    with running(sink, broker.url, file, routes=(*file.routes(), NATIVE)):
        until(lambda: gateways.states[-1:] == ["up"])
    gateways.publish("plant/g1/data", reading(1))

    with running(sink, broker.url):  # started without the file
        until(lambda: len(sink.topics) == 1)

    assert sink.rejected == [(reading(1), "topic.no_route")]
