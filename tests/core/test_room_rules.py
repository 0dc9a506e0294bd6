"""Rooms (rules 1 to 5 of `core/room_rules.py`): step by step, then against a model of the rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from duologue.core.effects import Effect, RoomChanged, RoomGone, RoomMade, Tell, TellRoom
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomsListed,
    RoomTopic,
)
from duologue.core.limits import Limits
from duologue.core.names import BadNickname, guest_name, nickname_key
from duologue.core.pages import PAGE, ROOMS_PAGE
from duologue.core.room import Room
from duologue.core.room_rules import HIDDEN_TOPIC, LOBBY, RoomRules, has_mark, is_room, locked, room_key, without_mark
from duologue.core.text import visible
from tests.examples import examples

GRACE, MINE, ALL, TOPIC = 60, 2, 3, 10
LIMITS = replace(Limits(), grace=GRACE, rooms_per_client=MINE, rooms=ALL, room_topic=TOPIC)


def rooms(limits: Limits = LIMITS) -> RoomRules:
    ids = map(str, count())
    return RoomRules(new_id=lambda: next(ids), limits=limits)


def tea(*members: str, password_hash: str | None = None) -> tuple[RoomRules, Room]:
    """A house with the room #tea and those who are in it."""
    house = rooms()
    for nickname in members:
        house.join(nickname, "#tea", password_hash)
    return house, found(house, "#tea")


def found(house: RoomRules, key: str) -> Room:
    room = house.find(key)
    assert room is not None
    return room


def heard(effects: list[Effect], nickname: str) -> list[Event]:
    """What somebody is told, in this order."""
    events: list[Event] = []
    for effect in effects:
        match effect:
            case Tell(name, event) if name == nickname:
                events.append(event)
            case TellRoom(room, event, besides) if nickname in room.members and nickname != besides:
                events.append(event)
    return events


def kept(effects: list[Effect]) -> list[Effect]:
    """What the store is told."""
    return [effect for effect in effects if isinstance(effect, RoomMade | RoomChanged | RoomGone)]


def error_of(call: Callable[..., object], *arguments: object) -> PeerError:
    with pytest.raises(PeerError) as caught:
        call(*arguments)
    assert not isinstance(caught.value, FatalPeerError), "a person's mistake closes no connection"
    assert visible(caught.value.text) == caught.value.text
    return caught.value


class TestName:
    @pytest.mark.parametrize("typed", ["tea", "#tea", "TEA", "#Tea", "ｔｅａ", "＃ｔｅａ", "﹟tea"], ids=ascii)
    def test_a_room_has_one_name_however_it_is_typed(self, typed: str) -> None:
        assert room_key(typed) == "#tea"

    @pytest.mark.parametrize(
        ("typed", "key"),
        [
            ("7", "#7"),
            ("#2026-01", "#2026-01"),
            ("a_b.c", "#a_b.c"),
            ("Straße", "#strasse"),
            ("e\u0301te", "#éte"),
            ("茶", "#茶"),
            ("चाय", "#चाय"),
            ("x" * 32, "#" + "x" * 32),
            ("Lobby", LOBBY),
            ("server", "#server"),
            ("ping", "#ping"),
        ],
    )
    def test_letters_and_digits_of_any_script_make_a_name(self, typed: str, key: str) -> None:
        """What programs read as signals may name a room: its mark tells it apart."""
        assert room_key(typed) == key

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("", "empty"),
            ("#", "empty"),
            ("##tea", "'#'"),
            ("~tea", "'~'"),
            ("tea room", "' '"),
            (" tea", "' '"),
            ("tea\n", "U+000A"),
            ("te\x1ba", "U+001B"),
            ("te\u200ba", "U+200B"),
            ("te\u202ea", "U+202E"),
            ("te\ud800a", "U+D800"),
            ("te\u3164a", "U+1160"),
            ("tea:", "':'"),
            ("tea,cake", "','"),
            ("te/a", "'/'"),
            ("🍵", "'🍵'"),
            ("-tea", "begin with '-'"),
            ("...", "begin with '.'"),
            ("x" * 33, "too long (33"),
            ("x" * 9000, "too long"),
            ("茶" * 22, "64 bytes"),
            ("a" + "\u0323" * 10, "marks"),
        ],
    )
    def test_what_cannot_name_a_room_is_refused_with_the_reason(self, typed: str, why: str) -> None:
        error = error_of(room_key, typed)
        assert error.code == "bad_room"
        assert why in error.text
        assert "nickname" not in error.text

    @pytest.mark.parametrize(("typed", "is_marked"), [("#tea", True), ("\uff03tea", True), ("tea", False), ("", False)])
    def test_the_mark_is_told_on_any_keyboard(self, typed: str, is_marked: bool) -> None:
        assert has_mark(typed) is is_marked

    @pytest.mark.parametrize(
        ("word", "room"),
        [("tea", "#tea"), ("TEA", "#tea"), ("ops", None), ("#tea", None), ("a b", None), ("", None), ("/tea", None)],
    )
    def test_a_word_may_be_a_room_that_was_typed_without_its_mark(self, word: str, room: str | None) -> None:
        assert without_mark(word, ("#tea", "#lobby")) == room

    def test_a_refusal_says_what_is_allowed(self) -> None:
        assert error_of(room_key, "tea room").text == (
            "' ' cannot be part of a room name: a room name has 1 to 32 letters, digits or any of _ - . and begins"
            " with a letter or digit."
        )

    @given(st.text(max_size=40) | st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=10))
    def test_a_key_is_its_own_key_and_nobodys_name(self, text: str) -> None:
        try:
            key = room_key(text)
        except PeerError:
            return
        assert room_key(key) == key == room_key(key[1:])
        assert room_key(unicodedata.normalize("NFD", text)) == key
        assert visible(key) == key
        assert len(key.split()) == 1
        assert is_room(key)
        for name in (nickname_key, guest_name):
            with pytest.raises(BadNickname):
                name(key)

    def test_a_person_is_no_room(self) -> None:
        assert not is_room(nickname_key("tea"))
        assert not is_room(guest_name("Tea"))


