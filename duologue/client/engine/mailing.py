"""Messages to mailboxes and rooms: letters, and what is left of a chat that is over. Sans-I/O.

Each is sent again in every session until it is safe; a letter to a mailbox is asked about until it is delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import ChatMemory, PendingLetter
from duologue.client.events import HandedIn, Happening, LetterDelivered
from duologue.core.commands.chat import Ping, SendLetter
from duologue.core.events.chat import Acknowledged, KeptFor, NotKept
from duologue.protocols.native.commands import encode_command, encode_ping
from duologue.protocols.native.wire import parse_message


@dataclass(frozen=True, slots=True)
class _HandingIn:
    """The rest of a stream, on its way to a mailbox. Once message `last` is there, `told` is reported."""

    last: int
    told: HandedIn


class Mailing:
    """Sends letters. What is due to be sent is added to `to_chat` and `to_check`.

    `has_to_wait` returns whether the server has yet to answer about a chat with somebody, of which something may be
    handed in: letters to them wait, so that they do not overtake it.
    """

    def __init__(
        self, memory: Memory, to_chat: bytearray, to_check: bytearray, has_to_wait: Callable[[str], bool]
    ) -> None:
        self._memory = memory
        self._has_to_wait = has_to_wait
        self._held_back: set[str] = set()
        self._to_chat = to_chat
        self._to_check = to_check
        self._begun: set[str] = set()
        self._handed_in: dict[str, _HandingIn] = {}
        self._said: set[str] = set()

    def begin(self) -> None:
        """Send the letters: a session has begun, or the memory may have accepted some while it was being opened."""
        for letter in self._memory.letters:
            if letter.stream in self._begun:
                continue
            if letter.is_stored:
                self._to_check += encode_ping(Ping(0, letter.stream))
            elif self._is_held_back(letter.nickname):
                continue
            else:
                self._to_chat += encode_command(_posting(letter))
            self._begun.add(letter.stream)

    def _is_held_back(self, nickname: str) -> bool:
        """Return whether this letter waits. Once one letter to somebody waits, the later ones do too."""
        if self._has_to_wait(nickname):
            self._held_back.add(nickname)
        return nickname in self._held_back

    def let_go(self) -> None:
        """Send letters that waited for an answer that has come."""
        if self._held_back:
            self._held_back.clear()
            self.begin()

    def write(self, letter: PendingLetter, *, is_said: bool = False) -> bytes:
        """Return the lines to send now. Raises PeerError and MemoryTaken. `is_said`: beside a chat, where no more is
        reported of it than of what is said in one.
        """
        lines = encode_command(_posting(letter))
        self._memory.write(letter)
        if is_said:
            self._said.add(letter.stream)
        if self._is_held_back(letter.nickname):
            return b""
        self._begun.add(letter.stream)
        return lines

    def hand_in(self, chat: ChatMemory, undelivered: int) -> None:
        """Hand in what the server did not get: it goes to the partner's mailbox, under its own numbers.

        `undelivered` messages, these included, are known not to have reached the partner.
        """
        waiting = max(len(chat.unstored), undelivered)
        self._handed_in[chat.stream] = _HandingIn(chat.sent, HandedIn(chat.partner, waiting))
        self.hand_in_lines(chat)

    def hand_in_lines(self, chat: ChatMemory) -> None:
        """Hand in what is not safe of a stream. Nothing is reported of what is left of an earlier stream of a chat."""
        for number, line in enumerate(chat.unstored, chat.stored + 1):
            text = parse_message(line.removesuffix(b"\n"))
            self._to_chat += encode_command(SendLetter(chat.partner, chat.stream, number, text))

    def acknowledged(self, letter: PendingLetter, event: Acknowledged) -> list[Happening]:
        if letter.is_for_room:
            if not event.stored:
                return []
            self._memory.forget_letter(letter.stream)
            return [event]
        if event.delivered:
            self._memory.forget_letter(letter.stream)
            if letter.stream in self._said:
                self._said.remove(letter.stream)
                return [event]
            return [LetterDelivered(letter.nickname, letter.stream, letter.text)]
        if event.stored and not letter.is_stored:
            self._memory.store_letter(letter)
            return [event]
        return []

    def kept(self, event: KeptFor) -> list[Happening]:
        """Note that somebody is away. Anybody present simply gets what was handed in, or has it already."""
        letter = self._memory.letter(event.stream)
        if letter and not letter.is_kept:
            self._memory.keep_letter(letter)
            return [] if letter.stream in self._said else [event]
        handed_in = self._handed_in.get(event.stream)
        if handed_in and event.number == handed_in.last:
            return [self._handed_in.pop(event.stream).told]
        return []

    def not_kept(self, event: NotKept) -> list[Happening]:
        if self._memory.letter(event.stream):
            self._memory.forget_letter(event.stream)
            return [event]
        handed_in = self._handed_in.pop(event.stream, None)
        chat = self._memory.chat_sending_in(event.stream)
        if chat is None or handed_in is None:
            return []
        self._memory.forget(chat)
        lost = handed_in.last - event.number + 1
        return [HandedIn(event.nickname, handed_in.told.count - lost, lost, event.text)]


def _posting(letter: PendingLetter) -> SendLetter:
    return SendLetter(letter.nickname, letter.stream, 1, letter.text)
