"""What the rules want done: the hub carries these out, in the order given."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.chat import Chat, ChatEnd
from duologue.core.events import Event


@dataclass(frozen=True, slots=True)
class Tell:
    """Say `event` to the one who is logged in as `nickname`."""

    nickname: str
    event: Event


@dataclass(frozen=True, slots=True)
class OpenChat:
    """The two of `chat` can talk from now on."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class CloseChat:
    """No more messages between the two of `chat`."""

    chat: Chat
    reason: ChatEnd


Effect = Tell | OpenChat | CloseChat
