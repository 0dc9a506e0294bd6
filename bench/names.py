"""How workloads and servers are called: in results.json, in tables, and where one is looked up for a bound.

Nothing here knows how anything is measured.
"""

from __future__ import annotations

LIMIT = "limit"
LIMIT_OF_THREE = "limit, three sockets"
"""The least that a relay can do on the native wire, where a client has three sockets."""
OURS = "duologue"
HISTORY = "duologue, history"
TLS = "duologue, TLS"
OTHER = "other"
"""What takes the place of `duologue` in the names of another checkout's servers."""

INSPIRCD = "inspircd"
INSPIRCD_TLS = "inspircd, TLS"
NGIRCD = "ngircd"
NATS = "nats"
JETSTREAM = "jetstream"

SIZE = 64
"""Bytes of text in a message where nothing else is said."""

WINDOW = 1024
"""Messages in flight of each pair, as in `pipelined, 50 pairs`."""

PAIRS = (50, 100, 200, 400)
MANY_PAIRS = 500
MEMBERS = (63, 125, 250, 500)
PASTE = (10_000, 10)
"""Lines, and members of the room."""
CLIENTS = (750, 1500, 3000, 6000)
"""6,000 clients of three sockets are as many as a process with 20,000 descriptors can hold."""
LENGTHS = tuple(1000 << doubled for doubled in range(8))

START = "start"
LONE = "one message after a pause"
STEADY = "10,000 messages a second"
MIXED = "1,000 pairs, 100 logins a second"
MIXED_LOGINS = "logins beside 1,000 pairs"
ALL_LOGINS = f"logins, 1 to {CLIENTS[-1]:,}"
FIRST_LOGINS = "logins, the first 500"
LAST_LOGINS = f"logins, the last 500 of {CLIENTS[-1]:,}"

NOBODY_ATTACKS = "nobody attacks"
SEARCH_ONE_WRITE = "/search for what is not there, 87,000 messages of one write"
SEARCH_LINES = "/search for what is not there, 100,000 ordinary lines"
TEXT_PARTS = "/text_part without end"
BAD_JSON = "rooms_json: JSON that is none"
COMING_BACK = "messages without end, with /resume"
ASK_AND_CANCEL = "/chat and /cancel"
JOIN_AND_LIST = "/join and /rooms, 5,000 rooms"
LETTERS = "letters without end to one mailbox"
WEB_PINGS = "web: WebSocket pings without end"
WEB_FRAMES = "web: WebSocket frames without end"
ONE_LOGIN = "logins under unknown names, one connection"
MANY_LOGINS = "logins under unknown names, 100 connections"
HALF_A_LOGIN = "half a login that does not read"
PINGS = "PING without end on the check socket"
PRESENCE = "/away and /back, 200 watch"
PLAIN_LINES = "plain_lines: /people without end"
ATTACKS = (
    *(SEARCH_ONE_WRITE, SEARCH_LINES, TEXT_PARTS, BAD_JSON, COMING_BACK, ASK_AND_CANCEL, JOIN_AND_LIST, LETTERS),
    *(WEB_PINGS, WEB_FRAMES, ONE_LOGIN, MANY_LOGINS, HALF_A_LOGIN, PINGS, PRESENCE, PLAIN_LINES),
)
UNDER_ATTACK = (NOBODY_ATTACKS, *ATTACKS)
"""What is measured while one client does its worst, and while none does."""


def ping_pong(pairs: int, size: int = SIZE) -> str:
    return f"ping-pong, {_people(pairs)}{_sized(size)}"


def pipelined(pairs: int, size: int = SIZE, window: int = WINDOW) -> str:
    return f"pipelined{f' by {window}' if window != WINDOW else ''}, {_people(pairs)}{_sized(size)}"


def fan_out(members: int) -> str:
    return f"room of {members}"


def paste(lines: int, members: int) -> str:
    return f"{lines:,} lines into a room of {members}"


def logins(clients: int) -> str:
    return f"500 logins up to {clients:,}"


def idle(clients: int) -> str:
    return f"{clients:,} idle clients"


def sweep(clients: int) -> str:
    return f"idle, {clients:,} clients, nobody asked"


def who(clients: int) -> str:
    return f"who, {clients:,} clients"


def page(length: int) -> str:
    return f"last page of {length:,}"


def _people(pairs: int) -> str:
    return f"{pairs} pair{'s' if pairs > 1 else ''}"


def _sized(size: int) -> str:
    return f", {size:,} bytes" if size != SIZE else ""