class TestComing:
    def test_who_comes_first_makes_the_room(self) -> None:
        """1."""
        house = rooms()
        effects = house.join("alice", "#tea", "hash")
        room = found(house, "#tea")
        assert effects == [
            RoomMade(room),
            Tell("alice", RoomEntered("#tea", 1, "")),
            TellRoom(room, RoomJoined("#tea", "alice"), besides="alice"),
        ]
        assert (room.key, room.password_hash, [*room.members]) == ("#tea", "hash", ["alice"])
        assert house.rooms_of("alice") == (room,)

    def test_who_comes_later_finds_it_and_the_others_hear_of_it(self) -> None:
        """4."""
        house, room = tea("alice")
        house.set_topic("alice", "#tea", "green")
        effects = house.join("bob", "#tea")
        assert heard(effects, "bob") == [RoomEntered("#tea", 2, "green")]
        assert heard(effects, "alice") == [RoomJoined("#tea", "bob")]
        assert kept(effects) == []
        assert house.rooms_of("bob") == (room,)

    def test_coming_twice_is_coming_once(self) -> None:
        """4. Also with another password, or with none: who is in is in."""
        house, room = tea("alice", "bob", password_hash="hash")
        for given_hash in (None, "hash", "other"):
            assert house.join("bob", "#tea", given_hash) == [Tell("bob", RoomEntered("#tea", 2, ""))]
        assert [*room.members] == ["alice", "bob"]
        assert room.password_hash == "hash"

    def test_every_life_of_a_room_has_an_id_that_is_a_rooms(self) -> None:
        """1. The store finds messages by it, and tells a room's from a person's."""
        house, first = tea("alice")
        house.part("alice", "#tea")
        house.join("alice", "#tea")
        second = found(house, "#tea")
        assert first.id != second.id
        assert is_room(first.id)
        assert is_room(second.id)

    def test_one_may_be_in_several_rooms(self) -> None:
        house, _ = tea("alice")
        house.join("alice", "#cake")
        house.join("alice", LOBBY)
        assert [room.key for room in house.rooms_of("alice")] == ["#tea", "#cake", LOBBY]
        assert house.rooms_of("bob") == ()


class TestPassword:
    def test_without_the_password_nobody_comes_in(self) -> None:
        """3."""
        house, room = tea("alice", password_hash="hash")
        for given_hash in (None, "", "other"):
            error = error_of(house.join, "bob", "#tea", given_hash)
            assert (error.code, error.text) == ("room_locked", locked(room).text)
        assert "/join #tea PASSWORD" in error.text
        assert [*room.members] == ["alice"]
        assert house.rooms_of("bob") == ()

    def test_with_it_everybody_does(self) -> None:
        house, _ = tea("alice", password_hash="hash")
        assert heard(house.join("bob", "#tea", "hash"), "bob") == [RoomEntered("#tea", 2, "")]

    def test_two_who_make_the_same_room_at_once_do_not_come_in_by_each_others_password(self) -> None:
        """3. Both found no room, and both passwords took a moment to hash."""
        house = rooms()
        house.join("alice", "#tea", "of alice")
        assert error_of(house.join, "bob", "#tea", "of bob").code == "room_locked"

    def test_a_password_for_a_room_without_one_opens_it_and_locks_nothing(self) -> None:
        house, room = tea("alice")
        house.join("bob", "#tea", "hash")
        assert not room.has_password

    def test_the_refusal_does_not_show_the_password(self) -> None:
        _, room = tea("alice", password_hash="secret")
        assert "secret" not in str(locked(room))

    def test_nobody_outside_learns_who_is_there_or_what_it_is_about(self) -> None:
        """3."""
        house, _ = tea("alice", password_hash="hash")
        house.set_topic("alice", "#tea", "green")
        assert error_of(house.topic_of, "bob", "#tea").code == "room_locked"
        assert error_of(house.members, "bob", "#tea").code == "room_locked"
        assert RoomListed("#tea", 1, True, "") in house.listed("alice")
        assert house.topic_of("alice", "#tea") == RoomTopic("#tea", None, "green")
        assert house.members("alice", "#tea") == RoomMembers("#tea", ("alice",))


