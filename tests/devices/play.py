"""A random play: two people with two devices each, everything that can happen to them, and what must be so then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Protocol

from tests.bound import BOUND
from tests.devices.device import Device
from tests.devices.memory import Log, Place
from tests.devices.session import DeviceSession

PEOPLE = {"alice": "bob", "bob": "alice"}
SIZE = 700
"""Bytes of a long line: a few of these are more than a queue takes, here."""

MOST_UNREAD = 100


class House(Protocol):
    """A server that can be started again."""

    @property
    def port(self) -> int: ...

    async def starts_again(self) -> None: ...

    def passes(self, seconds: float) -> None: ...


Opens = Callable[[], AbstractAsyncContextManager[House, bool | None]]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a device does, of those that can; it happens as often as `weight` says beside the others."""

    name: str
    weight: int
    can: Callable[[Device], bool]
    does: Callable[[Play, Device], Awaitable[None] | None]


def _is_on(device: Device) -> bool:
    return device.is_on


def _session(device: Device) -> DeviceSession:
    assert device.session
    return device.session


class Play:
    """A play of so many `steps`, decided by `seed`. `devices` are their names, by person."""

    def __init__(self, house: House, seed: int, devices: dict[str, tuple[str, str]]) -> None:
        self._house = house
        self._random = Random(seed)
        self.log = Log()
        self.devices = [Device(who, PEOPLE[who], name, self.log) for who, names in devices.items() for name in names]
        self.told: list[str] = []

    async def runs(self, steps: int) -> list[str]:
        """Play, and return what is wrong at the end."""
        for device in self.devices:
            await device.comes(self._house.port)
        for act in self._random.choices(ACTS, [act.weight for act in ACTS], k=steps):
            able = [device for device in self.devices if act.can(device)]
            if able:
                device = self._random.choice(able)
                self.told.append(f"{device} {act.name}")
                done = act.does(self, device)
                if done:
                    await done
                await asyncio.sleep(0)
        await self._all_come_back()
        return await self._faults()

    # What they do

    async def comes(self, device: Device) -> None:
        await device.comes(self._house.port)

    async def comes_anew(self, device: Device) -> None:
        await device.comes(self._house.port, is_anew=True)

    def speaks(self, device: Device) -> None:
        device.speak(self._random.randint(1, 3))

    def speaks_much(self, device: Device) -> None:
        device.speak(self._random.randint(5, 30), SIZE)

    def asks(self, device: Device) -> None:
        """Ask, and be asked back: that is accepted, whichever comes first."""
        _session(device).send(f"/chat {device.partner}")
        others = [other for other in self.devices if other.person == device.partner and _may_ask(other)]
        if others:
            _session(self._random.choice(others)).send(f"/chat {device.person}")

    def ends_what_is_read_slowly(self, device: Device) -> None:
        """Say much to somebody who reads slowly, and end the chat: the rest of it comes by the feed."""
        for other in self.devices:
            if other.person == device.partner and _holds(other):
                _session(other).reads_slowly(is_slow=True)
        self.speaks_much(device)
        self.speaks_much(device)
        _session(device).send("/quit")

    async def pauses(self, _: Device) -> None:
        await asyncio.sleep(self._random.choice((0.001, 0.005, 0.02)))

    async def starts_the_server_again(self, _: Device) -> None:
        await self._house.starts_again()

    def waits(self, _: Device) -> None:
        self._house.passes(self._random.choice((1, 20, 61)))

    # The end

    async def _all_come_back(self) -> None:
        deadline = time.monotonic() + BOUND
        while time.monotonic() < deadline:
            for device in self.devices:
                if not device.is_on:
                    await device.comes(self._house.port)
                elif device.session:
                    device.session.reads_slowly(is_slow=False)
                    device.session.gives_a_sign_of_life()
            if self._is_complete():
                return
            await asyncio.sleep(0.02)

    def _is_complete(self) -> bool:
        if any(device.has_unstored() for device in self.devices):
            return False
        stored = self._stored()
        return all(not self._missing(device, stored) for device in self._followers)

    def _stored(self) -> dict[Place, str]:
        """Return what was acknowledged, by place."""
        return {
            (device.person, stream, position): text
            for device in self.devices
            for stream, spoken in device.spoken.items()
            for position, text in enumerate(spoken.texts[: spoken.stored], 1)
        }

    @property
    def _followers(self) -> list[Device]:
        return [device for device in self.devices if device.name]

    @staticmethod
    def _missing(device: Device, stored: dict[Place, str]) -> list[str]:
        return sorted({*stored.values()} - {*device.shown} - device.filled_in)

    async def _faults(self) -> list[str]:
        faults = self.log.faults
        stored = self._stored()
        for device in self.devices:
            left = sum(len(spoken.texts) - spoken.stored for spoken in device.spoken.values())
            if left:
                faults.append(f"{device}: {left} lines were never acknowledged")
            missing = self._missing(device, stored) if device.name else []
            if missing:
                faults.append(f"{device} has not {len(missing)}: {missing[:5]}")
            faults += self._wrong_on(device, stored)
        for who in PEOPLE:
            faults += await self._wrong_in_the_list_of(who, stored)
        return faults

    def _wrong_on(self, device: Device, stored: dict[Place, str]) -> Iterable[str]:
        shown = device.shown
        if len({*shown}) < len(shown):
            yield f"{device} shows a message twice"
        phantoms = [place for place in device.holds if place not in stored and not self._is_of_an_unknown_chat(place)]
        if phantoms:
            yield f"{device} shows what is not stored: {phantoms[:5]}"
        order: dict[tuple[str, str], list[int]] = {}
        for (who, stream, position), text in device.holds.items():
            if text not in device.filled_in:
                order.setdefault((who, stream), []).append(position)
        for whose, positions in order.items():
            if any(one >= other for one, other in pairwise(positions)):
                yield f"{device} heard {whose} as {positions}"

    def _is_of_an_unknown_chat(self, place: Place) -> bool:
        return place[1].partition(".")[0] in self.log.unknown_chats

    async def _wrong_in_the_list_of(self, who: str, stored: dict[Place, str]) -> Iterable[str]:
        partner = PEOPLE[who]
        reader = await Reader.comes(self._house.port, who)
        numbers = await reader.history(partner)
        faults = [f"{text!r} is not in the history" for text in stored.values() if text not in numbers]
        faults += [
            f"{text!r} is {number}, and was told as {self.log.numbers[text]}"
            for text, number in numbers.items()
            if self.log.numbers.get(text, number) != number
        ]
        faults += self._wrong_in_streams(numbers)
        faults += self._wrong_cursors(who, numbers)
        listed = await reader.conversation(partner)
        reader.leaves()
        if listed is None:
            return [*faults, *([f"{who} has no conversation"] if stored else [])]
        unread, read = listed
        after = sum(numbers.get(text, 0) > read for (sender, _, _), text in stored.items() if sender == partner)
        if min(after, MOST_UNREAD) != unread:
            faults.append(f"{who} has {unread} unread, and it should be {after}")
        told = max(device.read for device in self.devices if device.person == who)
        if told > read:
            faults.append(f"{who} has read up to {told}, and the list says {read}")
        return faults

    def _wrong_in_streams(self, numbers: dict[str, int]) -> Iterable[str]:
        places = sorted((place, numbers[text]) for place, text in self.log.said.items() if text in numbers)
        for (one, number), (other, next_number) in pairwise(places):
            if one[:2] == other[:2] and number >= next_number:
                yield f"{other} is stored before {one}"

    def _wrong_cursors(self, who: str, numbers: dict[str, int]) -> Iterable[str]:
        """Find what came after a cursor that said that it had come."""
        for device in self._followers:
            if device.person == who:
                for cursor, count in device.cursors:
                    late = [text for text in device.shown[count:] if numbers.get(text, cursor + 1) <= cursor]
                    late = [text for text in late if text not in device.filled_in]
                    if late:
                        yield f"{device} had a cursor at {cursor}, and then came {late[:3]}"


