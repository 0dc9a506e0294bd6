"""The messages of one session: kept until they are safe, sent again, handed in when a chat is over. Sans-I/O.

Works over a `Memory`, which outlives the session. Rules of docs/protocol.md, sections 7, 10 and 11.
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.client.engine.following import FollowingSession
from duologue.client.engine.late_lines import LateLines
from duologue.client.engine.mailing import Mailing
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import ChatMemory
from duologue.client.engine.other_devices import ChatOfOthers
from duologue.client.engine.receiving import Receiving
from duologue.client.engine.rooms import RoomSessions
from duologue.client.events import HandedIn, Happening
from duologue.core.commands.chat import QuitChat, ResumeChat, StreamHeld
from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatResumed,
    ChatStarted,
    ChatUnknown,
    ChatWaits,
    Event,
    KeptFor,
    MessageFrom,
    NotKept,
    Recalled,
    RecallEnded,
    Refused,
    Said,
    StreamBegins,
)
from duologue.core.events.devices import ConversationsEnded, Cursor, Following, Kept
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomSaid
from duologue.core.requests import ChatEnd
from duologue.protocols.native.commands import encode_command
from duologue.protocols.native.wire import encode_message, parse_message

_NO_STREAM = "-"
"""In the place of a stream in which we have not spoken (14.3)."""


class Correspondence:
    """The messages of one session. `live` is the chat that is on in it. What is due to be sent is added to `to_chat`
    and `to_check`.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.live: ChatMemory | None = None
        self.to_chat = bytearray()
        self.to_check = bytearray()
        self.mail = Mailing(memory, self.to_chat, self.to_check, self._is_unsettled_with)
        self.rooms = RoomSessions(memory, self.to_chat)
        self.received = Receiving(memory)
        self.following = FollowingSession(memory, self.received, self.to_chat, self.to_check)
        self._written = 0
        self._asked: set[str] = set()
        self._late = LateLines()
        self._has_quit = False
        self._held_here: set[str] = set()
        self._undelivered: dict[str, int] = {}

    @property
    def is_resuming(self) -> bool:
        """Return whether the server has yet to say if the chat goes on."""
        current = self.memory.current
        return current is not None and current.id in self._asked

    def _is_unsettled_with(self, nickname: str) -> bool:
        """Return whether the server has yet to say what it has of a chat with them."""
        return any(chat.partner == nickname and chat.id in self._asked and chat.unstored for chat in self.memory.chats)

    # Beginning

    def begin(self) -> None:
        """Begin the session: ask about what the memory holds, and send again what is not safe. Whether another device
        holds a chat we are told anew.
        """
        self.memory.others.chat = None
        for chat in self.memory.chats:
            if chat.is_rest:
                self.mail.hand_in_lines(chat)
            elif chat.unstored or not chat.is_over:
                self._ask_to_resume(chat)
        self.following.begin()  # after the chats, whose messages come as theirs then
        for wish in self.memory.preferences:
            self.to_chat += encode_command(wish)
        self.rooms.begin()  # before the letters: nobody outside a room can say anything there
        self.mail.begin()

    def _ask_to_resume(self, chat: ChatMemory) -> None:
        self.to_chat += self._question_about(chat)

    def _question_about(self, chat: ChatMemory) -> bytes:
        self._asked.add(chat.id)
        if not (chat.stream or chat.partner_stream):
            return encode_command(ResumeChat(chat.id))
        sent = StreamHeld(chat.stream or _NO_STREAM, chat.stored)
        received = StreamHeld(chat.partner_stream, self.memory.received(chat.partner, chat.partner_stream))
        return encode_command(ResumeChat(chat.id, sent, received))

    # What we say

    def say(self, text: str) -> bytes:
        """Return the lines to send now: none if the chat has to be resumed first. Raises PeerError and MemoryTaken."""
        line = encode_message(text)
        chat, elsewhere = self.memory.current, self.memory.others.chat
        if chat is None and elsewhere is not None:
            return self._take(elsewhere, line) if elsewhere.is_free else self._write(elsewhere.partner, text)
        if chat is None:
            return line  # the server will say why not
        if chat is not self.live:
            self.memory.say_later(chat, line)
            return b""
        self.memory.say(chat, line)
        return self.lines_due()

    def _take(self, free: ChatOfOthers, line: bytes) -> bytes:
        """Ask for a chat that no device holds any more; what is said waits for the answer."""
        chat = self.memory.take(free.id, free.partner)
        self.memory.say_later(chat, line)
        return self._question_about(chat)

    def _write(self, nickname: str, text: str) -> bytes:
        """Say something beside a chat that another device holds."""
        return self.mail.write(self.memory.new_letter(nickname, text), is_said=True)

    def lines_due(self) -> bytes:
        """Return messages of the live chat that are in the memory and were not sent to the server in this session: no
        gap remains.

        The memory accepts some while a session is being opened, when nothing can be sent yet.
        """
        chat, lines = self.live, b""
        if chat:
            lines = b"".join(chat.unstored[place] for place in range(min(0, self._written - chat.sent), 0))
            self._written = chat.sent
        return lines

    def leave(self) -> None:
        """Leave the chat; if the server does not hear of that, it will when we are back."""
        self._has_quit = self.live is not None
        if self.memory.current:
            self.memory.end(self.memory.current)

    # What we hear. The methods return the events to report.

    def note(self, event: Event) -> list[Happening]:
        note = _NOTES.get(type(event))
        told: list[Happening] = note(self, event) if note else [event]
        if isinstance(
            event, ChatResumed | ChatEnded | ChatUnknown | ChatElsewhere
        ):  # after what it has made due in the chat
            self.mail.let_go()
        return told

    def _waits(self, event: ChatWaits) -> list[Happening]:
        chat = self.memory.chat(event.chat)
        if chat is None:
            self.to_chat += encode_command(ResumeChat(event.chat))
        elif chat.id not in self._asked and chat is not self.live:  # the answer may come before the question
            self._ask_to_resume(chat)
        return []

    def _started(self, event: ChatStarted) -> list[Happening]:
        self._held_here.add(event.chat)
        self.live = self.memory.begin(event.chat, event.nickname)
        self._late.chat_begins()
        self._written = 0
        self.received.begin(event.chat, 1)
        return [event]

    def _resumed(self, event: ChatResumed) -> list[Happening]:
        self._asked.discard(event.chat)
        self._held_here.add(event.chat)
        self.memory.others.ended(event.chat)
        chat = self.memory.chat(event.chat) or self.memory.begin(event.chat, event.nickname)
        rest = self.memory.resume(chat, event.had, event.stream, event.taken)
        if rest:
            self.mail.hand_in_lines(rest)
        self.live = chat
        self.received.begin(chat.partner_stream, self.memory.received(chat.partner, chat.partner_stream) + 1)
        self._written = event.taken
        self.to_chat += self.lines_due()
        if chat.is_over:
            self.to_chat += encode_command(QuitChat())
            return []
        return [event]

    def _stream_begins(self, event: StreamBegins) -> list[Happening]:
        self.received.begin(event.stream, event.first)
        return []

    def _said(self, event: Said) -> list[Happening]:
        return [event] if self.received.arrives_in_chat(event.nickname) else []

    def _message_from(self, event: MessageFrom) -> list[Happening]:
        return [event] if self.received.arrives(event.nickname, event.stream, event.number) else []

    # A chat is on another device

    def _held(self, event: ChatHeld | ChatElsewhere) -> list[Happening]:
        """Report it once: two sockets tell of it."""
        if event.chat in self._held_here:  # read late: the other socket has told more
            return []
        before = self.memory.others.chat
        self.memory.others.chat = ChatOfOthers(event.nickname, event.chat)
        return [] if before == self.memory.others.chat else [event]

    def _free(self, event: ChatFree) -> list[Happening]:
        if event.chat in self._held_here:
            return []
        if event.seconds:
            self.memory.others.chat = ChatOfOthers(event.nickname, event.chat, is_free=True)
        else:
            self.memory.others.ended(event.chat)
        return [event]

    def _elsewhere(self, event: ChatElsewhere) -> list[Happening]:
        """Leave a chat to the device that holds it. What is not stored of ours is handed in, under its numbers."""
        self._asked.discard(event.chat)
        chat = self.memory.chat(event.chat)
        if chat is None:
            return self._held(event)
        self.live = None if self.live is chat else self.live
        if not chat.stream:
            self._write_instead(chat)
        else:
            rest = self.memory.leave_to_others(chat, event.had)
            if rest:
                self.mail.hand_in_lines(rest)
        return self._held(event)

    def _write_instead(self, chat: ChatMemory) -> None:
        """Write what was said while we asked for a chat that we did not get."""
        for line in chat.unstored:
            self.to_chat += self._write(chat.partner, parse_message(line.removesuffix(b"\n")))
        self.memory.forget(chat)

    # A chat is over

    def _ended(self, event: ChatEnded) -> list[Happening]:
        if event.chat is not None:
            return self._end_answered(event, event.chat, event.had or 0)
        chat, self.live = self.live or self.memory.current, None
        elsewhere = self.memory.others.chat
        if elsewhere and chat is None and elsewhere.partner == event.nickname:
            self.memory.others.chat = None
        crossed = self._has_quit and event.reason is not ChatEnd.YOU_LEFT
        self._late.chat_ended(len(chat.unstored) if chat else 0, has_quit=crossed)
        self._has_quit = False
        return [event, *self._end(chat, event.reason)] if chat else [event]

    def _end(self, chat: ChatMemory, reason: ChatEnd) -> list[Happening]:
        """End a chat while we are there. The server may not have got what was said last: ask how far it has."""
        self.memory.end(chat)
        if reason is ChatEnd.LOST:  # else they had just enough time to get everything
            self._undelivered[chat.id] = chat.sent - chat.delivered
        if not chat.unstored:
            return self._settled(chat)
        if chat.id not in self._asked:
            self._ask_to_resume(chat)
        return []

    def _unknown(self, event: ChatUnknown) -> list[Happening]:
        chat = self.memory.chat(event.chat)
        if chat is None:
            return []
        return self._end_answered(ChatEnded(chat.partner, ChatEnd.LOST, chat.id, chat.stored), chat.id, chat.stored)

    def _end_answered(self, event: ChatEnded, chat_id: str, had: int) -> list[Happening]:
        self._asked.discard(chat_id)
        chat = self.memory.chat(chat_id)
        if chat is None:
            return []
        told: list[Happening] = [] if chat.is_over else [event]
        self.memory.others.ended(chat_id)
        if not chat.stream:
            self._write_instead(chat)
            return told
        self.memory.end(chat)
        self.memory.store(chat, had)
        self._late.counted(len(chat.unstored))
        if chat.unstored:
            self.mail.hand_in(chat, self._undelivered.pop(chat.id, 0))
            return told
        return [*told, Acknowledged(chat.stored, chat.delivered, chat.stream), *self._settled(chat)]

    def _settled(self, chat: ChatMemory) -> list[Happening]:
        """Return whether all that was said in it is safe."""
        self.memory.forget(chat)
        undelivered = self._undelivered.pop(chat.id, 0)
        return [HandedIn(chat.partner, undelivered)] if undelivered else []

    def _refused(self, event: Refused) -> list[Happening]:
        if event.code == "no_chat" and self._late.explain(is_live=self.live is not None):
            return []
        return self.rooms.refused(event)

    def _not_kept(self, event: NotKept) -> list[Happening]:
        rest = self.memory.chat_sending_in(event.stream)
        if rest and rest.is_rest:
            return self._rest_refused(event, rest)
        self.rooms.not_kept(event)
        return self.mail.not_kept(event)

    def _rest_refused(self, event: NotKept, rest: ChatMemory) -> list[Happening]:
        """Say it anew where the server does not know its stream so far. Otherwise it is tried again in the next
        session, or lost.
        """
        if event.code != "bad_number":
            return []
        if self.live and self.live.partner == rest.partner:
            self.memory.say_anew(rest, self.live)
            self.to_chat += self.lines_due()
            return []
        self.memory.forget(rest)
        return [HandedIn(event.nickname, 0, len(rest.unstored), event.text)]

    # What has become of our messages

    def _acknowledged(self, event: Acknowledged) -> list[Happening]:
        """Report it if it is news; an acknowledgement that names no stream answers a sign of life."""
        if event.stream is None:
            return [event]
        letter = self.memory.letter(event.stream)
        if letter:
            return self.mail.acknowledged(letter, event)
        chat = self.memory.chat_sending_in(event.stream)
        return self._chat_acknowledged(chat, event) if chat else []

    def _chat_acknowledged(self, chat: ChatMemory, event: Acknowledged) -> list[Happening]:
        before = (chat.stored, chat.delivered)
        self.memory.store(chat, event.stored)
        chat.delivered = max(chat.delivered, event.delivered)
        if (chat.stored, chat.delivered) == before:
            return []
        is_settled = chat.is_over and chat is not self.live and chat.id not in self._asked and not chat.unstored
        return [event, *self._settled(chat)] if is_settled else [event]


