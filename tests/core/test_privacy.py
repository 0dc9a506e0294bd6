"""Whom people do not want to hear, and who may ask them (docs/protocol.md, section 13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from duologue.core.commands.people import MayAsk
from duologue.core.effects import AskingChanged, BlockChanged, Tell
from duologue.core.errors import PeerError
from duologue.core.events.people import AskingAllowed, BlockedListed, PersonBlocked, PersonUnblocked
from duologue.core.limits import Limits
from duologue.core.pages import PAGE
from duologue.core.privacy import Privacy

EVERYONE, KNOWN, NOBODY = MayAsk


def privacy() -> Privacy:
    return Privacy(replace(Limits(), blocks=2))


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(PeerError) as caught:
        call()
    return caught.value.code


def test_nobody_is_blocked_at_first() -> None:
    house = privacy()
    assert house.is_heard("alice", "bob")
    assert house.takes_request("alice", "bob")
    assert house.blocked_by("bob") == BlockedListed(())
    assert not house.blockers_of("alice")
    house.check_may_turn_to("alice", "bob")


def test_who_is_blocked_is_not_heard_and_does_not_notice() -> None:
    house = privacy()
    assert house.block("bob", "alice") == [BlockChanged("bob", "alice", True), Tell("bob", PersonBlocked("alice"))]
    assert not house.is_heard("alice", "bob")
    assert not house.takes_request("alice", "bob")
    assert house.is_heard("bob", "alice")
    assert house.blockers_of("alice") == {"bob"}
    house.check_may_turn_to("alice", "bob")
    with pytest.raises(PeerError, match=r"You have blocked alice. /unblock alice first."):
        house.check_may_turn_to("bob", "alice")


def test_unblocked_one_is_heard_again() -> None:
    house = privacy()
    house.block("bob", "alice")
    assert house.unblock("bob", "alice") == [
        BlockChanged("bob", "alice", False),
        Tell("bob", PersonUnblocked("alice")),
    ]
    assert house.is_heard("alice", "bob")
    assert not house._blocked
    assert not house._blockers
    assert code_of(lambda: house.unblock("bob", "alice")) == "not_blocked"


def test_blocking_twice_is_blocking_once() -> None:
    house = privacy()
    house.block("bob", "alice")
    assert house.block("bob", "alice") == [Tell("bob", PersonBlocked("alice"))]
    house.unblock("bob", "alice")
    assert house.is_heard("alice", "bob")


def test_blocks_are_listed_and_limited() -> None:
    house = privacy()
    house.block("bob", "carol")
    house.block("bob", "alice")
    assert house.blocked_by("bob") == BlockedListed(("alice", "carol"))
    assert code_of(lambda: house.block("bob", "dave")) == "too_many_blocks"
    house.block("bob", "alice")
    house.block("alice", "dave")
    house.unblock("bob", "carol")
    house.block("bob", "dave")
    assert house.blockers_of("dave") == {"alice", "bob"}


def test_nobody_blocks_themselves() -> None:
    assert code_of(lambda: privacy().block("bob", "bob")) == "yourself"


def test_a_guest_blocks_and_is_blocked_for_a_session_and_nothing_is_kept() -> None:
    house = privacy()
    assert house.block("~Eve", "alice") == [Tell("~Eve", PersonBlocked("alice"))]
    assert house.block("bob", "~Eve") == [Tell("bob", PersonBlocked("~Eve"))]
    assert house.allow("~Eve", NOBODY) == [Tell("~Eve", AskingAllowed(NOBODY))]
    assert not house.is_heard("~Eve", "bob")
    assert not house.is_heard("alice", "~Eve")
    house.leave("~Eve")
    assert house.is_heard("~Eve", "bob")
    assert house.is_heard("alice", "~Eve")
    assert house.takes_request("bob", "~Eve")
    assert not house._blocked
    assert not house._blockers


def test_an_account_keeps_its_blocks_when_it_goes() -> None:
    house = privacy()
    house.block("bob", "alice")
    house.leave("bob")
    house.leave("alice")
    assert not house.is_heard("alice", "bob")


def test_what_was_said_to_a_server_before_counts() -> None:
    house = privacy()
    house.restore([("bob", "alice"), ("bob", "carol")], [("dave", "nobody")])
    assert house.blocked_by("bob") == BlockedListed(("alice", "carol"))
    assert not house.takes_request("alice", "dave")


# Who may ask


def test_everyone_may_ask_until_one_says_otherwise() -> None:
    house = privacy()
    assert house.allowed("bob") == AskingAllowed(EVERYONE)
    assert house.allow("bob", EVERYONE) == [Tell("bob", AskingAllowed(EVERYONE))]
    assert house.allow("bob", NOBODY) == [AskingChanged("bob", NOBODY), Tell("bob", AskingAllowed(NOBODY))]
    assert house.allowed("bob") == AskingAllowed(NOBODY)
    assert not house.takes_request("alice", "bob")
    assert house.is_heard("alice", "bob"), "letters and rooms go on"
    assert house.allow("bob", EVERYONE) == [AskingChanged("bob", EVERYONE), Tell("bob", AskingAllowed(EVERYONE))]
    assert house.takes_request("alice", "bob")
    assert not house._may_ask


def test_only_who_is_known_may_ask() -> None:
    house = privacy()
    assert not house.is_to_be_known("alice", "bob")
    house.allow("bob", KNOWN)
    assert house.is_to_be_known("alice", "bob")
    assert not house.takes_request("alice", "bob")
    house.knows("bob", "alice")
    assert not house.is_to_be_known("alice", "bob")
    assert house.takes_request("alice", "bob")
    assert not house.takes_request("carol", "bob")
    house.block("bob", "alice")
    assert not house.takes_request("alice", "bob")


def test_nobody_knows_a_guest() -> None:
    house = privacy()
    for nickname in ("bob", "~Dan"):
        house.allow(nickname, KNOWN)
        assert not house.is_to_be_known("~Eve", nickname)
        assert not house.takes_request("~Eve", nickname)
    assert not house.is_to_be_known("alice", "~Dan")


def test_many_who_are_blocked_are_listed_in_pages() -> None:
    privacy = Privacy(Limits())
    names = [f"user{number:03}" for number in range(PAGE + 1)]
    for name in reversed(names):
        privacy.block("alice", name)
    assert privacy.blocked_by("alice") == BlockedListed(tuple(names[:PAGE]), 1)
    assert privacy.blocked_by("alice", names[PAGE - 1]) == BlockedListed((names[PAGE],))


def test_the_next_account_of_a_name_blocks_nobody_is_blocked_by_nobody_and_known_to_nobody() -> None:
    house = privacy()
    for one, other in (("gina", "bob"), ("bob", "gina"), ("bob", "carol")):
        house.block(one, other)
    house.allow("gina", NOBODY)
    house.allow("alice", KNOWN)
    house.knows("alice", "gina")
    house.knows("alice", "dave")
    house.begin_anew({"gina"})
    assert house.blocked_by("gina") == BlockedListed(())
    assert house.blocked_by("bob") == BlockedListed(("carol",))
    assert house.is_heard("gina", "bob")
    assert house.takes_request("carol", "gina")
    assert house.is_to_be_known("gina", "alice")
    assert not house.takes_request("gina", "alice")
    assert house.takes_request("dave", "alice")
