"""Topics find their route as brokers match filters, and name their gateway."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from collector.codecs import native
from collector.codecs.payload import PayloadError
from collector.filters import exactness, must_not_hear_us, overlap, pattern
from collector.routing import NATIVE, Route, Routing, unusable
from metering.errors import InputError
from metering.messages import Message

LEVELS = st.sampled_from(["a", "b", "", "$s", "东"])
FILTERS = (
    st.tuples(st.lists(LEVELS | st.just("+"), min_size=1, max_size=4), st.booleans())
    .map(lambda made: "/".join([*made[0], "#"] if made[1] else made[0]))
    .filter(bool)
)
TOPICS = st.lists(LEVELS, min_size=1, max_size=5).map("/".join).filter(bool)


@given(FILTERS, TOPICS)
def test_a_filter_matches_what_the_protocol_says(topic_filter, topic):
    route = Route(topic_filter, "native", "p/g")

    assert (route.gateway_of(topic) is not None) == topic_matches_sub(topic_filter, topic)


@given(
    st.from_regex(re.compile(r"[a-z0-9-]{1,12}"), fullmatch=True),
    st.from_regex(re.compile(r"[^/+#\x00-\x1f]{1,12}"), fullmatch=True),
)
def test_the_native_topic_names_province_and_gateway(province, gateway):
    assert NATIVE.gateway_of(f"cw/v1/{province}/{gateway}/data") == f"{province}/{gateway}"
    assert NATIVE.gateway_of(f"cw/v1/{province}/{gateway}/status") is None


def test_other_vendors_topics_become_gateways_by_a_template():
    routing = Routing([NATIVE, Route("shellies/+/emdata/+", "native", "demo-a/shelly-{1}")])

    assert routing.gateway_of("shellies/3em-7/emdata/0") == "demo-a/shelly-3em-7"
    assert routing.gateway_of("cw/v1/demo-b/g1/data") == "demo-b/g1"


@given(FILTERS, TOPICS)
def test_the_expression_of_a_filter_leaves_out_no_topic_that_it_matches(topic_filter, topic):
    found = re.fullmatch(pattern(topic_filter)[1:-1], topic, re.DOTALL) is not None

    assert found or not topic_matches_sub(topic_filter, topic)
    assert found == topic_matches_sub(topic_filter, topic) or topic.startswith("$")


@given(FILTERS, FILTERS, TOPICS)
def test_filters_that_match_one_topic_overlap_and_the_more_exact_is_always_the_same(a, b, topic):
    if topic_matches_sub(a, topic) and topic_matches_sub(b, topic):
        assert overlap(a, b)
        assert overlap(b, a)
        assert (exactness(a)[0] == exactness(b)[0]) == (a == b)
    assert exactness("a/b/c") < exactness("a/+/c") < exactness("a/+/+") < exactness("a/#")


def test_a_route_is_for_what_arrives_in_its_time_and_then_the_next_one_counts():
    first = Route("a/+", "native", "p/first", since_ms=10, until_ms=20)
    routing = Routing([first, Route("a/b", "native", "p/second", since_ms=15)])

    found = [routing.gateway_of("a/b", at_ms) for at_ms in (9, 10, 19, 20)]
    assert found == ["a/b", "p/first", "p/first", "p/second"]
    assert routing.gateway_of("a/b") == "p/second"
    assert routing.gateway_of("a/c") == "a/c"
    payload = native.encode_one(1, "e", 1, 2.0)
    assert routing.decode(Message("a/c", "p/first", payload, 10)).value == [2.0]
    with pytest.raises(PayloadError):
        routing.decode(Message("a/c", "a/c", payload, 20))


def test_a_new_table_goes_on_with_what_its_formats_know():
    """Of a Sparkplug node the birth tells what data mean; it comes but once."""
    before = Routing([Route("spBv1.0/#", "sparkplug_b", "p/a"), NATIVE])
    moved = Route("spBv1.0/#", "sparkplug_b", "p/b", until_ms=9)
    other = Route("spBv1.0/+/#", "sparkplug_b", "p/c")

    after = Routing([other, moved]).resuming(before)

    assert after.routes[1]._codec is before.routes[0]._codec
    assert after.routes[0]._codec is not before.routes[0]._codec


def test_a_route_whose_format_is_gone_keeps_its_messages_and_says_why():
    why = InputError(
        "codec.unloadable", zh="没有。", en="Gone.", next_zh="装上。", next_en="Install."
    )
    routing = Routing([unusable(Route("a", "native", "p/g"), why)])

    assert routing.filters == ["a"]
    with pytest.raises(PayloadError, match="Gone") as caught:
        routing.decode(Message("a", "p/g", b"", 0))
    assert caught.value.code == "route.unusable"


def test_a_template_may_refer_to_more_than_nine_wildcards():
    route = Route("/".join("+" * 11), "native", "{11}/{1}")

    assert route.gateway_of("a/b/c/d/e/f/g/h/i/j/k") == "k/a"


def test_a_topic_without_a_route_is_refused_with_its_topic():
    with pytest.raises(PayloadError) as caught:
        Routing().decode(Message("x/y", "x/y", b"{}", 0))

    assert caught.value.code == "topic.no_route"
    assert "x/y" in caught.value.en


@pytest.mark.parametrize(
    ("topic_filter", "codec", "gateway"),
    [
        ("", "native", "a/b"),
        ("a/#/b", "native", "a/b"),
        ("a/b#", "native", "a/b"),
        ("a/b+", "native", "a/b"),
        ("a/+", "native", "a/{2}"),
        ("a/+", "native", "a/{0}"),
        ("a/+", "native", ""),
        ("a/+", "native", "b"),
        ("a/+", "native", "a/b/c"),
    ],
)
def test_a_route_that_cannot_work_is_refused_before_it_is_used(topic_filter, codec, gateway):
    with pytest.raises(InputError) as caught:
        Route(topic_filter, codec, gateway)

    assert caught.value.code == "route.malformed"


def test_a_key_may_be_made_of_topic_and_payload():
    payload = native.encode_many(7, [("e1", 1, 2.0), ("e2", 1, 3.0)])
    routing = Routing([Route("plant/+/+", "native", "demo-a/{1}", key="{2}.{key}")])

    decoded = routing.decode(Message("plant/north/m7", "demo-a/north", payload, 0))

    assert decoded.channel_key == ["m7.e1", "m7.e2"]
    assert (decoded.seq, decoded.at_ms, decoded.value) == (7, [1, 1], [2.0, 3.0])


def test_only_the_wanted_keys_are_taken():
    route = Route("a/+", "native", "demo-a/{1}", only=frozenset({"e2"}))
    payload = native.encode_many(None, [("e1", 1, 2.0), ("e2", 1, 3.0)])

    decoded = route.decode_for("a/b")(Message("a/b", "demo-a/b", payload, 0))

    assert (decoded.channel_key, decoded.value) == (["e2"], [3.0])


def test_a_numbered_message_without_a_wanted_key_is_receipted_as_refused():
    route = Route("a/+", "native", "demo-a/{1}", only=frozenset({"e2"}))
    decode = route.decode_for("a/b")

    with pytest.raises(PayloadError) as caught:
        decode(Message("a/b", "demo-a/b", native.encode_one(9, "e1", 1, 2.0), 0))
    assert (caught.value.code, caught.value.seq) == ("payload.no_wanted_key", 9)
    assert decode(Message("a/b", "g", native.encode_one(None, "e1", 1, 2.0), 0)).value == []


def test_a_key_that_its_route_makes_too_long_is_refused():
    route = Route("a/+", "native", "demo-a/{1}", key="{1}/{key}")
    topic = "a/" + "b" * 150
    with pytest.raises(PayloadError) as caught:
        route.decode_for(topic)(Message(topic, "g", native.encode_one(9, "e" * 100, 1, 2.0), 0))
    assert (caught.value.code, caught.value.seq) == ("payload.long_key", 9)


def test_a_filter_is_subscribed_to_once():
    assert Routing([NATIVE, NATIVE]).filters == ["cw/v1/+/+/data"]


@pytest.mark.parametrize("topic", ["#", "cw/#", "+/v1/+/+/receipt", "cw/v1/collector/main/status"])
def test_no_route_hears_what_the_platform_itself_publishes(topic):
    with pytest.raises(InputError, match="which the platform sends"):
        must_not_hear_us(topic)


@pytest.mark.parametrize("topic", ["shellies/#", "cw/v1/+/+/data", "+/x/#", "spBv1.0/#"])
def test_routes_of_others_topics_are_taken(topic):
    must_not_hear_us(topic)
