"""The rules of chats, live or waiting for somebody whose connection is lost. Requests are in `switchboard`.

Calls in (with the time in seconds of a monotonic clock), effects out. Each of the two is told what they have not done
themselves. Each takes part through one session at a time, which holds the chat; sessions are numbers here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from duologue.core.commands.chat import ResumeChat
from duologue.core.effects import CloseChat, Effect, OpenChat, PauseChat, ReopenChat, Tell
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatPaused,
    ChatResumed,
    ChatStarted,
    ChatWaits,
    Event,
    PartnerResumed,
)
from duologue.core.limits import Limits
from duologue.core.names import is_guest
from duologue.core.requests import Chat, ChatEnd


class ChatRules:
    """All chats; nobody is in two. `new_chat_id` makes an id that no other chat has."""

    def __init__(self, new_chat_id: Callable[[], str], limits: Limits) -> None:
        self._new_chat_id = new_chat_id
        self._limits = limits
        self._chats: dict[str, Chat] = {}  # by each of the two, here or away
        self._awaited: deque[tuple[float, str, Chat]] = deque()

    @property
    def count(self) -> int:
        """The number of chats, with those that wait for somebody."""
        return len(self._chats) // 2

    def of(self, nickname: str) -> Chat | None:
        """Return the chat that somebody is in, or that waits for them."""
        return self._chats.get(nickname)

    def start(self, holders: Mapping[str, int]) -> list[Effect]:
        """Begin a chat of two, each with the session that is to hold it; the asker comes first."""
        asker, target = holders
        chat = Chat(self._new_chat_id(), asker, target, holders=dict(holders))
        self._chats[asker] = self._chats[target] = chat
        effects: list[Effect] = [OpenChat(chat)]
        for nickname in holders:
            effects += self._tell_holder(chat, nickname, ChatStarted(chat.partner_of(nickname), chat.id))
            effects.append(self._tell_others(chat, nickname, ChatHeld(chat.partner_of(nickname), chat.id)))
        return effects

    @staticmethod
    def _tell_holder(chat: Chat, nickname: str, event: Event) -> list[Effect]:
        """Tell the session that holds the chat; where none does, nobody is there to be told."""
        session = chat.holders.get(nickname)
        return [] if session is None else [Tell(nickname, event, session)]

    @staticmethod
    def _tell_others(chat: Chat, nickname: str, event: Event) -> Effect:
        return Tell(nickname, event, besides=chat.holders.get(nickname))

    def restore(self, now: float, chat: Chat) -> None:
        """Take over a chat from a server that ran before; it waits for both. With a guest it is overdue, as no guest
        comes back.
        """
        for nickname in (chat.asker, chat.target):
            self._chats[nickname] = chat
            chat.is_pause_told[nickname] = None
            if is_guest(nickname):
                chat.away[nickname] = now
                self._awaited.appendleft((now, nickname, chat))
            else:
                self._await(now, chat, nickname)

    # Leaving

    def quit(self, nickname: str) -> list[Effect]:
        chat = self._chats.get(nickname)
        if chat is None:
            raise PeerError("no_chat", "You are in no chat. /exit leaves the app.")
        return [*self._end(chat, ChatEnd.LEFT, nickname), *self._tell_end(chat, nickname, ChatEnd.YOU_LEFT)]

    def leave(self, now: float, nickname: str, session: int, reason: ChatEnd, *, is_last: bool) -> list[Effect]:
        """Take out a session; `is_last`: no other of its person is here.

        A chat that it holds waits for another session; after the last one it ends, but for an account that was LOST.
        """
        chat = self._chats.get(nickname)
        if chat is None:
            return []
        if chat.returning.get(nickname) == session:
            del chat.returning[nickname]
        holds = chat.holders.get(nickname) == session
        if is_guest(nickname) or (is_last and reason is not ChatEnd.LOST):
            return self._end(chat, reason, nickname)
        return [
            *(self._let_go(now, chat, nickname) if holds else []),
            *(self._tell_pause(now, chat, nickname) if is_last else []),
        ]

    def remove(self, nickname: str) -> list[Effect]:
        """End the chat of somebody whose account is gone."""
        chat = self._chats.get(nickname)
        return self._end(chat, ChatEnd.REMOVED, nickname) if chat else []

    def _let_go(self, now: float, chat: Chat, nickname: str) -> list[Effect]:
        """Let the chat wait for another session, or for the same person to come back."""
        session = chat.holders.pop(nickname)
        self._await(now, chat, nickname)
        free = ChatFree(chat.partner_of(nickname), chat.id, round(self._limits.grace))
        return [PauseChat(chat, nickname, session), Tell(nickname, free, besides=session)]

    def _tell_pause(self, now: float, chat: Chat, nickname: str) -> list[Effect]:
        """Tell the partner, once, that nobody of `nickname` is here any more."""
        if nickname in chat.is_pause_told:
            return []
        chat.is_pause_told[nickname] = None
        paused = ChatPaused(nickname, seconds_left(chat.away[nickname], now))
        return self._tell_holder(chat, chat.partner_of(nickname), paused)

    def _await(self, now: float, chat: Chat, nickname: str) -> None:
        chat.away[nickname] = deadline = now + self._limits.grace
        self._awaited.append((deadline, nickname, chat))

    def end_overdue(self, now: float) -> list[Effect]:
        """End chats that nobody came back to. All wait equally long, so the oldest are first."""
        effects: list[Effect] = []
        while self._awaited and self._awaited[0][0] <= now:
            deadline, nickname, chat = self._awaited.popleft()
            if self._chats.get(nickname) is chat and chat.away.get(nickname) == deadline:
                effects += self._end(chat, ChatEnd.LOST, nickname)
                effects += self._tell_end(chat, nickname, ChatEnd.LOST)
        return effects

    def _end(self, chat: Chat, reason: ChatEnd, by: str) -> list[Effect]:
        for nickname in (chat.asker, chat.target):
            del self._chats[nickname]
        return [CloseChat(chat, reason), *self._tell_end(chat, chat.partner_of(by), reason)]

    def _tell_end(self, chat: Chat, nickname: str, reason: ChatEnd) -> list[Effect]:
        """Tell the one who held the chat that it has ended, and others that nothing of it is left to hold; where nobody
        did, all of them wait for its end.
        """
        partner = chat.partner_of(nickname)
        if nickname not in chat.holders:
            return [Tell(nickname, ChatEnded(partner, reason))]
        ended = self._tell_holder(chat, nickname, ChatEnded(partner, reason))
        return [*ended, self._tell_others(chat, nickname, ChatFree(partner, chat.id, 0))]

    # Coming back

    def arrive(self, now: float, nickname: str, session: int) -> list[Effect]:
        """Announce a chat to a session that logs in: one that waits for it, or that another holds. To a guest it is
        another guest's of this name, and ends.
        """
        chat = self._chats.get(nickname)
        if chat is None:
            return []
        if is_guest(nickname):
            return self._end(chat, ChatEnd.LOST, nickname)
        partner = chat.partner_of(nickname)
        if nickname in chat.holders:
            return [Tell(nickname, ChatHeld(partner, chat.id), session)]
        return [Tell(nickname, ChatWaits(partner, chat.id, seconds_left(chat.away[nickname], now)), session)]

    def agree(self, nickname: str, session: int, command: ResumeChat, *, by_device: bool = False) -> list[Effect]:
        """Do the first half of a `/resume` by somebody whose chat it is: agree on where both ends stand. `by_device`:
        the session has named its device, and is handed what it does not hold itself.

        Where a stream begins with it, the store comes between the halves. Of two sessions the first holds the chat;
        the other is told so, and nothing else comes of it.
        """
        chat = self._chats[nickname]
        holder = chat.returning.get(nickname, chat.holders.get(nickname))
        if holder == session:
            raise PeerError("not_paused", "Your chat is on already.")
        if holder is not None:
            had = chat.says(nickname).stored_of(command.sent)
            return [Tell(nickname, ChatElsewhere(chat.partner_of(nickname), chat.id, had), session)]
        held = chat.hears(nickname).recipient_returns(command.received, by_device=by_device)
        answer = chat.says(nickname).sender_returns(command.sent)
        chat.returning[nickname] = session
        stream = answer.stream
        resumed = ChatResumed(chat.partner_of(nickname), chat.id, answer.had, stream.name, stream.sent)
        return [
            Tell(nickname, resumed, session),
            ReopenChat(chat, nickname, session, tuple(held), stream if answer.is_new else None),
        ]

    def come_back(self, now: float, nickname: str) -> list[Effect]:
        """Do the second half: stop waiting for `nickname`, and tell the partner, who had been told of a pause."""
        chat = self._chats[nickname]
        del chat.away[nickname]
        chat.holders[nickname] = chat.returning.pop(nickname)
        partner = chat.partner_of(nickname)
        others = self._tell_others(chat, nickname, ChatHeld(partner, chat.id))
        was_told = nickname in chat.is_pause_told
        chat.is_pause_told.pop(nickname, None)
        if partner in chat.away:
            paused = ChatPaused(partner, seconds_left(chat.away[partner], now))
            is_pause = partner in chat.is_pause_told
            return [others, *(self._tell_holder(chat, nickname, paused) if is_pause else [])]
        return [others, *(self._tell_holder(chat, partner, PartnerResumed(nickname, chat.id)) if was_told else [])]


def seconds_left(deadline: float, now: float) -> int:
    return max(0, round(deadline - now))
