"""Somebody at a front door, as a scene has them act: what they do, and what they see of the others, in each door's own
words. A scene that speaks to `Person` can be played at every door.

What a person sees comes in its order, and a scene that expects one thing fails at any other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from tests.stage import Stage


class Person(ABC):
    door: ClassVar[str]
    """The name of the protocol."""

    hears_itself: ClassVar[bool] = False
    """Does the server send back what this client's user says to all?"""

    name: str
    """As people read and type it."""
    nickname: str
    """As the server has it."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage = stage
        self.name = self.nickname = name

    # Coming and going

    @abstractmethod
    async def comes_in(self) -> None:
        """Login, until the server has taken it."""

    @abstractmethod
    async def comes_into_lobby(self) -> None:
        """Where one is not in the lobby by coming in."""

    @abstractmethod
    async def leaves(self) -> None:
        """In the way that this client's users leave."""

    @abstractmethod
    def breaks(self) -> None:
        """The connection is gone, without a word."""

    @abstractmethod
    async def is_out(self) -> None:
        """Nothing more comes, and the server has closed."""

    @abstractmethod
    async def saw_coming(self, who: Person) -> None:
        """Into the lobby, or the room that one is in."""

    @abstractmethod
    async def saw_going(self, who: Person) -> None: ...

    # Talking

    @abstractmethod
    async def types(self, text: str) -> None:
        """A line of text, as it goes out for a line that this client has no meaning of its own for."""

    @abstractmethod
    async def says_to_all(self, text: str) -> None: ...

    @abstractmethod
    async def heard(self, who: Person, text: str, shown: str | None = None) -> None:
        """What `who` said to all; `shown` is what is left of `text` where a screen prints what comes."""

    @abstractmethod
    async def heard_in_parts(self, who: Person, text: str) -> None:
        """The same, of a text without blanks, that is too long for this door's messages."""

    @abstractmethod
    async def writes_privately(self, who: Person, text: str) -> None: ...

    @abstractmethod
    async def got_privately(self, who: Person, text: str, shown: str | None = None) -> None: ...

    @abstractmethod
    async def next_text(self) -> str:
        """What somebody says next, whoever it is."""

    async def heard_nothing(self) -> None:
        """Nothing waits to be read: the answer to a question is the next that comes."""
        await self.types("/nothing")
        await self.is_told_of_no_such_command("/nothing")

    @abstractmethod
    async def is_told_of_no_such_command(self, word: str) -> None: ...

    @abstractmethod
    async def heard_goodbye(self) -> None:
        """The server shuts down."""

    # A chat of two

    @abstractmethod
    async def asks(self, who: Person) -> None: ...

    @abstractmethod
    async def is_asked_by(self, who: Person) -> None: ...

    async def accepts(self) -> None:
        await self.types("yes")

    async def declines(self) -> None:
        await self.types("no")

    @abstractmethod
    async def was_declined_by(self, who: Person) -> None: ...

    @abstractmethod
    async def is_in_chat_with(self, who: Person) -> None: ...

    @abstractmethod
    async def says(self, text: str) -> None:
        """To the partner."""

    @abstractmethod
    async def heard_partner(self, who: Person, text: str, shown: str | None = None) -> None: ...

    @abstractmethod
    async def quits_chat(self, who: Person) -> None:
        """And is told that it is over."""

    @abstractmethod
    async def chat_is_over(self, who: Person, *, lost: bool = False) -> None:
        """`who` has left it, or is lost."""


async def start_chat(asker: Person, target: Person) -> None:
    await asker.asks(target)
    await target.is_asked_by(asker)
    await target.accepts()
    await asker.is_in_chat_with(target)
    await target.is_in_chat_with(asker)
