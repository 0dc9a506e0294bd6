"""Somebody with our own client: three sockets, bare lines."""

from __future__ import annotations

import re
import secrets

from duologue.core.names import is_guest
from tests.behaviour.people import Person
from tests.behaviour.sociable import Sociable
from tests.stage import Actor


class Native(Sociable):
    door = "native"

    actor: Actor

    async def comes_in(self) -> None:
        self.actor = await self.stage.enters(self.name)

    async def comes_into_lobby(self) -> None:
        await self.actor.says("/join #lobby")
        await self.sees_like(r"room_entered #lobby \d+ :.*")

    async def leaves(self) -> None:
        await self.actor.says("/exit")
        await self.actor.is_out_after("disconnected bye Goodbye!")

    def breaks(self) -> None:
        self.actor.login.breaks()

    async def is_out(self) -> None:
        await self.actor.is_out()

    async def saw_coming(self, who: Person) -> None:
        await self.sees(f"room_joined #lobby {who.nickname}")

    async def saw_going(self, who: Person) -> None:
        await self.sees(f"room_left #lobby {who.nickname}")

    async def sees(self, *lines: str) -> None:
        await self.actor.hears(*lines)

    async def sees_like(self, pattern: str) -> re.Match[str]:
        return await self.actor.hears_like(pattern)

    # Talking

    async def types(self, text: str) -> None:
        await self.actor.says(text)

    async def says_to_all(self, text: str) -> None:
        await self.says_in("#lobby", text)

    async def says_in(self, room: str, text: str) -> None:
        await self._writes(room, text)

    async def heard(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.heard_in("#lobby", who, text)

    async def heard_in(self, room: str, who: Person, text: str) -> None:
        await self.sees_like(rf"room_said {room} {re.escape(who.nickname)} \d+ \d+ :{re.escape(text)}")

    async def heard_in_parts(self, who: Person, text: str) -> None:
        """Here too what does not fit beside the rest of a line comes in parts."""
        heard = ""
        while part := re.fullmatch("text_part :(.*)", line := await self.actor.login.line()):
            heard += part[1]
        said = re.fullmatch(rf"room_said #lobby {re.escape(who.nickname)} \d+ \d+ :(.*)", line)
        assert said, line
        assert heard + said[1] == text

    async def next_text(self) -> str:
        return (await self.actor.login.line()).rpartition(" :")[2]

    async def writes_privately(self, who: Person, text: str) -> None:
        await self._writes(who.nickname, text)

    async def _writes(self, recipient: str, text: str) -> None:
        await self.actor.says(f"/msg {recipient} {secrets.token_urlsafe(9)} 1 :{text}")

    async def got_privately(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees_like(rf"message_from {re.escape(who.nickname)} \d+ \S+ 1 :{re.escape(text)}")

    async def is_told_of_no_such_command(self, word: str) -> None:
        await self.sees_like(f"ERROR unknown_command There is no command {re.escape(word)}.*")

    async def heard_goodbye(self) -> None:
        await self.actor.is_out_after("disconnected shutting_down Server is shutting down. Goodbye!")

    # A chat of two

    async def asks(self, who: Person) -> None:
        await self.types(f"/chat {who.nickname}")
        await self.sees(f"chat_requested {who.nickname} 120")

    async def is_asked_by(self, who: Person) -> None:
        await self.sees(f"want_chat_with_you {who.nickname} 120")

    async def was_declined_by(self, who: Person) -> None:
        await self.sees(f"{who.nickname} decline chat")

    async def is_in_chat_with(self, who: Person) -> None:
        await self.sees(f"requests_ended {who.nickname}")
        await self.sees_like(rf"start_chat {re.escape(who.nickname)} \S+")

    async def says(self, text: str) -> None:
        await self.types(f":{text}")

    async def heard_partner(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees(f":{text}")

    async def quits_chat(self, who: Person) -> None:
        await self.types("/quit")
        await self.has_left_chat(who)

    async def chat_is_over(self, who: Person, *, lost: bool = False) -> None:
        await self.sees(f"chat_ended {who.nickname} {'lost' if lost else 'left'}")

    # How people are

    async def is_known_to_be(self, state: str, text: str = "") -> None:
        await self.sees(f"you_are {state}{text and f' :{text}'}")

    async def sees_how(self, who: Person, state: str, text: str = "") -> None:
        await self.types(f"/whois {who.name}")
        kind = "guest" if is_guest(who.nickname) else "account"
        left = re.escape(f" :{text}") if text else ""
        await self.sees_like(rf"whois {re.escape(who.nickname)} {state} \d+ {kind}{left}")

    async def reads_of_absence(self, who: Person, text: str) -> None:
        await self.sees(f"presence {who.nickname} away :{text}")

    async def was_not_available(self, who: Person) -> None:
        await self.sees(f"{who.nickname} is not available")

    async def was_not_answered_by(self, who: Person) -> None:
        await self.sees(f"{who.nickname} didn't answer")

    async def has_just_blocked(self, who: Person) -> None:
        await self.sees(f"blocked {who.nickname}")

    async def has_left_chat(self, who: Person) -> None:
        await self.sees(f"chat_ended {who.nickname} you_left")

    async def unblocks(self, who: Person) -> None:
        await self.types(f"/unblock {who.name}")
        await self.sees(f"unblocked {who.nickname}")

    async def has_blocked(self, *people: Person) -> None:
        await self.types("/blocked")
        await self.sees(" ".join(["blocked_list", *(who.nickname for who in people)]))

    async def allows(self, whom: str) -> None:
        await self.types(f"/allow {whom}")
        await self.sees(f"may_ask {whom}")

    async def saw_doing(self, who: Person, what: str) -> None:
        await self.heard(who, f"/me {what}")
