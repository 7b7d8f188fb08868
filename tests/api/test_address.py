"""Where a request comes from: what trusted proxies say, from the right, and never their own."""

import pytest
from starlette.requests import Request

from api.address import address_of, networks

TRUSTED = networks("10.0.0.0/8, 192.0.2.7,fd00::/8")


def asked(peer: str, *lines: str, header: str = "X-Forwarded-For") -> Request:
    headers = [(header.lower().encode(), line.encode()) for line in lines]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "lines", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # not trusted: it says what it likes
        ("10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the left one is made up
        ("10.1.1.1", ["1.1.1.1, 198.51.100.1, 192.0.2.7"], "198.51.100.1"),
        ("10.1.1.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.1.1", [], None),
        ("10.1.1.1", ["10.2.2.2"], None),  # only proxies
        ("10.1.1.1", ["unknown"], None),
        ("10.1.1.1", ["198.51.100.1, nonsense"], None),
        ("::ffff:10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa::1", [], "2001:db8:1:2::/64"),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_the_address_behind_trusted_proxies_counts(peer, lines, address):
    assert address_of(asked(peer, *lines), TRUSTED, "X-Forwarded-For") == address


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("for=198.51.100.1;proto=https;by=10.1.1.1", "198.51.100.1"),
        ('for=1.1.1.1, for="198.51.100.1:99"', "198.51.100.1"),
        ('for="[2001:db8:5:6::7]:1"', "2001:db8:5:6::/64"),
        ("for=_hidden", None),
    ],
)
def test_the_header_of_the_standard_is_read_too(line, address):
    asks = asked("10.1.1.1", line, header="Forwarded")
    assert address_of(asks, TRUSTED, "Forwarded") == address
    assert address_of(asks, TRUSTED, "X-Forwarded-For") is None  # only the one that is set


def test_what_is_no_network_is_refused():
    with pytest.raises(ValueError, match="nonsense"):
        networks("10.0.0.0/8,nonsense")
