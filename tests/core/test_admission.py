"""One machine cannot take every place (protocol 9.3); what counts as one machine; and places are given back."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.admission import (
    BROWSER_ARRIVALS,
    BROWSER_SOCKETS,
    SOCKETS_PER_CLIENT,
    AddressAdmission,
    address_key,
    is_loopback,
)
from duologue.core.limits import NEW_CLIENTS_WINDOW, Limits

SOMEBODY, ANOTHER = "192.0.2.1", "192.0.2.2"
ONE_CLIENT = replace(Limits(), clients_per_address=1, new_clients_per_address=2)


def admitted(doorkeeper: AddressAdmission, address: str, sockets: int, now: float = 0) -> int:
    return sum(doorkeeper.admit(address, now) for _ in range(sockets))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::1%lo"])
def test_the_operators_own_machine(address: str) -> None:
    assert is_loopback(address)
    assert admitted(AddressAdmission(ONE_CLIENT), address, 100) == 100


@pytest.mark.parametrize("address", ["128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:192.0.2.1", "fe80::1%eth0"])
def test_not_the_operators_own_machine(address: str) -> None:
    assert not is_loopback(address)
    assert admitted(AddressAdmission(ONE_CLIENT), address, 100) == SOCKETS_PER_CLIENT


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_an_ipv6_network_of_64_bits_counts_as_one(network: int, host: int, other: int) -> None:
    one, same = (IPv6Address(network << 64 | low) for low in (host, other))
    if one.ipv4_mapped is None and same.ipv4_mapped is None:
        assert address_key(str(one)) == address_key(str(same))


def test_neighbouring_ipv6_networks_are_two() -> None:
    assert address_key("2001:db8:0:1::1") != address_key("2001:db8:0:2::1")


def test_the_scope_of_an_address_is_no_part_of_it() -> None:
    assert address_key("fe80::1%eth0") == address_key("fe80::2%eth1")


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_ipv4_addresses_count_each_for_itself(one: IPv4Address, other: IPv4Address) -> None:
    assert (address_key(str(one)) == address_key(str(other))) == (one == other)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_when_it_comes_through_an_ipv6_socket(address: IPv4Address) -> None:
    assert address_key(f"::ffff:{address}") == address_key(str(address))


def test_the_defaults_are_those_of_the_protocol() -> None:
    """64 clients at a time; 256 new ones in ten minutes."""
    assert admitted(AddressAdmission(Limits()), SOMEBODY, 1000) == 64 * SOCKETS_PER_CLIENT
    patient = AddressAdmission(Limits())
    let_in = 0
    for _ in range(1000):
        if patient.admit(SOMEBODY, 0):
            let_in += 1
            patient.leave(SOMEBODY)
    assert let_in == 256 * SOCKETS_PER_CLIENT


def test_another_address_still_gets_in() -> None:
    doorkeeper = AddressAdmission(ONE_CLIENT)
    admitted(doorkeeper, SOMEBODY, 5000)
    assert admitted(doorkeeper, ANOTHER, 3) == 3


def test_a_place_that_was_left_is_free_again() -> None:
    doorkeeper = AddressAdmission(ONE_CLIENT)
    assert admitted(doorkeeper, SOMEBODY, 4) == 3
    doorkeeper.leave(SOMEBODY)
    assert admitted(doorkeeper, SOMEBODY, 4) == 1


def test_who_was_refused_has_taken_no_place_and_no_turn() -> None:
    doorkeeper = AddressAdmission(ONE_CLIENT)
    admitted(doorkeeper, SOMEBODY, 50)
    for _ in range(3):
        doorkeeper.leave(SOMEBODY)
    assert admitted(doorkeeper, SOMEBODY, 50) == 3


def test_the_count_of_new_clients_is_over_when_its_window_is() -> None:
    doorkeeper = AddressAdmission(ONE_CLIENT)
    for _ in range(6):
        assert doorkeeper.admit(SOMEBODY, 0)
        doorkeeper.leave(SOMEBODY)
    assert not doorkeeper.admit(SOMEBODY, NEW_CLIENTS_WINDOW - 1)
    assert doorkeeper.admit(SOMEBODY, NEW_CLIENTS_WINDOW)


@given(st.lists(st.sampled_from([SOMEBODY, "::ffff:192.0.2.1", ANOTHER, "2001:db8::1", "2001:db8::2", "127.0.0.1"])))
def test_counts_go_back_to_zero(addresses: list[str]) -> None:
    """As many as ever come and go, the last leaves no trace."""
    doorkeeper = AddressAdmission(Limits().lifted())
    for address in addresses:
        assert doorkeeper.admit(address, 0)
    for address in reversed(addresses):
        doorkeeper.leave(address)
    assert not doorkeeper._open


def test_lifted_limits_let_everyone_in() -> None:
    assert admitted(AddressAdmission(Limits().lifted()), SOMEBODY, 1000) == 1000


def test_a_browser_may_come_more_often_and_with_more_at_a_time() -> None:
    doorkeeper = AddressAdmission(ONE_CLIENT, sockets=BROWSER_SOCKETS, arrivals=BROWSER_ARRIVALS)
    assert admitted(doorkeeper, SOMEBODY, 1000) == BROWSER_SOCKETS
    for _ in range(BROWSER_SOCKETS):
        doorkeeper.leave(SOMEBODY)
    came = BROWSER_SOCKETS
    while admitted(doorkeeper, SOMEBODY, 1):
        doorkeeper.leave(SOMEBODY)
        came += 1
    assert came == 2 * BROWSER_ARRIVALS
