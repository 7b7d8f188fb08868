"""Where a request comes from: the address behind proxies that are trusted, never their own."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """Return addresses and networks that are written with commas between; ValueError if not."""
    return tuple(ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


def address_of(request: Request, trusted: Sequence[Network], header: str) -> str | None:
    """Return whose request this is, None where a trusted proxy does not say.

    Read from the right, for each proxy writes behind what it was told, and what stands left of the
    first that is not trusted may be made up. Of IPv6 the network of a household counts.
    """
    peer = request.client.host if request.client else ""
    if not _is_trusted(peer, trusted):
        return _household(peer)
    hops = [one for line in request.headers.getlist(header) for one in line.split(",")]
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            return None
        if not _is_trusted(address, trusted):
            return _household(address)
    return None


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    if isinstance(known, IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    return any(known in network for network in trusted)


def _household(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ip_network(f"{known}/64", strict=False))


def _address(hop: str) -> str | None:
    """Return the address of one hop: bare, with a port, or as RFC 7239 writes it."""
    text = hop.strip()
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip().lower() == "for":
            text = value.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
