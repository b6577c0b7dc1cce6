"""Which networks may be trusted with what."""

import ipaddress

from bot.settings.kinds import IPNetwork

OWN = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)
"""This machine and private networks: RFC 1122 (section 3.2.1.3), RFC 1918, RFC 4291, RFC 4193."""

NARROW = {4: 8, 6: 16}
"""The least prefix, by version of IP: anything wider is half of the Internet, not somebody's mail servers."""


def lies_within(inner: IPNetwork, outer: IPNetwork) -> bool:
    """Whether all of `inner` is in `outer`."""
    if isinstance(inner, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and inner.subnet_of(outer)


def own(network: IPNetwork) -> IPNetwork:
    """A network that nobody outside can speak from. Raises ValueError for any other."""
    if not any(lies_within(network, one) for one in OWN):
        raise ValueError(
            "a network of this machine or a private one, such as 127.0.0.0/8 or 10.1.2.0/24: whoever is in it can "
            "write in anybody's name. A mail server outside belongs in relay_networks"
        )
    return network


def narrow(network: IPNetwork) -> IPNetwork:
    """A network that can be somebody's. Raises ValueError for one as wide as half of the Internet."""
    if network.prefixlen < NARROW[network.version]:
        raise ValueError("the networks of those servers alone: this one takes in strangers as well")
    return network
