"""Duologue's server, of this checkout or another, and the relays that are the limit, as the benchmark meets them.

A step is what load.c takes for one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench import names
from bench.peer import Peer, Place

TOP = Path(__file__).resolve().parent.parent
USERS = 8000
"""Registered users: more than any workload has clients."""

_LINE = 8192
_AROUND = len(":\n")

_OUR_LOGIN = (
    "all down connect",
    r"all down send duologue/1 login_socket\n%u\n",
    "all down expect AUTH_SUCCESS ",
    "all up connect",
    r"all up send duologue/1 chat_socket %t\n",
    "all check connect",
    r"all check send duologue/1 check_socket %t\n",
    "all check expect PONG",
    r"all check answer PING PONG\n",
)
_OUR_CHAT = (
    r"even up send /chat %p\n",
    "odd down expect want_chat_with_you ",
    r"odd up send yes\n",
    "all either expect start_chat %p ",  # an older checkout says it on the login socket
    r"all check report PING %r %t\n",
    r"all check inquire PING 0 %t\n",
    "all check stored PONG ",
)


_ANY_WEB_PORT = {"DUOLOGUE_WEB_PORT": "0"}
"""A variable, and no flag: an older checkout that has no such port passes over it."""


def _duologue(server: Sequence[str], settings: Callable[[Place], list[str]]) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        users = place.folder / "users.csv"
        users.write_text("clientID\n" + "".join(f"u{number:05}\n" for number in range(USERS)), encoding="ascii")
        fixed = ["--port", str(place.port), "--users", str(users), "--data", str(place.folder), "--limits", "off"]
        return [*server, *fixed, *settings(place), *place.options]

    return command


def _without_history(_: Place) -> list[str]:
    return ["--history", "off"]


def _with_history(_: Place) -> list[str]:
    return ["--history", "on"]


def _with_tls(place: Place) -> list[str]:
    certificate = str(place.certificate)
    return [*_without_history(place), "--tls-cert", certificate, "--tls-key", certificate]


def duologue(server: Sequence[str], prefix: str = names.OURS) -> list[Peer]:
    """Without a history, with one, and with TLS. `server` is the command that starts it."""

    def peer(like: str, settings: Callable[[Place], list[str]]) -> Peer:
        return Peer(
            name=like.replace(names.OURS, prefix),
            like=like,
            command=_duologue(server, settings),
            environment=_ANY_WEB_PORT,
            enter=_OUR_LOGIN,
            pair=(*_OUR_CHAT, "all check stored PONG "),
            message=r":{text}\n",
            room=(r"all up send /join #tea\n", "all down expect room_entered "),
            room_message=r"/msg #tea AbCdEfGhIjKl %n :{text}\n",
            goodbye=r"/exit\n",
            longest=_LINE - _AROUND,
        )

    return [
        peer(names.OURS, _without_history),
        replace(peer(names.HISTORY, _with_history), stores=True),
        replace(peer(names.TLS, _with_tls), tls=True),
    ]


OURS = (sys.executable, str(TOP / "server.py"))


def limit(program: Path) -> Peer:
    return Peer(
        name=names.LIMIT,
        like=names.LIMIT,
        command=lambda place: [str(program), str(place.port)],
        enter=("all down connect", r"all down send %u\n", "all down expect welcome"),
        message=r"{text}\n",
    )


def limit_of_three(program: Path) -> Peer:
    """It acknowledges nothing, so nothing is waited for."""
    return Peer(
        name=names.LIMIT_OF_THREE,
        like=names.LIMIT_OF_THREE,
        command=lambda place: [str(program), str(place.port)],
        enter=_OUR_LOGIN,
        pair=_OUR_CHAT,
        message=r":{text}\n",
    )
