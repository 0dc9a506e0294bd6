"""Letters (protocol, section 11): kept for those who are away, handed over once and in order, refused with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from duologue.core.commands.chat import ResumeChat, SendLetter, StreamHeld
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatUnknown,
    Event,
    KeptFor,
    MessageFrom,
    NotKept,
)
from duologue.core.limits import Limits
from duologue.core.names import Account
from duologue.core.privacy import Privacy
from duologue.core.requests import Chat, ChatEnd
from duologue.core.streams import Stream
from duologue.protocols.lines import LINE_LIMIT
from duologue.server.backpressure import Backpressure
from duologue.server.chats.mailbox import Mailbox
from duologue.server.chats.rest import Rests
from duologue.server.people.directory import Directory
from duologue.server.session import Connection, Hold, Session
from duologue.server.storage.base import (
    ChatProgress,
    KeptLetter,
    Letter,
    StoreError,
    StreamProgress,
    Undelivered,
)
from duologue.server.storage.nothing import RemembersNothing
from duologue.server.tables import Users
from tests.bound import BOUND
from tests.examples import examples
from tests.server.test_session import fake, session
from tests.stage import until

NOW = 1795217400.9
PAGE = 3
"""Letters read at a time."""


class PostOffice(RemembersNothing):
    """A store of letters. Its answers wait while it is closed, and come in the order of the questions."""

    def __init__(self) -> None:
        super().__init__(StoreError(Path("nowhere"), "failed"))
        self.streams: dict[str, StreamProgress] = {}
        self.letters: list[Undelivered] = []
        self.heard: list[str] = []
        self.recipients: dict[int, str] = {}
        self.refusal: PeerError | None = None
        self.error: StoreError | None = None
        self.ended: dict[tuple[str, str], ChatProgress] = {}
        self.asked: list[str] = []
        self.being_read = self.most_being_read = 0
        self.closed_for: set[str] = set()
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def answers(self, question: str) -> None:
        self.asked.append(question)
        if question in self.closed_for or not self.closed_for:
            await self.is_open.wait()
        if self.error:
            raise self.error

    def closes(self) -> None:
        self.is_open.clear()

    def closes_for(self, question: str) -> None:
        self.closed_for = {question}
        self.closes()

    def opens(self) -> None:
        self.closed_for = set()
        self.is_open.set()

    def put(self, stream: str, number: int, text: str, *, sender: str = "alice", recipient: str = "bob") -> None:
        known = self.streams.get(stream, StreamProgress(stream, sender, recipient, 0, 0))
        self.streams[stream] = replace(known, stored=max(known.stored, number))
        cursor = len(self.letters) + 1
        self.recipients[cursor] = recipient
        self.letters.append(Undelivered(cursor, stream, sender, number, NOW, text))

    async def hand_in(self, letter: Letter) -> KeptLetter:  # type: ignore[override]
        await self.answers("hand_in")
        if self.refusal:
            raise self.refusal
        known = self.streams.get(letter.stream)
        if known is None or known.stored < letter.number:
            if letter.is_heard:
                self.heard.append(letter.stream)
            text = letter.line.decode()[1:-1].replace("\v", "\n")
            self.put(letter.stream, letter.number, text, sender=letter.sender, recipient=letter.recipient)
        return KeptLetter(self.streams[letter.stream], letter.number)

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> list[Undelivered]:  # type: ignore[override]
        found = [
            letter
            for letter in self.letters
            if letter.cursor > after
            and self.recipients[letter.cursor] == me
            and letter.number > self.streams[letter.stream].received
        ]
        self.being_read += 1
        self.most_being_read = max(self.most_being_read, self.being_read)
        try:
            await self.answers("undelivered")
        finally:
            self.being_read -= 1
        return found[:PAGE]

    async def receipt(self, stream: str, recipient: str, upto: int) -> StreamProgress | None:  # type: ignore[override]
        await self.answers("receipt")
        known = self.streams.get(stream)
        if known is None or known.recipient != recipient:
            return None
        self.streams[stream] = replace(known, received=max(known.received, upto))
        return self.streams[stream]

    async def progress(self, stream: str, sender: str) -> StreamProgress | None:  # type: ignore[override]
        await self.answers("standing")
        known = self.streams.get(stream)
        return known if known and known.sender == sender else None

    async def chat_standing(self, chat_id: str, me: str, stream: str | None) -> ChatProgress | None:  # type: ignore[override]
        await self.answers(f"chat_standing {stream}")
        return self.ended.get((chat_id, me))


class Town:
    """People who are here, and the mailbox of all who are registered."""

    def __init__(self) -> None:
        self.office = PostOffice()
        directory = Directory(Users([Account("alice"), Account("bob"), Account("carol")]))
        self.directory = directory
        self.written: list[tuple[str, ...]] = []
        self.privacy = Privacy(Limits())
        self.rests = Rests()
        self.backpressure = Backpressure(
            Limits().lifted(),
            time=lambda: 0.0,
            end_stalled=lambda *_: None,
            filled=lambda _: None,
            emptied=self.emptied,
        )
        self.mailbox = Mailbox(
            self.office,
            self.backpressure,
            directory,
            self.privacy,
            self.rests,
            written=lambda *pair: self.written.append(pair),
            wall_clock=lambda: NOW,
        )

    def emptied(self, connection: Connection) -> None:
        if connection.session and not self.backpressure.is_full(connection.session):
            self.mailbox.go_on(connection.session)

    def comes(self, nickname: str, *, device: str = "") -> Session:
        who = session(nickname, device=device)
        self.directory.enter(who)
        if not device:
            self.mailbox.open(who)
        return who

    def goes(self, who: Session) -> None:
        if who in self.directory.sessions_of(who.nickname):
            self.directory.leave(who)
        self.mailbox.close(who)
        for connection in who.sockets:
            self.backpressure.forget(connection)
            connection.close()

    def writes(self, who: Session, text: str, *, to: str = "bob", stream: str = "letter", number: int = 1) -> None:
        self.mailbox.send(who, SendLetter(to, stream, number, text))

    async def settles(self) -> None:
        async with asyncio.timeout(BOUND):
            while working := {*self.mailbox._tasks.running}:
                await asyncio.wait(working)


@pytest.fixture
async def town() -> Town:
    return Town()


def told(who: Session) -> list[Event]:
    return fake(who.login_socket).told


def letters(who: Session) -> list[str]:
    return texts(told(who))


def rests(who: Session) -> list[str]:
    """What has come on the chat socket."""
    return texts(chatted(who))


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, MessageFrom)]


def chatted(who: Session) -> list[Event]:
    return fake(who.chat_socket).told


def checked(who: Session) -> list[Event]:
    return fake(who.check_socket).told


# Handing in


async def test_a_letter_to_somebody_away_is_stored_before_it_is_answered_and_the_sender_hears_that_it_waits(
    town: Town,
) -> None:
    """11.1: PONG 1 0 <stream>."""
    alice = town.comes("alice")
    await town.settles()
    town.office.closes()
    town.writes(alice, "hi")
    await asyncio.sleep(0)
    assert checked(alice) == told(alice) == []
    town.office.opens()
    await town.settles()
    assert checked(alice) == [Acknowledged(1, 0, "letter")]
    assert told(alice) == [KeptFor("bob", "letter", 1)]


async def test_a_letter_to_somebody_here_is_handed_over_at_once(town: Town) -> None:
    """11.3."""
    alice, bob = town.comes("alice"), town.comes("bob")
    town.writes(alice, "hi\nyou")
    await town.settles()
    assert told(bob) == [MessageFrom("alice", int(NOW), "letter", 1, "hi\nyou")]
    assert told(alice) == []
    assert checked(alice) == [Acknowledged(1, 0, "letter")]


async def test_a_letter_that_is_not_heard_is_answered_and_not_handed_over(town: Town) -> None:
    """13.6: in the words of any that waits, whether its recipient is here or not."""
    town.privacy.restore([("bob", "alice")], [])
    alice, bob = town.comes("alice"), town.comes("bob")
    town.writes(alice, "buy")
    await town.settles()
    assert checked(alice) == [Acknowledged(1, 0, "letter")]
    assert told(alice) == told(bob) == []
    assert not town.office.heard
    town.goes(bob)
    town.writes(alice, "buy", stream="other")
    await town.settles()
    assert told(alice) == [KeptFor("bob", "other", 1)]
    assert town.written == [("alice", "bob"), ("alice", "bob")]


async def test_nobody_writes_to_whom_they_have_blocked(town: Town) -> None:
    town.privacy.restore([("alice", "bob")], [])
    alice = town.comes("alice")
    town.writes(alice, "hi")
    await town.settles()
    assert told(alice) == [NotKept("bob", "letter", 1, "blocked", "You have blocked bob. /unblock bob first.")]
    assert town.office.letters == []
    assert town.written == []


async def test_handing_in_the_same_again_is_answered_and_nothing_comes_twice(town: Town) -> None:
    """11.1."""
    alice, bob = town.comes("alice"), town.comes("bob")
    for _ in range(3):
        town.writes(alice, "hi")
        await town.settles()
    assert letters(bob) == ["hi"]
    assert checked(alice) == [Acknowledged(1, 0, "letter")] * 3


async def test_what_could_not_be_said_before_its_chat_ended_goes_under_its_own_number(town: Town) -> None:
    """11.2."""
    town.office.put("chat", 4, "four")
    alice = town.comes("alice")
    bob = town.comes("bob")
    for number, text in ((5, "five"), (6, "six")):
        town.writes(alice, text, stream="chat", number=number)
        await town.settles()
    assert [(event.number, event.text) for event in told(bob) if isinstance(event, MessageFrom)] == [
        (4, "four"),
        (5, "five"),
        (6, "six"),
    ]


async def test_a_nickname_in_any_spelling_is_the_same_person(town: Town) -> None:
    alice = town.comes("alice")
    town.writes(alice, "hi", to="BOB")
    await town.settles()
    assert told(alice) == [KeptFor("bob", "letter", 1)]


@pytest.mark.parametrize(
    ("to", "text", "code"),
    [
        ("alice", "hi", "yourself"),
        ("ALICE", "hi", "yourself"),
        ("nobody", "hi", "unknown"),
        ("b*b", "hi", "bad_nickname"),
        ("bob", "x" * LINE_LIMIT, "line_too_long"),
    ],
)
async def test_a_letter_that_cannot_be(town: Town, to: str, text: str, code: str) -> None:
    alice = town.comes("alice")
    await town.settles()
    town.writes(alice, text, to=to)
    await town.settles()
    [refusal] = told(alice)
    assert isinstance(refusal, NotKept)
    assert (refusal.nickname, refusal.stream, refusal.number, refusal.code) == (to, "letter", 1, code)
    assert "hand_in" not in town.office.asked
    assert checked(alice) == []


async def test_a_refusal_of_the_store_is_said_and_nothing_is_acknowledged(town: Town) -> None:
    """11.1: not_kept … mailbox_full."""
    alice, bob = town.comes("alice"), town.comes("bob")
    town.office.refusal = PeerError("mailbox_full", "Too many.")
    town.writes(alice, "hi")
    await town.settles()
    assert told(alice) == [NotKept("bob", "letter", 1, "mailbox_full", "Too many.")]
    assert checked(alice) == told(bob) == []


async def test_a_store_that_fails_is_logged_and_acknowledges_nothing(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """The sender keeps the letter, and hands it in to the next server."""
    alice = town.comes("alice")
    await town.settles()
    town.office.error = StoreError(Path("/secret"), "full")
    town.writes(alice, "hi")
    await town.settles()
    assert told(alice) == checked(alice) == []
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert not fake(alice.chat_socket).holds


async def test_one_question_of_a_socket_at_a_time(town: Town) -> None:
    alice = town.comes("alice")
    await town.settles()
    town.office.closes()
    town.writes(alice, "hi")
    assert fake(alice.chat_socket).holds
    assert not fake(alice.check_socket).holds, "who lives is found out meanwhile"
    town.office.opens()
    await town.settles()
    assert not fake(alice.chat_socket).holds
    town.office.closes()
    town.mailbox.check_from_client(alice, "letter", 0)
    assert fake(alice.check_socket).holds
    town.office.opens()
    await town.settles()
    assert not fake(alice.check_socket).holds


# Handing over


async def test_letters_come_in_the_order_of_their_coming_page_by_page(town: Town) -> None:
    for n in range(10):
        town.office.put(f"letter{n % 2}", n // 2 + 1, str(n))
    bob = town.comes("bob")
    await town.settles()
    assert letters(bob) == [*map(str, range(10))]


async def test_nobody_gets_the_letters_of_another(town: Town) -> None:
    town.office.put("letter", 1, "for bob")
    carol = town.comes("carol")
    await town.settles()
    assert told(carol) == []


async def test_who_does_not_read_is_handed_no_more_until_there_is_room(town: Town) -> None:
    """9.2."""
    for n in range(10):
        town.office.put("letter", n + 1, str(n))
    bob = session("bob")
    town.directory.enter(bob)
    town.backpressure.congested(bob.login_socket)
    town.mailbox.open(bob)
    await town.settles()
    assert told(bob) == []
    town.backpressure.drained(bob.login_socket)
    await town.settles()
    assert letters(bob) == [*map(str, range(10))]


async def test_a_queue_that_fills_ends_the_handing_over_after_the_page(town: Town) -> None:
    for n in range(10):
        town.office.put("letter", n + 1, str(n))
    town.office.closes()
    bob = town.comes("bob")
    await asyncio.sleep(0)
    town.backpressure.congested(bob.login_socket)
    town.office.opens()
    await town.settles()
    assert len(letters(bob)) == PAGE
    town.backpressure.drained(bob.login_socket)
    await town.settles()
    assert letters(bob) == [*map(str, range(10))]


async def test_a_queue_that_drains_when_nothing_waits_asks_nothing(town: Town) -> None:
    bob = town.comes("bob")
    await town.settles()
    town.office.asked.clear()
    for _ in range(3):
        town.backpressure.congested(bob.login_socket)
        town.backpressure.drained(bob.login_socket)
    await town.settles()
    assert town.office.asked == []


async def test_a_letter_that_comes_while_others_are_handed_over_follows_them(town: Town) -> None:
    alice = town.comes("alice")
    await town.settles()
    town.office.put("one", 1, "one")
    town.office.closes()
    bob = town.comes("bob")
    await asyncio.sleep(0)
    town.office.put("two", 1, "two")
    town.mailbox.push("bob")
    town.office.opens()
    await town.settles()
    assert letters(bob) == ["one", "two"]
    assert town.office.most_being_read == 1
    assert told(alice) == []


async def test_whoever_writes_says_nothing_more_until_the_reader_who_is_here_has_been_told(town: Town) -> None:
    """What they say next may be in a chat, and must not come before the letter."""
    alice, bob = town.comes("alice"), town.comes("bob")
    await town.settles()
    town.office.asked.clear()
    town.office.closes_for("undelivered")
    town.writes(alice, "hi")
    await until(lambda: "undelivered" in town.office.asked)
    assert fake(alice.chat_socket).holds == {Hold.RECALL}
    town.office.opens()
    await town.settles()
    assert letters(bob) == ["hi"]
    assert fake(alice.chat_socket).holds == set()


async def test_a_letter_that_comes_while_an_empty_mailbox_is_read_is_not_left_in_it(town: Town) -> None:
    town.office.closes()
    bob = town.comes("bob")
    await asyncio.sleep(0)
    town.office.put("letter", 1, "hi")
    town.mailbox.push("bob")
    town.office.opens()
    await town.settles()
    assert letters(bob) == ["hi"]


async def test_what_was_not_acknowledged_comes_again_to_the_next_session_and_the_rest_does_not(town: Town) -> None:
    for n in (1, 2, 3):
        town.office.put("letter", n, str(n))
    first = town.comes("bob")
    await town.settles()
    town.mailbox.check_from_client(first, "letter", 2)
    await town.settles()
    town.goes(first)
    second = town.comes("bob")
    await town.settles()
    assert letters(second) == ["3"]


async def test_who_goes_in_the_middle_is_read_for_no_more(town: Town) -> None:
    for n in range(100):
        town.office.put("letter", n + 1, str(n))
    town.office.closes()
    bob = town.comes("bob")
    await asyncio.sleep(0)
    town.goes(bob)
    town.office.opens()
    await town.settles()
    assert town.office.asked.count("undelivered") == 1


async def test_who_is_gone_gets_none(town: Town) -> None:
    bob = town.comes("bob")
    await town.settles()
    town.goes(bob)
    town.mailbox.push("bob")
    await town.settles()
    assert town.office.asked == ["undelivered"]


async def test_a_mailbox_that_cannot_be_read_is_tried_again_with_the_next_letter(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.office.put("letter", 1, "hi")
    town.office.error = StoreError(Path("nowhere"), "failed")
    bob = town.comes("bob")
    await town.settles()
    assert told(bob) == []
    assert len(caplog.records) == 1
    town.office.error = None
    town.mailbox.push("bob")
    await town.settles()
    assert letters(bob) == ["hi"]


# What has become of them


async def test_the_sender_hears_that_its_letter_has_arrived(town: Town) -> None:
    """11.3: PONG 1 1 <stream>, if it is there."""
    alice, bob = town.comes("alice"), town.comes("bob")
    town.writes(alice, "hi")
    await town.settles()
    checked(alice).clear()
    town.mailbox.check_from_client(bob, "letter", 1)
    await town.settles()
    assert checked(alice) == [Acknowledged(1, 1, "letter")]
    assert checked(bob) == []


async def test_a_sender_who_was_not_there_asks(town: Town) -> None:
    """11.3: PING 0 <stream>."""
    town.office.put("letter", 1, "hi")
    bob = town.comes("bob")
    town.mailbox.check_from_client(bob, "letter", 1)
    await town.settles()
    alice = town.comes("alice")
    town.mailbox.check_from_client(alice, "letter", 0)
    await town.settles()
    assert checked(alice) == [Acknowledged(1, 1, "letter")]


async def test_more_received_than_is_stored_is_not_said(town: Town) -> None:
    """7.3: what a server that was killed had passed on and not stored."""
    town.office.streams["chat"] = StreamProgress("chat", "alice", "bob", stored=3, received=5)
    alice = town.comes("alice")
    town.mailbox.check_from_client(alice, "chat", 0)
    await town.settles()
    assert checked(alice) == [Acknowledged(3, 3, "chat")]


@pytest.mark.parametrize("received", [0, 1])
async def test_about_the_letters_of_others_nobody_hears_anything(town: Town, received: int) -> None:
    town.office.put("letter", 1, "hi")
    alice, carol = town.comes("alice"), town.comes("carol")
    town.mailbox.check_from_client(carol, "letter", received)
    await town.settles()
    assert checked(carol) == checked(alice) == []
    assert town.office.streams["letter"].received == 0


# A chat that is over


def said(*streams: Stream) -> Chat:
    chat = Chat("chat", "alice", "bob")
    chat.says("alice").streams[:] = streams
    return chat


async def test_of_a_chat_that_is_over_just_the_rest_comes(town: Town) -> None:
    """11.3: what had been handed over as the chat ended is on its way, and may not be acknowledged yet."""
    bob = town.comes("bob")
    await town.settles()
    chat = said(Stream("chat", sent=5))
    chat.says("alice").pushed = 3
    for n in range(1, 6):
        town.office.put("chat", n, str(n))
    town.mailbox.chat_is_over(bob, chat)
    await town.settles()
    assert rests(bob) == ["4", "5"]
    assert letters(bob) == []


async def test_what_is_said_next_waits_for_the_rest_and_no_longer(town: Town) -> None:
    """7.1: the next chat may be with the same person."""
    bob = town.comes("bob")
    await town.settles()
    gone_on: list[list[str]] = []
    chat = said(Stream("chat", sent=5))
    for n in range(1, 6):
        town.office.put("chat", n, str(n))
    assert not town.rests.has_to_wait(bob, lambda: None)
    town.mailbox.chat_is_over(bob, chat)
    assert town.rests.has_to_wait(bob, lambda: gone_on.append(rests(bob)))
    await town.settles()
    assert gone_on == [[*map(str, range(1, 6))]], "page by page, and then once"
    assert not town.rests.has_to_wait(bob, lambda: None)


async def test_mail_that_waits_keeps_no_chat_waiting(town: Town) -> None:
    """It comes on another socket."""
    town.office.put("letter", 1, "hi")
    town.office.closes()
    bob = town.comes("bob")
    await until(lambda: "undelivered" in town.office.asked)
    assert not town.rests.has_to_wait(bob, lambda: None)
    town.office.opens()
    await town.settles()
    assert letters(bob) == ["hi"]


async def test_a_rest_that_cannot_be_read_does_not_keep_the_next_chat_waiting(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    bob = town.comes("bob")
    await town.settles()
    town.office.put("chat", 1, "one")
    town.office.error = StoreError(Path("nowhere"), "failed")
    town.mailbox.chat_is_over(bob, said(Stream("chat", sent=1)))
    await town.settles()
    assert len(caplog.records) == 1
    assert not town.rests.has_to_wait(bob, lambda: None)
    town.office.error = None
    town.mailbox.push("bob")
    await town.settles()
    assert rests(bob) == ["one"]


async def test_who_goes_is_owed_nothing(town: Town) -> None:
    bob = town.comes("bob")
    await town.settles()
    town.office.put("chat", 1, "one")
    town.office.closes()
    town.mailbox.chat_is_over(bob, said(Stream("chat", sent=1)))
    await until(lambda: town.office.asked.count("undelivered") > 1)
    town.goes(bob)
    assert not town.rests.has_to_wait(bob, lambda: None)
    town.office.opens()
    await town.settles()
    assert rests(bob) == []


async def test_a_letter_after_the_rest_of_a_chat_is_a_letter(town: Town) -> None:
    alice, bob = town.comes("alice"), town.comes("bob")
    await town.settles()
    town.office.put("chat", 1, "one")
    town.mailbox.chat_is_over(bob, said(Stream("chat", sent=1)))
    await town.settles()
    town.writes(alice, "hi")
    await town.settles()
    assert (rests(bob), letters(bob)) == (["one"], ["hi"])


async def test_to_the_next_session_the_rest_comes_as_any_letter(town: Town) -> None:
    """11.3: it has received no part of that chat."""
    first = town.comes("bob")
    await town.settles()
    town.office.put("chat", 1, "one")
    town.mailbox.chat_is_over(first, said(Stream("chat", sent=1)))
    await town.settles()
    town.goes(first)
    second = town.comes("bob")
    await town.settles()
    assert (rests(second), letters(second)) == ([], ["one"])


async def test_of_a_chat_that_is_over_older_streams_have_been_handed_over_and_newer_ones_not(town: Town) -> None:
    bob = town.comes("bob")
    await town.settles()
    chat = said(Stream("chat", sent=2), Stream("chat.2", sent=2), Stream("chat.3", sent=1))
    chat.says("alice").next_stream()
    chat.says("alice").pushed = 1
    for stream in chat.says("alice").streams:
        for n in range(1, stream.sent + 1):
            town.office.put(stream.name, n, f"{stream.name} {n}")
    town.mailbox.chat_is_over(bob, chat)
    await town.settles()
    assert rests(bob) == ["chat.2 2", "chat.3 1"]
    assert letters(bob) == []


async def test_of_a_chat_that_was_level_nothing_is_asked(town: Town) -> None:
    bob = town.comes("bob")
    await town.settles()
    town.office.asked.clear()
    chat = said(Stream("chat", sent=5))
    chat.says("alice").pushed = 5
    town.mailbox.chat_is_over(bob, chat)
    await town.settles()
    assert town.office.asked == []


async def test_a_resume_of_a_chat_that_is_over_is_answered_with_what_the_server_has(town: Town) -> None:
    """10.6."""
    alice = town.comes("alice")
    town.office.ended["chat", "alice"] = ChatProgress("bob", "left", 7)
    town.mailbox.resume(alice, ResumeChat("chat", StreamHeld("chat.2", 5), StreamHeld("chat", 3)))
    await town.settles()
    assert chatted(alice) == [ChatEnded("bob", ChatEnd.LEFT, "chat", 7)]
    assert town.office.asked[-1] == "chat_standing chat.2"


async def test_a_resume_of_no_chat_of_ones_own_is_answered_alike_whoevers_it_is(town: Town) -> None:
    carol = town.comes("carol")
    town.office.ended["chat", "alice"] = ChatProgress("bob", "left", 7)
    for chat in ("chat", "never was"):
        town.mailbox.resume(carol, ResumeChat(chat))
        await town.settles()
    assert chatted(carol) == [ChatUnknown("chat"), ChatUnknown("never was")]


async def test_a_reason_that_is_no_word_of_the_protocol_is_lost(town: Town) -> None:
    alice = town.comes("alice")
    town.office.ended["chat", "alice"] = ChatProgress("bob", "taken_over", 7)
    town.mailbox.resume(alice, ResumeChat("chat"))
    await town.settles()
    assert chatted(alice) == [ChatEnded("bob", ChatEnd.LOST, "chat", 7)]


# The whole: in any order


class InAnyOrder(RuleBasedStateMachine):
    """Alice writes, bob reads and acknowledges; both come and go, and the store takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.town = Town()
        self.written: list[str] = []
        self.taken: list[str] = []
        self.held: set[str] = set()
        self.read = 0
        self.bob: Session | None = None
        self.in_loop(self.come_alice)

    def come_alice(self) -> None:
        self.alice = self.town.comes("alice")

    def come_bob(self) -> None:
        self.bob = self.town.comes("bob")
        self.read = 0

    def in_loop(self, do: Callable[..., object], *what: object) -> None:
        async def inside() -> None:
            do(*what)
            for _ in range(20):
                await asyncio.sleep(0)

        self.loop.run_until_complete(inside())

    @rule()
    def alice_writes(self) -> None:
        if not fake(self.alice.chat_socket).holds:
            self.written.append(f"letter{len(self.written)}")
            self.in_loop(self.hand_in, len(self.written) - 1)

    @rule(which=st.integers(0, 20))
    def alice_writes_again(self, which: int) -> None:
        if which < len(self.written) and not fake(self.alice.chat_socket).holds:
            self.in_loop(self.hand_in, which)

    def hand_in(self, which: int) -> None:
        self.town.writes(self.alice, self.written[which], stream=self.written[which])

    @rule()
    def store_opens_or_closes(self) -> None:
        office = self.town.office
        self.in_loop(office.closes if office.is_open.is_set() else office.opens)

    @rule()
    def bob_comes_or_goes(self) -> None:
        if self.bob:
            self.in_loop(self.town.goes, self.bob)
            self.bob = None
        else:
            self.in_loop(self.come_bob)

    @rule()
    def bobs_queue_is_full_for_a_while(self) -> None:
        if self.bob:
            connection = self.bob.login_socket
            is_full = self.town.backpressure.is_full(self.bob)
            self.in_loop(self.town.backpressure.drained if is_full else self.town.backpressure.congested, connection)

    @rule(most=st.integers(1, 5))
    def bob_reads(self, most: int) -> None:
        if self.bob is None:
            return
        for event in told(self.bob)[self.read :][:most]:
            self.read += 1
            assert isinstance(event, MessageFrom)
            if event.stream not in self.held:
                self.held.add(event.stream)
                self.taken.append(event.text)
            if not fake(self.bob.check_socket).holds:
                self.in_loop(self.town.mailbox.check_from_client, self.bob, event.stream, event.number)

    @invariant()
    def nothing_is_handed_over_twice_to_one_session(self) -> None:
        if self.bob:
            assert len({*letters(self.bob)}) == len(letters(self.bob))

    @invariant()
    def letters_come_in_their_order(self) -> None:
        assert self.taken == self.written[: len(self.taken)]

    def teardown(self) -> None:
        self.in_loop(self.town.office.opens)
        if self.bob:
            self.in_loop(self.town.goes, self.bob)
        self.in_loop(self.come_bob)
        for _ in self.written:
            self.in_loop(lambda: None)
        self.bob_reads(10**6)
        assert self.taken == self.written
        self.in_loop(lambda: None)
        assert {event.stream for event in checked(self.alice) if isinstance(event, Acknowledged)} == {*self.written}
        self.loop.close()


TestInAnyOrder = InAnyOrder.TestCase
TestInAnyOrder.settings = settings(
    max_examples=examples(60), stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
