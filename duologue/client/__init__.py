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
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    PeopleOnline,
    Recalled,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)

__all__ = [
    "Acknowledged",
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
    "RecallEnded",
    "Recalled",
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
