"""The rules of chats, live or waiting for somebody whose connection is lost. Requests are in `switchboard`.

Calls in (with the time in seconds of a monotonic clock), effects out. Each of the two is told what they have not done
themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from duologue.core.commands.chat import ResumeChat
from duologue.core.effects import CloseChat, Effect, OpenChat, PauseChat, ReopenChat, Tell
from duologue.core.errors import PeerError
from duologue.core.events.chat import ChatEnded, ChatPaused, ChatResumed, ChatStarted, ChatWaits, PartnerResumed
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

    def start(self, asker: str, target: str) -> list[Effect]:
        chat = Chat(self._new_chat_id(), asker, target)
        self._chats[asker] = self._chats[target] = chat
        return [OpenChat(chat), Tell(asker, ChatStarted(target, chat.id)), Tell(target, ChatStarted(asker, chat.id))]

    def restore(self, now: float, chat: Chat) -> None:
        """Take over a chat from a server that ran before; it waits for both. With a guest it is overdue, as no guest
        comes back.
        """
        for nickname in (chat.asker, chat.target):
            self._chats[nickname] = chat
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
        ended = ChatEnded(chat.partner_of(nickname), ChatEnd.YOU_LEFT)
        return [*self._end(chat, ChatEnd.LEFT, nickname), Tell(nickname, ended)]

    def leave(self, now: float, nickname: str, reason: ChatEnd) -> list[Effect]:
        """Pause the chat if `reason` is LOST and `nickname` has an account; otherwise end it."""
        chat = self._chats.get(nickname)
        if chat is None:
            return []
        is_awaited = reason is ChatEnd.LOST and not is_guest(nickname)
        return self._pause(now, chat, nickname) if is_awaited else self._end(chat, reason, nickname)

    def _pause(self, now: float, chat: Chat, nickname: str) -> list[Effect]:
        if nickname in chat.away:  # lost again before it had resumed: it has what is left of its time
            return []
        self._await(now, chat, nickname)
        paused = ChatPaused(nickname, round(self._limits.grace))
        return [PauseChat(chat, nickname), Tell(chat.partner_of(nickname), paused)]

    def _await(self, now: float, chat: Chat, nickname: str) -> None:
        chat.away[nickname] = deadline = now + self._limits.grace
        self._awaited.append((deadline, nickname, chat))

    def end_overdue(self, now: float) -> list[Effect]:
        """End chats that nobody came back to. All wait equally long, so the oldest are first."""
        effects: list[Effect] = []
        while self._awaited and self._awaited[0][0] <= now:
            deadline, nickname, chat = self._awaited.popleft()
            if self._chats.get(nickname) is chat and chat.away.get(nickname) == deadline:
                ended = ChatEnded(chat.partner_of(nickname), ChatEnd.LOST)
                effects += [*self._end(chat, ChatEnd.LOST, nickname), Tell(nickname, ended)]
        return effects

    def _end(self, chat: Chat, reason: ChatEnd, by: str) -> list[Effect]:
        for nickname in (chat.asker, chat.target):
            del self._chats[nickname]
        return [CloseChat(chat, reason), Tell(chat.partner_of(by), ChatEnded(by, reason))]

    # Coming back

    def arrive(self, now: float, nickname: str) -> list[Effect]:
        """Announce a waiting chat to somebody who logs in. To a guest it is another guest's of this name, and ends."""
        chat = self._chats.get(nickname)
        if chat is None:
            return []
        if is_guest(nickname):
            return self._end(chat, ChatEnd.LOST, nickname)
        return [Tell(nickname, ChatWaits(chat.partner_of(nickname), chat.id, seconds_left(chat.away[nickname], now)))]

    def agree(self, nickname: str, command: ResumeChat) -> list[Effect]:
        """Do the first half of a `/resume` by somebody whose chat it is: agree on where both ends stand.

        Where a stream begins with it, the store comes between the halves.
        """
        chat = self._chats[nickname]
        if nickname not in chat.away:
            raise PeerError("not_paused", "Your chat is on already.")
        held = chat.hears(nickname).recipient_returns(command.received)
        answer = chat.says(nickname).sender_returns(command.sent)
        stream = answer.stream
        return [
            Tell(nickname, ChatResumed(chat.partner_of(nickname), chat.id, answer.had, stream.name, stream.sent)),
            ReopenChat(chat, nickname, tuple(held), stream if answer.is_new else None),
        ]

    def come_back(self, now: float, nickname: str) -> list[Effect]:
        """Do the second half: stop waiting for `nickname`, and tell the partner."""
        chat = self._chats[nickname]
        del chat.away[nickname]
        partner = chat.partner_of(nickname)
        if partner in chat.away:
            return [Tell(nickname, ChatPaused(partner, seconds_left(chat.away[partner], now)))]
        return [Tell(partner, PartnerResumed(nickname, chat.id))]


def seconds_left(deadline: float, now: float) -> int:
    return max(0, round(deadline - now))
