"""Who comes by a proxy: trusted ones say it in the header X-Forwarded-For, and nobody else is believed.

Of `Forwarded` (RFC 7239) nothing is taken: proxies that write the one pass on the other as their client wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from duologue.core.admission import is_loopback, parsed

UNKNOWN = "0.0.0.0"
"""Where somebody comes from who came by a proxy that does not say, or from the proxy's own machine: whatever is granted
to this machine or to an address is not granted to them, and all of them count as one address.
"""

_HOP = re.compile(r"\[(?P<bracketed>[^\]]*)\](:\d{1,5})?|(?P<v4>[0-9.]+)(:\d{1,5})?|(?P<bare>[^\[\]]+)")

Network = IPv4Network | IPv6Network


class BadNetwork(ValueError):
    """It is no address and no network; the message says why and what would be one."""


def network_of(typed: str) -> Network:
    """The network that somebody has typed, of one address where it is one. Raises BadNetwork."""
    try:
        network = ip_network(typed)
    except ValueError as error:
        raise BadNetwork(f"a proxy is an address, or a network like 10.0.0.0/8: {typed!r} ({error})") from error
    if not network.prefixlen:
        raise BadNetwork(f"{typed} is everybody, who could then say that they are anybody")
    return network


class Proxies:
    """Those that are trusted, by their addresses or networks."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [network_of(typed) for typed in trusted]

    def trust(self, address: str) -> bool:
        """Is the peer at `address` one of them?"""
        found = parsed(address)
        return any(found in network for network in self._networks)

    def visitor(self, forwarded: Sequence[str]) -> str:
        """Who stands behind one of them, by its headers X-Forwarded-For: the last there that is no trusted proxy.

        Each proxy adds whom it was called by at the end; what is before that anybody can have written. Where all are
        trusted, or one is no address, it is the farthest that is known.
        """
        known = UNKNOWN
        for hop in reversed(",".join(forwarded).split(",")):
            address = _address(hop.strip())
            if address is None:
                break
            known = address
            if not self.trust(address):
                break
        return UNKNOWN if is_loopback(known) else known


def _address(hop: str) -> str | None:
    """An address as proxies write it, some with a port."""
    found = _HOP.fullmatch(hop)
    text = next(filter(None, found.groupdict().values()), "") if found else ""
    try:
        ip_address(text)
    except ValueError:
        return None
    return str(parsed(text))
