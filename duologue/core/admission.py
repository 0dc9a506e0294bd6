"""Which new connections are let in, by address: so that one machine cannot take every place. Knows no socket."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from duologue.core.limits import NEW_CLIENTS_WINDOW, Limits
from duologue.core.pace import Arrivals

SOCKETS_PER_CLIENT = 3
BROWSER_SOCKETS = 7
"""A browser has up to six connections to a server for files, and the page one for itself."""
BROWSER_ARRIVALS = 30
"""A page that is loaded comes for each of its files on a connection of its own; nobody counts as several people for
that.
"""
_HOME_NETWORK_BITS = 64


def is_loopback(address: str) -> bool:
    return parsed(address).is_loopback


def parsed(address: str) -> IPv4Address | IPv6Address:
    """Without its scope; one of IPv4 as such, also where it comes by a socket of IPv6."""
    found = ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def address_key(address: str) -> str:
    """What counts as one address: an IPv4 address, or an IPv6 /64, which one home is given (RFC 6177)."""
    found = parsed(address)
    if found.version == 4:
        return str(found)
    return str(ip_network(f"{found}/{_HOME_NETWORK_BITS}", strict=False).network_address)


def source_key(address: str, port: int) -> str:
    """Who somebody without an account is, for what is shared fairly: their address; on loopback, where all who use this
    machine have the same, their connection.
    """
    return f"{address}:{port}" if is_loopback(address) else address_key(address)


class AddressAdmission:
    """Counts the sockets of each address. Loopback is exempt: it is the operator's own machine.

    A client has up to `sockets` at a time, and comes with up to `arrivals`.
    """

    def __init__(
        self, limits: Limits, *, sockets: int = SOCKETS_PER_CLIENT, arrivals: int = SOCKETS_PER_CLIENT
    ) -> None:
        self._most_open = limits.clients_per_address * sockets
        self._arrivals = Arrivals(limits.new_clients_per_address * arrivals, NEW_CLIENTS_WINDOW)
        self._open: Counter[str] = Counter()

    def admit(self, address: str, now: float) -> bool:
        """May one more socket of `address` come in? If so it is counted, until `leave`."""
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
