"""A client of system 000 as the sans-I/O end of the server sees it: alice, logged in over three sockets."""

from __future__ import annotations

from duologue.core.commands.chat import (
    AskForChat,
    AttachSocket,
    Command,
    GiveNickname,
    SocketKind,
)
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Event,
    LoggedIn,
    Refused,
    RequestSent,
)
from duologue.core.requests import ChatEnd
from duologue.protocols.legacy.simplechat import SimpleChat

HOST = "127.0.0.1"
PORT = 40_000
OVER = "The chat with bob had ended, so that line went nowhere. Type it again."
NO_CHAT = "You are in no chat, so nobody got that. /chat NAME asks for one."


class Client:
    """Alice, logged in over three sockets, and what the server's ends of them make of each read.

    Words that stand alone are told what the server would tell: a mistake comes back as the text that is read for it.
    """

    def __init__(self, *events: Event) -> None:
        self.codec = SimpleChat()
        self.login, self.chat, self.check = (self.codec.socket(HOST, PORT + beyond) for beyond in range(3))
        self.heard: list[str] = []
        self.answered: list[str] = []
        assert [*self.login.receive_data(b"login_socketalice")] == [GiveNickname("alice", is_all=True)]
        assert self.login.encode(LoggedIn("t", "alice")) == (b"AUTH_SUCCESS",)
        assert [*self.chat.receive_data(b"chat_socket")] == [AttachSocket(SocketKind.CHAT, "t")]
        assert [*self.check.receive_data(b"check_socket")] == [AttachSocket(SocketKind.CHECK, "t")]
        assert self.login.encode(Acknowledged()) == ()
        self.told(*events)
        self.heard.clear()
        self.answered.clear()

    def told(self, *events: Event) -> None:
        for event in events:
            told = self.login.told(event)
            self.heard += [message.decode() for message in told.login]
            self.answered += [message.decode() for message in told.chat]

    def types(self, *reads: str) -> list[Command]:
        """The commands. A mistake is told."""
        commands = []
        for read in reads:
            for command in self.chat.receive_data(read.encode()):
                if isinstance(command, PeerError):
                    self.told(Refused(command.code, command.text))
                else:
                    commands.append(command)
        return commands


def in_chat() -> Client:
    """As the one who asked."""
    client = Client()
    assert client.types("/chat bob") == [AskForChat("bob")]
    client.told(RequestSent("bob", 120), ChatStarted("bob", "id"))
    assert (client.heard, client.answered) == (["Waiting for bob to answer."], ["start_chat"])
    client.heard.clear()
    client.answered.clear()
    return client


def asked(*nicknames: str) -> Client:
    return Client(*(ChatRequested(nickname, 120) for nickname in nicknames))


def started(nickname: str) -> str:
    return f"Chat with {nickname} started: what you type goes to {nickname} alone. /quit leaves the chat."


def left(nickname: str) -> ChatEnded:
    return ChatEnded(nickname, ChatEnd.LEFT)