class TestGoing:
    def test_who_goes_is_told_and_so_are_the_others(self) -> None:
        """4."""
        house, room = tea("alice", "bob")
        effects = house.part("alice", "#tea")
        assert effects == [Tell("alice", RoomExited("#tea")), TellRoom(room, RoomLeft("#tea", "alice"))]
        assert heard(effects, "alice") == [RoomExited("#tea")]
        assert heard(effects, "bob") == [RoomLeft("#tea", "alice")]
        assert house.rooms_of("alice") == ()

    def test_a_room_is_gone_with_its_last_member(self) -> None:
        """1."""
        house, room = tea("alice", password_hash="hash")
        assert house.part("alice", "#tea") == [Tell("alice", RoomExited("#tea")), RoomGone(room)]
        assert house.find("#tea") is None
        house.join("bob", "#tea")
        assert not found(house, "#tea").has_password

    @pytest.mark.parametrize("room", ["#tea", LOBBY, "#nowhere"])
    def test_who_is_not_in_a_room_cannot_leave_it(self, room: str) -> None:
        house, _ = tea("alice")
        error = error_of(house.part, "bob", room)
        assert error.code == "not_in_room"
        assert room in error.text

    def test_a_room_that_one_has_left_cannot_be_left_again(self) -> None:
        house, _ = tea("alice", "bob")
        house.part("alice", "#tea")
        assert error_of(house.part, "alice", "#tea").code == "not_in_room"

    @pytest.mark.parametrize("is_lost", [True, False])
    def test_who_leaves_the_server_leaves_every_room(self, is_lost: bool) -> None:
        """4."""
        house, room = tea("alice", "bob")
        house.join("alice", LOBBY)
        house.join("carol", LOBBY)
        effects = house.leave(0, "alice", is_lost=is_lost)
        assert effects == [
            TellRoom(room, RoomLeft("#tea", "alice")),
            TellRoom(found(house, LOBBY), RoomLeft(LOBBY, "alice")),
        ]
        assert heard(effects, "alice") == []
        assert house.rooms_of("alice") == ()
        assert house.leave(0, "alice", is_lost=is_lost) == []

    def test_who_was_in_no_room_leaves_none(self) -> None:
        assert rooms().leave(0, "alice", is_lost=False) == []

    def test_nothing_is_kept_of_who_has_gone(self) -> None:
        """Else a server that runs for years keeps every name that ever was in a room."""
        house, _ = tea("alice", "bob")
        house.part("alice", "#tea")
        house.leave(0, "bob", is_lost=True)
        house.expire(GRACE)
        assert not house._rooms_of
        assert not house._waiting
        assert [*house._rooms] == [LOBBY]
        assert len(house._by_looks) == 1


class TestWaiting:
    def test_a_room_whose_last_member_was_lost_waits(self) -> None:
        """2."""
        house, room = tea("alice", password_hash="hash")
        house.set_topic("alice", "#tea", "green")
        assert house.leave(0, "alice", is_lost=True) == []
        assert house.expire(GRACE - 0.1) == []
        effects = house.join("bob", "#tea", "hash")
        assert heard(effects, "bob") == [RoomEntered("#tea", 1, "green")]
        assert kept(effects) == [], "the same life"
        assert found(house, "#tea") is room
        assert house.expire(1000) == [], "it waits no more"

    def test_it_is_not_held_by_the_next_account_of_the_name(self) -> None:
        house, room = tea("alice")
        house.leave(0, "alice", is_lost=True)
        house.begin_anew({"alice", "bob"})
        for key in ("#one", "#two"):
            house.join("alice", key)
        assert error_of(house.join, "alice", "#three").code == "too_many_rooms"
        assert found(house, "#tea") is room, "it waits on, for anybody"
        assert kept(house.expire(GRACE)) == [RoomGone(room)]

    def test_its_password_stays(self) -> None:
        """2 and 3: losing the connection is no way to open a room."""
        house, _ = tea("alice", password_hash="hash")
        house.leave(0, "alice", is_lost=True)
        assert error_of(house.join, "bob", "#tea").code == "room_locked"
        assert error_of(house.members, "bob", "#tea").code == "room_locked"
        assert error_of(house.members, "alice", "#tea").code == "room_locked", "alice is not in it any more"

    def test_who_is_turned_away_does_not_make_it_wait_longer(self) -> None:
        house, room = tea("alice", password_hash="hash")
        house.leave(0, "alice", is_lost=True)
        error_of(house.join, "bob", "#tea")
        assert house.expire(GRACE) == [RoomGone(room)]

    def test_after_that_it_is_gone_and_the_next_is_a_new_one(self) -> None:
        """2."""
        house, room = tea("alice", password_hash="hash")
        house.set_topic("alice", "#tea", "green")
        house.leave(10, "alice", is_lost=True)
        assert house.expire(10 + GRACE) == [RoomGone(room)]
        assert house.find("#tea") is None
        effects = house.join("bob", "#tea")
        assert heard(effects, "bob") == [RoomEntered("#tea", 1, "")]
        assert kept(effects) == [RoomMade(found(house, "#tea"))]

    def test_a_room_that_somebody_left_in_order_does_not_wait_for_those_who_were_lost_before(self) -> None:
        """1."""
        house, room = tea("alice", "bob")
        assert heard(house.leave(0, "alice", is_lost=True), "bob") == [RoomLeft("#tea", "alice")]
        assert kept(house.leave(1, "bob", is_lost=False)) == [RoomGone(room)]

    def test_a_room_that_is_lost_again_has_all_of_the_time_again(self) -> None:
        house, room = tea("alice")
        house.join("bob", "#cake")
        house.leave(0, "alice", is_lost=True)
        house.leave(5, "bob", is_lost=True)
        house.join("alice", "#tea")
        house.leave(30, "alice", is_lost=True)
        assert [effect.room.key for effect in kept(house.expire(GRACE + 5)) if isinstance(effect, RoomGone)] == [
            "#cake"
        ]
        assert house.expire(30 + GRACE) == [RoomGone(room)]

    def test_whoever_comes_back_and_goes_in_order_leaves_nothing_waiting(self) -> None:
        house, room = tea("alice")
        house.leave(0, "alice", is_lost=True)
        house.join("alice", "#tea")
        assert kept(house.part("alice", "#tea")) == [RoomGone(room)]
        assert house.expire(1000) == []

    def test_a_room_that_waits_is_listed_and_open_to_questions(self) -> None:
        house, _ = tea("alice")
        house.set_topic("alice", "#tea", "green")
        house.leave(0, "alice", is_lost=True)
        assert RoomListed("#tea", 0, False, "green") in house.listed("alice")
        assert house.members("bob", "#tea") == RoomMembers("#tea", ())
        assert house.topic_of("bob", "#tea") == RoomTopic("#tea", None, "green")


