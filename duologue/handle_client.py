"""What each command of a client does: a table from commands to the few lines that carry them out."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.accounts import nickname_key
from duologue.core.chat import ChatEnd
from duologue.core.commands import (
    AcceptChat,
    AskForChat,
    AttachSocket,
    CancelRequest,
    Command,
    DeclineChat,
    Exit,
    GiveNickname,
    GivePassword,
    ListOnline,
    ListRequests,
    Ping,
    Pong,
    QuitChat,
    ReadHistory,
    ResumeChat,
    Say,
    SearchHistory,
    SendLetter,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import Refused
from duologue.hub import BYE, Hub
from duologue.link import Client, Link


def handle_client(hub: Hub, link: Link, command: Command | PeerError) -> None:
    """Carry out one command that came on `link`, or tell what is wrong with it."""
    try:
        _carry_out(hub, link, command)
    except FatalPeerError as error:
        hub.cast_out(link, error)
    except PeerError as error:
        (link.client.login_socket if link.client else link).tell(Refused(error.code, error.text))


def _carry_out(hub: Hub, link: Link, command: Command | PeerError) -> None:
    kind = type(command)
    if kind in _FOR_SOCKETS:
        _FOR_SOCKETS[kind](hub, link, command)
        return
    if link.client is None:
        raise PeerError("not_logged_in", "The login is not complete: wait for the first PONG on the check socket.")
    hub.congestion.spend(link.client, 1)
    if isinstance(command, PeerError):
        raise command
    _FOR_CLIENTS[kind](hub, link.client, command)


def _give_nickname(hub: Hub, link: Link, command: GiveNickname) -> None:
    hub.login.give_nickname(link, command.nickname)


def _give_password(hub: Hub, link: Link, command: GivePassword) -> None:
    hub.login.give_password(link, command.password)


def _attach(hub: Hub, link: Link, command: AttachSocket) -> None:
    hub.login.attach(link, command.kind, command.token)


def _ping(hub: Hub, link: Link, command: Ping) -> None:
    # Before the login is complete there is nothing to answer: the first PONG says that it is.
    if link.client:
        hub.conversations.check_from_client(link.client, command)


def _pong(hub: Hub, link: Link, _: Pong) -> None:
    """Any byte counts as life, so there is nothing left to do."""


def _ask(hub: Hub, client: Client, command: AskForChat) -> None:
    hub.perform(hub.switchboard.ask(hub.time(), client.nickname, nickname_key(command.nickname)))


def _accept(hub: Hub, client: Client, command: AcceptChat) -> None:
    hub.perform(hub.switchboard.accept(client.nickname, _key(command.nickname)))


def _decline(hub: Hub, client: Client, command: DeclineChat) -> None:
    hub.perform(hub.switchboard.decline(hub.time(), client.nickname, _key(command.nickname)))


def _cancel(hub: Hub, client: Client, command: CancelRequest) -> None:
    hub.perform(hub.switchboard.cancel(client.nickname, _key(command.nickname)))


def _list_requests(hub: Hub, client: Client, _: ListRequests) -> None:
    client.login_socket.tell(hub.switchboard.requests_to(client.nickname))


def _list_online(hub: Hub, client: Client, _: ListOnline) -> None:
    client.login_socket.tell(hub.people_online())


def _say(hub: Hub, client: Client, command: Say) -> None:
    if client.chat is None:
        raise PeerError("no_chat", "You are in no chat, so nobody gets this. /chat NICK asks for one.")
    hub.conversations.delivery.say(client.chat, client, command.text)


def _quit(hub: Hub, client: Client, _: QuitChat) -> None:
    hub.perform(hub.switchboard.quit(client.nickname))


def _resume(hub: Hub, client: Client, command: ResumeChat) -> None:
    hub.resume(client, command)


def _send_letter(hub: Hub, client: Client, command: SendLetter) -> None:
    hub.conversations.mailbox.send(client, command)


def _read_history(hub: Hub, client: Client, command: ReadHistory) -> None:
    hub.conversations.recall.history(client, nickname_key(command.nickname), command.count, command.before)


def _search_history(hub: Hub, client: Client, command: SearchHistory) -> None:
    hub.conversations.recall.search(client, command.words)


def _exit(hub: Hub, client: Client, _: Exit) -> None:
    hub.disconnect_client(client, ChatEnd.LEFT, BYE)


def _key(nickname: str | None) -> str | None:
    return None if nickname is None else nickname_key(nickname)


_FOR_SOCKETS: dict[type, Callable[..., None]] = {
    GiveNickname: _give_nickname,
    GivePassword: _give_password,
    AttachSocket: _attach,
    Ping: _ping,
    Pong: _pong,
}
"""Commands of a single socket, on the way in or for as long as it lives."""

_FOR_CLIENTS: dict[type, Callable[..., None]] = {
    AskForChat: _ask,
    AcceptChat: _accept,
    DeclineChat: _decline,
    CancelRequest: _cancel,
    ListRequests: _list_requests,
    ListOnline: _list_online,
    Say: _say,
    QuitChat: _quit,
    ResumeChat: _resume,
    SendLetter: _send_letter,
    ReadHistory: _read_history,
    SearchHistory: _search_history,
    Exit: _exit,
}
"""Commands of somebody who is logged in. Each counts against the client's rate, and so does a line that is no command.
"""
