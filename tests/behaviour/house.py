"""A server with all its front doors open, and the people who come in by them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path
from typing import Any, cast

from duologue.core.names import Account
from duologue.server.net.listener import AnyConnection
from duologue.server.net.pacing import unacknowledged
from tests.behaviour.guests import Guest, quietly_closed
from tests.behaviour.native import Native
from tests.behaviour.original_clients import DesktopLines, NicknameLines, PlainLines, RoomsJson
from tests.behaviour.people import Person
from tests.behaviour.reads import unread
from tests.behaviour.simplechat import SimpleChat
from tests.behaviour.sociable import Sociable
from tests.behaviour.web import Web
from tests.stage import CAST, Stage, opened, until

KINDS: dict[str, type[Person]] = {
    kind.door: kind for kind in (Native, RoomsJson, PlainLines, NicknameLines, DesktopLines, SimpleChat, Web)
}
GUESTS: dict[str, type[Guest]] = {door: kind for door, kind in KINDS.items() if issubclass(kind, Guest)}

SOCIABLE: dict[str, type[Sociable]] = {door: kind for door, kind in KINDS.items() if issubclass(kind, Sociable)}

DOORS = [*KINDS]
GUEST_DOORS = [*GUESTS]
SOCIABLE_DOORS = [*SOCIABLE]

NAMES = {
    "native": "alice",
    "rooms_json": "Rosa",
    "plain_lines": "Paul",
    "nickname_lines": "Nils",
    "desktop_lines": "Dora",
    "simplechat": "carol",
    "web": "wendy",
}
"""Who comes in by which door, if a scene does not say so."""

ACCOUNTS = (*CAST, NAMES["web"])
"""Who can log in."""

UNHURRIED = {"message_burst": inf, "message_rate": inf}
"""Limits for scenes in which somebody says a lot."""


class House:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.people: list[Person] = []

    def person(self, door: str, name: str | None = None) -> Person:
        """Somebody who has not come in yet."""
        person = KINDS[door](self.stage, name or NAMES[door])
        self.people.append(person)
        return person

    def guest(self, door: str, name: str | None = None) -> Guest:
        person = self.person(door, name)
        assert isinstance(person, Guest)
        return person

    async def bob_and(self, door: str) -> tuple[Native, Sociable]:
        """Both in the lobby."""
        bob, other = await self.gathers("native:bob", door)
        assert isinstance(bob, Native)
        assert isinstance(other, Sociable)
        return bob, other

    def rosa(self) -> RoomsJson:
        rosa = RoomsJson(self.stage, "Rosa")
        self.people.append(rosa)
        return rosa

    def dora(self) -> DesktopLines:
        dora = DesktopLines(self.stage, "Dora")
        self.people.append(dora)
        return dora

    async def lets_in(self, door: str, name: str | None = None) -> Person:
        person = self.person(door, name)
        await person.comes_in()
        return person

    async def alice(self, *others: Person) -> Native:
        """In the lobby, where `others` are."""
        alice = Native(self.stage, "alice")
        await self.joins_lobby(alice, *others)
        return alice

    async def gathers(self, *doors: str) -> list[Person]:
        """They come into the lobby one after the other, and see each other come. `doors` may say who: native:bob."""
        there: list[Person] = []
        for door in doors:
            kind, _, name = door.partition(":")
            person = await self.joins_lobby(self.person(kind, name), *there)
            there.append(person)
        return there

    async def joins_lobby(self, person: Person, *others: Person) -> Person:
        """`others` are there."""
        await person.comes_in()
        await person.comes_into_lobby()
        for other in others:
            await other.saw_coming(person)
        return person

    async def asks_in_vain(self, asker: Sociable, target: Sociable) -> None:
        """`target` hears nothing of it, and `asker` is told when the request has expired."""
        await asker.asks(target)
        await target.heard_nothing()
        self.stage.passes(121)
        await asker.was_not_answered_by(target)

    async def is_gone(self, person: Person) -> None:
        """The server knows it."""
        await until(lambda: person.nickname not in self.stage.present())

    async def all_gone(self) -> None:
        await until(lambda: not self.stage.present())

    async def is_connected(self, guest: Guest) -> None:
        """The server knows of it, and its deadline runs."""
        port = guest.sock.getsockname()[1]
        links = self.stage.server.hub.login._deadlines
        await until(lambda: any(link.port == port and cast(AnyConnection, link).is_made for link in links))

    async def has_read(self, guest: Guest) -> None:
        """The server, all that `guest` has sent so far: the next bytes are a read of their own."""
        await until(lambda: not unacknowledged(guest.sock))
        link = self.stage.server.hub.directory.sessions_of(guest.nickname)[0].login_socket
        await until(lambda: not unread(link.descriptor))

    def closes(self) -> None:
        for person in self.people:
            if isinstance(person, Guest | SimpleChat):
                quietly_closed(person)


@contextlib.asynccontextmanager
async def opened_house(folder: Path, **changes: Any) -> AsyncIterator[House]:
    """`changes` are those of `opened`."""
    accounts = changes.pop("accounts", None) or [Account(nickname) for nickname in ACCOUNTS]
    patient = {"heartbeat": 10_000.0, "dead_after": 30_000.0}  # nobody here answers PING, and time goes by all the same
    async with opened(folder, protocols=tuple(DOORS), accounts=accounts, **{**patient, **changes}) as stage:
        house = House(stage)
        try:
            yield house
        finally:
            house.closes()
