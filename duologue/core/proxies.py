"""Trusted proxies, and the visitors behind them by the header X-Forwarded-For; nobody else's header is believed.

`Forwarded` (RFC 7239) is ignored: proxies that write the one header pass on the other as their client wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from duologue.core.admission import is_loopback, parsed

UNKNOWN = "0.0.0.0"
"""The address of a visitor whose proxy does not name one, or names its own machine: what is granted to this machine or
to an address is not granted to them, and all of them count as one address.
"""

_HOP = re.compile(r"\[(?P<bracketed>[^\]]*)\](:\d{1,5})?|(?P<v4>[0-9.]+)(:\d{1,5})?|(?P<bare>[^\[\]]+)")

Network = IPv4Network | IPv6Network


class BadNetwork(ValueError):
    """Raised for text that is neither an address nor a network; the message says why, and what would be one."""


def network_of(typed: str) -> Network:
    """Return the network that somebody has typed; a single address is a network of one. Raises BadNetwork."""
    try:
        network = ip_network(typed)
    except ValueError as error:
        raise BadNetwork(f"a proxy is an address, or a network like 10.0.0.0/8: {typed!r} ({error})") from error
    if not network.prefixlen:
        raise BadNetwork(f"{typed} is everybody, who could then say that they are anybody")
    return network


class Proxies:
    """The trusted proxies, by address or network."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [network_of(typed) for typed in trusted]

    def trust(self, address: str) -> bool:
        """Return whether the peer at `address` is a trusted proxy."""
        found = parsed(address)
        return any(found in network for network in self._networks)

    def visitor(self, forwarded: Sequence[str]) -> str:
        """Return the visitor behind a trusted proxy, by its X-Forwarded-For headers: the last address there that is no
        trusted proxy.

        Each proxy appends the address that called it; anything before that can be forged. Where all addresses are
        trusted, or one is no address, the farthest known one is returned.
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
    """Return an address as proxies write it, some with a port; None where it is none."""
    found = _HOP.fullmatch(hop)
    text = next(filter(None, found.groupdict().values()), "") if found else ""
    try:
        ip_address(text)
    except ValueError:
        return None
    return str(parsed(text))
