"""A pass is good for whom it was given to, for twelve hours, and for no other account, key or password."""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.identity import Identities, Identity
from duologue.core.names import Account
from duologue.server.auth.session_tokens import KEY_BYTES, LIFETIME, SessionTokens, kept_key
from tests.stage import Clock

KEY = b"k" * KEY_BYTES
ALICE = Account("alice", "$argon2id$one")
BOB = Account("bob", "$argon2id$one")


def session_tokens(clock: Clock | None = None, key: bytes = KEY, now: Identity | None = None) -> SessionTokens:
    """`now` is who alice is at this moment."""
    known = {"alice": now} if now else {}
    return SessionTokens(key, clock or Clock(), identity_of=Identities(known).of)


def is_good(desk: SessionTokens, token: str, *accounts: Account) -> bool:
    people = {account.nickname: account for account in accounts or (ALICE, BOB)}
    return desk.account_of(token, people.get) is not None


def test_it_says_whose_it_is() -> None:
    desk = session_tokens()
    assert desk.account_of(desk.issue(ALICE), {"alice": ALICE}.get) == ALICE
    assert desk.account_of(desk.issue(BOB), {"bob": BOB}.get) == BOB


def test_another_server_with_the_same_key_takes_it_and_one_with_another_key_does_not() -> None:
    token = session_tokens().issue(ALICE)
    assert is_good(session_tokens(), token)
    assert not is_good(session_tokens(key=b"x" * KEY_BYTES), token)


def test_it_is_good_for_twelve_hours() -> None:
    clock = Clock()
    token = session_tokens(clock).issue(ALICE)
    clock.now += LIFETIME - 1
    assert is_good(session_tokens(clock), token)
    clock.now += 1
    assert not is_good(session_tokens(clock), token)


@pytest.mark.parametrize(
    "now",
    [replace(ALICE, password_hash="$argon2id$two"), replace(ALICE, password_hash=None), replace(ALICE, disabled=True)],
)
def test_it_dies_with_the_password_and_the_account(now: Account) -> None:
    token = session_tokens().issue(ALICE)
    assert not is_good(session_tokens(), token, now)
    assert not is_good(session_tokens(), token, BOB)


def test_one_of_an_account_without_a_password_dies_with_the_first_password() -> None:
    token = session_tokens().issue(replace(ALICE, password_hash=None))
    assert is_good(session_tokens(), token, replace(ALICE, password_hash=None))
    assert not is_good(session_tokens(), token, ALICE)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (Identity("2026-12-01T11:42:33Z", 7), Identity("2026-12-01T11:42:34Z", 8)),
        (Identity("2026-12-01T11:42:33Z"), Identity("2026-12-01T11:42:34Z")),  # in memory, over a restart
        (Identity("", 7), Identity("", 8)),
        (Identity(), Identity("", 8)),
    ],
)
def test_it_is_not_the_next_account_of_the_name_who_comes_in_with_it(then: Identity, now: Identity) -> None:
    nobodys = replace(ALICE, password_hash=None)
    token = session_tokens(now=then).issue(nobodys)
    assert is_good(session_tokens(now=then), token, nobodys)
    assert not is_good(session_tokens(now=now), token, nobodys)


def signed_before_the_update() -> str:
    claim = b"99999999999 alice"
    signature = hmac.digest(KEY, claim + b"\0$argon2id$one", "sha256")
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (claim, signature))


def test_an_update_logs_nobody_out_whose_account_is_from_before() -> None:
    assert is_good(session_tokens(now=Identity("2026-12-01")), signed_before_the_update())
    assert not is_good(session_tokens(now=Identity("2026-12-01T11:42:33Z", 7)), signed_before_the_update())
    assert not is_good(session_tokens(), signed_before_the_update(), replace(ALICE, password_hash="$argon2id$two"))


def test_the_claim_of_one_with_the_signature_of_another_is_nothing() -> None:
    (alices, _), (_, bobs) = (session_tokens().issue(account).split(".") for account in (ALICE, BOB))
    assert not is_good(session_tokens(), f"{alices}.{bobs}")
    later = urlsafe_b64encode(b"99999999999 alice").decode().rstrip("=")
    assert not is_good(session_tokens(), f"{later}.{session_tokens().issue(ALICE).split('.')[1]}")


@pytest.mark.parametrize("token", ["", ".", "..", "a", "a.b", "é.é", "\ud800", "=.=", "x" * 100_000, "MQ.MQ", "IA.IA"])
def test_nonsense_is_none(token: str) -> None:
    assert not is_good(session_tokens(), token)


@given(st.text())
def test_any_text_is_none(token: str) -> None:
    assert not is_good(session_tokens(), token)


# The key


def test_a_key_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "web.key"
    key = kept_key(path)
    assert (len(key), kept_key(path), path.read_bytes()) == (KEY_BYTES, key, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*tmp_path.iterdir()] == [path]


def test_no_two_are_the_same(tmp_path: Path) -> None:
    assert kept_key(tmp_path / "one") != kept_key(tmp_path / "other")


@pytest.mark.parametrize("damaged", [b"", b"short"])
def test_a_damaged_key_is_made_anew(tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "web.key"
    path.write_bytes(damaged)
    assert kept_key(path) == path.read_bytes() != damaged
    assert "key of the session tokens made anew" in caplog.text


def test_a_key_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="full"):
        kept_key(tmp_path / "web.key")
    assert [*tmp_path.iterdir()] == []
