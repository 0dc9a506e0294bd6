"""Who talks with whom (design, section 5; protocol, section 6): step by step, then against a model of the rules."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace
from enum import Enum
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from duologue.core.commands.chat import ResumeChat, StreamHeld
from duologue.core.effects import CloseChat, Effect, OpenChat, PauseChat, ReopenChat, Tell
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import (
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    ChatWaits,
    Event,
    PartnerResumed,
    RequestAnswered,
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    WaitingRequests,
)
from duologue.core.events.people import Presence, State
from duologue.core.limits import REQUEST_RATE_WINDOW, REQUESTS_TO_ONE_WINDOW, Limits
from duologue.core.pages import PAGE
from duologue.core.requests import Chat, ChatEnd, RequestState
from duologue.core.switchboard import Switchboard
from tests.examples import examples
from tests.one_each import as_heard, session_of

PEOPLE = ("alice", "bob", "carol", "dave", "erin")
NOBODY = "nobody"
EXPIRY, COOLDOWN, MOST, GRACE = 120, 10, 2, 60
TO_ONE, TO_ALL = 3, 20
COUNTED_FOR, ALL_COUNTED_FOR = int(REQUESTS_TO_ONE_WINDOW), int(REQUEST_RATE_WINDOW)
LIMITS = replace(
    Limits(),
    request_expiry=EXPIRY,
    decline_cooldown=COOLDOWN,
    pending_requests=MOST,
    grace=GRACE,
    requests_to_one=TO_ONE,
    request_rate=TO_ALL,
)


class Board:
    """A switchboard for people with one session each."""

    def __init__(self, rules: Switchboard) -> None:
        self.rules = rules
        self.chat_of, self.requests_to = rules.chat_of, rules.requests_to

    def arrive(self, now: float, name: str) -> list[Effect]:
        return as_heard(self.rules.arrive(now, name, session_of(name)))

    def leave(self, now: float, name: str, reason: ChatEnd) -> list[Effect]:
        return as_heard(self.rules.leave(now, name, session_of(name), reason, is_last=True))

    def remove(self, name: str) -> list[Effect]:
        return as_heard(self.rules.remove(name))

    def ask(self, now: float, asker: str, target: str) -> list[Effect]:
        return as_heard(self.rules.ask(now, asker, session_of(asker), target))

    def accept(self, target: str, asker: str | None = None) -> list[Effect]:
        return as_heard(self.rules.accept(target, session_of(target), asker))

    def decline(self, now: float, target: str, asker: str | None = None) -> list[Effect]:
        return as_heard(self.rules.decline(now, target, session_of(target), asker))

    def cancel(self, asker: str, target: str | None = None) -> list[Effect]:
        return as_heard(self.rules.cancel(asker, target))

    def expire(self, now: float) -> list[Effect]:
        return as_heard(self.rules.expire(now))

    def break_off(self, name: str, other: str) -> list[Effect]:
        return as_heard(self.rules.break_off(name, other))

    def quit(self, name: str) -> list[Effect]:
        return as_heard(self.rules.quit(name))

    def resume(self, now: float, name: str, command: ResumeChat) -> list[Effect]:
        agreed = self.rules.agree(name, session_of(name), command)
        return as_heard([*agreed, *self.rules.come_back(now, name)])


def switchboard(
    limits: Limits = LIMITS,
    *,
    left_alone: Collection[str] = (),
    away: Collection[str] = (),
    blocks: Collection[tuple[str, str]] = (),
    source_of: Callable[[str], str] = str,
    is_registered: Callable[[str], bool] = PEOPLE.__contains__,
) -> Board:
    """`blocks` are pairs of who has blocked, and whom."""
    ids = map(str, count())
    people: Any = SimpleNamespace(is_registered=is_registered, source_of=source_of)
    presences: Any = SimpleNamespace(
        is_disturbable=lambda name: name not in left_alone,
        text_for=lambda reader, name: [Tell(reader, Presence(name, State.AWAY))] if name in away else [],
    )
    privacy: Any = SimpleNamespace(
        check_may_turn_to=partial(check_may_turn_to, blocks),
        takes_request=lambda asker, target: (target, asker) not in blocks,
    )
    return Board(Switchboard(people, presences, privacy, new_chat_id=lambda: next(ids), limits=limits))


def check_may_turn_to(blocks: Collection[tuple[str, str]], asker: str, target: str) -> None:
    if (asker, target) in blocks:
        raise PeerError("blocked", "")


def room(*here: str, limits: Limits = LIMITS, **rules: Any) -> Board:
    board = switchboard(limits, **rules)
    for name in here:
        board.arrive(0, name)
    return board


def told(effects: list[Effect], name: str) -> list[Event]:
    return [effect.event for effect in effects if isinstance(effect, Tell) and effect.nickname == name]


def error_of(call: Callable[[], object]) -> PeerError:
    with pytest.raises(PeerError) as caught:
        call()
    assert not isinstance(caught.value, FatalPeerError), "a person's mistake closes no connection"
    return caught.value


class TestTold:
    def test_a_chat_that_waits_for_somebody_ends_when_the_account_is_removed(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        chat = board.chat_of("alice")
        assert chat is not None
        board.leave(0, "alice", ChatEnd.LOST)
        effects = board.remove("alice")
        assert effects == [CloseChat(chat, ChatEnd.REMOVED), Tell("bob", ChatEnded("alice", ChatEnd.REMOVED))]
        assert board.chat_of("bob") is None
        assert board.remove("alice") == board.remove("nobody") == []
        assert board.arrive(2, "alice") == []

    def test_a_chat_is_not_on_until_it_is_accepted(self) -> None:
        board = room("alice", "bob")
        effects = board.ask(0, "alice", "bob")
        assert told(effects, "bob") == [ChatRequested("alice", EXPIRY)]
        assert told(effects, "alice") == [RequestSent("bob", EXPIRY)]
        assert board.chat_of("alice") is board.chat_of("bob") is None

        effects = board.accept("bob")
        chat = board.chat_of("alice")
        assert chat is not None
        assert chat is board.chat_of("bob")
        assert effects == [
            Tell("alice", RequestsEnded("bob")),
            Tell("bob", RequestsEnded("alice")),
            OpenChat(chat),
            Tell("alice", ChatStarted("bob", chat.id)),
            Tell("bob", ChatStarted("alice", chat.id)),
        ]

    def test_accepting_twice_is_harmless(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        chat = board.chat_of("bob")
        assert board.accept("bob") == board.accept("bob", "alice") == []
        assert board.chat_of("bob") is chat

    def test_asking_back_is_accepting(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        assert told(board.ask(1, "bob", "alice"), "bob") == [RequestsEnded("alice"), ChatStarted("alice", "0")]

    def test_asking_back_is_accepting_also_for_who_has_asked_as_many_as_allowed(self) -> None:
        board = room(*PEOPLE)
        board.ask(0, "bob", "carol")
        board.ask(0, "bob", "dave")
        board.ask(0, "alice", "bob")
        board.ask(0, "bob", "alice")
        assert board.chat_of("bob") is not None

    def test_asking_twice_is_asking_once(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        assert board.ask(20, "alice", "bob") == [Tell("alice", RequestSent("bob", EXPIRY - 20))]
        assert board.expire(EXPIRY - 0.5) == []
        assert told(board.expire(EXPIRY), "alice") == [RequestAnswered("bob", RequestState.EXPIRED)]

    def test_a_bare_yes_or_no_with_several_waiting_names_them(self) -> None:
        board = room(*PEOPLE)
        board.ask(0, "bob", "alice")
        board.ask(0, "carol", "alice")
        for call, word in ((lambda: board.accept("alice"), "/accept"), (lambda: board.decline(0, "alice"), "/decline")):
            error = error_of(call)
            assert error.code == "which_request"
            for part in ("bob", "carol", word):
                assert part in error.text
        assert board.requests_to("alice") == WaitingRequests(("bob", "carol"))

    def test_a_crowd_of_requests_still_makes_a_short_sentence(self) -> None:
        crowd = [f"guest{n}" for n in range(1000)]
        board = switchboard(is_registered=lambda _: True)
        for name in ("alice", *crowd):
            board.arrive(0, name)
        for name in crowd:
            board.ask(0, name, "alice")
        text = error_of(lambda: board.accept("alice")).text
        assert "1000" in text
        assert "995 more" in text
        assert len(text) < 200

    def test_a_crowd_of_requests_is_listed_as_a_page_and_the_count_of_the_rest(self) -> None:
        crowd = [f"guest{n}" for n in range(PAGE + 7)]
        board = switchboard(is_registered=lambda _: True)
        for name in ("alice", *crowd):
            board.arrive(0, name)
        for name in crowd:
            board.ask(0, name, "alice")
        assert board.requests_to("alice") == WaitingRequests(tuple(crowd[:PAGE]), 7)

    def test_what_was_counted_is_forgotten_when_it_counts_no_more(self) -> None:
        """Else a server that runs for years keeps all who ever asked."""
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.expire(COUNTED_FOR - 1)
        assert board.rules._rate._asked
        board.expire(COUNTED_FOR)
        assert not board.rules._rate._asked

    def test_the_limit_of_open_requests_says_how_to_make_room(self) -> None:
        board = room(*PEOPLE)
        board.ask(0, "alice", "bob")
        board.ask(0, "alice", "carol")
        error = error_of(lambda: board.ask(0, "alice", "dave"))
        assert error.code == "too_many_requests"
        assert "/cancel" in error.text
        board.cancel("alice", "bob")
        assert told(board.ask(0, "alice", "dave"), "dave") == [ChatRequested("alice", EXPIRY)]

    def test_after_a_no_the_same_person_is_left_alone_for_a_while(self) -> None:
        board = room("alice", "bob", "carol")
        board.ask(0, "alice", "bob")
        board.decline(5, "bob")
        assert board.ask(5 + COOLDOWN - 1, "alice", "bob") == [
            Tell("alice", RequestAnswered("bob", RequestState.TOO_SOON))
        ]
        assert told(board.ask(6, "carol", "bob"), "bob") == [ChatRequested("carol", EXPIRY)]
        assert told(board.ask(5 + COOLDOWN, "alice", "bob"), "bob") == [ChatRequested("alice", EXPIRY)]

    @pytest.mark.parametrize(
        "way", ["cancel", "cancel all", "expire", "decline", "come again", "start another", "block"]
    )
    def test_however_requests_end_the_same_person_is_asked_only_so_often(self, way: str) -> None:
        board = room("alice", "bob", "carol", limits=replace(LIMITS, request_expiry=1))
        now, asked = 0.0, 0
        ends: dict[str, Callable[[], object]] = {
            "cancel": lambda: board.cancel("alice", "bob"),
            "cancel all": lambda: board.cancel("alice"),
            "expire": lambda: board.expire(now + 1),
            "decline": lambda: board.decline(now - COOLDOWN, "bob"),
            "come again": lambda: (board.leave(now, "alice", ChatEnd.LEFT), board.arrive(now, "alice")),
            "start another": lambda: (
                board.ask(now, "carol", "alice"),
                board.accept("alice", "carol"),
                board.quit("alice"),
            ),
            "block": lambda: board.break_off("alice", "bob"),
        }
        for _ in range(TO_ONE):
            asked += told(board.ask(now, "alice", "bob"), "bob") == [ChatRequested("alice", 1)]
            ends[way]()
        assert asked == TO_ONE
        assert board.ask(now, "alice", "bob") == [Tell("alice", RequestAnswered("bob", RequestState.TOO_OFTEN))]
        now = COUNTED_FOR
        assert told(board.ask(now, "alice", "bob"), "bob") == [ChatRequested("alice", 1)]

    def test_others_may_still_ask_and_be_asked(self) -> None:
        board = room("alice", "bob", "carol")
        for _ in range(TO_ONE):
            board.ask(0, "alice", "bob")
            board.cancel("alice")
        assert told(board.ask(0, "carol", "bob"), "bob") == [ChatRequested("carol", EXPIRY)]
        assert told(board.ask(0, "alice", "carol"), "carol") == [ChatRequested("alice", EXPIRY)]

    def test_who_was_asked_too_often_may_ask_back(self) -> None:
        board = room("alice", "bob")
        for _ in range(TO_ONE):
            board.ask(0, "alice", "bob")
            board.cancel("alice")
        assert told(board.ask(0, "bob", "alice"), "alice") == [ChatRequested("bob", EXPIRY)]
        assert ChatStarted("bob", "0") in told(board.ask(0, "alice", "bob"), "alice")

    def test_two_who_talk_may_ask_each_other_again_and_again(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.cancel("alice")
        for _ in range(2 * TO_ONE):
            assert told(board.ask(0, "alice", "bob"), "bob") == [ChatRequested("alice", EXPIRY)]
            board.accept("bob")
            board.quit("alice")

    def test_who_is_not_heard_is_told_the_same(self) -> None:
        """Protocol 13.6: nobody can tell a block from no answer."""
        answers = []
        for blocks in ([], [("bob", "alice")]):
            board = room("alice", "bob", blocks=blocks)
            said = []
            for _ in range(TO_ONE):
                said += told([*board.ask(0, "alice", "bob"), *board.cancel("alice")], "alice")
            answers.append([*said, *told(board.ask(0, "alice", "bob"), "alice")])
        assert answers[0] == answers[1]
        assert answers[0][-1] == RequestAnswered("bob", RequestState.TOO_OFTEN)

    def test_guests_of_one_place_are_counted_together(self) -> None:
        """Else a new name is a new start."""
        board = room("alice", "bob", "carol", "dave", "erin", source_of=lambda name: "" if name != "alice" else name)
        asked = [told(board.ask(0, name, "alice"), "alice") != [] for name in ("bob", "carol", "dave", "erin")]
        assert asked == [True] * TO_ONE + [False]

    def test_nobody_asks_everybody_in_no_time(self) -> None:
        limits = replace(LIMITS, requests_to_one=math.inf)
        board = room(*PEOPLE, limits=limits)
        for n in range(TO_ALL):
            board.ask(0, "alice", PEOPLE[1 + n % 4])
            board.cancel("alice")
        error = error_of(lambda: board.ask(1, "alice", "bob"))
        assert error.code == "too_many_requests"
        assert f"{ALL_COUNTED_FOR - 1} s" in error.text
        board.ask(1, "bob", "alice")
        assert ChatStarted("bob", "0") in told(board.ask(1, "alice", "bob"), "alice")  # an answer is no request
        board.quit("alice")
        assert told(board.ask(ALL_COUNTED_FOR, "alice", "bob"), "bob") == [ChatRequested("alice", EXPIRY)]

    def test_whoever_declined_may_ask_at_once(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.decline(0, "bob")
        assert told(board.ask(0, "bob", "alice"), "alice") == [ChatRequested("bob", EXPIRY)]

    def test_going_away_and_coming_back_is_no_way_around_a_no(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.decline(0, "bob")
        board.leave(0, "alice", ChatEnd.LEFT)
        board.arrive(0, "alice")
        assert told(board.ask(1, "alice", "bob"), "alice") == [RequestAnswered("bob", RequestState.TOO_SOON)]

    def test_what_a_no_left_behind_is_forgotten_when_it_is_over(self) -> None:
        """Else a server that runs for years keeps a pair for every refusal."""
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.decline(0, "bob")
        assert board.rules._declined
        board.expire(COOLDOWN)
        board.expire(EXPIRY)
        assert not board.rules._declined
        assert not board.rules._waiting

    def test_lifted_limits_let_anyone_ask_any_number_at_any_time(self) -> None:
        board = room(*PEOPLE, limits=LIMITS.lifted())
        for name in PEOPLE[1:]:
            board.ask(0, "alice", name)
        board.decline(0, "bob")
        assert told(board.ask(0, "alice", "bob"), "bob") == [ChatRequested("alice", EXPIRY)]

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (lambda board: board.ask(0, "alice", "alice"), "yourself"),
            (lambda board: board.accept("alice"), "no_request"),
            (lambda board: board.accept("alice", "bob"), "no_request"),
            (lambda board: board.decline(0, "alice"), "no_request"),
            (lambda board: board.decline(0, "alice", "bob"), "no_request"),
            (lambda board: board.cancel("alice"), "no_request"),
            (lambda board: board.cancel("alice", "bob"), "no_request"),
            (lambda board: board.quit("alice"), "no_chat"),
        ],
    )
    def test_what_cannot_be_had(self, call: Callable[[Board], object], code: str) -> None:
        board = room("alice", "bob")
        assert error_of(lambda: call(board)).code == code

    def test_who_is_not_to_be_disturbed_is_not_available(self) -> None:
        board = room("alice", "bob", left_alone=["bob"])
        assert board.ask(0, "alice", "bob") == [Tell("alice", RequestAnswered("bob", RequestState.BUSY))]
        assert told(board.ask(0, "bob", "alice"), "alice") == [ChatRequested("bob", EXPIRY)]

    def test_who_is_not_to_be_disturbed_has_asked_and_is_asked_back(self) -> None:
        board = room("alice", "bob", left_alone=["bob"])
        board.ask(0, "bob", "alice")
        board.ask(1, "alice", "bob")
        assert board.chat_of("bob") is not None

    def test_a_blocked_request_looks_like_one_that_is_not_answered(self) -> None:
        """13.6"""
        board = room("alice", "bob", blocks=[("bob", "alice")])
        assert board.ask(0, "alice", "bob") == [Tell("alice", RequestSent("bob", EXPIRY))]
        assert board.ask(20, "alice", "bob") == [Tell("alice", RequestSent("bob", EXPIRY - 20))]
        assert board.requests_to("bob") == WaitingRequests(())
        assert error_of(lambda: board.accept("bob")).code == "no_request"
        assert error_of(lambda: board.decline(0, "bob", "alice")).code == "no_request"
        assert board.expire(EXPIRY) == [Tell("alice", RequestAnswered("bob", RequestState.EXPIRED))]

    @pytest.mark.parametrize("rules", [{"blocks": [("bob", "alice")]}, {}])
    def test_who_is_blocked_hears_of_offline_and_busy_what_anybody_hears(self, rules: dict[str, Any]) -> None:
        board = room("alice", "bob", "carol", **rules)
        assert board.ask(0, "alice", "dave") == [Tell("alice", RequestAnswered("dave", RequestState.OFFLINE))]
        board.ask(0, "alice", "bob")
        board.ask(0, "bob", "carol")
        assert told(board.accept("carol"), "alice") == [RequestAnswered("bob", RequestState.BUSY)]
        assert told(board.ask(0, "alice", "bob"), "alice") == [RequestAnswered("bob", RequestState.BUSY)]
        board.quit("bob")
        board.ask(0, "alice", "bob")
        assert told(board.leave(0, "bob", ChatEnd.LEFT), "alice") == [RequestAnswered("bob", RequestState.OFFLINE)]
        assert told(board.ask(0, "alice", "bob"), "alice") == [RequestAnswered("bob", RequestState.OFFLINE)]

    def test_a_blocked_request_is_withdrawn_like_any(self) -> None:
        board = room("alice", "bob", blocks=[("bob", "alice")])
        board.ask(0, "alice", "bob")
        assert board.cancel("alice") == [Tell("alice", RequestAnswered("bob", RequestState.CANCELLED))]
        board.ask(0, "alice", "bob")
        assert board.leave(0, "alice", ChatEnd.LEFT) == []
        assert board.expire(EXPIRY) == []

    def test_who_has_blocked_somebody_does_not_ask_them(self) -> None:
        blocks = [("bob", "alice")]
        board = room("alice", "bob", blocks=blocks)
        board.ask(0, "alice", "bob")
        assert error_of(lambda: board.ask(0, "bob", "alice")).code == "blocked"
        blocks.clear()
        board.ask(0, "bob", "alice")  # both want a chat now
        assert board.chat_of("alice") is not None

    def test_a_block_ends_the_chat_as_leaving_it_would(self) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        effects = board.break_off("bob", "alice")
        assert told(effects, "alice") == [ChatEnded("bob", ChatEnd.LEFT)]
        assert told(effects, "bob") == [ChatEnded("alice", ChatEnd.YOU_LEFT)]
        assert board.chat_of("alice") is None
        assert board.break_off("bob", "alice") == []

    def test_a_block_withdraws_what_was_asked(self) -> None:
        board = room("alice", "bob", "carol")
        board.ask(0, "bob", "alice")
        board.ask(0, "carol", "bob")
        effects = board.break_off("bob", "alice")
        assert told(effects, "alice") == [RequestWithdrawn("bob", RequestState.CANCELLED)]
        assert told(effects, "bob") == [RequestAnswered("alice", RequestState.CANCELLED)]
        assert board.break_off("bob", "carol") == []
        assert board.requests_to("bob") == WaitingRequests(())
        assert board.expire(EXPIRY) == [Tell("carol", RequestAnswered("bob", RequestState.EXPIRED))]

    def test_a_chat_with_somebody_else_goes_on(self) -> None:
        board = room("alice", "bob", "carol")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        assert board.break_off("bob", "carol") == []
        assert board.chat_of("bob") is not None

    def test_who_asks_somebody_away_reads_why(self) -> None:
        board = room("alice", "bob", away=["bob"])
        assert told(board.ask(0, "alice", "bob"), "alice") == [
            RequestSent("bob", EXPIRY),
            Presence("bob", State.AWAY),
        ]
        assert told(board.ask(1, "alice", "bob"), "alice") == [RequestSent("bob", EXPIRY - 1)]

    @pytest.mark.parametrize("reason", [ChatEnd.LEFT, ChatEnd.REMOVED])
    def test_the_partner_is_told_why(self, reason: ChatEnd) -> None:
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        assert told(board.leave(0, "alice", reason), "bob") == [ChatEnded("alice", reason)]

    def test_whose_chat_waits_asks_nobody_and_is_asked_by_nobody(self) -> None:
        """10.1. Here or away; who is away is offline for others."""
        board = room("alice", "bob", "carol")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        board.leave(0, "alice", ChatEnd.LOST)
        assert told(board.ask(1, "carol", "alice"), "carol") == [RequestAnswered("alice", RequestState.OFFLINE)]
        assert told(board.ask(1, "carol", "bob"), "carol") == [RequestAnswered("bob", RequestState.BUSY)]
        board.arrive(2, "alice")
        assert told(board.ask(3, "carol", "alice"), "carol") == [RequestAnswered("alice", RequestState.BUSY)]
        assert error_of(lambda: board.ask(3, "alice", "carol")).code == "in_chat"
        assert board.accept("alice") == []

    def test_a_newer_login_of_the_same_account_finds_its_chat_waiting(self) -> None:
        """3.7."""
        board = room("alice", "bob")
        board.ask(0, "alice", "bob")
        board.accept("bob")
        chat = board.chat_of("alice")
        board.leave(5, "alice", ChatEnd.LOST)
        assert told(board.arrive(5, "alice"), "alice") == [ChatWaits("bob", "0", GRACE)]
        assert board.chat_of("alice") is chat
        assert told(board.resume(5, "alice", ResumeChat("0")), "bob") == [PartnerResumed("alice", "0")]


class TestSeveralSessions:
    """Of a person; the numbers are their sessions."""

    def board(self, **rules: Any) -> Switchboard:
        board = switchboard(**rules).rules
        for session, name in ((1, "alice"), (2, "alice"), (3, "bob"), (4, "bob")):
            board.arrive(0, name, session)
        return board

    def test_the_session_that_asked_and_the_one_that_accepted_hold_the_chat(self) -> None:
        board = self.board()
        board.ask(0, "alice", 2, "bob")
        effects = board.accept("bob", 3)
        chat = board.chat_of("alice")
        assert chat is not None
        assert chat.holders == {"alice": 2, "bob": 3}
        assert effects == [
            Tell("bob", RequestWithdrawn("alice", RequestState.ACCEPTED), besides=3),
            Tell("alice", RequestsEnded("bob")),
            Tell("bob", RequestsEnded("alice")),
            OpenChat(chat),
            Tell("alice", ChatStarted("bob", "0"), 2),
            Tell("alice", ChatHeld("bob", "0"), besides=2),
            Tell("bob", ChatStarted("alice", "0"), 3),
            Tell("bob", ChatHeld("alice", "0"), besides=3),
        ]

    def test_who_asks_back_holds_the_chat(self) -> None:
        board = self.board()
        board.ask(0, "alice", 1, "bob")
        board.ask(0, "bob", 4, "alice")
        chat = board.chat_of("bob")
        assert chat is not None
        assert chat.holders == {"alice": 1, "bob": 4}

    def test_what_is_wrong_with_a_request_is_told_to_the_session_that_asked(self) -> None:
        assert self.board().ask(0, "alice", 2, "carol") == [
            Tell("alice", RequestAnswered("carol", RequestState.OFFLINE), 2)
        ]

    def test_the_session_that_asked_hears_the_answer_and_the_others_of_who_answers_that_there_is_one(self) -> None:
        board = self.board()
        board.ask(0, "alice", 1, "bob")
        assert board.decline(0, "bob", 4) == [
            Tell("alice", RequestAnswered("bob", RequestState.DECLINED), 1),
            Tell("bob", RequestWithdrawn("alice", RequestState.DECLINED), besides=4),
        ]

    def test_what_was_not_heard_ends_unheard(self) -> None:
        """Bob has blocked alice, thinks better of it and asks her himself: his other session knows of no request."""
        blocks = [("bob", "alice")]
        board = self.board(blocks=blocks)
        board.ask(0, "alice", 1, "bob")
        blocks.clear()
        effects = board.ask(0, "bob", 3, "alice")
        assert not any(isinstance(effect.event, RequestWithdrawn) for effect in effects if isinstance(effect, Tell))
        assert board.chat_of("alice") is not None

    def test_who_withdraws_a_request_that_another_session_made_tells_all(self) -> None:
        board = self.board()
        board.ask(0, "alice", 1, "bob")
        assert board.cancel("alice") == [
            Tell("alice", RequestAnswered("bob", RequestState.CANCELLED)),
            Tell("bob", RequestWithdrawn("alice", RequestState.CANCELLED)),
        ]


Heard = tuple[str, Event]


class Talk(RuleBasedStateMachine):
    """The switchboard beside a model: open requests with deadlines, pairs in a chat, who of them is away and until
    when, and pairs that have to wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left_alone: set[str] = set()
        self.blocks: set[tuple[str, str]] = set()
        self.unheard: set[tuple[str, str]] = set()  # of those that are open
        limits = replace(LIMITS, request_rate=math.inf)
        self.board = switchboard(limits, left_alone=self.left_alone, blocks=self.blocks)
        self.now = 0
        self.here: set[str] = set()
        self.open: dict[tuple[str, str], int] = {}
        self.partner: dict[str, str] = {}
        self.away: dict[str, int] = {}
        self.not_before: dict[tuple[str, str], int] = {}
        self.asked_at: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.chats: set[str] = set()
        # What each person knows from what they were told, and from nothing else.
        self.awaits: dict[str, set[str]] = {}
        self.is_asked_by: dict[str, set[str]] = {}
        self.talks_to: dict[str, str | None] = {}

    # What was done is what the model expects, and is told to people who are here.

    def happens(self, effects: list[Effect], *expected: Heard, leaver: str | None = None) -> None:
        heard = [pair for pair in self.tells(effects) if pair[0] in self.here - {leaver}]
        absent = [event for name, event in self.tells(effects) if name not in self.here - {leaver}]
        assert Counter(map(self.without_id, heard)) == Counter(expected)
        assert all(isinstance(event, ChatEnded | ChatPaused) for event in absent), "nothing else is said to nobody"
        for name, event in heard:
            self.learns(name, event)
        self.chats_open_and_close(effects)

    def chats_open_and_close(self, effects: list[Effect]) -> None:
        started = {event.chat for _, event in self.tells(effects) if isinstance(event, ChatStarted)}
        opened = {effect.chat.id for effect in effects if isinstance(effect, OpenChat)}
        assert opened == started
        assert not opened & self.chats, "no two chats ever have the same id"
        self.chats |= opened
        for effect in effects:
            match effect:
                case OpenChat(chat):
                    assert {chat.asker, chat.target} <= self.here
                case PauseChat(chat, name, number):
                    assert name in chat.away
                    assert number == session_of(name)
                case ReopenChat(chat, name, number):
                    assert name in self.here
                    assert name not in chat.away
                    assert chat.holders[name] == number
        closed = [effect.chat.id for effect in effects if isinstance(effect, CloseChat)]
        ended = [pair for pair in self.tells(effects) if isinstance(pair[1], ChatEnded)]
        assert len({*closed}) == len(closed)
        assert bool(closed) == bool(ended)

    @staticmethod
    def tells(effects: list[Effect]) -> list[Heard]:
        return [(effect.nickname, effect.event) for effect in effects if isinstance(effect, Tell)]

    @staticmethod
    def without_id(heard: Heard) -> Heard:
        name, event = heard
        match event:
            case ChatStarted() | ChatWaits() | PartnerResumed():
                return name, replace(event, chat="")
            case ChatResumed():
                return name, replace(event, chat="", stream="")
        return heard

    def learns(self, name: str, event: Event) -> None:
        match event:
            case RequestSent(target, _):
                self.awaits[name].add(target)
            case RequestAnswered(target, _):
                self.awaits[name].discard(target)
            case ChatRequested(asker, _):
                assert asker not in self.is_asked_by[name]
                self.is_asked_by[name].add(asker)
            case RequestWithdrawn(asker, _):
                self.is_asked_by[name].remove(asker)
            case RequestsEnded(other):
                assert self.awaits[name] <= {other}, "every other request was answered first"
                self.awaits[name].clear()
                self.is_asked_by[name].clear()  # protocol 6.3
            case _:
                self.learns_of_a_chat(name, event)

    def learns_of_a_chat(self, name: str, event: Event) -> None:
        match event:
            case ChatStarted(other, _):
                assert self.talks_to[name] is None
                assert not self.awaits[name] | self.is_asked_by[name], "requests have ended before"
                self.talks_to[name] = other
            case ChatEnded(other, _):
                assert self.talks_to[name] == other
                self.talks_to[name] = None
            case ChatWaits(other, _, _):
                assert self.talks_to[name] is None
                self.talks_to[name] = other
            case ChatPaused(other, _) | PartnerResumed(other, _) | ChatResumed(other, _):
                assert self.talks_to[name] == other

    def refused(self, code: str, call: Callable[[], object]) -> None:
        assert error_of(call).code == code

    # The model's own rules

    def asks_of(self, name: str) -> list[str]:
        return [target for asker, target in self.open if asker == name]

    def askers_of(self, name: str) -> list[str]:
        return [asker for asker, target in self.open if target == name]

    def heard_by(self, name: str) -> list[str]:
        """Who asks, as far as `name` knows."""
        return [asker for asker in self.askers_of(name) if (asker, name) not in self.unheard]

    def asked_lately(self, asker: str, target: str) -> int:
        return sum(when + COUNTED_FOR > self.now for when in self.asked_at[asker, target])

    def closes(self, asker: str, target: str) -> bool:
        """A request is over. Had its target heard of it?"""
        del self.open[asker, target]
        is_heard = (asker, target) not in self.unheard
        self.unheard.discard((asker, target))
        return is_heard

    def starts(self, asker: str, target: str) -> list[Heard]:
        self.closes(asker, target)
        self.asked_at[asker, target].pop()
        heard: list[Heard] = []
        for name, partner in ((asker, target), (target, asker)):
            heard += [(name, RequestsEnded(partner)), (name, ChatStarted(partner, ""))]
            for other in self.asks_of(name):
                heard += self.withdrawn(name, other)
            for other in self.askers_of(name):
                self.closes(other, name)
                heard.append((other, RequestAnswered(name, RequestState.BUSY)))
        self.partner |= {asker: target, target: asker}
        return heard

    def withdrawn(self, asker: str, target: str, outcome: RequestState = RequestState.CANCELLED) -> list[Heard]:
        answer = (asker, RequestAnswered(target, outcome))
        return [answer, (target, RequestWithdrawn(asker, outcome))] if self.closes(asker, target) else [answer]

    def parts(self, name: str) -> str:
        other = self.partner.pop(name)
        del self.partner[other]
        for either in (name, other):
            self.away.pop(either, None)
        return other

    def meant(self, name: str, asker: str | None) -> tuple[str | None, str]:
        """Which request an answer is about, or the error."""
        waiting = self.heard_by(name)
        if asker is not None:
            return (asker, "") if asker in waiting else (None, "no_request")
        if len(waiting) == 1:
            return waiting[0], ""
        return None, "which_request" if waiting else "no_request"

    # What people do

    @initialize(absent=st.sampled_from([None, *PEOPLE]))
    def people_come(self, absent: str | None) -> None:
        for name in PEOPLE:
            if name != absent:
                self.arrives(name)

    @rule(name=st.sampled_from(PEOPLE))
    def arrives(self, name: str) -> None:
        if name in self.here:
            return
        self.here.add(name)
        self.awaits[name], self.is_asked_by[name], self.talks_to[name] = set(), set(), None
        waits = [(name, ChatWaits(self.partner[name], "", self.away[name] - self.now))] if name in self.partner else []
        self.happens(self.board.arrive(self.now, name), *waits)

    @rule(name=st.sampled_from(PEOPLE), reason=st.sampled_from([ChatEnd.LEFT, ChatEnd.LOST, ChatEnd.LOST]))
    def leaves(self, name: str, reason: ChatEnd) -> None:
        if name not in self.here:
            return
        heard: list[Heard] = []
        if name in self.partner and reason is ChatEnd.LOST:
            heard += self.is_lost(name)
        elif name in self.partner:
            heard += self.told_if_here(self.parts(name), ChatEnded(name, reason))
        for other in self.asks_of(name):
            heard += self.withdrawn(name, other)[1:]
        for other in self.askers_of(name):
            self.closes(other, name)
            heard.append((other, RequestAnswered(name, RequestState.OFFLINE)))
        self.happens(self.board.leave(self.now, name, reason), *heard, leaver=name)
        self.here.remove(name)

    def is_lost(self, name: str) -> list[Heard]:
        if name in self.away:
            return []
        self.away[name] = self.now + GRACE
        if self.partner[name] in self.away:  # who has not resumed hears of it when they do
            return []
        return self.told_if_here(self.partner[name], ChatPaused(name, GRACE))

    def told_if_here(self, name: str, event: Event) -> list[Heard]:
        return [(name, event)] if name in self.here else []

    @rule(name=st.sampled_from(PEOPLE), remembers=st.booleans())
    def resumes(self, name: str, remembers: bool) -> None:
        chat = self.board.chat_of(name)
        if name not in self.here or chat is None:
            return
        stream = chat.says(name).current.name
        held = (StreamHeld(stream, 0), StreamHeld(chat.hears(name).at.name, 0)) if remembers else ()
        command = ResumeChat(chat.id, *held)
        if name not in self.away:
            self.refused("not_paused", lambda: self.board.resume(self.now, name, command))
            return
        del self.away[name]
        other = self.partner[name]
        heard: list[Heard] = [(name, ChatResumed(other, "", 0, "", 0))]
        if other in self.away:
            heard.append((name, ChatPaused(other, self.away[other] - self.now)))
        else:
            heard.append((other, PartnerResumed(name, "")))
        self.happens(self.board.resume(self.now, name, command), *heard)
        assert (chat.says(name).current.name == stream) == remembers

    @rule(asker=st.sampled_from(PEOPLE), asked=st.sampled_from([*PEOPLE, NOBODY]))
    def asks(self, asker: str, asked: str) -> None:
        if asker not in self.here:
            return

        def ask() -> list[Effect]:
            return self.board.ask(self.now, asker, asked)

        if error := self.not_allowed(asker, asked):
            self.refused(error, ask)
        elif (asked, asker) in self.open:
            self.happens(ask(), *self.starts(asked, asker))
        elif (asker, asked) in self.open:
            self.happens(ask(), (asker, RequestSent(asked, self.open[asker, asked] - self.now)))
        elif outcome := self.at_once(asker, asked):
            self.happens(ask(), (asker, RequestAnswered(asked, outcome)))
        else:
            self.open[asker, asked] = self.now + EXPIRY
            self.asked_at[asker, asked].append(self.now)
            heard: list[Heard] = [(asker, RequestSent(asked, EXPIRY))]
            if (asked, asker) in self.blocks:
                self.unheard.add((asker, asked))
            else:
                heard.append((asked, ChatRequested(asker, EXPIRY)))
            self.happens(ask(), *heard)

    def not_allowed(self, asker: str, asked: str) -> str | None:
        if asker == asked:
            return "yourself"
        if asker in self.partner:
            return "in_chat"
        if (asker, asked) in self.blocks:
            return "blocked"
        is_new = not {(asker, asked), (asked, asker)} & self.open.keys()
        return "too_many_requests" if is_new and len(self.asks_of(asker)) >= MOST else None

    def at_once(self, asker: str, target: str) -> RequestState | None:
        if target == NOBODY:
            return RequestState.UNKNOWN
        if self.now < self.not_before.get((asker, target), 0):
            return RequestState.TOO_SOON
        if target not in self.here:
            return RequestState.OFFLINE
        if target in self.partner or target in self.left_alone:
            return RequestState.BUSY
        return RequestState.TOO_OFTEN if self.asked_lately(asker, target) >= TO_ONE else None

    @rule(name=st.sampled_from(PEOPLE), asker=st.sampled_from([None, None, *PEOPLE]))
    def accepts(self, name: str, asker: str | None) -> None:
        if name not in self.here:
            return
        chosen, error = self.meant(name, asker)
        if name in self.partner:
            self.happens(self.board.accept(name, asker))
        elif chosen is None:
            self.refused(error, lambda: self.board.accept(name, asker))
        else:
            self.happens(self.board.accept(name, asker), *self.starts(chosen, name))

    @rule(name=st.sampled_from(PEOPLE), asker=st.sampled_from([None, None, *PEOPLE]))
    def declines(self, name: str, asker: str | None) -> None:
        if name not in self.here:
            return
        chosen, error = self.meant(name, asker)
        if chosen is None:
            self.refused(error, lambda: self.board.decline(self.now, name, asker))
            return
        self.closes(chosen, name)
        self.not_before[chosen, name] = self.now + COOLDOWN
        self.happens(self.board.decline(self.now, name, asker), (chosen, RequestAnswered(name, RequestState.DECLINED)))
        self.is_asked_by[name].remove(chosen)

    @rule(name=st.sampled_from(PEOPLE), asked=st.sampled_from([None, *PEOPLE]))
    def cancels(self, name: str, asked: str | None) -> None:
        if name not in self.here:
            return
        chosen = [other for other in self.asks_of(name) if asked in (None, other)]
        if not chosen:
            self.refused("no_request", lambda: self.board.cancel(name, asked))
            return
        heard = [pair for other in chosen for pair in self.withdrawn(name, other)]
        self.happens(self.board.cancel(name, asked), *heard)

    @rule(name=st.sampled_from(PEOPLE), is_wanted=st.booleans())
    def wants_to_be_left_alone(self, name: str, is_wanted: bool) -> None:
        """Requests that wait already go on waiting."""
        (self.left_alone.add if is_wanted else self.left_alone.discard)(name)

    @rule(name=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def blocks_somebody(self, name: str, other: str) -> None:
        if name not in self.here or name == other:
            return
        self.blocks.add((name, other))
        heard = self.withdrawn(name, other) if (name, other) in self.open else []
        if (other, name) in self.open:
            self.unheard.add((other, name))
            self.is_asked_by[name].discard(other)
        if self.partner.get(name) == other:
            self.parts(name)
            heard += self.told_if_here(other, ChatEnded(name, ChatEnd.LEFT))
            heard.append((name, ChatEnded(other, ChatEnd.YOU_LEFT)))
        self.happens(self.board.break_off(name, other), *heard)

    @rule(data=st.data())
    def unblocks_somebody(self, data: st.DataObject) -> None:
        """What was not heard is not heard by that either."""
        if self.blocks:
            self.blocks.remove(data.draw(st.sampled_from(sorted(self.blocks))))

    @rule(name=st.sampled_from(PEOPLE))
    def quits(self, name: str) -> None:
        if name not in self.here:
            return
        if name not in self.partner:
            self.refused("no_chat", lambda: self.board.quit(name))
            return
        other = self.parts(name)
        heard = self.told_if_here(other, ChatEnded(name, ChatEnd.LEFT))
        self.happens(self.board.quit(name), *heard, (name, ChatEnded(other, ChatEnd.YOU_LEFT)))

    @rule(seconds=st.sampled_from([1, COOLDOWN - 1, COOLDOWN, GRACE - 1, GRACE, EXPIRY - 1, EXPIRY]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        heard: list[Heard] = []
        for name, deadline in sorted(self.away.items(), key=lambda item: item[1]):
            if deadline <= self.now and name in self.partner:
                other = self.parts(name)
                heard += self.told_if_here(other, ChatEnded(name, ChatEnd.LOST))
                heard += self.told_if_here(name, ChatEnded(other, ChatEnd.LOST))
        for (asker, target), deadline in [*self.open.items()]:
            if deadline <= self.now:
                heard += self.withdrawn(asker, target, RequestState.EXPIRED)
        self.happens(self.board.expire(self.now), *heard)

    # Several steps at once, for what single ones seldom lead to

    @rule(one=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def meets(self, one: str, other: str) -> None:
        self.arrives(one)
        self.arrives(other)
        if one != other and not {one, other} & self.partner.keys():
            self.asks(one, other)
            if (one, other) in self.open:
                self.accepts(other, one)

    @rule(name=st.sampled_from(PEOPLE), resumes=st.booleans(), seconds=st.sampled_from([1, GRACE - 1]))
    def is_gone_for_a_while(self, name: str, resumes: bool, seconds: int) -> None:
        self.leaves(name, ChatEnd.LOST)
        self.time_passes(seconds)
        self.arrives(name)
        if resumes:
            self.resumes(name, remembers=True)

    # What always holds

    @invariant()
    def everyone_is_in_the_chat_of_the_model_and_in_one_only(self) -> None:
        for name in PEOPLE:
            chat = self.board.chat_of(name)
            assert (chat.partner_of(name) if chat else None) == self.partner.get(name)
            assert chat is None or chat is self.board.chat_of(chat.partner_of(name))
        assert all(self.partner.get(name) == self.talks_to[name] for name in self.here)

    @invariant()
    def a_chat_waits_for_those_who_are_away_and_for_no_longer_than_it_said(self) -> None:
        for name in self.partner:
            chat = self.board.chat_of(name)
            assert chat is not None
            assert chat.away.get(name) == self.away.get(name)
            assert name in self.here or name in self.away

    @invariant()
    def who_waits_for_an_answer_is_listed_the_longest_waiting_first(self) -> None:
        for name in self.here:
            assert self.board.requests_to(name) == WaitingRequests(tuple(self.heard_by(name)))

    @invariant()
    def who_is_in_a_chat_asks_nobody_and_is_asked_by_nobody(self) -> None:
        for name in self.partner.keys() & self.here:
            assert not self.board.requests_to(name).nicknames
            assert not self.awaits[name]
            assert not any(name in self.board.requests_to(other).nicknames for other in self.here)

    @invariant()
    def every_asker_knows_which_requests_are_open_and_so_does_everyone_asked(self) -> None:
        """So each was answered, and once: an answer too few leaves a name here, one too many the model finds."""
        for name in self.here:
            assert self.awaits[name] == set(self.asks_of(name))
            assert self.is_asked_by[name] == set(self.heard_by(name))

    @invariant()
    def nobody_is_in_a_chat_with_somebody_whom_they_have_blocked(self) -> None:
        assert not any(self.partner.get(name) == other for name, other in self.blocks)


TestTalk = Talk.TestCase
TestTalk.settings = settings(max_examples=examples(200), stateful_step_count=40, deadline=None)


# Several sessions each


SESSIONS = {"alice": (1, 2), "bob": (3, 4)}
OWNER = {session: name for name, sessions in SESSIONS.items() for session in sessions}
SESSION = st.sampled_from([*OWNER])
OTHER = {"alice": "bob", "bob": "alice"}


class Sees(Enum):
    """What a session knows of the chat of its person, from what it was told."""

    NONE = "no chat"
    MINE = "it holds the chat"
    HELD = "another holds it"
    FREE = "it waits for one of them"


class Devices(RuleBasedStateMachine):
    """Two people with two sessions each, who do what they like in any order: each session knows from what it was told
    how it is, one of them at most holds the chat, and nobody is told who has left.
    """

    def __init__(self) -> None:
        super().__init__()
        self.board = switchboard(replace(LIMITS, request_rate=math.inf, requests_to_one=math.inf)).rules
        self.now = 0
        self.here: dict[str, set[int]] = {"alice": set(), "bob": set()}
        self.lane: dict[str, int] = {}
        """Between whom messages pass: what the server does at the effects."""
        self.gone: set[str] = set()
        """Of whom nobody was here, and who have not taken up the chat again."""
        self.coming: dict[int, tuple[Chat, list[Effect]]] = {}
        """Who has said /resume, while the store is asked."""
        self.sees = dict.fromkeys(OWNER, Sees.NONE)
        self.chat: dict[int, str] = {}
        self.hears_pause: set[int] = set()
        self.is_asked: set[int] = set()

    # What is done

    def happens(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Tell():
                    self.tells(effect)
                case OpenChat(chat):
                    assert not self.lane
                    self.lane = dict(chat.holders)
                    self.gone = set()
                case PauseChat(_, name, session):
                    assert self.lane.pop(name) == session
                case ReopenChat(_, name, session):
                    assert name not in self.lane, "one of theirs holds it already"
                    assert session in self.here[name]
                    self.lane[name] = session
                    self.gone.discard(name)
                case CloseChat():
                    self.lane, self.gone = {}, set()

    def tells(self, effect: Tell) -> None:
        name = effect.nickname
        assert effect.session is None or effect.session in self.here[name], "who has left is told nothing"
        for session in self.here[name] if effect.session is None else {effect.session}:
            if session != effect.besides:
                self.learns(session, effect.event)

    def learns(self, session: int, event: Event) -> None:
        match event:
            case ChatStarted(_, chat) | ChatResumed(_, chat):
                assert self.sees[session] is not Sees.MINE
                self.sees[session], self.chat[session] = Sees.MINE, chat
                self.hears_pause.discard(session)
            case ChatHeld():
                assert self.sees[session] is not Sees.MINE
                self.sees[session] = Sees.HELD
            case ChatFree(_, _, seconds):
                assert self.sees[session] is Sees.HELD
                self.sees[session] = Sees.FREE if seconds else Sees.NONE
            case ChatWaits():
                assert self.sees[session] is Sees.NONE
                self.sees[session] = Sees.FREE
            case ChatEnded():
                assert self.sees[session] in (Sees.MINE, Sees.FREE)
                self.sees[session] = Sees.NONE
            case ChatElsewhere():
                assert self.sees[session] is not Sees.MINE
            case _:
                self.learns_of_others(session, event)

    def learns_of_others(self, session: int, event: Event) -> None:
        match event:
            case ChatPaused():
                assert self.sees[session] is Sees.MINE
                assert session not in self.hears_pause, "told twice"
                self.hears_pause.add(session)
            case PartnerResumed():
                self.hears_pause.remove(session)
            case ChatRequested():
                assert session not in self.is_asked, "told twice"
                self.is_asked.add(session)
            case RequestWithdrawn():
                self.is_asked.remove(session)
            case RequestsEnded():
                self.is_asked.discard(session)

    def is_here(self, session: int) -> bool:
        return session in self.here[OWNER[session]]

    # What sessions do

    @rule(session=SESSION)
    def arrives(self, session: int) -> None:
        if not self.is_here(session):
            name = OWNER[session]
            self.here[name].add(session)
            self.happens(self.board.arrive(self.now, name, session))

    @rule(session=SESSION, reason=st.sampled_from([ChatEnd.LOST, ChatEnd.LOST, ChatEnd.LEFT]))
    def leaves(self, session: int, reason: ChatEnd) -> None:
        if not self.is_here(session):
            return
        name = OWNER[session]
        self.here[name].remove(session)
        self.coming.pop(session, None)
        self.sees[session] = Sees.NONE
        self.is_asked.discard(session)
        self.hears_pause.discard(session)
        is_last = not self.here[name]
        if is_last and self.board.chat_of(name):
            self.gone.add(name)
        self.happens(self.board.leave(self.now, name, session, reason, is_last=is_last))

    @rule(session=SESSION)
    def asks(self, session: int) -> None:
        name = OWNER[session]
        if self.is_here(session) and self.board.chat_of(name) is None:
            self.happens(self.board.ask(self.now, name, session, OTHER[name]))

    @rule(session=SESSION, does_accept=st.booleans())
    def answers(self, session: int, does_accept: bool) -> None:
        name = OWNER[session]
        if not self.is_here(session):
            return
        if self.board.chat_of(name):
            assert self.board.accept(name, session) == [], "another was first"
        elif session not in self.is_asked:
            assert error_of(lambda: self.board.accept(name, session)).code == "no_request"
        elif does_accept:
            self.happens(self.board.accept(name, session))
        else:
            self.is_asked.remove(session)  # it knows what it said
            self.happens(self.board.decline(self.now - COOLDOWN, name, session))

    @rule(session=SESSION, remembers=st.booleans())
    def begins_to_resume(self, session: int, remembers: bool) -> None:
        name = OWNER[session]
        chat = self.board.chat_of(name)
        if chat is None or not self.is_here(session):
            return
        held = (StreamHeld(chat.says(name).current.name, 0), StreamHeld(chat.hears(name).at.name, 0))
        command = ResumeChat(chat.id, *held) if remembers else ResumeChat(chat.id)
        if self.sees[session] is Sees.MINE or session in self.coming:
            assert error_of(lambda: self.board.agree(name, session, command)).code == "not_paused"
            return
        effects = self.board.agree(name, session, command)
        if any(isinstance(effect, ReopenChat) for effect in effects):
            assert not any(OWNER[other] == name for other in self.coming), "the first of two takes it"
            self.coming[session] = chat, effects
        else:
            assert [type(effect.event) for effect in effects if isinstance(effect, Tell)] == [ChatElsewhere]
            self.happens(effects)

    @rule(session=SESSION)
    def has_resumed(self, session: int) -> None:
        """The store has answered."""
        if session in self.coming:
            chat, effects = self.coming.pop(session)
            if self.board.chat_of(OWNER[session]) is chat:
                self.happens([*effects, *self.board.come_back(self.now, OWNER[session])])

    @rule(session=SESSION)
    def quits(self, session: int) -> None:
        if self.is_here(session) and self.board.chat_of(OWNER[session]):
            self.happens(self.board.quit(OWNER[session]))

    @rule(seconds=st.sampled_from([1, GRACE - 1, GRACE, EXPIRY]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.happens(self.board.expire(self.now))

    # Several steps at once, for what single ones seldom lead to

    @rule(asker=SESSION, other=st.sampled_from([0, 1]))
    def talk(self, asker: int, other: int) -> None:
        answerer = SESSIONS[OTHER[OWNER[asker]]][other]
        for session in (asker, answerer):
            self.arrives(session)
        self.asks(asker)
        self.answers(answerer, True)

    @rule(session=SESSION)
    def resumes(self, session: int) -> None:
        self.arrives(session)
        self.begins_to_resume(session, remembers=True)
        self.has_resumed(session)

    # What always holds

    @invariant()
    def messages_pass_between_those_who_know_that_they_hold_the_chat(self) -> None:
        assert set(self.lane.values()) == {session for session in OWNER if self.sees[session] is Sees.MINE}
        assert len({self.chat[session] for session in self.lane.values()}) <= 1

    @invariant()
    def each_session_knows_how_it_is(self) -> None:
        for name, sessions in self.here.items():
            chat = self.board.chat_of(name)
            for session in sessions:
                if chat is None:
                    assert self.sees[session] is Sees.NONE
                elif name not in chat.holders:
                    assert self.sees[session] is Sees.FREE
                else:
                    assert self.sees[session] is (Sees.MINE if chat.holders[name] == session else Sees.HELD)

    @invariant()
    def a_holder_has_heard_of_a_pause_once_if_nobody_of_the_other_is_there(self) -> None:
        for name, session in self.lane.items():
            assert (session in self.hears_pause) == (OTHER[name] in self.gone)

    @invariant()
    def all_sessions_of_who_is_asked_know_of_the_request(self) -> None:
        for name, sessions in self.here.items():
            is_asked = bool(sessions) and bool(self.board.requests_to(name).nicknames)
            assert (self.is_asked & sessions) == (sessions if is_asked else set())


def test_whatever_several_sessions_do_each_knows_how_it_is() -> None:
    options = settings(max_examples=examples(200), stateful_step_count=40, deadline=None)
    run_state_machine_as_test(Devices, settings=options)
