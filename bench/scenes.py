"""What is played, by whom: all workloads and attacks, in their order."""

from __future__ import annotations

from functools import partial

from bench import names
from bench.attacks import attacks
from bench.workloads import Play, Scene, chats, crowd, marks, mixed, pages, paste, room, start, sweeps

_CHATTERS = (names.LIMIT, names.OURS, names.HISTORY, names.INSPIRCD, names.NGIRCD, names.NATS, names.JETSTREAM)
_WITH_ROOMS = (names.OURS, names.HISTORY, names.INSPIRCD, names.NGIRCD, names.NATS)
_WITH_TLS = (names.TLS, names.INSPIRCD_TLS)
_PING_PONG, _PIPELINED = Play(0), Play(names.WINDOW)
_SIZES = (16, 1024, 8000)

SCENES = (
    Scene("start", (names.OURS, names.HISTORY), start),
    Scene("one", _CHATTERS[:-1], partial(chats, 1, [_PING_PONG])),
    Scene(
        "pairs", (*_CHATTERS, names.LIMIT_OF_THREE), partial(chats, names.PAIRS[0], [_PING_PONG, _PIPELINED, Play(64)])
    ),
    Scene(
        "sizes",
        (names.LIMIT, names.OURS, names.HISTORY, names.INSPIRCD, names.NATS),
        partial(chats, names.PAIRS[0], [Play(window, size) for size in _SIZES for window in (0, names.WINDOW)]),
    ),
    Scene("tls", _WITH_TLS, partial(chats, names.PAIRS[0], [_PING_PONG, _PIPELINED])),
    Scene("many", (*_CHATTERS[:-1], names.LIMIT_OF_THREE), partial(chats, names.MANY_PAIRS, [_PING_PONG])),
    *(
        Scene(
            "growth", (names.LIMIT, names.LIMIT_OF_THREE, names.OURS), partial(chats, pairs, [_PING_PONG, _PIPELINED])
        )
        for pairs in names.PAIRS[1:]
    ),
    Scene("marks", (names.OURS, names.HISTORY), marks),
    Scene("paste", (names.HISTORY,), partial(paste, *names.PASTE)),
    Scene("fanout", (names.OURS, names.HISTORY, names.INSPIRCD), partial(room, names.MEMBERS[0])),
    *(Scene("fanout", (names.OURS,), partial(room, members)) for members in names.MEMBERS[1:-1]),
    Scene("fanout", _WITH_ROOMS, partial(room, names.MEMBERS[-1])),
    Scene("crowd", (names.OURS,), crowd),
    Scene("sweeps", (names.OURS,), sweeps),
    Scene("pages", (names.HISTORY,), pages),
    Scene("mixed", (names.OURS, names.HISTORY), mixed),
    Scene("attacks", (names.HISTORY,), attacks),
)
