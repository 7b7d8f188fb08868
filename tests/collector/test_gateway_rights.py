"""A gateway has its own topics: what a route takes as its own it may publish, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.gateway_rights import TopicRight, allows, rights_of
from collector.routing import NATIVE, Route, Routing

ROUTES = (
    Route("dsmr/+/raw", "dsmr", "example/{1}"),
    Route("plant/+/neuron/+", "neuron", "example/{1}", key="{2}.{key}"),
    Route("spBv1.0/+/+/+/#", "sparkplug_b", "{1}/{3}"),
    Route("twice/+/+", "json", "{1}/{1}{2}", settings={"value": "v", "key": "k"}),
    Route("fixed/#", "tasmota", "example/gw1"),
    Route("+/anything", "tasmota", "example/{1}"),
    Route("cw/v1/+/+/raw", "tasmota", "{1}/{2}"),
)
NAMES = st.sampled_from(["gw1", "gw2", "example", "a", "aa", "collector", "raw"])
TOPICS = st.one_of(
    st.builds("dsmr/{}/raw".format, NAMES),
    st.builds("plant/{}/neuron/{}".format, NAMES, NAMES),
    st.builds("spBv1.0/{}/{}/{}".format, NAMES, NAMES, NAMES),
    st.builds("twice/{}/{}".format, NAMES, NAMES),
    st.builds("fixed/{}".format, NAMES),
    st.builds("cw/v1/{}/{}/data".format, NAMES, NAMES),
)


@given(TOPICS, st.builds("{}/{}".format, NAMES, NAMES))
def test_what_may_be_published_is_taken_as_that_gateways_own(topic, gateway):
    rights = rights_of(gateway, [*ROUTES, NATIVE])
    owner = Routing((*ROUTES, NATIVE)).gateway_of(topic)
    if allows(rights, topic, publishes=True):
        assert owner == gateway
    if owner == gateway and not topic.startswith("twice/"):  # of which two ways lead to one name
        assert allows(rights, topic, publishes=True)


@pytest.mark.parametrize(
    ("topic", "publishes", "may"),
    [
        ("cw/v1/example/gw1/data", True, True),
        ("cw/v1/example/gw1/data", False, False),
        ("cw/v1/example/gw1/status", True, True),
        ("cw/v1/example/gw1/receipt", False, True),
        ("cw/v1/example/gw1/receipt", True, False),
        ("cw/v1/example/gw1/command", False, True),
        ("cw/v1/example/gw2/data", True, False),
        ("cw/v1/example/gw2/receipt", False, False),
        ("cw/v1/example/+/receipt", False, False),
        ("cw/v1/collector/main/status", True, False),
        ("#", False, False),
        ("dsmr/gw1/raw", True, True),
        ("dsmr/gw2/raw", True, False),
        ("dsmr/+/raw", True, False),
        ("fixed/a/b", True, True),
        ("fixed/#", False, True),
        ("gw1/anything", True, False),
        ("cw/v1/example/gw1/raw", True, False),
    ],
)
def test_rights_by_hand(topic, publishes, may):
    assert allows(rights_of("example/gw1", ROUTES), topic, publishes=publishes) == may


def test_a_gateway_that_is_named_as_our_services_are_says_nothing_in_their_name():
    assert not allows(
        rights_of("collector/main", ()), "cw/v1/collector/main/status", publishes=True
    )


def test_sparkplug_is_narrowed_to_the_node():
    assert rights_of("g/n", ROUTES)[-1] == TopicRight("spBv1.0/g/+/n/#", write=True, read=True)
