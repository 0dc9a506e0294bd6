"""Errors of the client.

ClientError         an Exception whose text is a sentence for people
├─ CannotConnect      there is no way to the server
│  └─ TurnedAway        it is there, and says why not now
├─ LoginRefused       the server does not let this nickname in
│  └─ PasswordNeeded    it would, with a password
├─ LinkLost           the session is over: one of its three sockets is gone
└─ NotConnected       this can only be done in a session
"""

from __future__ import annotations


class ClientError(Exception):
    """An error whose text is a sentence, or part of one, for people. Show it through `visible`."""


class CannotConnect(ClientError):
    """The server could not be reached; the text is the reason."""


class TurnedAway(CannotConnect):
    """The server accepts nobody at this moment; the text is its explanation."""


class LoginRefused(ClientError):
    """The server refused the login. `code` is its one word for programs; the text is its reason."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class PasswordNeeded(LoginRefused):
    """The server asked for a password, and none was given."""

    def __init__(self) -> None:
        super().__init__("password_needed", "This nickname needs a password.")


class LinkLost(ClientError):
    """The session is over; the text is the reason."""


class NotConnected(ClientError):
    """There is no session, so nothing was sent."""

    def __init__(self) -> None:
        super().__init__("Not connected to the server, so nothing was sent.")
