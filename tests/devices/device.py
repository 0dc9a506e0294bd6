"""A client that keeps a memory, as docs/protocol.md has it in sections 10, 11 and 14: what it says, and what it holds.

It knows the wire only, not what a client of ours makes of it. What it is told wrongly it notes as a fault.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator

from duologue.core.streams import chat_of
from tests.bound import BOUND
from tests.devices.memory import Log, Place, Spoken
from tests.devices.session import DeviceSession


class Device:
    """One of a person's devices. With the name "" it names none, and has no feed."""

    def __init__(self, person: str, partner: str, name: str, log: Log) -> None:
        self.person, self.partner, self.name, self.log = person, partner, name, log
        self.spoken: dict[str, Spoken] = {}
        self.holds: dict[Place, str] = {}
        self.shown: list[str] = []
        self.filled_in: set[str] = set()
        self.has_to_fill_in = False
        self.cursors: list[tuple[int, int]] = []
        self.cursor: int | None = None
        self.read = 0
        self.chats: dict[str, str] = {}  # the stream that it speaks in, by the chat
        self.heard_in: dict[str, str] = {}  # the stream of the partner that it heard of last, by the chat
        self.letters = _new_stream()
        self._said = 0
        self.session: DeviceSession | None = None

    def __str__(self) -> str:
        return f"{self.person}.{self.name or '-'}"

    @property
    def is_on(self) -> bool:
        return self.session is not None and not self.session.is_over

    # What it says

    def speak(self, count: int, size: int = 0) -> None:
        """Say some lines: in the chat where it holds one, as letters otherwise; on paper only where it is off."""
        holding = self.session.holding if self.session and self.is_on else None
        stream = self.chats[holding] if holding else self.letters
        lines = [self._line(stream, is_letter=not holding, size=size) for _ in range(count)]
        if self.session and self.is_on and (holding or self.session.is_settled):
            self.session.send(*lines)

    def _line(self, stream: str, *, is_letter: bool, size: int) -> str:
        self._said += 1
        text = f"{self}.{self._said} ".ljust(size, "x")
        spoken = self.spoken.setdefault(stream, Spoken())
        spoken.texts.append(text)
        self.log.said[self.person, stream, len(spoken.texts)] = text
        self.shown.append(text)
        return self.letter(stream, len(spoken.texts), text) if is_letter else f":{text}"

    def letter(self, stream: str, position: int, text: str) -> str:
        return f"/msg {self.partner} {stream} {position} :{text}"

    def unstored(self, stream: str) -> list[str]:
        """Return the lines that hand in what is not known to be stored."""
        return [self.letter(stream, position, text) for position, text in self.spoken[stream].unstored()]

    def has_unstored(self) -> bool:
        return any(spoken.stored < len(spoken.texts) for spoken in self.spoken.values())

    def says_anew(self, stream: str) -> list[str]:
        """Say what a stream still has as letters: the server knows nothing of the stream."""
        spoken = self.spoken[stream]
        count = len(spoken.texts) - spoken.stored
        del spoken.texts[spoken.stored :]
        return [self._line(self.letters, is_letter=True, size=0) for _ in range(count)]

    # What it hears

    def takes(self, sender: str, stream: str, position: int, text: str) -> None:
        """Take a message of the chat or of the feed, unless it holds it."""
        place = sender, stream, position
        if self.log.said.get(place) != text:
            self.log.faults.append(f"{self} is told {place} {text!r}, but it is {self.log.said.get(place)!r}")
        own = self.spoken.get(stream)
        if place in self.holds or (own and sender == self.person):
            self.log.counts_one("told twice")
            return
        self.holds[place] = text
        self.shown.append(text)

    def held_of(self, stream: str) -> int:
        """Return the last position that it holds of a stream of somebody else."""
        return max((at for who, name, at in self.holds if (who, name) == (self.partner, stream)), default=0)

    def claim(self, chat: str) -> str:
        """Return what `/resume` says of a chat."""
        own = self.chats.get(chat)
        sent = f"{own} {self.spoken[own].stored}" if own and own in self.spoken else "- 0"
        heard = self.heard_in.get(chat, chat)
        return f"/resume {chat} {sent} {heard} {self.held_of(heard)}"

    def open_chats(self) -> list[str]:
        """Return the chats in which it has something that may not be stored."""
        return [chat for chat in self.chats if any(self._rests_of(chat))]

    def _rests_of(self, chat: str) -> Iterator[str]:
        for stream, spoken in self.spoken.items():
            if chat_of(stream) == chat and spoken.stored < len(spoken.texts):
                yield stream

    def rests(self, chat: str, *, besides: str | None = None) -> list[str]:
        """Return the lines that hand in what is left of the streams of a chat."""
        return [line for stream in self._rests_of(chat) if stream != besides for line in self.unstored(stream)]

    # Coming and going

    async def comes(self, port: int, *, is_anew: bool = False) -> None:
        """Log in, follow, and ask for the chats in which something may be left."""
        if is_anew:
            self.cursor, self.letters = None, _new_stream()
        before, self.session = self.session, None
        if before:
            before.forget()
        session = DeviceSession(self)
        try:
            async with asyncio.timeout(BOUND):
                await session.opens(port)
        except (OSError, asyncio.IncompleteReadError, EOFError):
            session.breaks()
            return
        finally:
            if before:
                before.breaks()
        self.session = session

    def breaks(self) -> None:
        """Lose the connection, with what is on its way in both directions."""
        session, self.session = self.session, None
        if session:
            session.breaks()


def _new_stream() -> str:
    return secrets.token_urlsafe(9)
