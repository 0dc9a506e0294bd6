"""The terminal face without a terminal: keys from a pipe, and an output that records what was written to it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager

import pyte
import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from duologue.client.api import Client
from duologue.client.events import ConnectionLost, Reconnected
from duologue.client.terminal.app import TerminalView
from duologue.client.view.base import Interrupted, Kind, Line
from duologue.core.commands.chat import Say
from duologue.core.events.chat import ChatRequested, PeopleOnline, RequestSent
from duologue.core.events.rooms import RoomJoined, RoomListed, RoomMembers, RoomsListed
from tests.bound import BOUND
from tests.client.conftest import FalseServer


class Screen(io.StringIO):
    """What was written, by whoever takes it for a terminal of this `charset`."""

    charset = "utf-8"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.charset


@contextmanager
def terminal(has_bell: bool = True, encoding: str = "utf-8") -> Iterator[tuple[TerminalView, PipeInput, io.StringIO]]:
    screen = Screen()
    screen.charset = encoding
    output = Vt100_Output(screen, lambda: Size(24, 80), enable_cpr=False)
    with create_pipe_input() as keys:
        yield TerminalView(has_bell=has_bell, clock=lambda: "12:34", source=keys, output=output), keys, screen


async def test_answers_and_secrets() -> None:
    with terminal() as (view, keys, screen):
        keys.send_text("alice\r")
        assert await view.ask("Enter your nickname: ") == "alice"
        keys.send_text("hidden\r")
        assert await view.ask_secret("Password: ") == "hidden"
        keys.send_text("\r")
        assert await view.ask("Enter your nickname: ", "alice") == "alice"
        keys.send_text("\x03")
        with pytest.raises(Interrupted):
            await view.ask("Password: ")
    assert "hidden" not in screen.getvalue()


@pytest.mark.parametrize(("has_bell", "bells"), [(True, 1), (False, 0)])
async def test_a_request_rings(has_bell: bool, bells: int) -> None:
    with terminal(has_bell) as (view, _, screen):
        view.show(Line(Kind.REQUEST, "alice wants to chat with you. yes/no"))
        view.show(Line(Kind.NOTICE, "something else"))
        await view.settle()
    assert screen.getvalue().count("\a") == bells


async def test_enter_on_nothing_does_nothing_and_the_line_is_read(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        with terminal() as (view, keys, _):
            keys.send_text("\r  \r\x15hello\r")
            assert await view.read(client) == "hello"
            await view.sent(Say)
            keys.send_text("\x03\x03")
            with pytest.raises(EOFError):
                await view.read(client)


async def test_typing_a_request_asks_quietly_who_is_there(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        with terminal() as (view, keys, _):
            keys.send_text("/chat b")
            reading = asyncio.create_task(view.read(client))
            await false_server.hears("chat_socket", b"/who\n")
            assert not view.notices(PeopleOnline(("bob",)))
            assert view.notices(PeopleOnline(("bob",)))
            keys.send_text("\t\r")
            assert await reading == "/chat bob"


async def test_typing_a_join_asks_quietly_which_rooms_there_are(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        with terminal() as (view, keys, _):
            keys.send_text("/join t")
            reading = asyncio.create_task(view.read(client))
            await false_server.hears("chat_socket", b"/rooms\n")
            assert not view.notices(RoomListed("#lobby", 0, False, ""))
            assert not view.notices(RoomListed("#tea", 1, False, ""))
            assert view.notices(PeopleOnline(()))
            assert not view.notices(RoomsListed(2))
            assert view.notices(RoomListed("#tea", 1, False, ""))
            keys.send_text("\t\r")
            assert await reading == "/join #tea"


async def test_rooms_and_people_met_in_them_are_completed(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        await client.join("#tea")
        with terminal() as (view, keys, _):
            view.notices(RoomMembers("#tea", ("carol",)))
            view.notices(RoomJoined("#tea", "~Dora"))
            view.notices(RoomListed("#technics", 1, False, ""))
            for typed, completed in (
                ("/part t", "/part #tea"),
                ("/msg #\t hi", "/msg #tea hi"),
                ("/accept c", "/accept carol"),
                ("/accept d", "/accept ~Dora"),
            ):
                keys.send_text(f"{typed}\t\r" if "\t" not in typed else f"{typed}\r")
                assert await view.read(client) == completed


async def test_people_are_completed_and_stand_in_the_prompt_as_their_accounts_spell_them(
    false_server: FalseServer,
) -> None:
    said = "AUTH_SUCCESS token alice Alice\nname_spelled νίκοσ νίκος\nstart_chat νίκοσ x\n"
    false_server.answers["login_socket"] = said.encode()
    async with Client(false_server.address, "alice") as client:
        with terminal() as (view, keys, screen):
            view.notices(await anext(client))
            keys.send_text("/msg ΝΊ\t hi")
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "Alice → νίκος> /msg νίκος")
            keys.send_text("\r")
            assert await reading == "/msg νίκος hi"


async def test_the_prompt_names_the_room_unless_a_chat_is_on(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as client:
        await client.join("#tea")
        with terminal() as (view, keys, screen):
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "alice → #tea> ")
            assert "/help" not in display(screen)
            false_server.tell(b"start_chat bob x\n")
            view.notices(await anext(client))
            view.show(Line(Kind.NOTICE, "Chat with bob started."))
            await shows(screen, "alice → bob> ")
            keys.send_text("x\r")
            await reading


async def test_where_there_is_no_arrow_the_prompt_has_one_of_ascii(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        await client.join("#tea")
        with terminal(encoding="latin-1") as (view, keys, screen):
            keys.send_text("x\r")
            await view.read(client)
            assert "alice -> #tea> x" in display(screen)


async def test_names_in_the_prompt_stay_in_their_places(false_server: FalseServer) -> None:
    """A name whose letters go to the left does not take the arrow with it, and a wide one has its columns."""
    async with Client(false_server.address, "alice") as client:
        false_server.tell("start_chat مريم x\n".encode())
        with terminal() as (view, keys, screen):
            view.notices(await anext(client))
            keys.send_text("x\r")
            await view.read(client)
            assert "alice → مريم\u200e> " in screen.getvalue().replace("\x1b[0m", "").replace("\x1b[0;1m", "")
            false_server.tell("chat_ended مريم left\nstart_chat 日本 y\n".encode())
            for _ in range(2):
                view.notices(await anext(client))
            keys.send_text("y\r")
            await view.read(client)
            assert "alice → 日本> y" in display(screen).replace("日 本 ", "日本")


async def test_enter_on_nothing_tries_to_connect_at_once(false_server: FalseServer) -> None:
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with Client(false_server.address, "alice", sleep=sleep) as client:
        false_server.close("login_socket")
        assert isinstance(await anext(client), ConnectionLost)
        with terminal() as (view, keys, _):
            reading = asyncio.create_task(view.read(client))
            coming = asyncio.create_task(anext(client))
            await waiting.wait()
            keys.send_text("\r")
            assert await coming == Reconnected("alice")
            keys.send_text("x\r")
            assert await reading == "x"


async def test_in_a_room_the_prompt_says_what_was_not_sent_yet(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as client:
        await client.join("#tea")
        false_server.close("login_socket")
        assert isinstance(await anext(client), ConnectionLost)
        with terminal() as (view, keys, screen):
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "alice → #tea> not connected, trying again; Enter tries now, /exit leaves")
            keys.send_text("x\r")
            await reading
            await client.say_in("#tea", "x")
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "alice → #tea> not sent yet")
            keys.send_text("x\r")
            await reading


async def no_wait(_: float) -> None:
    """Instead of sleeping."""


async def test_what_is_noticed_and_what_is_shown() -> None:
    with terminal() as (view, _, _):
        assert view.notices(ChatRequested("bob", 9))
        assert not view.notices(RequestSent("bob", 9))  # stands in the prompt instead
        assert view.notices(ConnectionLost("reset", None))


async def test_a_prompt_that_is_withdrawn_leaves_nothing_behind(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        with terminal() as (view, keys, screen):
            keys.send_text("half")
            reading = asyncio.create_task(view.read(client))
            async with asyncio.timeout(BOUND):
                while "half" not in screen.getvalue():  # noqa: ASYNC110 -- a screen tells nobody
                    await asyncio.sleep(0.001)
            view.withdraw()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    assert screen.getvalue().rindex("\x1b[J") > screen.getvalue().rindex("half")


async def test_the_prompt_marks_the_newest_message_until_it_is_answered(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        false_server.tell(b"start_chat bob x\n")
        with terminal() as (view, keys, screen):
            assert view.notices(await anext(client))
            keys.send_text("hello\r")
            assert await view.read(client) == "hello"
            assert "sent" not in display(screen)
            await client.say("hello")
            await view.sent(Say)
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "alice → bob> sent")
            for pong, word in ((b"PONG 1 0 x\n", "stored"), (b"PONG 1 1 x\n", "delivered")):
                false_server.say("check_socket", pong)
                view.notices(await anext(client))
                await shows(screen, f"alice → bob> {word}")
            false_server.tell(b":hi\n")
            event = await anext(client)
            assert view.notices(event)
            view.show(Line(Kind.MESSAGE, "hi", "bob"))
            await view.settle()
            assert "delivered" not in display(screen)
            keys.send_text("x\r")
            assert await reading == "x"
            await view.until_stored(client)
            assert await view.finish(client)


async def test_an_answer_that_overtakes_the_mark_takes_it_away_when_it_comes(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        false_server.tell(b"start_chat bob x\n")
        with terminal() as (view, keys, screen):
            view.notices(await anext(client))
            keys.send_text("hello\r")
            assert await view.read(client) == "hello"
            await client.say("hello")
            await view.sent(Say)
            reading = asyncio.create_task(view.read(client))
            false_server.tell(b":hi\n")
            view.notices(await anext(client))
            await shows(screen, "alice → bob> sent")
            false_server.say("check_socket", b"PONG 1 1 x\n")
            view.notices(await anext(client))
            await shows(screen, "alice → bob>" + 9 * " ")
            assert "delivered" not in display(screen)
            keys.send_text("x\r")
            await reading


async def test_the_prompt_says_what_was_not_sent_yet(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        false_server.tell(b"start_chat bob x\n")
        with terminal() as (view, keys, screen):
            view.notices(await anext(client))
            keys.send_text("first\r")
            assert await view.read(client) == "first"
            false_server.close("login_socket")
            event = await anext(client)
            assert isinstance(event, ConnectionLost)
            view.notices(event)
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "alice → bob> not connected, trying again; Enter tries now, /exit leaves")
            keys.send_text("x\r")
            await reading
            await client.say("hello")
            await view.sent(Say)
            reading = asyncio.create_task(view.read(client))
            await shows(screen, "alice → bob> not sent yet")
            keys.send_text("x\r")
            await reading


async def shows(screen: io.StringIO, text: str) -> None:
    """Wait until the screen shows it; what is written is only what changes."""
    async with asyncio.timeout(BOUND):
        while text not in display(screen):  # noqa: ASYNC110 -- a screen tells nobody
            await asyncio.sleep(0.001)


def display(screen: io.StringIO) -> str:
    terminal = pyte.Screen(80, 24)
    pyte.Stream(terminal).feed(screen.getvalue())
    return "\n".join(terminal.display)
