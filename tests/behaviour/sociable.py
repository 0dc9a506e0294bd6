"""People whose door has words for how somebody is, for blocks, and for what somebody does: `/away`, `/block`, `/me`."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from duologue.core.accounts import is_guest
from tests.behaviour.people import Person

MAY_ASK = {
    "everyone": "Everyone may ask you for a chat.",
    "known": "Only people whom you have chatted with or written to may ask you for a chat.",
    "nobody": "Nobody may ask you for a chat.",
}
STATES = {
    "online": "is online",
    "away": "is away",
    "dnd": "is not to be disturbed",
    "in_chat": "is in a chat",
    "offline": "is offline",
}


class Sociable(Person):
    # How one is

    async def goes_away(self, text: str) -> None:
        await self.types(f"/away {text}")
        await self.is_known_to_be("away", text)

    async def is_not_to_be_disturbed(self) -> None:
        await self.types("/dnd")
        await self.is_known_to_be("dnd")

    async def comes_back(self) -> None:
        await self.types("/back")
        await self.is_known_to_be("online")

    @abstractmethod
    async def is_known_to_be(self, state: str, text: str = "") -> None:
        """The answer to what one says of oneself."""

    @abstractmethod
    async def sees_how(self, who: Person, state: str, text: str = "") -> None:
        """Having asked."""

    @abstractmethod
    async def reads_of_absence(self, who: Person, text: str) -> None:
        """What `who` has left for those who turn to them."""

    async def tries_to_ask(self, who: Person) -> None:
        await self.types(f"/chat {who.name}")

    @abstractmethod
    async def was_not_available(self, who: Person) -> None: ...

    @abstractmethod
    async def was_not_answered_by(self, who: Person) -> None:
        """The request has expired."""

    # Who reaches one

    async def blocks_partner(self, who: Person) -> None:
        """And is told that the chat is over."""
        await self.types(f"/block {who.name}")
        await self.has_left_chat(who)
        await self.has_just_blocked(who)

    async def blocks(self, who: Person) -> None:
        await self.types(f"/block {who.name}")
        await self.has_just_blocked(who)

    @abstractmethod
    async def has_just_blocked(self, who: Person) -> None:
        """The answer."""

    @abstractmethod
    async def has_left_chat(self, who: Person) -> None:
        """And that is told in the words for a chat that ends otherwise than by this client's own word."""

    @abstractmethod
    async def unblocks(self, who: Person) -> None: ...

    @abstractmethod
    async def has_blocked(self, *people: Person) -> None:
        """All of them, having asked."""

    @abstractmethod
    async def allows(self, whom: str) -> None:
        """To ask for a chat."""

    # What one does

    async def does(self, what: str) -> None:
        await self.says_to_all(f"/me {what}")

    @abstractmethod
    async def saw_doing(self, who: Person, what: str) -> None:
        """In the lobby."""


class SociableInWords(Sociable):
    """One who reads sentences. `before` is what such a user types before words that are the server's."""

    before: ClassVar[str] = ""

    @abstractmethod
    async def sees(self, *texts: str) -> None:
        """One after the other, as this client shows them."""

    @abstractmethod
    async def is_told(self, *sentences: str) -> None:
        """What the server itself says."""

    @abstractmethod
    async def saw_doing_somewhere(self, speaker: str, what: str) -> None:
        """As `speaker` is shown, who may be so in a room or to this one alone."""

    async def is_known_to_be(self, state: str, text: str = "") -> None:
        await self.is_told(
            {
                "away": f"You are away: {text}. {self.before}/back when you are there again.",
                "dnd": f"Nobody can ask you for a chat now. {self.before}/back ends that.",
                "online": "You are back.",
            }[state]
        )

    async def sees_how(self, who: Person, state: str, text: str = "") -> None:
        await self.types(f"/whois {who.name}")
        kind = "a guest" if is_guest(who.nickname) else "an account"
        await self.is_told(f"{who.name} ({kind}) {STATES[state]}{f': {text}' if text else '.'}")

    async def reads_of_absence(self, who: Person, text: str) -> None:
        await self.is_told(f"{who.name} is away: {text}")

    async def was_not_available(self, who: Person) -> None:
        await self.is_told(f"{who.name} is not available.")

    async def was_not_answered_by(self, who: Person) -> None:
        await self.is_told(f"{who.name} didn't answer.")

    async def has_just_blocked(self, who: Person) -> None:
        hears = f"You have blocked {who.name}, who hears no more than that you do not answer."
        await self.is_told(f"{hears} {self.before}/unblock {who.name} ends that.")

    async def unblocks(self, who: Person) -> None:
        await self.types(f"/unblock {who.name}")
        await self.is_told(f"{who.name} is not blocked any more.")

    async def has_blocked(self, *people: Person) -> None:
        await self.types("/blocked")
        names = ", ".join(who.name for who in people)
        await self.is_told(f"Blocked: {names}" if names else "You have blocked nobody.")

    async def allows(self, whom: str) -> None:
        await self.types(f"/allow {whom}")
        await self.is_told(MAY_ASK[whom])

    async def saw_doing(self, who: Person, what: str) -> None:
        await self.saw_doing_somewhere(who.name, what)
