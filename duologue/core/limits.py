"""Limits on what one peer may ask for, and on how long the server waits.

The numbers and their reasons live here; what happens past a limit is decided by the code that counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

# A person types a password in a few seconds; a socket that says nothing is somebody's experiment. InspIRCd: 20 s.
LOGIN_TIMEOUT = 20.0
# The client attaches its two sockets at once; ten seconds are several round trips of a bad mobile link.
TOKEN_LIFETIME = 10.0
# A peer that takes no byte for this long is gone or stopped. NATS: a write deadline of 10 s.
WRITE_STALL = 10.0
# The last words of a chat still reach a slow reader, and a service manager (systemd: 90 s) never has to kill.
SHUTDOWN_FLUSH = 5.0
# Long enough to come back from the kettle, short enough that the asker does not wait in vain.
REQUEST_EXPIRY = 120.0
# A short loss of signal, or a router that restarts. Prosody waits 10 min, ejabberd 5; here somebody is waiting.
GRACE = 60.0
# Weeks of letters from people; a bot that writes more is clearly refused before the disk is full.
MAILBOX = 5_000
# From one sender: a long evening of letters. It takes ten such senders to fill a mailbox, so nobody fills one alone.
MAILBOX_PER_SENDER = 500
# A sentence or two, which fit into one row of /rooms. InspIRCd: 307.
ROOM_TOPIC = 200
# As long as a topic: the reason for being away, or until when. ergo: 390.
AWAY_TEXT = 200
# More than anyone blocks; ten thousand people with as many blocks take a gigabyte.
BLOCKS = 1_000
# With names and topics some 10 MB, which is the most that one peer that comes again and again can cost.
ROOMS = 10_000
# Sixteen of the longest lines (8 KiB): a burst fits, and 10,000 stalled readers stay under 1.3 GB.
SEND_QUEUE = 128 * 1024

# People in a household or an office behind one address; InspIRCd allows 3, which such a household soon meets.
HOUSEHOLD = 16
# Each of them on a phone, at a desk, and on two more: to count devices as people would lock out a family.
CLIENTS_PER_ADDRESS = 4 * HOUSEHOLD
# Four times that within the window: everybody there may come back after each of several restarts in one evening.
NEW_CLIENTS_PER_ADDRESS = 4 * CLIENTS_PER_ADDRESS
# Seconds over which new clients of an address are counted; ten minutes outlast an impatient row of retries.
NEW_CLIENTS_WINDOW = 600.0
# Per minute, for one account from one address. ergo: 3 logins a minute.
PASSWORD_TRIES = 3
# Per minute, from one address for all names: everyone in a full household may use their three before anybody has to
# wait for the others, and somebody who tries a list of names gets no further than that.
PASSWORD_TRIES_PER_ADDRESS = HOUSEHOLD * PASSWORD_TRIES
# Per minute, for one account or for the guests of one address, in all rooms together: a whole household may try once
# at the same moment, and a guest does not start afresh with another name.
ROOM_PASSWORD_TRIES = HOUSEHOLD
# A page of text pasted line by line goes through at once.
MESSAGE_BURST = 200
# Faster than anyone types or reads; a bot that needs more has an operator who can raise it. ergo: 2 a second.
MESSAGE_RATE = 50.0
# A page takes 30 requests, each a unit and its bytes: a household whose router restarts is served without a wait.
STRANGER_BURST = 1_000
# Some 5 ms of work a second; a login takes three commands.
STRANGER_RATE = 200.0
# Somebody who waits for five answers at once is not looking for a conversation.
PENDING_REQUESTS = 5
# Asked, cancelled by mistake, asked again; somebody who has not answered by then has heard it.
REQUESTS_TO_ONE = 3
# Seconds over which requests to the same person are counted: as long as one of them waits.
REQUESTS_TO_ONE_WINDOW = REQUEST_EXPIRY
# Nobody looks for a conversation faster than every three seconds, and each request interrupts somebody.
REQUEST_RATE = 20
# Seconds over which the requests of one person to all others are counted.
REQUEST_RATE_WINDOW = 60.0
# A phone, a desk, a laptop and a browser at work, each twice over; more would be a password that is passed around.
SESSIONS = 8
# More than anyone follows; a bot that serves many rooms has an operator who can raise it. InspIRCd: 20.
ROOMS_PER_CLIENT = 20
# A refusal has to count for something: the next request to the same person waits this long.
DECLINE_COOLDOWN = 10.0


def _limit(default: float, help_text: str) -> float:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that a server runs with. Times are in seconds, sizes in bytes.

    The first fourteen bound what a single peer can hold up and are always in force; the others are rates and counts,
    which an operator may lift.
    """

    login_timeout: float = _limit(LOGIN_TIMEOUT, "seconds from a socket's first byte to a complete login")
    token_lifetime: float = _limit(TOKEN_LIFETIME, "seconds for which a login's token attaches the other two sockets")
    write_stall: float = _limit(WRITE_STALL, "seconds without a byte taken after which a client counts as lost")
    shutdown_flush: float = _limit(SHUTDOWN_FLUSH, "seconds to hand over what is queued when the server stops")
    request_expiry: float = _limit(REQUEST_EXPIRY, "seconds after which an unanswered request for a chat expires")
    grace: float = _limit(GRACE, "seconds that a chat, or an empty room, waits for somebody whose connection is lost")
    mailbox: int = field(default=MAILBOX, metadata={"help": "messages that may wait for somebody who is away"})
    mailbox_per_sender: int = field(
        default=MAILBOX_PER_SENDER, metadata={"help": "messages of one sender that may wait for somebody who is away"}
    )
    room_topic: int = field(default=ROOM_TOPIC, metadata={"help": "characters that the topic of a room may have"})
    away_text: int = field(default=AWAY_TEXT, metadata={"help": "characters that one may leave with /away"})
    blocks: int = field(default=BLOCKS, metadata={"help": "people that one person may block"})
    sessions: int = field(default=SESSIONS, metadata={"help": "devices of an account that may be logged in at a time"})
    rooms: int = field(default=ROOMS, metadata={"help": "rooms that there may be, besides the lobby"})
    send_queue: int = field(default=SEND_QUEUE, metadata={"help": "bytes that may wait for one client"})

    clients_per_address: float = _limit(CLIENTS_PER_ADDRESS, "clients at a time from one address (loopback: any)")
    new_clients_per_address: float = _limit(
        NEW_CLIENTS_PER_ADDRESS, f"new clients from one address in {NEW_CLIENTS_WINDOW:.0f} seconds (loopback: any)"
    )
    password_tries: float = _limit(PASSWORD_TRIES, "password tries a minute for one account from one address")
    password_tries_per_address: float = _limit(
        PASSWORD_TRIES_PER_ADDRESS, "password tries a minute from one address for all accounts (loopback: any)"
    )
    room_password_tries: float = _limit(
        ROOM_PASSWORD_TRIES, "tries a minute at the passwords of all rooms, by one account or the guests of one address"
    )
    message_burst: float = _limit(MESSAGE_BURST, "messages that an account may send at once before the rate counts")
    message_rate: float = _limit(
        MESSAGE_RATE, "messages a second that an account may send for long; other commands count for what they cost"
    )
    stranger_burst: float = _limit(STRANGER_BURST, "the same for all from one address who have not logged in yet")
    stranger_rate: float = _limit(STRANGER_RATE, "the same a second")
    pending_requests: float = _limit(PENDING_REQUESTS, "requests for a chat that one person may have open")
    requests_to_one: float = _limit(
        REQUESTS_TO_ONE,
        f"requests for a chat to the same person in {REQUESTS_TO_ONE_WINDOW:.0f} seconds, those not counted that are "
        "accepted",
    )
    request_rate: float = _limit(
        REQUEST_RATE, f"requests for a chat that one person may make in {REQUEST_RATE_WINDOW:.0f} seconds"
    )
    rooms_per_client: float = _limit(ROOMS_PER_CLIENT, "rooms that one person may be in, besides the lobby")
    decline_cooldown: float = _limit(DECLINE_COOLDOWN, "seconds before somebody who declined may be asked again")

    def lifted(self) -> Limits:
        """Return these limits without the rates and counts; sizes and deadlines stay as they are."""
        return replace(
            self,
            clients_per_address=math.inf,
            new_clients_per_address=math.inf,
            password_tries=math.inf,
            password_tries_per_address=math.inf,
            room_password_tries=math.inf,
            message_burst=math.inf,
            message_rate=math.inf,
            stranger_burst=math.inf,
            stranger_rate=math.inf,
            pending_requests=math.inf,
            requests_to_one=math.inf,
            request_rate=math.inf,
            rooms_per_client=math.inf,
            decline_cooldown=0.0,
        )
