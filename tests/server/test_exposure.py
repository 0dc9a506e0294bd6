"""Nothing stands open to other machines unless the operator said so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from duologue.core.names import Account
from duologue.server.exposure import ExposedError, check_exposure
from duologue.settings import Settings

PLAIN = Settings()
TLS = replace(PLAIN, tls_cert=Path("cert.pem"), tls_key=Path("key.pem"))
LOCKED = [Account("alice", "$argon2id$…"), Account("old", disabled=True)]
OPEN = [Account("alice", "$argon2id$…"), Account("bob", spelling="Bob")]
OUTSIDE = ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_needs_nothing(address: str) -> None:
    check_exposure(PLAIN, [address], OPEN)


@pytest.mark.parametrize("address", OUTSIDE)
def test_without_tls_nobody_outside_is_served(address: str) -> None:
    with pytest.raises(ExposedError, match="--allow-plain"):
        check_exposure(PLAIN, [address], LOCKED)
    check_exposure(replace(PLAIN, allow_plain=True), [address], LOCKED)
    check_exposure(TLS, [address], LOCKED)


@pytest.mark.parametrize("settings", [TLS, replace(PLAIN, allow_plain=True)], ids=["tls", "plain"])
def test_accounts_without_a_password_are_not_reachable(settings: Settings) -> None:
    with pytest.raises(ExposedError, match=r"Bob is without a password.*--allow-passwordless"):
        check_exposure(settings, ["192.0.2.1"], OPEN)
    check_exposure(replace(settings, allow_passwordless=True), ["192.0.2.1"], OPEN)


def test_one_address_outside_among_several_is_enough() -> None:
    with pytest.raises(ExposedError, match=r"192\.0\.2\.1 can be reached"):
        check_exposure(PLAIN, ["127.0.0.1", "192.0.2.1"], LOCKED)


def test_allowing_accounts_without_a_password_does_not_allow_plain() -> None:
    with pytest.raises(ExposedError, match="--allow-plain"):
        check_exposure(replace(PLAIN, allow_passwordless=True), ["192.0.2.1"], OPEN)


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (1, "user1 is without"),
        (3, "user1, user2 and user3 are without"),
        (5, "user1, user2, user3 and 2 more are without"),
    ],
)
def test_a_long_list_is_cut_short(count: int, named: str) -> None:
    accounts = [Account(f"user{number}") for number in range(1, count + 1)]
    with pytest.raises(ExposedError, match=named):
        check_exposure(TLS, ["192.0.2.1"], accounts)


def test_who_comes_by_a_proxy_seems_to_be_on_this_machine() -> None:
    proxied = replace(PLAIN, web_origins=("https://chat.example.org",))
    with pytest.raises(ExposedError, match=r"Bob is without a password.*--allow-passwordless"):
        check_exposure(proxied, ["127.0.0.1"], OPEN)
    check_exposure(replace(proxied, allow_passwordless=True), ["127.0.0.1"], OPEN)
    check_exposure(proxied, ["127.0.0.1"], LOCKED)
