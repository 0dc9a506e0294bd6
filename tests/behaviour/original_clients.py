"""The original clients of four systems, played as seeds.md describes them: what each sends, and what it shows."""

from __future__ import annotations

import asyncio
import json
import re

from tests.behaviour.guests import Guest
from tests.behaviour.people import Person
from tests.bound import BOUND
from tests.stage import Stage, until


class PlainLines(Guest):
    """System 002."""

    door = "plain_lines"

    def shows(self, text: str) -> None:
        super().shows(re.sub(r"^\[\d\d:\d\d:\d\d\] ", "[now] ", text))

    async def is_told(self, *sentences: str) -> None:
        await self.sees(*sentences)

    async def gives_name(self, name: str) -> None:
        await self.sends(name.encode())

    async def is_refused(self, reason: str) -> None:
        await self.sees_like(rf"{reason} Send another name\.")

    async def saw_coming(self, who: Person) -> None:
        await self.sees(f"📢 {who.name} has joined the chat.")

    async def saw_going(self, who: Person) -> None:
        await self.sees(f"💔 {who.name} has left the chat.")

    def public(self, name: str, text: str) -> str:
        return f"[now] {name}: {text}"

    def action(self, speaker: str, what: str) -> str:
        return f"[now] * {speaker} {what}"

    def before_now(self, name: str, text: str) -> str:
        return f"(earlier) {name}: {text}"

    def private(self, name: str, text: str) -> str:
        return f"[now] {name} (private message): {text}"

    def from_partner(self, name: str, text: str) -> str:
        return f"[now] {name} (only to you): {text}"


class NicknameLines(Guest):
    """System 003. `/quit` is this client's own word for leaving the app."""

    door = "nickname_lines"
    end = "/end"

    def _take(self, data: bytes) -> None:
        if data == b"NICKNAME":
            assert len(self.messages) == 1, "a text was taken for the server's question"
        super()._take(data)

    async def is_told(self, *sentences: str) -> None:
        await self.sees(*(f"[SERVER] {sentence}" for sentence in sentences))

    async def gives_name(self, name: str) -> None:
        await self.sees("NICKNAME")
        await self.sends(name.encode())

    async def is_refused(self, reason: str) -> None:
        await self.sees_like(rf"\[SERVER\] {reason} Send another name\.")

    async def is_in(self) -> None:
        await self.is_told("Connected to the server!")
        await super().is_in()

    async def types(self, text: str) -> None:
        await self.sends(f"{self.believes}: {text}".encode())

    async def leaves(self) -> None:
        """This client's connection closes only when one more message has come."""
        await self.types("/quit")
        while await self.next() != "[SERVER] Goodbye!":
            pass
        self.closes()

    async def saw_coming(self, who: Person) -> None:
        await self.is_told(f"{who.name} joined the chat!")

    async def saw_going(self, who: Person) -> None:
        await self.is_told(f"{who.name} left the chat!")

    def public(self, name: str, text: str) -> str:
        return f"{name}: {text}"

    def private(self, name: str, text: str) -> str:
        return f"{name} (private message): {text}"

    def from_partner(self, name: str, text: str) -> str:
        return f"{name} (only to you): {text}"


class DesktopLines(Guest):
    """System 004: a window, with a list of users, and one more for each with whom one has private messages."""

    door = "desktop_lines"
    hears_itself = True

    def __init__(self, stage: Stage, name: str) -> None:
        super().__init__(stage, name)
        self.users: list[str] = []

    def shows(self, text: str) -> None:
        if text.startswith("[USERS]:"):
            self.users = text.removeprefix("[USERS]:").split(",")
        elif text.startswith("[PRIVATE MESSAGE]"):
            name, colon, said = text.removeprefix("[PRIVATE MESSAGE] ").partition(": ")
            assert colon, "this client fails at that"
            super().shows(self.private(name, said))
        else:
            super().shows(text)

    async def sees_users(self, *names: str) -> None:
        """In the list, sooner or later."""
        await until(lambda: self.users == [*names])

    async def is_told(self, *sentences: str) -> None:
        await self.sees(*sentences)

    async def gives_name(self, name: str) -> None:
        await self.sends(name.encode())

    async def is_refused(self, reason: str) -> None:
        """Its window is open before it connects, so whatever is typed next would be taken for a name."""
        await self.sees_like(reason)
        await self.is_out()

    async def saw_coming(self, who: Person) -> None:
        await until(lambda: who.name in self.users)

    async def saw_going(self, who: Person) -> None:
        await until(lambda: who.name not in self.users)

    async def writes_privately(self, who: Person, text: str) -> None:
        await until(lambda: who.name in self.users)
        await self.sends(f"[PRIVATE MESSAGE] {who.name}: {text}".encode())

    def public(self, name: str, text: str) -> str:
        return f"{name}: {text}"

    def private(self, name: str, text: str) -> str:
        return f"(in the window of {name}) {text}"

    def from_partner(self, name: str, text: str) -> str:
        return self.private(name, text)


class RoomsJson(Guest):
    """System 001: rooms, one at a time. What it has no command for is typed after MSG."""

    door = "rooms_json"
    before = "MSG "

    def shows(self, text: str) -> None:
        message = json.loads(text)  # this client's reader ends where that fails
        assert message.keys() == {"type", "content", "timestamp"}
        assert re.fullmatch(r"\d\d:\d\d:\d\d", message["timestamp"])
        super().shows(f"{message['type']} {message['content']}")

    async def commands(self, command: str, content: str = "") -> None:
        await self.sends(json.dumps({"command": command, "content": content}).encode())

    async def is_told(self, *sentences: str) -> None:
        for sentence in sentences:
            assert re.sub("^(PRIVATE_MSG|ERROR|LIST_RESPONSE) ", "", await self.next()) == sentence

    async def gives_name(self, name: str) -> None:
        await self.sees("NICK_REQUEST Enter your nickname")
        await self.sends(name.encode())

    async def is_refused(self, reason: str) -> None:
        await self.sees_like(f"NICK_ERROR {reason}")

    async def is_in(self) -> None:
        await self.sees(f"NICK_ACCEPTED You are {self.name}.")
        await super().is_in()

    async def comes_into_lobby(self) -> None:
        await self.comes_into("lobby")

    async def comes_into(self, room: str) -> None:
        await self.commands("JOIN", room)
        await self.sees(f"ROOM_JOINED You are in the room: {room}")

    async def types(self, text: str) -> None:
        await self.commands("MSG", text)

    async def saw_coming(self, who: Person) -> None:
        await self.sees(f"USER_JOINED {who.name} has joined the room.")

    async def saw_going(self, who: Person) -> None:
        await self.sees(f"USER_LEFT {who.name} has left the room.")

    async def writes_privately(self, who: Person, text: str) -> None:
        """To somebody whom its user sees in the list: any other name is a part of the text."""
        async with asyncio.timeout(BOUND):
            listed: list[str] = []
            while who.name not in listed:
                await self.commands("LIST")
                listed = (await self.sees_like("LIST_RESPONSE Users: (.*?)\n.*"))[1].split(", ")
        await self.commands("MSG", f"{who.name}:{text}")

    def public(self, name: str, text: str) -> str:
        return f"PUBLIC_MSG {name}: {text}"

    def action(self, speaker: str, what: str) -> str:
        return f"PUBLIC_MSG * {speaker} {what}"

    def private(self, name: str, text: str) -> str:
        return f"PRIVATE_MSG {name}: {text}"

    def from_partner(self, name: str, text: str) -> str:
        return self.private(name, text)
