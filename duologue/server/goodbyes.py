"""The last words of the server to a client: each reason why a session ends, with a code for programs."""

from __future__ import annotations

from duologue.core.events.chat import Disconnected

BYE = Disconnected("bye", "Goodbye!")
SOCKET_CLOSED = Disconnected("lost", "One of your three sockets was closed, and they end together.")
DEAD = Disconnected("dead", "Nothing was heard from you for too long.")
STALLED = Disconnected("stalled", "You did not read what was sent to you.")
TAKEN_OVER = Disconnected("taken_over", "You have logged in from somewhere else; this session is over.")
TOO_MANY_DEVICES = Disconnected(
    "taken_over", "You have logged in on more devices than an account may have; this one was used longest ago."
)
REMOVED = Disconnected("removed", "Your account was removed or disabled.")
PASSWORD_CHANGED = Disconnected("password_changed", "The password of your account was changed. Log in anew.")
REGISTERED = Disconnected("registered", "Your name belongs to an account now. Come in under another.")
SHUTTING_DOWN = Disconnected("shutting_down", "Server is shutting down. Goodbye!")
STORE_FAILED = Disconnected("store_failed", "The server's disk failed, and it stops. Nothing acknowledged is lost.")
