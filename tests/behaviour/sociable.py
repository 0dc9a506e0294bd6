"""People whose door has words for how somebody is, for blocks, and for what somebody does: `/away`, `/block`, `/me`."""

from __future__ import annotations

from abc import abstractmethod

from tests.behaviour.people import Person


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
