"""Admission of new connections by address, so that one machine cannot take every place. Knows no socket."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from duologue.core.limits import NEW_CLIENTS_WINDOW, Limits
from duologue.core.pace import Arrivals

SOCKETS_PER_CLIENT = 3
BROWSER_SOCKETS = 7
"""Sockets of one browser: up to six connections to a server for files, and one for the page itself."""
BROWSER_ARRIVALS = 30
"""Arrivals of one browser: where no connection is kept, a page is loaded with one for each of its files, and nobody is
to count as several people for that.
"""
_HOME_NETWORK_BITS = 64


def is_loopback(address: str) -> bool:
    return parsed(address).is_loopback


def parsed(address: str) -> IPv4Address | IPv6Address:
    """Return an address without its scope; an IPv4 address as such, also where it comes through an IPv6 socket."""
    found = ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def address_key(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or an IPv6 /64, which one home is given (RFC 6177)."""
    found = parsed(address)
    if found.version == 4:
        return str(found)
    return str(ip_network(f"{found}/{_HOME_NETWORK_BITS}", strict=False).network_address)


def source_key(address: str, port: int) -> str:
    """Return the source of somebody without an account, for what is shared fairly: their address; on loopback, where
    all users of this machine have the same one, their connection.
    """
    return f"{address}:{port}" if is_loopback(address) else address_key(address)


class AddressAdmission:
    """A count of the sockets of each address. Loopback is exempt: it is the operator's own machine.

    A client has up to `sockets` at a time, and comes with up to `arrivals`.
    """

    def __init__(
        self, limits: Limits, *, sockets: int = SOCKETS_PER_CLIENT, arrivals: int = SOCKETS_PER_CLIENT
    ) -> None:
        self._most_open = limits.clients_per_address * sockets
        self._arrivals = Arrivals(limits.new_clients_per_address * arrivals, NEW_CLIENTS_WINDOW)
        self._open: Counter[str] = Counter()

    def admit(self, address: str, now: float) -> bool:
        """Return whether one more socket of `address` is let in. If so it is counted, until `leave`."""
        if is_loopback(address):
            return True
        key = address_key(address)
        if self._open[key] >= self._most_open or not self._arrivals.has_room(key, now):
            return False
        self._arrivals.note(key, now)
        self._open[key] += 1
        return True

    def leave(self, address: str) -> None:
        if is_loopback(address):
            return
        key = address_key(address)
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]
