"""One login of a device: three sockets, what it says on them, and what it makes of what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from duologue.core.streams import chat_of
from tests.devices.memory import Spoken

if TYPE_CHECKING:
    from tests.devices.device import Device

READ_AHEAD = 1 << 12
"""Bytes of a socket that nobody reads from: few, so that who reads slowly falls behind soon."""


class DeviceSession:
    """Three sockets, and what the device knows as long as they last."""

    def __init__(self, device: Device) -> None:
        self.device, self.log = device, device.log
        self.holding: str | None = None
        self.free: str | None = None
        self.asked_by_partner = False
        self.is_over = False
        self.is_settled = False
        self._stream, self._next = "", 0
        self._last_kept = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._reading: list[asyncio.Task[None]] = []
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._asked: set[str] = set()

    async def opens(self, port: int) -> None:
        device = self.device
        login = await self._connect(port, f"duologue/1 login_socket {device.name}".rstrip(), device.person)
        token = (await _line(login)).split(" ")[1]
        chat = await self._connect(port, f"duologue/1 chat_socket {token}")
        check = await self._connect(port, f"duologue/1 check_socket {token}")
        assert (await _line(check)).startswith("PONG")
        if device.name:
            self.send(f"/follow {'' if device.cursor is None else device.cursor}".rstrip())
        self._settle()
        hears = ((login, self._hears_on_login), (chat, self._hears_on_chat), (check, self._hears_on_check))
        self._reading = [asyncio.create_task(self._reads(*each)) for each in hears]

    async def _connect(self, port: int, *lines: str) -> asyncio.StreamReader:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_AHEAD)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=READ_AHEAD)
        self._writers.append(writer)
        writer.writelines(f"{line}\n".encode() for line in lines)
        return reader

    def _settle(self) -> None:
        """Ask for the chats in which something is left; what is left of letters goes at once."""
        device = self.device
        for chat in device.open_chats():
            self._ask_for(chat)
        for stream in [*device.spoken]:
            if chat_of(stream) not in device.chats:
                self.send(*device.unstored(stream))
        self.is_settled = True

    def _ask_for(self, chat: str) -> None:
        self._asked.add(chat)
        self.send(self.device.claim(chat))

    @property
    def is_free(self) -> bool:
        """Whether it is in no chat, as far as it knows, and asks for none."""
        return not self.holding and not self._asked

    def takes_chat(self) -> None:
        """Ask for the chat that nobody of this person holds."""
        if self.free and not self.holding and self.free not in self._asked:
            self._ask_for(self.free)

    # Sending

    def send(self, *lines: str) -> None:
        self._write(1, lines)

    def _ping(self, *lines: str) -> None:
        self._write(2, lines)

    def gives_a_sign_of_life(self) -> None:
        """Ask how far its own streams have got: of a chat by what it holds of the partner's of that name."""
        if self.holding:
            self._ping(f"PING {self._next - 1} {self._stream}")
        for stream, spoken in self.device.spoken.items():
            if spoken.stored < len(spoken.texts) and chat_of(stream) not in self.device.chats:
                self._ping(f"PING 0 {stream}")

    def _write(self, which: int, lines: tuple[str, ...]) -> None:
        if not self.is_over:
            self._writers[which].writelines(f"{line}\n".encode() for line in lines)

    def reads_slowly(self, *, is_slow: bool) -> None:
        """Read nothing on the chat socket; or go on."""
        (self._goes_on.clear if is_slow else self._goes_on.set)()

    def forget(self) -> None:
        """Hear nothing more, and leave the sockets as they are."""
        self.is_over = True
        for task in self._reading:
            task.cancel()

    def breaks(self) -> None:
        self.forget()
        for writer in self._writers:
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()

    # Hearing

    async def _reads(self, reader: asyncio.StreamReader, hears: Callable[[str], None]) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                line = await _line(reader)
                if hears == self._hears_on_chat:
                    await self._goes_on.wait()
                hears(line)
        self.is_over = True

    def _hears_on_login(self, line: str) -> None:
        word, *rest = line.split(" ")
        hears = _ON_LOGIN.get(word)
        if hears:
            hears(self, line, rest)

    def _is_asked(self, _: str, __: list[str]) -> None:
        self.asked_by_partner = True

    def _is_not_asked(self, _: str, __: list[str]) -> None:
        self.asked_by_partner = False

    def _may_take(self, _: str, words: list[str]) -> None:
        self.free = words[1] if words[2] != "0" else None

    def _may_not_take(self, _: str, __: list[str]) -> None:
        self.free = None

    def _has_read(self, _: str, words: list[str]) -> None:
        self.device.read = max(self.device.read, int(words[1]))

    def _hears_letter(self, line: str, _: list[str]) -> None:
        head, _colon, text = line.partition(" :")
        sender, _time, stream, position = head.split(" ")[1:]
        self.device.takes(sender, stream, int(position), text)
        self._ping(f"PING {position} {stream}")

    def _is_out(self, _: str, words: list[str]) -> None:
        code = words[0]
        if code in ("protocol_error", "store_failed"):
            self.log.faults.append(f"{self.device} is thrown out: {' '.join(words)}")
        self.is_over = True

    def _hears_error(self, _: str, words: list[str]) -> None:
        harmless = "no_chat", "not_paused", "no_request", "in_chat", "no_conversation", "waits", "too_soon"
        if words[0] not in harmless:
            self.log.faults.append(f"{self.device} hears ERROR {' '.join(words)}")

    def _is_refused(self, _: str, words: list[str]) -> None:
        """A late line of a stream that is the one to speak in again is one to ask about."""
        stream, position, code = words[1:4]
        chat = chat_of(stream)
        self.log.counts_one(f"refused {code}")
        if code == "bad_number" and chat in self.device.chats and chat != self.holding:
            if chat not in self._asked:
                self._ask_for(chat)
        else:
            self.log.faults.append(f"{self.device}: {stream} {position} is refused: {code}")

    def _is_reminded(self, line: str, _: list[str]) -> None:
        head, _colon, text = line.partition(" :")
        number = int(head.split(" ")[1])
        self.device.filled_in.add(text)
        self._note_number(text, number)

    def _has_filled_in(self, _: str, words: list[str]) -> None:
        if len(words) > 1:
            self.send(f"/history {self.device.partner} 500 {words[1]}")
        else:
            self.device.has_to_fill_in = False

    def _note_number(self, text: str, number: int) -> None:
        if self.log.numbers.setdefault(text, number) != number:
            self.log.faults.append(f"{text!r} has two numbers")

    def _hears_on_check(self, line: str) -> None:
        match line.split(" "):
            case ["PING", *_]:
                self._ping("PONG")
            case ["PONG", stored, _, stream]:
                spoken = self.device.spoken.get(stream)
                if spoken:
                    spoken.stored = max(spoken.stored, min(int(stored), len(spoken.texts)))

    def _hears_on_chat(self, line: str) -> None:
        if line.startswith(":"):
            self._hears_message(line[1:])
            return
        word, *rest = line.split(" ")
        self.log.counts_one(word)
        hears = _ON_CHAT.get(word)
        if hears:
            hears(self, line, rest)

    def _hears_message(self, text: str) -> None:
        device = self.device
        position, self._next = self._next, self._next + 1
        device.takes(device.partner, self._stream, position, text)
        self.log.counts_one("live")
        if self.holding:
            self._ping(f"PING {position} {self._stream}")

    def _starts(self, _: str, words: list[str]) -> None:
        chat = words[1]
        self.holding, self.free = chat, None
        self.device.chats[chat] = chat
        self.device.spoken.setdefault(chat, Spoken())
        self._hears_stream(chat, chat, 1)

    def _hears_stream(self, chat: str, stream: str, first: int) -> None:
        self._stream, self._next = stream, first
        self._hears_of(chat, stream)

    def _hears_of(self, chat: str, stream: str) -> None:
        """Note the newest stream of the partner: what it says of the others follows from that."""
        heard_in = self.device.heard_in
        if _generation(stream) > _generation(heard_in.get(chat, "")):
            heard_in[chat] = stream

    def _begins(self, _: str, words: list[str]) -> None:
        stream = words[1]
        self._hears_stream(chat_of(stream), stream, int(words[2]))

    def _resumes(self, _: str, words: list[str]) -> None:
        if len(words) < 5:
            return
        device, chat, had, stream, taken = self.device, words[1], int(words[2]), words[3], int(words[4])
        self._asked.discard(chat)
        before = device.chats.get(chat)
        self.holding, self.free = chat, None
        device.chats[chat] = stream
        spoken = device.spoken.setdefault(stream, Spoken())
        if before == stream:
            self.send(*(f":{text}" for text in spoken.texts[taken:]))
            self.send(*device.rests(chat, besides=stream))
            return
        if taken:
            self.log.faults.append(f"{device} speaks in {stream}, of which {taken} are of somebody else")
        self._is_had(before, had)
        self.send(*device.rests(chat))

    def _is_had(self, stream: str | None, had: int) -> None:
        spoken = self.device.spoken.get(stream or "")
        if spoken:
            spoken.stored = max(spoken.stored, min(had, len(spoken.texts)))

    def _ends(self, _: str, words: list[str]) -> None:
        device = self.device
        if len(words) > 3:
            chat = words[2]
            self._asked.discard(chat)
            self._is_had(device.chats.get(chat), int(words[3]))
            self.send(*device.rests(chat))
            return
        ended, self.holding, self.free = self.holding, None, None
        if ended in device.open_chats():
            self._ask_for(ended or "")

    def _is_elsewhere(self, _: str, words: list[str]) -> None:
        chat = words[1]
        self._asked.discard(chat)
        self._is_had(self.device.chats.get(chat), int(words[2]))
        self.send(*self.device.rests(chat))

    def _is_unknown(self, _: str, words: list[str]) -> None:
        device, chat = self.device, words[0]
        self.log.unknown_chats.add(chat)
        self._asked.discard(chat)
        for stream in [*device.spoken]:
            if chat_of(stream) == chat:
                self.send(*device.says_anew(stream))

    def _follows(self, _: str, words: list[str]) -> None:
        self._last_kept = 0
        if "anew" in words:
            self.device.cursor = int(words[0])
            self.device.has_to_fill_in = True
        if self.device.has_to_fill_in:
            self.send(f"/history {self.device.partner} 500")

    def _is_told(self, line: str, words: list[str]) -> None:
        text = line.partition(" :")[2]
        conversation, number, _, sender, stream, position = words[:6]
        device = self.device
        if conversation != device.partner or int(number) <= self._last_kept:
            self.log.faults.append(f"{device} is told {number} of {conversation} after {self._last_kept}")
        self._last_kept = int(number)
        self._note_number(text, int(number))
        device.takes(sender, stream, int(position), text)
        chat = chat_of(stream)
        if sender == device.partner:
            self._ping(f"PING {position} {stream}")
            self._hears_of(chat, stream)

    def _has_all_up_to(self, _: str, words: list[str]) -> None:
        self.device.cursor = int(words[0])
        self.device.cursors.append((int(words[0]), len(self.device.shown)))


