"""A small server with a small world around it, for alice's client: bob at the other end, and links that break.

It says what docs/protocol.md says and nothing that the real server's code says. Time is what the test lets happen.
"""

from __future__ import annotations

from pathlib import Path

from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_file import MemoryFile
from duologue.client.engine.memory_store import PendingLetter
from duologue.client.engine.session import ClientSession
from duologue.core.commands.chat import Say, SocketKind
from duologue.core.events.chat import MessageFrom, Said
from duologue.protocols.native.wire import encode_message

CONVERSATION = (b":", b"start_chat", b"stream_begins", b"chat_paused", b"chat_resumed", b"chat_ended", b"chat_unknown")
"""What lines on the chat socket begin with (5)."""


class Bob:
    """Holds what reached him, once."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.holds: dict[str, int] = {}

    def gets(self, stream: str, number: int, text: str) -> None:
        holds = self.holds.get(stream, 0)
        if number > holds:
            assert number == holds + 1, f"{number} of {stream} after {holds}"
            self.holds[stream] = number
            self.got.append(text)


class World:
    """One chat, `c`, of alice and bob. Lines are in flight until somebody reads them: alice reads each of her sockets
    when she likes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bob = Bob()
        self.said: list[str] = []
        self.written: list[str] = []
        self.journal: list[str] = []
        self.bob_said: list[str] = []
        self.is_over = False
        self._stored: dict[str, list[str]] = {"c": []}
        self._stream = "c"
        self._unstored: list[str] = []
        self._alice_holds = 0
        self._to_alice: dict[SocketKind, list[bytes]] = {kind: [] for kind in SocketKind}
        self._from_alice: list[bytes] = []
        self._is_linked = False
        self._unfinished: list[str] = []
        self._counter = 0
        self._memory = Memory(MemoryFile(path))
        self._session = ClientSession(self._memory)
        self.comes_back()
        self._tells(b"start_chat bob c")
        self.alice_reads(SocketKind.CHAT, 1)

    def _next(self) -> str:
        self._counter += 1
        return str(self._counter)

    # Alice

    def says(self, while_opening: bool = False) -> None:
        """`while_opening`: whoever uses the session has not got it yet."""
        chat = self._memory.current
        if chat is None:
            return
        text = self._next()
        self.said.append(text)
        if self._is_linked and not while_opening:
            self._sends(self._session.command(Say(text)))
        else:
            self._memory.say_later(chat, encode_message(text))

    def writes(self) -> None:
        text = self._next()
        self.written.append(text)
        letter = PendingLetter("bob", f"letter-{text}", text, 0)
        if self._is_linked:
            self._sends(self._session.messages.mail.write(letter))
        else:
            self._memory.write(letter)

    def alice_reads(self, kind: SocketKind, lines: int) -> None:
        for _ in range(min(lines, len(self._to_alice[kind]))):
            line = self._to_alice[kind].pop(0)
            for event in self._session.receive_data(kind, line + b"\n"):
                if isinstance(event, Said | MessageFrom):
                    self._unfinished.append(event.text)
            self._sends_what_is_due()

    def alice_reads_everything(self) -> None:
        for kind in SocketKind:
            self.alice_reads(kind, 10_000)

    def finishes(self, messages: int) -> None:
        for _ in range(min(messages, len(self._unfinished))):
            self.journal.append(self._unfinished.pop(0))
            self._session.finished()
        if self._is_linked:
            self._sends(self._session.ping())

    def _sends_what_is_due(self) -> None:
        for data in self._session.data_to_send().values():
            self._sends(data)

    def _sends(self, data: bytes) -> None:
        self._from_alice += data.split(b"\n")[:-1]

    def loses_link(self) -> None:
        self._is_linked = False
        for lines in self._to_alice.values():
            lines.clear()
        self._from_alice.clear()
        self.finishes(len(self._unfinished))

    def is_killed(self) -> None:
        self._unfinished.clear()
        self.loses_link()
        self._memory.close()
        self._memory = Memory(MemoryFile(self.path))
        self._memory.open("alice")

    def comes_back(self) -> None:
        if not self._is_linked:
            self._is_linked = True
            self._session = ClientSession(self._memory)
            self._tells(b"AUTH_SUCCESS token alice")
            self.alice_reads(SocketKind.LOGIN, 1)
            self._to_alice[SocketKind.CHECK].append(b"PONG 0 0")
            self._hands_over_mail()
            self.alice_reads(SocketKind.CHECK, 1)

    # The server

    def _tells(self, line: bytes) -> None:
        self._to_alice[SocketKind.CHAT if line.startswith(CONVERSATION) else SocketKind.LOGIN].append(line)

    def server_reads(self, lines: int) -> None:
        for _ in range(min(lines, len(self._from_alice))):
            line = self._from_alice.pop(0).decode()
            word, *rest = line.split(" ")
            if line.startswith(":"):
                self._takes(line[1:])
            elif word == "/resume":
                self._resumes(*rest)
            elif word == "/msg":
                self._takes_letter(rest[1], int(rest[2]), line.partition(" :")[2])
            elif word == "PING" and len(rest) == 2:
                self._notes(int(rest[0]), rest[1])

    def _takes(self, text: str) -> None:
        if self.is_over:
            self._tells(b"ERROR no_chat You are in no chat.")
            return
        self._unstored.append(text)
        self.bob.gets(self._stream, len(self._stored[self._stream]) + len(self._unstored), text)

    def commits(self) -> None:
        if not self.is_over:
            self._stored[self._stream] += self._unstored
            self._unstored = []
            if self._is_linked:
                self._acknowledges(self._stream)

    def _acknowledges(self, stream: str) -> None:
        count = len(self._stored[stream])
        self._to_alice[SocketKind.CHECK].append(f"PONG {count} {self.bob.holds.get(stream, 0)} {stream}".encode())

    def _resumes(self, chat: str, stream: str, _: str, partner_stream: str, received: str) -> None:
        assert (chat, partner_stream) == ("c", "c")
        had = self._had(stream)
        if self.is_over:
            self._tells(f"chat_ended bob lost c {had}".encode())
            return
        if stream != self._stream:
            self._begins_stream()
        taken = len(self._stored[self._stream]) + len(self._unstored)
        self._tells(f"chat_resumed bob c {had} {self._stream} {taken}".encode())
        assert self._alice_holds <= int(received) <= len(self.bob_said)
        # It may begin earlier than it has to: what alice holds she drops.
        self._tells(f"stream_begins bob c {self._alice_holds + 1}".encode())
        for text in self.bob_said[self._alice_holds :]:
            self._tells(f":{text}".encode())

    def _had(self, stream: str) -> int:
        """Of `stream`, taken so far; for one that is over, also what only bob has."""
        if stream == self._stream and not self.is_over:
            return len(self._stored[stream]) + len(self._unstored)
        return max(len(self._stored[stream]), self.bob.holds.get(stream, 0))

    def _begins_stream(self) -> None:
        self._stored[self._stream] += self._unstored
        self._unstored = []
        self._stream = f"c.{len(self._stored) + 1}"
        self._stored[self._stream] = []

    def _takes_letter(self, stream: str, number: int, text: str) -> None:
        stored = self._stored.setdefault(stream, [])
        if number > len(stored):
            assert number == max(len(stored), self.bob.holds.get(stream, 0)) + 1
            stored += [*[""] * (number - 1 - len(stored)), text]  # what only bob has stays lost to history
        self._acknowledges(stream)
        self._tells(f"kept_for bob {stream} {number}".encode())
        self.bob.gets(stream, number, text)

    def _notes(self, received: int, stream: str) -> None:
        if stream == "c":
            assert received <= len(self.bob_said)
            self._alice_holds = max(self._alice_holds, received)
        elif received == 0 and stream in self._stored:
            self._acknowledges(stream)

    def _hands_over_mail(self) -> None:
        if self.is_over:
            for number, text in enumerate(self.bob_said[self._alice_holds :], self._alice_holds + 1):
                self._tells(f"message_from bob 0 c {number} :{text}".encode())

    def is_killed_and_restarted(self) -> None:
        self._unstored = []
        self.loses_link()

    def elsewhere_goes_on(self) -> None:
        """Another device of alice's, without this memory, has resumed the chat and gone."""
        if not self._is_linked and not self.is_over:
            self._begins_stream()

    def ends(self) -> None:
        if not self.is_over:
            self.commits()
            self.is_over = True
            if self._is_linked:
                self._tells(b"chat_ended bob lost")

    # Bob

    def bob_says(self) -> None:
        if not self.is_over:
            text = self._next()
            self.bob_said.append(text)
            if self._is_linked and self._is_resumed():
                self._tells(f":{text}".encode())

    def _is_resumed(self) -> bool:
        """Has the server put alice back into the chat in this session?"""
        on_the_way = self._to_alice[SocketKind.CHAT]
        return any(line.startswith((b"start_chat", b"chat_resumed")) for line in on_the_way) or (
            self._session.messages.live is not None
        )

    # In the end

    def settles(self) -> None:
        """Everybody is there, and nothing more goes wrong."""
        self.comes_back()
        for _ in range(6):
            self.server_reads(10_000)
            self.commits()
            self.alice_reads_everything()
            self.finishes(10_000)
        self.loses_link()
        self.comes_back()
        for _ in range(6):
            self.server_reads(10_000)
            self.alice_reads_everything()
            self.finishes(10_000)

    def closes(self) -> None:
        self._memory.close()

    @property
    def unstored(self) -> int:
        return self._memory.unstored

    @property
    def letters(self) -> tuple[PendingLetter, ...]:
        return self._memory.letters
