"""Topics find their route as brokers match filters, and name their gateway."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from collector.codecs.payload import PayloadError
from collector.routing import NATIVE, Route, Routing
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
        ("a/+", "unheard-of", "a/b"),
        ("a/+", "native", "a/{2}"),
        ("a/+", "native", "a/{0}"),
        ("a/+", "native", ""),
    ],
)
def test_a_route_that_cannot_work_is_refused_before_it_is_used(topic_filter, codec, gateway):
    with pytest.raises(InputError) as caught:
        Route(topic_filter, codec, gateway)

    assert caught.value.code == "route.malformed"
