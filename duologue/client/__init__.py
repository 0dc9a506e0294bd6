"""The client: an asyncio API for bots (docs/bots.md), and the faces for people that are made with it."""

from duologue.client.api import Client, connect
from duologue.client.errors import (
    CannotConnect,
    ClientError,
    LoginRefused,
    NotConnected,
    PasswordNeeded,
)
from duologue.client.happenings import ConnectionLost, Happening, Reconnected
from duologue.core.chat import ChatEnd, RequestState
from duologue.core.events import (
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    PeopleOnline,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)

__all__ = [
    "CannotConnect",
    "ChatEnd",
    "ChatEnded",
    "ChatRequested",
    "ChatStarted",
    "Client",
    "ClientError",
    "ConnectionLost",
    "Disconnected",
    "Happening",
    "LoginRefused",
    "NotConnected",
    "PasswordNeeded",
    "PeopleOnline",
    "Reconnected",
    "Refused",
    "RequestAnswered",
    "RequestSent",
    "RequestState",
    "RequestWithdrawn",
    "Said",
    "WaitingRequests",
    "connect",
]