class TestRestored:
    """Of a server before this one."""

    def test_its_rooms_wait_for_somebody(self) -> None:
        """2."""
        house = rooms()
        old, older = Room("#tea", "#old", "hash", "green"), Room("#cake", "#older")
        house.restore(100, [old, older])
        assert house.find("#tea") is old
        assert error_of(house.join, "alice", "#tea").code == "room_locked"
        effects = house.join("alice", "#tea", "hash")
        assert heard(effects, "alice") == [RoomEntered("#tea", 1, "green")]
        assert kept(effects) == []
        assert house.expire(100 + GRACE - 1) == []
        assert house.expire(100 + GRACE) == [RoomGone(older)]

    def test_the_lobby_is_about_what_it_was_about_and_waits_for_nobody(self) -> None:
        """1."""
        house = rooms()
        house.restore(0, [Room(LOBBY, LOBBY, topic="all of us")])
        assert house.expire(1000) == []
        assert house.topic_of("alice", LOBBY) == RoomTopic(LOBBY, None, "all of us")
        assert house.listed("alice") == [RoomListed(LOBBY, 0, False, "all of us"), RoomsListed(1)]

    def test_more_rooms_than_are_allowed_now_are_kept(self) -> None:
        house = rooms()
        house.restore(0, [Room(f"#room{n}", f"#{n}") for n in range(ALL + 2)])
        assert error_of(house.join, "alice", "#new").code == "too_many_rooms"
        house.join("alice", f"#room{ALL + 1}")
        assert len(house.expire(GRACE)) == ALL + 1

    def test_two_that_look_alike_are_both_kept(self) -> None:
        """What looks alike is in a table that grows."""
        house = rooms()
        modern, modem = Room("#modern", "#1"), Room("#modem", "#2")
        house.restore(0, [modern, modem])
        assert house.expire(GRACE) == [RoomGone(modern), RoomGone(modem)]


class TestLobby:
    def test_it_is_always_there_and_nobody_is_in_it_unasked(self) -> None:
        """1."""
        house = rooms()
        assert house.members("alice", LOBBY) == RoomMembers(LOBBY, ())
        assert house.rooms_of("alice") == ()

    def test_coming_and_going_makes_no_room_and_ends_none(self) -> None:
        """1."""
        house = rooms()
        lobby = found(house, LOBBY)
        assert kept(house.join("alice", LOBBY)) == []
        assert kept(house.part("alice", LOBBY)) == []
        house.join("alice", LOBBY)
        assert kept(house.leave(0, "alice", is_lost=False)) == []
        house.join("alice", LOBBY)
        assert kept(house.leave(0, "alice", is_lost=True)) == []
        assert house.expire(1000) == []
        assert found(house, LOBBY) is lobby
        assert lobby.id == LOBBY

    def test_it_never_has_a_password(self) -> None:
        house = rooms()
        house.join("alice", LOBBY, "hash")
        assert heard(house.join("bob", LOBBY), "bob") == [RoomEntered(LOBBY, 2, "")]
        assert not found(house, LOBBY).has_password

    @pytest.mark.parametrize("first", [True, False])
    def test_who_is_in_as_many_rooms_as_allowed_may_be_in_it_too(self, first: bool) -> None:
        house = rooms()
        for room in [LOBBY, "#tea", "#cake"] if first else ["#tea", "#cake", LOBBY]:
            house.join("alice", room)
        assert len(house.rooms_of("alice")) == MINE + 1

    def test_its_topic_is_kept_like_any_other(self) -> None:
        house = rooms()
        house.join("alice", LOBBY)
        assert kept(house.set_topic("alice", LOBBY, "hello")) == [RoomChanged(found(house, LOBBY))]


