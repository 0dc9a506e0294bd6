"""Somebody at the page: one WebSocket, by frames. What they type stands for the button that they press."""

from __future__ import annotations

import secrets
from typing import Any

from duologue.core.commands.chat import Command, Say
from duologue.core.errors import PeerError
from duologue.core.names import is_guest
from duologue.protocols.native.commands import parse_command
from duologue.protocols.web.json_frames import type_of
from tests.behaviour.people import Person
from tests.behaviour.sociable import Sociable
from tests.browser import Frame, Tab, fields_of


class Web(Sociable):
    door = "web"

    tab: Tab

    async def comes_in(self) -> None:
        self.tab = await (await Tab.opens(self.stage)).logs_in(self.name)

    async def comes_into_lobby(self) -> None:
        await self.sends("join_room", room="#lobby")
        await self.sees("room_entered", room="#lobby")

    async def leaves(self) -> None:
        await self.sends("exit")
        await self.sees("disconnected", code="bye")
        await self.tab.is_closed()

    def breaks(self) -> None:
        self.tab.breaks()

    async def is_out(self) -> None:
        await self.tab.is_closed()

    async def saw_coming(self, who: Person) -> None:
        await self.sees("room_joined", room="#lobby", nickname=who.nickname)

    async def saw_going(self, who: Person) -> None:
        await self.sees("room_left", room="#lobby", nickname=who.nickname)

    async def sends(self, kind: str, /, **fields: Any) -> None:
        await self.tab.says(kind, **fields)

    async def sees(self, kind: str, /, **fields: Any) -> Frame:
        """The next frame, but for what says that something of one's own is stored."""
        while (found := await self.tab.frame())["type"] == "acknowledged":
            pass
        assert {"type": kind, **fields} == {key: found.get(key) for key in ("type", *fields)}, found
        return found

    # Talking

    async def types(self, text: str) -> None:
        try:
            command: Command = parse_command(text.encode())
        except PeerError:
            await self.sends(text.split(" ", maxsplit=1)[0])
        else:
            await self.sends(type_of(type(command)), **fields_of(command))

    async def says_to_all(self, text: str) -> None:
        await self.says_in("#lobby", text)

    async def says_in(self, room: str, text: str) -> None:
        await self._writes(room, text)

    async def heard(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.heard_in("#lobby", who, text)

    async def heard_in(self, room: str, who: Person, text: str) -> None:
        await self.sees("room_said", room=room, nickname=who.nickname, text=text.replace("\v", "\n"))

    async def heard_in_parts(self, who: Person, text: str) -> None:
        """Here it comes whole."""
        await self.heard(who, text)

    async def next_text(self) -> str:
        found = await self.tab.frame()
        return str(found.get("text") or "\n".join(found["texts"]))

    async def writes_privately(self, who: Person, text: str) -> None:
        await self._writes(who.nickname, text)

    async def _writes(self, recipient: str, text: str) -> None:
        stream = secrets.token_urlsafe(9)
        await self.sends("send_letter", nickname=recipient, stream=stream, number=1, text=text)

    async def got_privately(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees("message_from", nickname=who.nickname, number=1, text=text.replace("\v", "\n"))

    async def is_told_of_no_such_command(self, word: str) -> None:
        await self.sees("refused", code="unknown_command")

    async def heard_goodbye(self) -> None:
        await self.tab.skips_to("disconnected", code="shutting_down")
        await self.tab.is_closed()

    # A chat of two

    async def asks(self, who: Person) -> None:
        await self.sends("ask_for_chat", nickname=who.nickname)
        await self.sees("request_sent", nickname=who.nickname, seconds=120)

    async def is_asked_by(self, who: Person) -> None:
        await self.sees("chat_requested", nickname=who.nickname, seconds=120)

    async def was_declined_by(self, who: Person) -> None:
        await self.sees("request_answered", nickname=who.nickname, outcome="declined")

    async def is_in_chat_with(self, who: Person) -> None:
        await self.sees("requests_ended", nickname=who.nickname)
        await self.sees("chat_started", nickname=who.nickname)

    async def says(self, text: str) -> None:
        await self.sends("say", **fields_of(Say(text)))

    async def heard_partner(self, who: Person, text: str, shown: str | None = None) -> None:
        await self.sees("said", nickname=who.nickname, texts=[text.replace("\v", "\n")])

    async def quits_chat(self, who: Person) -> None:
        await self.sends("quit_chat")
        await self.has_left_chat(who)

    async def chat_is_over(self, who: Person, *, lost: bool = False) -> None:
        await self.sees("chat_ended", nickname=who.nickname, reason="lost" if lost else "left")

    # How people are

    async def is_known_to_be(self, state: str, text: str = "") -> None:
        await self.sees("you_are", state=state, text=text)

    async def sees_how(self, who: Person, state: str, text: str = "") -> None:
        await self.sends("who_is", nickname=who.name)
        about = {"nickname": who.nickname, "state": state, "is_guest": is_guest(who.nickname), "text": text}
        await self.sees("person_described", **about)

    async def reads_of_absence(self, who: Person, text: str) -> None:
        await self.sees("presence", nickname=who.nickname, state="away", text=text)

    async def was_not_available(self, who: Person) -> None:
        await self.sees("request_answered", nickname=who.nickname, outcome="busy")

    async def was_not_answered_by(self, who: Person) -> None:
        await self.sees("request_answered", nickname=who.nickname, outcome="expired")

    async def has_just_blocked(self, who: Person) -> None:
        await self.sees("person_blocked", nickname=who.nickname)

    async def has_left_chat(self, who: Person) -> None:
        await self.sees("chat_ended", nickname=who.nickname, reason="you_left")

    async def unblocks(self, who: Person) -> None:
        await self.sends("unblock", nickname=who.name)
        await self.sees("person_unblocked", nickname=who.nickname)

    async def has_blocked(self, *people: Person) -> None:
        await self.sends("list_blocked")
        await self.sees("blocked_listed", nicknames=[who.nickname for who in people])

    async def allows(self, whom: str) -> None:
        await self.sends("allow_asking", who=whom)
        await self.sees("asking_allowed", who=whom)

    async def saw_doing(self, who: Person, what: str) -> None:
        await self.heard(who, f"/me {what}")