_NOTES: dict[type[Event], Callable[..., list[Happening]]] = {
    ChatWaits: Correspondence._waits,
    ChatStarted: Correspondence._started,
    ChatResumed: Correspondence._resumed,
    StreamBegins: Correspondence._stream_begins,
    Said: Correspondence._said,
    MessageFrom: Correspondence._message_from,
    ChatEnded: Correspondence._ended,
    ChatUnknown: Correspondence._unknown,
    Refused: Correspondence._refused,
    Acknowledged: Correspondence._acknowledged,
    KeptFor: lambda correspondence, event: correspondence.mail.kept(event),
    NotKept: Correspondence._not_kept,
    ChatHeld: Correspondence._held,
    ChatFree: Correspondence._free,
    ChatElsewhere: Correspondence._elsewhere,
    Following: lambda correspondence, event: correspondence.following.follows(event),
    Kept: lambda correspondence, event: correspondence.following.kept(event),
    Cursor: lambda correspondence, event: correspondence.following.told_up_to(event),
    ConversationsEnded: lambda correspondence, event: correspondence.following.has_list(event),
    RoomEntered: lambda correspondence, event: correspondence.rooms.entered(event),
    RoomExited: lambda correspondence, event: correspondence.rooms.exited(event),
    RoomSaid: lambda correspondence, event: correspondence.rooms.said(event),
    Recalled: lambda correspondence, event: correspondence.rooms.recalled(event),
    RecallEnded: lambda correspondence, event: correspondence.rooms.recall_ended(event),
}