def _generation(stream: str) -> int:
    """Return the place of a stream among those of its chat; 0 for none."""
    chat, dot, place = stream.partition(".")
    return int(place) if dot else 1 if chat else 0


async def _line(reader: asyncio.StreamReader) -> str:
    """Return the next line. Raises EOFError where the server has closed."""
    line = await reader.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return line[:-1].decode()


Hears = Callable[[DeviceSession, str, list[str]], None]

_ON_LOGIN: dict[str, Hears] = {
    "want_chat_with_you": DeviceSession._is_asked,
    "chat_request_ended": DeviceSession._is_not_asked,
    "requests_ended": DeviceSession._is_not_asked,
    "chat_free": DeviceSession._may_take,
    "chat_waits": DeviceSession._may_take,
    "chat_held": DeviceSession._may_not_take,
    "not_kept": DeviceSession._is_refused,
    "read_upto": DeviceSession._has_read,
    "message_from": DeviceSession._hears_letter,
    "disconnected": DeviceSession._is_out,
    "ERROR": DeviceSession._hears_error,
    "recalled": DeviceSession._is_reminded,
    "recall_ended": DeviceSession._has_filled_in,
}

_ON_CHAT: dict[str, Hears] = {
    "start_chat": DeviceSession._starts,
    "stream_begins": DeviceSession._begins,
    "chat_resumed": DeviceSession._resumes,
    "chat_ended": DeviceSession._ends,
    "chat_elsewhere": DeviceSession._is_elsewhere,
    "chat_unknown": DeviceSession._is_unknown,
    "following": DeviceSession._follows,
    "kept": DeviceSession._is_told,
    "cursor": DeviceSession._has_all_up_to,
    "message_from": DeviceSession._hears_letter,
}
