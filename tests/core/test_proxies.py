"""Who comes by a proxy: what trusted ones say is believed, and what anybody can have written is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.admission import is_loopback
from duologue.core.proxies import UNKNOWN, BadNetwork, Proxies, network_of

PROXIES = Proxies(["127.0.0.1", "10.0.0.0/8", "2001:db8:ffff::/48"])


@pytest.mark.parametrize(
    ("address", "is_trusted"),
    [
        ("127.0.0.1", True),
        ("::ffff:127.0.0.1", True),
        ("10.255.0.1", True),
        ("2001:db8:ffff::9", True),
        ("127.0.0.2", False),
        ("::1", False),
        ("192.0.2.1", False),
    ],
)
def test_whom_to_trust(address: str, is_trusted: bool) -> None:
    assert PROXIES.trust(address) is is_trusted
    assert not Proxies([]).trust(address)


@pytest.mark.parametrize(
    ("forwarded", "visitor"),
    [
        (["192.0.2.1"], "192.0.2.1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["::ffff:192.0.2.1"], "192.0.2.1"),
        # Who asks can write what they like before it.
        (["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
        (["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
        (["127.0.0.1, 192.0.2.1"], "192.0.2.1"),
        (["nonsense, \x00, 192.0.2.1"], "192.0.2.1"),
        ([",,,192.0.2.1"], "192.0.2.1"),
        # One proxy after another.
        (["192.0.2.1, 10.0.0.7"], "192.0.2.1"),
        (["203.0.113.9, 192.0.2.1 , 10.0.0.7,10.0.0.8"], "192.0.2.1"),
        (["192.0.2.1", "10.0.0.7"], "192.0.2.1"),
        (["192.0.2.1, ::ffff:10.0.0.7"], "192.0.2.1"),
        # As some write it.
        (["192.0.2.1:50123"], "192.0.2.1"),
        (["[2001:db8::1]:50123"], "2001:db8::1"),
        (["[2001:db8::1]"], "2001:db8::1"),
        (["fe80::1%eth0"], "fe80::1"),
        (["fe80::1%\x1b[1m"], UNKNOWN),
        # Somebody of the proxies' own network.
        (["10.1.2.3"], "10.1.2.3"),
        (["nonsense, 10.1.2.3"], "10.1.2.3"),
        # Who is not known is nobody's machine.
        ([], UNKNOWN),
        ([""], UNKNOWN),
        (["unknown"], UNKNOWN),
        (["192.0.2.1, unknown"], UNKNOWN),
        (["192.0.2.1,"], UNKNOWN),
        (["192.0.2.256"], UNKNOWN),
        (["1" * 8000], UNKNOWN),
        (["192.0.2.1:port"], UNKNOWN),
        (["[2001:db8::1"], UNKNOWN),
        (["chat.example.org"], UNKNOWN),
        # The proxy's own machine is not the server's.
        (["127.0.0.1"], UNKNOWN),
        (["127.9.9.9"], UNKNOWN),
        (["::1"], UNKNOWN),
        (["::1%lo"], UNKNOWN),
        (["::ffff:127.0.0.1"], UNKNOWN),
        (["192.0.2.1, ::1"], UNKNOWN),
    ],
)
def test_who_stands_behind_it(forwarded: list[str], visitor: str) -> None:
    assert PROXIES.visitor(forwarded) == visitor


@given(st.text(), st.ip_addresses())
def test_what_is_said_before_it_changes_nothing(said: str, address: object) -> None:
    assert PROXIES.visitor([said, str(address)]) == PROXIES.visitor([str(address)])


@given(st.lists(st.text("0123456789abcdef.:[], %", max_size=60), max_size=3))
def test_nobody_is_on_this_machine_who_comes_by_a_proxy(forwarded: list[str]) -> None:
    assert not is_loopback(PROXIES.visitor(forwarded))


@pytest.mark.parametrize(
    "typed", ["", "localhost", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.0-10.0.0.9"]
)
def test_what_is_no_network_or_is_all_of_them(typed: str) -> None:
    with pytest.raises(BadNetwork):
        network_of(typed)
