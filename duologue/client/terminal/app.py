"""The terminal view: a prompt that stays intact while lines arrive above it. Knows keys and colours, not chats."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import ExitStack
from unicodedata import bidirectional

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import DummyHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.layout.processors import Processor
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.shortcuts import CompleteStyle

from duologue.client.api import Client
from duologue.client.errors import NotConnected
from duologue.client.events import ConnectionLost, Happening
from duologue.client.input.completion import completions
from duologue.client.terminal.editing import Forgetful, Masked, Unseen, Whole, editing_keys, keep_whole
from duologue.client.terminal.keyboard import echo_off
from duologue.client.terminal.painter import MOST_INDENT, STYLE, Painter, time_of_day
from duologue.client.view.base import Interrupted, Kind, Line
from duologue.client.view.graphemes import terminal_of
from duologue.client.view.sentences import mark
from duologue.core.commands.chat import Command, ListOnline, Say
from duologue.core.commands.rooms import ListRooms
from duologue.core.events.chat import (
    Acknowledged,
    ChatRequested,
    ChatStarted,
    MessageFrom,
    PeopleOnline,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.events.people import PeopleListed, Presence
from duologue.core.events.rooms import RoomEntered, RoomJoined, RoomListed, RoomMembers, RoomSaid, RoomsListed
from duologue.core.text import visible

_QUIET_QUESTIONS: dict[str, Command] = {"/chat ": ListOnline(), "/msg ": ListOnline(), "/join ": ListRooms()}
"""When one of these is typed, the client asks who or what is there, so that Tab has names to offer."""

_LEFT_TO_RIGHT = "\u200e"
"""An invisible mark; what follows it runs from left to right again."""

_FROM_RIGHT = frozenset({"R", "AL", "AN"})

_ANSWERS: dict[type[Happening], type[Command]] = {
    PeopleOnline: ListOnline,
    RoomListed: ListRooms,
    RoomsListed: ListRooms,
}


class TerminalView:
    """The terminal view. `clock` returns the time as HH:MM. `source` and `output` are those of the real terminal unless
    given.
    """

    is_interactive = True

    def __init__(
        self,
        *,
        has_bell: bool = True,
        clock: Callable[[], str] = time_of_day,
        source: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self._has_bell = has_bell
        self._client: Client | None = None
        self._nicknames: set[str] = set()
        self._rooms: set[str] = set()
        self._quiet: Counter[type[Command]] = Counter()
        self._is_answered = False
        self._is_warned = False
        self._background: set[asyncio.Task[None]] = set()
        self._program = terminal_of(os.environ)
        self._source = source
        self._keyboard = ExitStack()
        self._is_keyboard_kept = False
        self._prompt: PromptSession[str] = PromptSession(
            self._prompt_text,
            multiline=True,
            prompt_continuation=lambda width, _, wrapped: "" if wrapped else " " * min(MOST_INDENT, width),
            placeholder=self._placeholder,
            history=Forgetful(),
            input_processors=[Masked(), Whole(self._program)],
            completer=_Completer(self._people, self._rooms_for),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            key_bindings=merge_key_bindings([editing_keys(), self._keys()]),
            style=STYLE,
            include_default_pygments_style=False,
            color_depth=ColorDepth.from_env(),
            enable_suspend=True,
            input=source,
            output=output,
        )
        self._arrow = _arrow_in(self._prompt.output.encoding())
        self._painter = Painter(self._prompt.output, self._prompt.color_depth, clock)
        keep_whole(self._prompt.default_buffer)
        self._prompt.default_buffer.on_text_changed += lambda buffer: self._changed(buffer.text)
        self._hide_keyboard()

    # Questions

    async def ask(self, question: str, default: str = "") -> str:
        return await self._answer(self._question(Whole(self._program)), question, default)

    async def ask_secret(self, question: str) -> str:
        return await self._answer(self._question(Unseen()), question)

    async def _answer(self, prompt: PromptSession[str], question: str, default: str = "") -> str:
        await self.settle()
        self.close()
        try:
            return await prompt.prompt_async([("class:prompt", question)], default=default)
        finally:
            self._hide_keyboard()

    def _question(self, *processors: Processor) -> PromptSession[str]:
        """Return a separate prompt, so that no answer gets into the input history, least of all a password."""
        question: PromptSession[str] = PromptSession(
            history=DummyHistory(),
            input_processors=[*processors],
            key_bindings=editing_keys(),
            style=STYLE,
            include_default_pygments_style=False,
            color_depth=self._prompt.color_depth,
            interrupt_exception=Interrupted,
            input=self._source,
            output=self._prompt.output,
        )
        keep_whole(question.default_buffer)
        return question

    def _hide_keyboard(self) -> None:
        """Hide the keyboard until the next prompt: what is typed ahead may be a password."""
        self._keyboard.enter_context(echo_off(self._prompt.input.fileno(), by_line=False))

    # The prompt

    def greet(self, _: Client) -> None:
        """Show in the prompt whose it is."""

    async def read(self, client: Client) -> str:
        self._client = client
        self._is_warned = False
        await self.settle()
        self._keep_keyboard()
        self._prompt.app.erase_when_done = False
        return await self._prompt.prompt_async()

    def _keep_keyboard(self) -> None:
        """Keep the keyboard between two prompts too: what is typed there waits for the next one instead of being echoed
        at once.
        """
        if not self._is_keyboard_kept:
            self._is_keyboard_kept = True
            self._keyboard.enter_context(self._prompt.input.raw_mode())

    def close(self) -> None:
        self._keyboard.close()
        self._is_keyboard_kept = False

    def withdraw(self) -> None:
        self._prompt.app.erase_when_done = True

    async def sent(self, command: type[Command]) -> None:
        """Return at once: a person reads the answer and types on when they like."""
        if command is Say:
            self._is_answered = False

    async def until_stored(self, _: Client) -> None:
        """Return at once: a person has seen the mark of the newest message."""

    async def finish(self, _: Client) -> bool:
        return True

    def _prompt_text(self) -> FormattedText:
        """Return the prompt: who is speaking, and to whom or where."""
        client = self._client
        nickname = _in_place(client.shown(client.nickname)) if client else ""
        where = (client.partner or client.room) if client else None
        return FormattedText(
            [
                (
                    "class:prompt",
                    f"{nickname} {self._arrow} {_in_place(client.shown(where))}> "
                    if client and where
                    else f"{nickname}> ",
                )
            ]
        )

    def _placeholder(self) -> FormattedText:
        return FormattedText([("class:placeholder", self._state())])

    def _state(self) -> str:
        """Return what is worth knowing while nothing is typed. As part of the prompt, it never gets into the
        transcript.
        """
        client = self._client
        if client is None or self._prompt.app.is_done:
            return ""
        if client.partner and (client.is_live or client.sent > client.acknowledged.stored):
            is_settled = self._is_answered and client.acknowledged.delivered >= client.sent
            return "" if is_settled else mark(client.sent, client.acknowledged, is_live=client.is_live)
        if client.room and client.unstored and not client.is_connected:
            return "not sent yet"
        if not client.is_connected:
            return "not connected, trying again; Enter tries now, /exit leaves"
        if client.asked:
            return f"waiting for {', '.join(map(client.shown, client.asked))}; /cancel withdraws"
        return (
            ""
            if client.waiting or client.room or client.is_elsewhere
            else "/chat NICK asks for a chat, /help lists all commands"
        )

    def _changed(self, text: str) -> None:
        if text:
            self._is_warned = False
        question = _QUIET_QUESTIONS.get(text)
        if question and self._client and self._client.is_connected:
            self._quiet[type(question)] += 1
            self._in_background(self._ask_quietly(self._client, question))

    async def _ask_quietly(self, client: Client, question: Command) -> None:
        try:
            await client.send(question)
        except NotConnected:
            self._quiet.clear()

    def _rooms_for(self, typed: str) -> Iterable[str]:
        """Return the rooms that can be entered, after /join; otherwise those that we are in."""
        joined = self._client.joined if self._client else ()
        return self._rooms.union(joined) if typed.startswith("/join ") else joined

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            if event.current_buffer.text.strip():
                event.current_buffer.validate_and_handle()
            elif self._client:
                self._client.try_now()

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.newline(copy_margin=False)

        @keys.add("c-c")
        @keys.add("<sigint>")
        def _(event: KeyPressEvent) -> None:
            self._interrupt(event)

        return keys

    def _interrupt(self, event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        elif self._is_warned:
            event.app.exit(exception=EOFError)
        else:
            self._is_warned = True
            self.show(Line(Kind.HINT, "/exit leaves the app, and so does Ctrl+C once more."))

    # Showing

    def notices(self, event: Happening) -> bool:
        if isinstance(event, ConnectionLost):
            self._quiet.clear()
        self._learn(event)
        if isinstance(event, Said):
            # An answer shows that they have it: the mark of a later "delivered" would only be in the way.
            self._is_answered = True
        if isinstance(event, RequestSent | RequestWithdrawn | Acknowledged):
            self._prompt.app.invalidate()
        return not isinstance(event, RequestSent) and not self._answers_quietly(event)

    def _learn(self, event: Happening) -> None:
        match event:
            case PeopleOnline(nicknames) | RoomMembers(_, nicknames):
                self._nicknames.update(nicknames)
            case PeopleListed(people):
                self._nicknames.update(nickname for nickname, _ in people)
            case (
                Presence() | ChatRequested() | ChatStarted() | RequestSent() | MessageFrom() | RoomSaid() | RoomJoined()
            ):
                self._nicknames.add(event.nickname)
            case RoomListed() | RoomEntered():
                self._rooms.add(event.room)

    def _people(self) -> Iterable[str]:
        """Whom we have met, as they are read."""
        client = self._client
        return map(client.shown, self._nicknames) if client else ()

    def _answers_quietly(self, event: Happening) -> bool:
        """Return whether it answers a question that nobody typed."""
        question = _ANSWERS.get(type(event))
        if question is None or self._quiet[question] == 0:
            return False
        if not isinstance(event, RoomListed):  # of which more follow
            self._quiet[question] -= 1
        return True

    def show(self, line: Line) -> None:
        self._painter.show(line)
        if line.kind is Kind.REQUEST and self._has_bell:
            self._painter.ring()

    def clear(self) -> None:
        self._painter.clear()

    async def settle(self) -> None:
        await self._painter.settle()

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _arrow_in(encoding: str | None) -> str:
    try:
        return "→".encode(encoding or "utf-8").decode(encoding or "utf-8")
    except (UnicodeError, LookupError):
        return "->"


def _in_place(name: str) -> str:
    """Return a name that stays where it is written, whichever way its letters run."""
    return visible(name) + (_LEFT_TO_RIGHT if any(bidirectional(char) in _FROM_RIGHT for char in name) else "")


class _Completer(Completer):
    """Completes names and commands. `rooms` returns the rooms that may follow the typed text."""

    def __init__(self, nicknames: Callable[[], Iterable[str]], rooms: Callable[[str], Iterable[str]]) -> None:
        self._nicknames = nicknames
        self._rooms = rooms

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        for candidate in completions(text, self._nicknames(), self._rooms(text)):
            yield Completion(candidate, start_position=-len(text.rpartition(" ")[2]))
