"""How everybody is (docs/protocol.md, section 13): what people say of themselves, and what others hear of it when."""

from __future__ import annotations

import pytest

from duologue.core.effects import Effect, PresenceChanged, Tell
from duologue.core.errors import PeerError
from duologue.core.events.chat import PeopleOnline
from duologue.core.events.people import PeopleListed, PersonDescribed, Presence, State, YouAre
from duologue.core.limits import AWAY_TEXT, Limits
from duologue.core.names import BadNickname
from duologue.core.pages import PAGE
from duologue.core.presence import Presences

BOB_IS_AWAY = Presence("bob", State.AWAY, "lunch")


class House(Presences):
    """Whose `chatting` are in a chat."""

    def __init__(self, *here: str) -> None:
        self.chatting: set[str] = set()
        super().__init__(is_in_chat=self.chatting.__contains__, limits=Limits())
        for nickname in here:
            self.arrive(100, nickname)


def test_who_comes_is_online_and_who_goes_is_not() -> None:
    house = House()
    assert house.of("bob") == Presence("bob", State.OFFLINE)
    assert house.arrive(100, "bob") == [PresenceChanged("bob")]
    assert house.of("bob") == Presence("bob", State.ONLINE)
    assert house.leave(200, "bob") == [PresenceChanged("bob")]
    assert house.of("bob") == Presence("bob", State.OFFLINE)


def test_who_is_away_says_so_and_comes_back() -> None:
    house = House("bob")
    assert house.go_away(150, "bob", "lunch") == [
        Tell("bob", YouAre(State.AWAY, "lunch")),
        PresenceChanged("bob"),
    ]
    assert house.of("bob") == BOB_IS_AWAY
    assert house.come_back(160, "bob") == [Tell("bob", YouAre(State.ONLINE)), PresenceChanged("bob")]
    assert house.of("bob") == Presence("bob", State.ONLINE)


def test_saying_it_again_is_answered_and_changes_nothing() -> None:
    house = House("bob")
    assert house.come_back(160, "bob") == [Tell("bob", YouAre(State.ONLINE))]
    house.go_away(170, "bob", "lunch")
    assert house.go_away(180, "bob", "lunch") == [Tell("bob", YouAre(State.AWAY, "lunch"))]
    assert house.describe("carol", "bob").since == 170


def test_a_presence_ends_with_its_session() -> None:
    house = House("bob")
    house.go_away(150, "bob", "lunch")
    house.leave(160, "bob")
    house.arrive(170, "bob")
    assert house.of("bob") == Presence("bob", State.ONLINE)


def test_a_text_is_one_line_that_commands_nothing() -> None:
    house = House("bob")
    house.go_away(150, "bob", " back at\n noon \x1b[2J")
    assert house.of("bob").text == "back at noon ␛[2J"


def test_a_text_is_short() -> None:
    house = House("bob")
    house.go_away(150, "bob", "x" * AWAY_TEXT)
    with pytest.raises(PeerError, match="201 characters, and may have 200") as caught:
        house.go_away(150, "bob", "x" * (AWAY_TEXT + 1))
    assert caught.value.code == "away_too_long"
    assert not isinstance(caught.value, BadNickname)
    assert len(house.of("bob").text) == AWAY_TEXT


def test_only_who_says_so_is_not_to_be_disturbed() -> None:
    house = House("bob")
    assert house.is_disturbable("bob")
    house.go_away(150, "bob", "lunch")
    assert house.is_disturbable("bob")
    house.do_not_disturb(160, "bob")
    assert not house.is_disturbable("bob")
    assert house.is_disturbable("nobody here")
    house.come_back(170, "bob")
    assert house.is_disturbable("bob")


def test_in_a_chat_one_is_seen_there_unless_one_says_otherwise() -> None:
    house = House("bob")
    house.chatting.add("bob")
    assert house.chat_changed(150, "bob") == [PresenceChanged("bob")]
    assert house.of("bob").state is State.IN_CHAT
    assert house.describe("carol", "bob").since == 150
    house.do_not_disturb(160, "bob")
    assert house.of("bob").state is State.DO_NOT_DISTURB
    house.chatting.clear()
    assert house.chat_changed(170, "bob") == []
    house.come_back(180, "bob")
    assert house.of("bob").state is State.ONLINE


def test_a_chat_that_ends_for_somebody_who_is_gone_changes_nothing() -> None:
    assert House().chat_changed(150, "bob") == []


# Whoever turns to somebody away reads why, once for each time


def text_read(effects: list[Effect]) -> list[object]:
    return [effect.event for effect in effects if isinstance(effect, Tell)]


def test_the_text_is_read_once_for_each_time() -> None:
    house = House("alice", "bob", "carol")
    assert house.text_for("alice", "bob") == []
    house.go_away(150, "bob", "lunch")
    assert house.text_for("alice", "bob") == [Tell("alice", BOB_IS_AWAY)]
    assert house.text_for("alice", "bob") == []
    assert house.text_for("carol", "bob") == [Tell("carol", BOB_IS_AWAY)]
    house.come_back(160, "bob")
    assert house.text_for("alice", "bob") == []
    house.go_away(170, "bob", "lunch")
    assert house.text_for("alice", "bob") == [Tell("alice", BOB_IS_AWAY)]