class TestTooMany:
    def test_one_who_is_in_as_many_as_allowed_is_told_how_to_make_room(self) -> None:
        house, _ = tea("alice")
        house.join("alice", "#cake")
        error = error_of(house.join, "alice", "#milk")
        assert error.code == "too_many_rooms"
        assert "2 rooms" in error.text
        assert "/part" in error.text
        assert house.find("#milk") is None
        house.join("alice", "#tea")  # who is in is in
        house.part("alice", "#tea")
        house.join("alice", "#milk")

    def test_a_full_server_still_lets_everyone_into_what_is_there(self) -> None:
        house = rooms()
        for n in range(ALL):
            house.join(f"user{n}", f"#room{n}")
        error = error_of(house.join, "alice", "#tea")
        assert error.code == "too_many_rooms"
        assert "/rooms" in error.text
        house.join("alice", "#room0")
        house.part("user1", "#room1")
        house.join("alice", "#tea")

    def test_ten_thousand_joins_by_one_client_make_as_many_rooms_as_one_may_be_in(self) -> None:
        house = rooms(Limits())
        refused = 0
        for n in range(10_000):
            try:
                house.join("alice", f"#room{n}")
            except PeerError:
                refused += 1
        assert refused == 10_000 - 20
        assert len(house.listed("alice")) == 1 + 20 + 1

    def test_rooms_that_somebody_left_behind_are_still_theirs(self) -> None:
        """6. However often somebody comes again."""
        house = rooms()
        for n in range(MINE):
            house.join("alice", f"#room{n}")
        house.leave(0, "alice", is_lost=True)
        error = error_of(house.join, "alice", "#tea")
        assert error.code == "too_many_rooms"
        assert f"{MINE} that you have left behind" in error.text
        house.join("alice", "#room1")
        assert error_of(house.join, "alice", "#tea").code == "too_many_rooms"
        house.join("bob", "#room0")  # which is his now
        house.join("alice", "#tea")

    def test_what_is_gone_is_nobodys(self) -> None:
        house = rooms()
        for n in range(MINE):
            house.join("alice", f"#room{n}")
        house.leave(0, "alice", is_lost=True)
        house.expire(GRACE)
        for n in range(MINE):
            house.join("alice", f"#other{n}")

    def test_of_rooms_of_a_server_before_this_one_nobody_has_any(self) -> None:
        house = rooms(replace(LIMITS, rooms=100))
        house.restore(0, [Room(f"#old{n}", f"#{n}") for n in range(10)])
        for n in range(MINE):
            house.join("alice", f"#room{n}")

    def test_many_who_take_what_they_can_leave_some_for_those_who_have_none(self) -> None:
        """6. 500 who work together, each with 20."""
        house = rooms(Limits())
        for n in range(20):
            for attacker in range(500):
                with suppress(PeerError):
                    house.join(f"user{attacker}", f"#room{n}x{attacker}")
        assert house.count < 7000
        for n in range(1000):
            house.join(f"newcomer{n}", f"#new{n}")

    def test_who_needs_no_account_leaves_half_to_those_who_have_one(self) -> None:
        house = rooms(replace(LIMITS, rooms=10))
        for n in range(5):
            house.join(f"~guest{n}", f"#room{n}")
        assert error_of(house.join, "~guest", "#tea").code == "too_many_rooms"
        house.join("alice", "#tea")
        house.join("~guest", "#tea")

    def test_a_room_that_could_not_be_made_leaves_nothing_behind(self) -> None:
        house = rooms(replace(LIMITS, rooms=0))
        assert error_of(house.join, "alice", "#tea").code == "too_many_rooms"
        assert house.rooms_of("alice") == ()
        house.join("alice", LOBBY)

    def test_lifted_limits_let_one_be_in_any_number_and_the_server_still_has_an_end(self) -> None:
        house = rooms(LIMITS.lifted())
        for n in range(ALL):
            house.join("alice", f"#room{n}")
        assert error_of(house.join, "alice", "#tea").code == "too_many_rooms"


class TestLooks:
    @pytest.mark.parametrize(
        ("there", "typed"),
        [("#tea", "#tеa"), ("#modern", "#modem"), ("#room1", "#rooml"), (LOBBY, "#l0bby"), (LOBBY, "#lоbby")],
    )
    def test_no_room_is_made_that_looks_like_another(self, there: str, typed: str) -> None:
        """5."""
        house = rooms()
        house.join("alice", there)
        error = error_of(house.join, "bob", room_key(typed))
        assert error.code == "room_looks_alike"
        assert f"/join {there}" in error.text
        assert house.rooms_of("bob") == ()

    def test_when_the_other_is_gone_it_can_be(self) -> None:
        house = rooms()
        house.join("alice", "#modern")
        house.part("alice", "#modern")
        house.join("alice", "#modem")
        assert error_of(house.join, "bob", "#modern").code == "room_looks_alike"


