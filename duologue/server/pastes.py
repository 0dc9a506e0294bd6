"""Pastes: letters of one sender to one room that come together are one command, so that they wait for one commit."""

from __future__ import annotations

from collections.abc import Iterator

from duologue.core.commands.chat import Command, SendLetter, SendLetters
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.room_rules import is_room
from duologue.server.costs import cost_of
from duologue.server.hub import Hub
from duologue.server.session import Connection


def gathered(
    hub: Hub, connection: Connection, commands: Iterator[Command | PeerError]
) -> Iterator[Command | PeerError]:
    """Yield `commands`, but letters to a room that follow each other as one. Only after such a letter is another
    command taken before it is asked for: no answer to it changes what the next line means.
    """
    following: Command | PeerError | None = None
    while (command := next(commands, None) if following is None else following) is not None:
        following = None
        if not isinstance(command, SendLetter) or (most := _most(hub, connection, command)) == 1:
            yield command
            continue
        letters, failure = [command], None
        try:
            while len(letters) < most and (following := next(commands, None)) is not None:
                if not isinstance(following, SendLetter) or following.nickname != command.nickname:
                    break
                letters.append(following)
                following = None
        except FatalPeerError as error:
            failure = error
        yield SendLetters(tuple(letters)) if len(letters) > 1 else command
        if failure:
            raise failure


def _most(hub: Hub, connection: Connection, letter: SendLetter) -> float:
    """Return how many letters may go together, where `letter` is the first: as many as the sender's rate would let
    through one by one.
    """
    if connection.session is None or not is_room(letter.nickname):
        return 1
    return min(hub.rooms.at_a_time(), hub.metering.affordable(connection, cost_of(hub, connection, letter)))
