"""Defences of several devices taken out of the server, one by one: without each of them some play must find a fault.

That the feed waits for a chat, and a cursor for the feed, is in tests/mutations/following.py: plays seldom show it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from duologue.core.chat_rules import ChatRules
from duologue.core.commands.chat import StreamHeld
from duologue.core.requests import Chat
from duologue.core.streams import Direction, Resumption, Stream
from duologue.server.chats.mailbox import Mailbox
from duologue.server.people.directory import Directory
from duologue.server.session import Session

Control = Callable[[pytest.MonkeyPatch], None]


def flow_after_received(patch: pytest.MonkeyPatch) -> None:
    """A chat goes on after what the person has, not after what the device holds."""
    returns, next_stream = Direction.recipient_returns, Direction.next_stream

    def without(self: Direction, held: StreamHeld | None, *, by_device: bool = False) -> list[Stream]:
        return returns(self, held)

    def next_without(self: Direction, *, by_device: bool = False) -> None:
        next_stream(self)

    patch.setattr(Direction, "recipient_returns", without)
    patch.setattr(Direction, "next_stream", next_without)


def any_session_holds(patch: pytest.MonkeyPatch) -> None:
    """A chat that a session holds is given to another one that asks for it: there are two relays."""
    agree = ChatRules.agree

    def without(self: ChatRules, nickname: str, session: int, command: Any, *, by_device: bool = False) -> Any:
        chat: Chat = self._chats[nickname]
        if chat.holders.get(nickname) not in (None, session) and nickname not in chat.returning:
            chat.holders.pop(nickname)
            chat.away[nickname] = 1e12
        return agree(self, nickname, session, command, by_device=by_device)

    patch.setattr(ChatRules, "agree", without)


def stream_of_another_device(patch: pytest.MonkeyPatch) -> None:
    """Who takes a chat goes on in the stream of the device that held it."""

    def without(self: Direction, _: StreamHeld | None) -> Resumption:
        return Resumption(self.current.sent, self.current, is_new=False)

    patch.setattr(Direction, "sender_returns", without)


def mailbox_to_who_follows(patch: pytest.MonkeyPatch) -> None:
    """Letters are pushed to a session that follows, too."""

    def any_session(self: Directory, nickname: str) -> Session | None:
        return next(iter(self.sessions_of(nickname)), None)

    push = Mailbox._push

    def opens(self: Mailbox, session: Session) -> None:
        if session not in self._visits:
            self.open(session)
        else:
            push(self, session)

    patch.setattr(Directory, "without_device", any_session)
    patch.setattr(Mailbox, "_push", opens)


CONTROLS: dict[str, Control] = {
    "flow after received": flow_after_received,
    "any session holds": any_session_holds,
    "stream of another device": stream_of_another_device,
    "mailbox to who follows": mailbox_to_who_follows,
}