def _holds(device: Device) -> bool:
    return device.is_on and _session(device).holding is not None


def _may_ask(device: Device) -> bool:
    """Return whether it may begin a chat: what it says in one that it believes to be on would come in the next."""
    return device.is_on and _session(device).is_free


def _accepts(_: Play, device: Device) -> None:
    _session(device).send("yes")


def _marks(_: Play, device: Device) -> None:
    _session(device).send(f"/read {device.partner} {device.cursor}")


ACTS = (
    Act("speak", 12, lambda _: True, Play.speaks),
    Act("speak in the chat", 20, _holds, Play.speaks),
    Act("speak much in the chat", 4, _holds, Play.speaks_much),
    Act("end a chat", 2, _holds, Play.ends_what_is_read_slowly),
    Act("pause", 25, lambda _: True, Play.pauses),
    Act("ask", 8, _may_ask, Play.asks),
    Act("accept", 4, lambda device: _may_ask(device) and _session(device).asked_by_partner, _accepts),
    Act("quit", 1, _is_on, lambda _, device: _session(device).send("/quit")),
    Act("break", 3, _is_on, lambda _, device: device.breaks()),
    Act("break in a chat", 5, _holds, lambda _, device: device.breaks()),
    Act("come", 14, lambda device: not device.is_on, Play.comes),
    Act("come again", 2, _is_on, Play.comes),
    Act("come anew", 1, lambda _: True, Play.comes_anew),
    Act("take", 10, _is_on, lambda _, device: _session(device).takes_chat()),
    Act("read slowly", 3, _is_on, lambda _, device: _session(device).reads_slowly(is_slow=True)),
    Act("go on", 3, _is_on, lambda _, device: _session(device).reads_slowly(is_slow=False)),
    Act("mark", 3, lambda device: device.is_on and bool(device.cursor), _marks),
    Act("restart", 1, lambda _: True, Play.starts_the_server_again),
    Act("time", 1, lambda _: True, Play.waits),
)


