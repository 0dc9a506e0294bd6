"""People whose client shows them sentences, one after the other."""

from __future__ import annotations

import asyncio
import re
from abc import abstractmethod
from typing import ClassVar

from duologue.core.names import is_guest
from tests.behaviour.people import Person
from tests.behaviour.sociable import Sociable
from tests.bound import BOUND
from tests.stage import Stage

MAY_ASK = {
    "everyone": "Everyone may ask you for a chat.",
    "known": "Only people whom you have chatted with or written to may ask you for a chat.",
    "nobody": "Nobody may ask you for a chat.",
}
STATES = {
    "online": "is online",
    "away": "is away",
    "dnd": "is on Do Not Disturb",
    "in_chat": "is in a chat",
    "offline": "is offline",
}


class SociableInWords(Sociable):
    before: ClassVar[str] = ""
    """What such a user types before words that are the server's."""

    def __init__(self, stage: Stage, name: str) -> None:
        super().__init__(stage, name)
        self._shown: asyncio.Queue[str] = asyncio.Queue()

    # What is on the screen

    def shows(self, text: str) -> None:
        self._shown.put_nowait(text)

    async def next(self) -> str:
        """What is shown next; "" when the server has closed."""
        async with asyncio.timeout(BOUND):
            return await self._shown.get()

    async def sees(self, *texts: str) -> None:
        """One after the other, as this client shows them."""
        for text in texts:
            assert await self.next() == text

    async def sees_like(self, pattern: str) -> re.Match[str]:
        found = re.fullmatch(pattern, text := await self.next(), re.DOTALL)
        assert found, f"{text!r} is not like {pattern!r}"
        return found

    @abstractmethod
    async def is_told(self, *sentences: str) -> None:
        """What the server itself says."""

    async def is_out(self) -> None:
        assert await self.next() == ""

    # Talking

    @abstractmethod
    def public(self, name: str, text: str) -> str:
        """What is shown of a text to all."""

    @abstractmethod
    def private(self, name: str, text: str) -> str: ...

    @abstractmethod
    def from_partner(self, name: str, text: str) -> str: ...

    def action(self, speaker: str, what: str) -> str:
        """What is shown of an action."""
        return f"* {speaker} {what}"

    async def heard(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees(self.public(who.name, shown or text))

    async def heard_in_parts(self, who: Person, text: str) -> None:
        intro = self.public(who.name, "")
        heard = ""
        while len(heard) < len(text):
            part = await self.next()
            assert part.startswith(intro)
            heard += part.removeprefix(intro)
        assert heard == text

    async def next_text(self) -> str:
        return (await self.next()).rpartition(": ")[2]

    async def writes_privately(self, who: Person, text: str) -> None:
        await self.types(f"/msg {who.name} {text}")

    async def got_privately(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees(self.private(who.name, shown or text))

    async def says(self, text: str) -> None:
        await self.types(text)

    async def heard_partner(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees(self.from_partner(who.name, shown or text))

    async def saw_doing(self, who: Person, what: str) -> None:
        await self.saw_doing_somewhere(who.name, what)

    async def saw_doing_somewhere(self, speaker: str, what: str) -> None:
        """As `speaker` is shown, who may be so in a room or to this one alone."""
        await self.sees(self.action(speaker, what))

    async def is_told_of_no_such_command(self, word: str) -> None:
        hint = f"{self.before}/help lists them; {self.before}/{word} sends it as text."
        await self.is_told(f"There is no command {word}. {hint}")

    async def heard_goodbye(self) -> None:
        await self.is_told("Server is shutting down. Goodbye!")
        await self.is_out()

    # How people are

    async def is_known_to_be(self, state: str, text: str = "") -> None:
        await self.is_told(
            {
                "away": f"You are away: {text}. {self.before}/back when you return.",
                "dnd": f"Nobody can ask you for a chat now. {self.before}/back ends that.",
                "online": "You are back.",
            }[state]
        )

    async def sees_how(self, who: Person, state: str, text: str = "") -> None:
        await self.types(f"/whois {who.name}")
        kind = "guest" if is_guest(who.nickname) else "registered"
        await self.is_told(f"{who.name} ({kind}) {STATES[state]}{f': {text}' if text else '.'}")

    async def reads_of_absence(self, who: Person, text: str) -> None:
        await self.is_told(f"{who.name} is away: {text}")

    async def was_not_available(self, who: Person) -> None:
        await self.is_told(f"{who.name} is not available.")

    async def was_not_answered_by(self, who: Person) -> None:
        await self.is_told(f"{who.name} didn't answer.")

    async def has_just_blocked(self, who: Person) -> None:
        hears = f"You have blocked {who.name}. To them it looks as if you do not answer."
        await self.is_told(f"{hears} {self.before}/unblock {who.name} ends that.")

    async def unblocks(self, who: Person) -> None:
        await self.types(f"/unblock {who.name}")
        await self.is_told(f"{who.name} is no longer blocked.")

    async def has_blocked(self, *people: Person) -> None:
        await self.types("/blocked")
        names = ", ".join(who.name for who in people)
        await self.is_told(f"Blocked: {names}" if names else "You have blocked nobody.")

    async def allows(self, whom: str) -> None:
        await self.types(f"/allow {whom}")
        await self.is_told(MAY_ASK[whom])