def test_another_text_is_the_same_time() -> None:
    house = House("alice", "bob", "carol")
    house.go_away(150, "bob", "lunch")
    house.text_for("alice", "bob")
    assert house.go_away(160, "bob", "still eating")[1:] == [PresenceChanged("bob")]
    assert house.describe("carol", "bob").since == 150
    assert house.text_for("alice", "bob") == []
    assert text_read(house.text_for("carol", "bob")) == [Presence("bob", State.AWAY, "still eating")]


def test_another_session_goes_away_another_time() -> None:
    house = House("alice", "bob")
    house.go_away(150, "bob", "lunch")
    house.text_for("alice", "bob")
    house.leave(160, "bob")
    house.arrive(170, "bob")
    house.go_away(180, "bob", "lunch")
    assert text_read(house.text_for("alice", "bob")) == [BOB_IS_AWAY]


def test_who_is_not_here_has_left_no_text_and_reads_none() -> None:
    house = House("alice", "bob")
    house.go_away(150, "bob", "lunch")
    assert house.text_for("carol", "bob") == []
    assert house.text_for("alice", "carol") == []


# What is asked


def test_whois() -> None:
    house = House("bob", "~Eve")
    assert house.describe("carol", "bob") == PersonDescribed("bob", State.ONLINE, 100, is_guest=False)
    assert house.describe("carol", "~Eve") == PersonDescribed("~Eve", State.ONLINE, 100, is_guest=True)
    assert house.describe("carol", "carol") == PersonDescribed("carol", State.OFFLINE, None, is_guest=False)
    house.go_away(150.9, "bob", "lunch")
    assert house.describe("carol", "bob") == PersonDescribed("bob", State.AWAY, 150, is_guest=False, text="lunch")
    house.leave(200, "bob")
    assert house.describe("carol", "bob") == PersonDescribed("bob", State.OFFLINE, 200, is_guest=False)


def test_guests_who_have_gone_are_forgotten() -> None:
    """Else a server that runs for years keeps a name for each of them."""
    house = House("~Eve")
    house.leave(200, "~Eve")
    assert not house._left
    assert not house._here


def test_all_who_are_here_are_listed() -> None:
    house = House("dave", "bob", "alice")
    house.chatting.add("dave")
    house.go_away(150, "bob", "lunch")
    people = (("alice", State.ONLINE), ("bob", State.AWAY), ("dave", State.IN_CHAT))
    assert house.listed() == PeopleListed(people)
    assert house.online() == PeopleOnline(("alice", "bob", "dave"))


def test_a_crowd_is_listed_in_pages() -> None:
    names = [f"user{number:04}" for number in range(2 * PAGE + 1)]
    house = House(*reversed(names))
    assert house.online() == PeopleOnline(tuple(names[:PAGE]), PAGE + 1)
    assert house.online(names[PAGE - 1]) == PeopleOnline(tuple(names[PAGE:-1]), 1)
    assert house.listed(names[-2]) == PeopleListed(((names[-1], State.ONLINE),))
    assert house.listed("z") == PeopleListed(())
    house.leave(200, names[0])
    assert house.online().nicknames[0] == names[1]


def test_what_somebody_says_of_themselves_is_not_for_who_has_blocked_them() -> None:
    house = Presences(is_in_chat=lambda _: False, limits=Limits(), is_heard=lambda *pair: pair != ("bob", "alice"))
    for nickname in ("alice", "bob", "carol"):
        house.arrive(100, nickname)
    house.go_away(150, "bob", "lunch")
    assert house.describe("alice", "bob") == PersonDescribed("bob", State.AWAY, 150, is_guest=False)
    assert house.describe("carol", "bob").text == "lunch"
    assert house.of_to("alice", "bob") == Presence("bob", State.AWAY)
    assert house.of_to("carol", "bob") == BOB_IS_AWAY
    assert house.text_for("alice", "bob") == []
    assert house.text_for("carol", "bob") == [Tell("carol", BOB_IS_AWAY)]


def test_an_account_is_told_of_as_it_spells_itself() -> None:
    rules = Presences(
        is_in_chat=lambda _: False,
        limits=Limits(),
        is_heard=lambda _, reader: reader != "alice",
        spelling_of=lambda key: {"νίκοσ": "νίκος"}.get(key, ""),
    )
    rules.arrive(0, "νίκοσ")
    rules.go_away(0, "νίκοσ", "tea")
    assert rules.of_to("bob", "νίκοσ") == Presence("νίκοσ", State.AWAY, "tea", "νίκος")
    assert rules.of_to("alice", "νίκοσ") == Presence("νίκοσ", State.AWAY, "", "νίκος")
    assert rules.describe("bob", "νίκοσ").spelling == "νίκος"
    rules.leave(1, "νίκοσ")
    assert rules.describe("bob", "νίκοσ").spelling == "νίκος"


def test_the_next_account_of_a_name_was_never_here() -> None:
    house = House("alice", "bob", "gina")
    for nickname in ("bob", "gina"):
        house.leave(200, nickname)
    house.begin_anew({"gina"})
    assert house.describe("alice", "gina").since is None
    assert house.describe("alice", "bob").since == 200