class TestTopic:
    def test_everyone_hears_who_says_what_it_is_about(self) -> None:
        """4."""
        house, room = tea("alice", "bob")
        effects = house.set_topic("bob", "#tea", "green tea")
        assert kept(effects) == [RoomChanged(room)]
        for name in ("alice", "bob"):
            assert heard(effects, name) == [RoomTopic("#tea", "bob", "green tea")]
        assert heard(effects, "carol") == []
        assert house.topic_of("carol", "#tea") == RoomTopic("#tea", None, "green tea")

    def test_saying_the_same_again_changes_nothing_and_is_answered(self) -> None:
        """4."""
        house, _ = tea("alice", "bob")
        house.set_topic("alice", "#tea", "green")
        assert house.set_topic("bob", "#tea", " green\n") == [Tell("bob", RoomTopic("#tea", None, "green"))]

    def test_who_has_blocked_its_author_reads_that_there_is_one(self) -> None:
        blocked = {("mallory", "bob")}
        ids = map(str, count())
        house = RoomRules(new_id=lambda: next(ids), limits=LIMITS, is_heard=lambda *pair: pair not in blocked)
        for nickname in ("mallory", "carol"):
            house.join(nickname, "#tea")
        house.set_topic("mallory", "#tea", "buy")
        assert heard(house.join("bob", "#tea"), "bob") == [RoomEntered("#tea", 3, HIDDEN_TOPIC)]
        assert house.topic_of("bob", "#tea").topic == HIDDEN_TOPIC
        assert RoomListed("#tea", 3, False, HIDDEN_TOPIC) in house.listed("bob")
        for other in ("mallory", "carol"):
            assert house.topic_of(other, "#tea").topic == "buy"
            assert RoomListed("#tea", 3, False, "buy") in house.listed(other)
        house.set_topic("carol", "#tea", "buy")
        assert house.topic_of("bob", "#tea").topic == HIDDEN_TOPIC, "whose words it is does not change"
        house.set_topic("carol", "#tea", "green")
        assert house.topic_of("bob", "#tea").topic == "green"
        house.set_topic("mallory", "#tea", "")
        assert house.topic_of("bob", "#tea").topic == "", "nothing is nobody's"

    @pytest.mark.parametrize("nothing", ["", " ", "\n\t\u2028"])
    def test_an_empty_topic_takes_it_away(self, nothing: str) -> None:
        house, _ = tea("alice")
        house.set_topic("alice", "#tea", "green")
        assert heard(house.set_topic("alice", "#tea", nothing), "alice") == [RoomTopic("#tea", "alice", "")]
        assert house.topic_of("alice", "#tea") == RoomTopic("#tea", None, "")

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("a\nb", "a b"),
            ("a\r\nb\n", "a b"),
            ("a\vb\fc", "a b c"),
            ("a\u2028b\u2029c\x85d", "a b c d"),
            ("  a\t b ", "a b"),
            ("a\x1b[2J", "a␛[2J"),
            ("a\0b\x7f", "a␀b␡"),
            ("\u202ea", "<U+202E>a"),
            ("\ud800", "<U+D800>"),
            ("Tee für 2", "Tee für 2"),
            ("👩‍👩‍👧", "👩‍👩‍👧"),
        ],
    )
    def test_it_is_one_line_and_cannot_command_a_terminal(self, typed: str, shown: str) -> None:
        house, room = tea("alice")
        house.set_topic("alice", "#tea", typed)
        assert room.topic == shown

    @given(st.text())
    def test_whatever_is_typed_is_one_visible_line_of_valid_text(self, typed: str) -> None:
        house = rooms(replace(LIMITS, room_topic=10_000))
        house.join("alice", "#tea")
        house.set_topic("alice", "#tea", typed)
        topic = found(house, "#tea").topic
        assert visible(topic) == topic == " ".join(topic.split())
        assert len(topic.splitlines()) <= 1
        topic.encode()

    def test_its_length_is_that_of_what_is_shown(self) -> None:
        house, room = tea("alice")
        house.set_topic("alice", "#tea", f"  {'é' * TOPIC}\n")
        assert room.topic == "é" * TOPIC
        for long in ("é" * (TOPIC + 1), "\u202e\u202e", "x" * 8000):
            error = error_of(house.set_topic, "alice", "#tea", long)
            assert error.code == "topic_too_long"
            assert f"at most {TOPIC}" in error.text
        assert room.topic == "é" * TOPIC

    @pytest.mark.parametrize("room", ["#tea", LOBBY, "#nowhere"])
    def test_only_members_say_what_a_room_is_about(self, room: str) -> None:
        house, _ = tea("alice")
        error = error_of(house.set_topic, "bob", room, "mine")
        assert error.code == "not_in_room"
        assert f"/join {room}" in error.text


class TestAsking:
    def test_who_is_there_is_told_in_the_order_of_the_alphabet(self) -> None:
        house, _ = tea("carol", "~Bob", "alice", "~aron", "~Élan")
        assert house.members("dave", "#tea").nicknames == ("alice", "~aron", "~Bob", "carol", "~Élan")

    def test_of_a_room_that_is_not_there_nothing_can_be_asked(self) -> None:
        house = rooms()
        for call in (house.members, house.topic_of):
            error = error_of(call, "alice", "#tea")
            assert error.code == "no_room"
            assert "/join #tea" in error.text

    def test_the_list_begins_with_the_lobby_and_ends_with_the_count(self) -> None:
        house, _ = tea("alice", "bob", password_hash="hash")
        house.join("alice", "#2nd")
        house.set_topic("alice", "#2nd", "again")
        assert house.listed("alice") == [
            RoomListed(LOBBY, 0, False, ""),
            RoomListed("#2nd", 1, False, "again"),
            RoomListed("#tea", 2, True, ""),
            RoomsListed(3),
        ]

    def test_however_many_rooms_there_are_a_page_has_no_more(self) -> None:
        house = rooms(replace(LIMITS, rooms=1000))
        keys = [f"#room{n:03}" for n in range(120)]
        house.restore(0, [Room(key, f"#{key}") for key in reversed(keys)])
        listed: list[str] = []
        after = None
        for number in (ROOMS_PAGE, ROOMS_PAGE, 21):
            *page, end = house.listed("alice", after)
            assert len(page) == number
            listed += [row.room for row in page if isinstance(row, RoomListed)]
            assert isinstance(end, RoomsListed)
            assert end.count == 121
            after = end.after
        assert after is None
        assert listed == [LOBBY, *keys]
        house.expire(GRACE)
        assert house.listed("alice") == [RoomListed(LOBBY, 0, False, ""), RoomsListed(1)]
        assert house.listed("alice", "#room5") == house.listed("alice", LOBBY) == [RoomsListed(1)]

    def test_many_members_are_listed_in_pages(self) -> None:
        names = [f"user{n:03}" for n in range(PAGE + 1)]
        house, _ = tea(*reversed(names))
        assert house.members("alice", "#tea") == RoomMembers("#tea", tuple(names[:PAGE]), 1)
        assert house.members("alice", "#tea", names[PAGE - 1]) == RoomMembers("#tea", (names[PAGE],))
        house.part(names[0], "#tea")
        assert house.members("alice", "#tea") == RoomMembers("#tea", tuple(names[1:]))

    def test_who_is_in_may_speak(self) -> None:
        house, room = tea("alice")
        assert house.check_may_speak("alice", "#tea") is room
        for nickname, key in (("bob", "#tea"), ("alice", LOBBY), ("alice", "#nowhere")):
            error = error_of(house.check_may_speak, nickname, key)
            assert error.code == "not_in_room"
            assert f"/join {key}" in error.text

    def test_who_was_lost_may_not_speak_before_coming_in_again(self) -> None:
        house, _ = tea("alice", "bob")
        house.leave(0, "alice", is_lost=True)
        assert error_of(house.check_may_speak, "alice", "#tea").code == "not_in_room"