class Reader:
    """Reads what the server knows: one more device, which follows nothing."""

    def __init__(self, writers: list[asyncio.StreamWriter], login: asyncio.StreamReader) -> None:
        self._writers, self._login = writers, login

    @classmethod
    async def comes(cls, port: int, who: str) -> Reader:
        login, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"duologue/1 login_socket reader\n{who}\n".encode())
        token = (await login.readline()).decode().split(" ")[1]
        _, chat_writer = await asyncio.open_connection("127.0.0.1", port)
        chat_writer.write(f"duologue/1 chat_socket {token}\n".encode())
        check, check_writer = await asyncio.open_connection("127.0.0.1", port)
        check_writer.write(f"duologue/1 check_socket {token}\n".encode())
        await check.readline()
        return cls([writer, chat_writer, check_writer], login)

    async def _answers(self, question: str, end: str) -> list[list[str]]:
        """Return the lines of an answer, in words, with its last one."""
        self._writers[1].write(f"{question}\n".encode())
        lines: list[list[str]] = []
        async with asyncio.timeout(BOUND):
            while not lines or lines[-1][0] != end:
                lines.append((await self._login.readline()).decode().removesuffix("\n").split(" ", 6))
        return lines

    async def history(self, partner: str) -> dict[str, int]:
        """Return the numbers of all messages with somebody, by text."""
        numbers: dict[str, int] = {}
        before = ""
        while True:
            *found, last = await self._answers(f"/history {partner} 500{before}", "recall_ended")
            for words in found:
                if words[0] == "recalled":
                    numbers[" ".join(words[5:])[1:]] = int(words[1])
            if len(last) < 3:
                return numbers
            before = f" {last[2]}"

    async def conversation(self, partner: str) -> tuple[int, int] | None:
        """Return how many messages with somebody are unread, and up to which number they have been read."""
        for words in await self._answers("/conversations", "conversations_ended"):
            if words[:2] == ["conversation", partner]:
                return int(words[4]), int(words[5])
        return None

    def leaves(self) -> None:
        for writer in self._writers:
            writer.close()


TWO_EACH = {"alice": ("desk", "phone"), "bob": ("desk", "phone")}
ONE_WITHOUT = {"alice": ("desk", "phone"), "bob": ("desk", "")}


async def verdict(opens: Opens, seed: int, steps: int, devices: dict[str, tuple[str, str]]) -> list[str]:
    """Play once, and return what is wrong."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opens())
        play = Play(house, seed, devices)
        try:
            return await play.runs(steps)
        finally:
            for device in play.devices:
                device.breaks()
