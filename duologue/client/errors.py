"""What can go wrong for a client.

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
    """The text is a sentence, or a part of one, for people. Show it through `visible`."""


class CannotConnect(ClientError):
    """The text is the reason: why the server could not be reached."""


class TurnedAway(CannotConnect):
    """The server takes nobody at this moment; the text is what it says."""


class LoginRefused(ClientError):
    """`code` is the server's one word for programs; the text is its reason."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class PasswordNeeded(LoginRefused):
    """The server asked for a password, and there was none to give."""

    def __init__(self) -> None:
        super().__init__("password_needed", "This nickname needs a password.")


class LinkLost(ClientError):
    """The text is the reason."""


class NotConnected(ClientError):
    """Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("Not connected to the server, so nothing was sent.")
