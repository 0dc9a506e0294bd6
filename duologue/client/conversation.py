"""A person's path through the app: log in, talk, leave. Connects a view, the client and what typed text means."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

from duologue.client.address import Address
from duologue.client.api import Client
from duologue.client.errors import CannotConnect, ClientError, LoginRefused, PasswordNeeded
from duologue.client.events import ConnectionLost, Happening, RoomLost
from duologue.client.history.commands import HistoryCommands
from duologue.client.input.help import help_lines
from duologue.client.input.meaning import (
    Clear,
    Confirm,
    Drop,
    Explain,
    Export,
    Help,
    InputContext,
    Leave,
    Meaning,
    Nothing,
    Send,
    ShowConversations,
    ShowFound,
    ShowHistory,
    ShowUnread,
    TurnTo,
    Write,
)
from duologue.client.input.parsing import is_yes, meaning_of
from duologue.client.input.target import Target
from duologue.client.view.base import Interrupted, Kind, Line, View
from duologue.client.view.lines import LineWriter
from duologue.client.view.sentences import about_elsewhere, about_room, about_unsent, not_shown
from duologue.core.commands.chat import Command, QuitChat, Say, SendLetter
from duologue.core.commands.rooms import PartRoom, SayInRoom
from duologue.core.errors import PeerError
from duologue.core.events.chat import ChatEnded
from duologue.core.events.devices import Feed, Following
from duologue.core.events.rooms import RoomExited
from duologue.core.names import BadNickname, nickname_key
from duologue.core.spellings import respelled
from duologue.core.text import visible

MOST_UNSEEN = 100
"""Events of a burst after which its lines are waited for and acknowledged: a screen or two."""

OK = 0
LOST = 1
INTERRUPTED = 130
"""Exit codes. 130 is what shells report for Ctrl+C."""

_NICKNAME = "Enter your nickname: "


class Conversation:
    """One run of the app. A `nickname` of None is asked for. `memory_of` returns the file that remembers a nickname's
    messages.
    """

    def __init__(
        self,
        view: View,
        address: Address,
        nickname: str | None,
        memory_of: Callable[[str], Path | None] = lambda _: None,
    ) -> None:
        self._view = view
        self._address = address
        self._nickname = nickname
        self._memory_of = memory_of
        self._line_writer = LineWriter(view.show)
        self._password: str | None = None
        self._unsent: Confirm | None = None
        self._target = Target()
        self._all_stored = True
        self._recalls: set[asyncio.Task[None]] = set()

    async def run(self) -> int:
        """Run from the login to the end; return the exit code."""
        try:
            while client := await self._login_to_server():
                if await self._talk(client):
                    return OK if self._all_stored else LOST
                if not await self._wants("Log in again?"):
                    return LOST
        except EOFError:
            return OK if self._view.is_interactive else LOST
        except Interrupted:
            return INTERRUPTED
        finally:
            await self._view.settle()
            self._view.close()
        return LOST

    # Logging in

    async def _login_to_server(self) -> Client | None:
        """Log in. Return None if that is impossible, or the person no longer wants to."""
        while True:
            nickname = await self._checked_nickname()
            client = Client(self._address, nickname, self._password, memory=self._memory_of(nickname), is_device=True)
            try:
                await client.open()
            except PasswordNeeded:
                await self._ask_password("Password: ")
            except LoginRefused as refused:
                if not await self._choose_again(refused):
                    return None
            except CannotConnect as error:
                self._show(Kind.TROUBLE, f"Cannot reach the server at {self._address} ({visible(str(error))}).")
                if not await self._wants("Try again?"):
                    return None
            else:
                self._line_writer.come_back()
                self._view.greet(client)
                return client

    async def _checked_nickname(self) -> str:
        nickname = self._nickname
        while True:
            if nickname is None:
                nickname = await self._answer(self._view.ask(_NICKNAME))
            try:
                self._nickname = nickname_key(nickname.strip())
            except BadNickname as error:
                self._show(Kind.TROUBLE, visible(error.text))
                self._stop_unless_interactive()
                nickname = None
            else:
                return self._nickname

    async def _choose_again(self, refused: LoginRefused) -> bool:
        """Ask for the nickname and password again. A wrong password is asked for hidden again: people type it without
        looking.
        """
        self._show(Kind.TROUBLE, visible(str(refused)))
        if not self._view.is_interactive:
            return False
        if self._password is None:
            self._nickname = await self._view.ask(_NICKNAME)
        else:
            await self._ask_password(f"Password for {self._nickname} (an empty line goes back to the nickname): ")
        return True

    async def _ask_password(self, question: str) -> None:
        self._password = await self._answer(self._view.ask_secret(question))
        if not self._password and self._view.is_interactive:
            self._password = None
            self._nickname = await self._view.ask(_NICKNAME, self._nickname or "")

    async def _answer(self, asking: Awaitable[str]) -> str:
        try:
            return await asking
        except EOFError:
            if not self._view.is_interactive:
                self._show(Kind.TROUBLE, "The input ended before the login was complete.")
            raise

    def _stop_unless_interactive(self) -> None:
        if not self._view.is_interactive:
            raise EOFError

    async def _wants(self, question: str) -> bool:
        if not self._view.is_interactive:
            return False
        while True:
            answer = is_yes(await self._view.ask(f"{question} yes/no "))
            if answer is not None:
                return answer

    # Talking

    async def _talk(self, client: Client) -> bool:
        """Talk until the person wants to leave (True) or the session ends for good (False)."""
        past = HistoryCommands(client, self._view.show)
        tasks = [
            asyncio.create_task(self._send_messages(client, past)),
            asyncio.create_task(self._listen(client, past)),
        ]
        marking = asyncio.create_task(past.inbox.tell())
        is_shown = True
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            is_shown = tasks[1] not in done or tasks[1].exception() is None
            for task in done:
                task.result()
            return tasks[0] in done
        finally:
            self._view.withdraw()
            tasks += [marking, *self._recalls]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if is_shown:
                await self._settle(client)
            else:
                client.give_back()
            await client.close()

    async def _listen(self, client: Client, past: HistoryCommands) -> None:
        """Show and then acknowledge what arrives; a burst is shown and acknowledged together."""
        unseen = 0
        while (event := await client.take()) is not None:
            self._hear(client, event, past)
            unseen += 1
            if unseen >= MOST_UNSEEN or not client.has_more:
                await self._view.settle()
                client.finished()
                unseen = 0

    def _hear(self, client: Client, event: Happening, past: HistoryCommands) -> None:
        self._target.hears(event)
        if isinstance(event, Following) and event.feed is Feed.ANEW:
            self._in_background(past.inbox.greet())
        is_answer = past.takes(event)
        try:
            if self._view.notices(event) and not is_answer:
                self._line_writer.tell(respelled(event, client.shown))
                past.inbox.shows(event)
        except OSError:  # the terminal itself has gone
            raise
        except Exception as error:  # whatever goes wrong while showing it, it is shown
            self._show(Kind.TROUBLE, not_shown(event, error))
        if self._unsent is not None and _is_over(self._unsent, event):
            self._drop_unsent()

    async def _settle(self, client: Client) -> None:
        """Finish what has been shown. Whatever cannot be shown any more was not received: it comes again at the next
        login.
        """
        try:
            await self._view.settle()
        except OSError:
            client.give_back()

    async def _send_messages(self, client: Client, past: HistoryCommands) -> None:
        self._note_target(client)
        while not isinstance(meaning := await self._next_meaning(client), Leave):
            await self._carry_out(client, past, meaning)
        self._all_stored = await self._view.finish(client)

    async def _next_meaning(self, client: Client) -> Meaning:
        try:
            text = await self._view.read(client)
        except EOFError:
            return Leave()
        has_turned = client.is_elsewhere and self._target.has_turned_to(client.partner)
        left, writers = self._target.left(client.partner, client.room), self._target.writers
        self._note_target(client)
        meaning = meaning_of(
            text, InputContext(client.partner, client.waiting, self._unsent, client.joined, left, writers)
        )
        if has_turned and _is_for_partner(meaning):
            return Explain(about_elsewhere(client.shown(client.partner or "")))
        return meaning

    def _note_target(self, client: Client) -> None:
        self._target.note(client.partner, client.room)

    async def _carry_out(self, client: Client, past: HistoryCommands, meaning: Meaning) -> None:
        match meaning:
            case ShowHistory() | ShowFound() | ShowUnread() | ShowConversations() | Export():
                await self._look_back(past.carry_out(meaning))
            case Send(command):
                await self._send(client, command)
                past.inbox.turns_to(client.partner or client.room)
            case Write(nickname, text):
                await self._write(client, nickname, text)
                past.inbox.turns_to(nickname)
            case Confirm(text, room):
                self._unsent = meaning
                self._show(Kind.HINT, about_unsent(text, room))
            case Drop():
                self._drop_unsent()
            case TurnTo(room):
                client.turn_to(room)
                self._tell_place(client)
            case _:
                self._do_here(client, meaning)

    def _do_here(self, client: Client, meaning: Meaning) -> None:
        match meaning:
            case Clear():
                self._view.clear()
            case Nothing():
                client.try_now()
            case _:
                self._show_all(_hints(meaning))

    async def _look_back(self, recall: Coroutine[None, None, None]) -> None:
        """Carry out a command about the history. A person goes on chatting meanwhile; from a pipe, the next line may
        depend on the result.
        """
        task = self._in_background(recall)
        if not self._view.is_interactive:
            await task

    def _in_background(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._recalls.add(task)
        task.add_done_callback(self._recalls.discard)
        return task

    async def _send(self, client: Client, command: Command) -> None:
        if isinstance(command, Say | SayInRoom):
            self._unsent = None if self._unsent and self._unsent.text == command.text else self._unsent
        elif isinstance(command, QuitChat):
            await self._view.until_stored(client)
        room = client.room
        is_taken = await self._is_taken(client.send(command))
        if isinstance(command, PartRoom) and client.room != room:
            self._tell_place(client)
        self._note_target(client)
        if is_taken:
            await self._view.sent(type(command))

    def _tell_place(self, client: Client) -> None:
        """Say where typed text goes: that has just changed."""
        self._note_target(client)
        if client.room is not None:
            self._show(Kind.HINT, about_room(client.room, client.partner and client.shown(client.partner)))

    async def _write(self, client: Client, nickname: str, text: str) -> None:
        if await self._is_taken(client.write(nickname, text)):
            await self._view.sent(SendLetter)

    async def _is_taken(self, sending: Awaitable[object]) -> bool:
        try:
            await sending
        except PeerError as error:
            self._show(Kind.TROUBLE, visible(error.text))
        except ClientError as error:
            self._show(Kind.TROUBLE, str(error))
        else:
            return True
        return False

    def _drop_unsent(self) -> None:
        self._unsent = None
        self._show(Kind.HINT, "Those lines were not sent.")

    def _show_all(self, hints: list[str]) -> None:
        for text in hints:
            self._show(Kind.HINT, text)

    def _show(self, kind: Kind, text: str) -> None:
        self._view.show(Line(kind, text))


def _is_over(unsent: Confirm, event: Happening) -> bool:
    """Return whether what these lines were written for is over."""
    if unsent.room is not None:
        return isinstance(event, RoomExited | RoomLost) and event.room == unsent.room
    return isinstance(event, ChatEnded) or (isinstance(event, ConnectionLost) and not event.partner)


def _is_for_partner(meaning: Meaning) -> bool:
    """Return whether this is something to say to the partner."""
    return (isinstance(meaning, Send) and isinstance(meaning.command, Say)) or (
        isinstance(meaning, Confirm) and meaning.room is None
    )


def _hints(meaning: Meaning) -> list[str]:
    match meaning:
        case Explain(text):
            return [text]
        case Help(about):
            return help_lines(about)
    return []