PEOPLE = ("alice", "bob", "carol", "~Dave")
KEYS = (LOBBY, "#tea", "#modern", "#modem", "#cake", "#milk")
HASHES = (None, "one", "two")
ALIKE = {"#modern": "#modem", "#modem": "#modern"}


@dataclass
class Life:
    """One life of a room, in the model. `until` is when it is gone, where it waits, and `left_by` who still has it."""

    password: str | None = None
    topic: str = ""
    members: list[str] = field(default_factory=list)
    until: float | None = None
    left_by: str | None = None


class House(RuleBasedStateMachine):
    """The rooms beside a model of them, what each person knows from what they were told, and what the store knows."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.ids = map(str, count())
        self.rooms = self.opens()
        self.lives: dict[str, Life] = {LOBBY: Life()}
        # What each person knows, and from nothing else: by room, who is there and what it is about.
        self.sees: dict[str, dict[str, set[str]]] = {name: {} for name in PEOPLE}
        self.topics: dict[str, dict[str, str]] = {name: {} for name in PEOPLE}
        self.stored: dict[str, Room] = {}
        self.seen_ids: set[str] = set()

    def opens(self) -> RoomRules:
        return RoomRules(new_id=lambda: next(self.ids), limits=LIMITS)

    # What is done

    def happens(self, effects: list[Effect], leaver: str | None = None) -> None:
        for effect in effects:
            match effect:
                case Tell(name, event):
                    assert name != leaver, "who has left the server hears nothing"
                    self.learns(name, event)
                case TellRoom(room, event, besides):
                    for name in [*room.members]:
                        if name != besides:
                            self.learns(name, event)
                case _:
                    self.stores(effect)

    def learns(self, name: str, event: Event) -> None:
        sees, topics = self.sees[name], self.topics[name]
        match event:
            case RoomEntered(room, members, topic):
                sees[room] = {*self.rooms.members(name, room).nicknames}
                assert name in sees[room]
                assert members == len(sees[room])
                topics[room] = topic
            case RoomExited(room):
                del sees[room], topics[room]
            case RoomJoined(room, other):
                assert other not in sees[room]
                sees[room].add(other)
            case RoomLeft(room, other):
                sees[room].remove(other)
            case RoomTopic(room, _, topic):
                topics[room] = topic
            case _:
                raise AssertionError(event)

    def stores(self, effect: Effect) -> None:
        match effect:
            case RoomMade(room):
                assert room.id not in self.seen_ids, "no two lives have the same id"
                assert room.key not in {other.key for other in self.stored.values()}
                self.seen_ids.add(room.id)
                self.stored[room.id] = self.copy(room)
            case RoomChanged(room):
                assert room.key == LOBBY or room.id in self.stored
                self.stored[room.id] = self.copy(room)
            case RoomGone(room):
                assert not room.members
                del self.stored[room.id]
            case _:
                raise AssertionError(effect)

    @staticmethod
    def copy(room: Room) -> Room:
        return Room(room.key, room.id, room.password_hash, room.topic, room.topic_by)

    def refused(self, code: str, call: Callable[..., object], *arguments: object) -> None:
        assert error_of(call, *arguments).code == code

    # The model's own rules

    def is_in(self, name: str) -> list[str]:
        return [key for key, life in self.lives.items() if name in life.members]

    def goes(self, name: str, key: str, *, is_lost: bool) -> None:
        life = self.lives[key]
        life.members.remove(name)
        if life.members or key == LOBBY:
            return
        if is_lost:
            life.until, life.left_by = self.now + GRACE, name
        else:
            del self.lives[key]

    def has(self, name: str) -> list[str]:
        """The rooms that are somebody's: those that one is in, and those that one has left behind."""
        left = [key for key, life in self.lives.items() if life.left_by == name]
        return [*left, *(key for key in self.is_in(name) if key != LOBBY)]

    def why_not(self, name: str, key: str, password: str | None) -> str | None:
        has = self.has(name)
        if key not in (LOBBY, *has) and len(has) >= MINE:
            return "too_many_rooms"
        if key in self.lives:
            return None if self.lives[key].password in (None, password) else "room_locked"
        if ALIKE.get(key) in self.lives:
            return "room_looks_alike"
        made = len(self.lives) - 1
        is_full = made >= ALL or (made >= ALL / 2 and name == "~Dave")
        is_scarce = made > ALL / 2 and len(has) >= MINE * 2 * (1 - made / ALL)
        return "too_many_rooms" if is_full or is_scarce else None

    # What people do

    @rule(name=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS), password=st.sampled_from(HASHES))
    def joins(self, name: str, key: str, password: str | None) -> None:
        if key in self.is_in(name):
            assert self.rooms.join(name, key, password) == [
                Tell(name, RoomEntered(key, len(self.lives[key].members), self.lives[key].topic))
            ]
        elif error := self.why_not(name, key, password):
            self.refused(error, self.rooms.join, name, key, password)
        else:
            life = self.lives.setdefault(key, Life(password))
            life.members.append(name)
            life.until = life.left_by = None
            self.happens(self.rooms.join(name, key, password))

    @rule(name=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS))
    def parts(self, name: str, key: str) -> None:
        if key in self.is_in(name):
            self.goes(name, key, is_lost=False)
            self.happens(self.rooms.part(name, key))
        else:
            self.refused("not_in_room", self.rooms.part, name, key)

    @rule(name=st.sampled_from(PEOPLE), is_lost=st.booleans())
    def leaves(self, name: str, is_lost: bool) -> None:
        for key in self.is_in(name):
            self.goes(name, key, is_lost=is_lost)
        self.sees[name], self.topics[name] = {}, {}
        self.happens(self.rooms.leave(self.now, name, is_lost=is_lost), leaver=name)

    @rule(name=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS), topic=st.sampled_from(["", "green", "x" * 11]))
    def says_what_it_is_about(self, name: str, key: str, topic: str) -> None:
        if key not in self.is_in(name):
            self.refused("not_in_room", self.rooms.set_topic, name, key, topic)
        elif len(topic) > TOPIC:
            self.refused("topic_too_long", self.rooms.set_topic, name, key, topic)
        else:
            self.lives[key].topic = topic
            self.happens(self.rooms.set_topic(name, key, topic))

    @rule(seconds=st.sampled_from([1, GRACE // 2, GRACE - 1, GRACE]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.lives = {key: life for key, life in self.lives.items() if life.until is None or life.until > self.now}
        self.happens(self.rooms.expire(self.now))

    @rule()
    def the_server_is_killed_and_starts_again(self) -> None:
        for name in PEOPLE:
            self.sees[name], self.topics[name] = {}, {}
        for key, life in self.lives.items():
            life.members.clear()
            life.left_by = None
            life.until = None if key == LOBBY else self.now + GRACE
        self.rooms = self.opens()
        self.rooms.restore(self.now, [self.copy(room) for room in self.stored.values()])

    # What always holds

    @invariant()
    def rooms_are_those_of_the_model(self) -> None:
        rows = [
            RoomListed(key, len(life.members), life.password is not None, "" if life.password else life.topic)
            for key, life in sorted(self.lives.items(), key=lambda item: (item[0] != LOBBY, item[0]))
        ]
        assert self.rooms.listed("alice") == [*rows, RoomsListed(len(rows))]
        assert len(rows) <= ALL + 1

    @invariant()
    def everybody_is_where_the_model_has_them(self) -> None:
        for name in PEOPLE:
            assert {room.key for room in self.rooms.rooms_of(name)} == {*self.is_in(name)}
            for key in KEYS:
                if key in self.is_in(name):
                    assert self.rooms.check_may_speak(name, key) is self.rooms.find(key)
                else:
                    self.refused("not_in_room", self.rooms.check_may_speak, name, key)

    @invariant()
    def every_member_knows_who_is_there_and_what_it_is_about(self) -> None:
        """From events alone: one too few or too many shows here."""
        for name in PEOPLE:
            assert self.sees[name] == {key: {*self.lives[key].members} for key in self.is_in(name)}
            assert self.topics[name] == {key: self.lives[key].topic for key in self.is_in(name)}

    @invariant()
    def outside_of_a_room_with_a_password_nothing_is_known_of_it(self) -> None:
        for name in PEOPLE:
            for key, life in self.lives.items():
                if life.password and name not in life.members:
                    self.refused("room_locked", self.rooms.members, name, key)
                    self.refused("room_locked", self.rooms.topic_of, name, key)
                else:
                    assert {*self.rooms.members(name, key).nicknames} == {*life.members}
                    assert self.rooms.topic_of(name, key).topic == life.topic

    @invariant()
    def the_store_knows_what_a_next_server_needs(self) -> None:
        stored = {room.key: (room.password_hash, room.topic) for room in self.stored.values()}
        stored.setdefault(LOBBY, (None, ""))
        assert stored == {key: (life.password, life.topic) for key, life in self.lives.items()}


TestHouse = House.TestCase
TestHouse.settings = settings(max_examples=examples(200), stateful_step_count=40, deadline=None)
