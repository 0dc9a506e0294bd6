"""A person's way through the app, with a face that reads from a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from duologue.client.api import Client
from duologue.client.conversation import INTERRUPTED, LOST, MOST_UNSEEN, OK, Conversation
from duologue.client.events import Happening
from duologue.client.view.base import Interrupted, Line
from duologue.core.commands.chat import Command
from duologue.core.events.chat import Said
from tests.bound import BOUND
from tests.client.conftest import FalseServer


class Script:
    """A face: answers questions in order, types in order, and remembers what it was shown."""

    def __init__(self, *answers: str | Exception, is_interactive: bool = True) -> None:
        self.is_interactive = is_interactive
        self.answers = [*answers]
        self.questions: list[str] = []
        self.secrets: list[str] = []
        self.defaults: list[str] = []
        self.shown: list[str] = []
        self.typed: asyncio.Queue[str | None] = asyncio.Queue()
        self.finishes = True
        self.settled = 0
        self.on_show: Callable[[str], None] = lambda _: None
        self.on_sent: Callable[[str], None] = lambda _: None
        self.on_notice: Callable[[Happening], None] = lambda _: None
        self.on_settle: Callable[[], None] = lambda: None

    def types(self, *texts: str | None) -> None:
        """At once; None is the end of its input."""
        for text in texts:
            self.typed.put_nowait(text)

    def types_when_shown(self, shown: str, text: str) -> None:
        self.on_show = lambda line: self.types(text) if shown in line else None

    def follows(self, steps: Mapping[str, Callable[[], None]]) -> None:
        """What it does when it is shown exactly that."""
        self.on_show = lambda line: steps.get(line, lambda: None)()

    async def ask(self, question: str, default: str = "") -> str:
        self.questions.append(question)
        self.defaults.append(default)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def ask_secret(self, question: str) -> str:
        self.secrets.append(question)
        return await self.ask(question)

    def greet(self, client: Client) -> None: ...

    async def read(self, _: Client) -> str:
        text = await self.typed.get()
        if text is None:
            raise EOFError
        return text

    def withdraw(self) -> None:
        self.shown.append("(prompt gone)")

    async def sent(self, command: type[Command]) -> None:
        self.shown.append(f"({command.__name__})")
        self.on_sent(f"({command.__name__})")

    async def until_stored(self, client: Client) -> None:
        self.shown.append("(stored?)")

    async def finish(self, client: Client) -> bool:
        self.shown.append("(finished?)")
        return self.finishes

    def notices(self, event: Happening) -> bool:
        self.on_notice(event)
        return True

    def show(self, line: Line) -> None:
        self.on_show(line.text)
        self.shown.append(line.text)

    def clear(self) -> None:
        self.shown.append("(clear)")

    def close(self) -> None: ...

    async def settle(self) -> None:
        self.on_settle()
        self.settled = len(self.shown)


async def run(
    view: Script,
    server: FalseServer,
    nickname: str | None = "alice",
    memory_of: Callable[[str], Path | None] = lambda _: None,
) -> int:
    async with asyncio.timeout(BOUND):
        return await Conversation(view, server.address, nickname, memory_of).run()


async def test_typed_lines_are_carried_out_until_the_end_of_input(false_server: FalseServer) -> None:
    view = Script()
    view.types("/clear", "", "/nope", "/help", "/chat bob", "/chat online", None)
    assert await run(view, false_server) == OK
    assert view.shown[:2] == ["(clear)", "There is no command /nope. /help lists them; //nope sends it as text."]
    assert "Nobody can have the nickname online." in view.shown
    assert "(AskForChat)" in view.shown
    assert view.settled == len(view.shown)
    await false_server.hears("chat_socket", b"/chat bob\n")
    await false_server.hears("chat_socket", b"/exit\n")


@pytest.mark.parametrize(("answer", "code"), [(Interrupted(), INTERRUPTED), (EOFError(), OK)])
async def test_leaving_at_a_question(false_server: FalseServer, answer: Exception, code: int) -> None:
    assert await run(Script(answer), false_server, nickname=None) == code


async def test_lines_that_wait_for_a_yes_are_dropped_with_the_chat(false_server: FalseServer) -> None:
    view = Script()
    steps: dict[str, Callable[[], None]] = {
        "Chat with bob started. /quit leaves the chat.": lambda: view.types("1\n2\n3\n4"),
        "Send these 4 lines as one message? yes/no": lambda: false_server.tell(b"chat_ended bob left\n"),
        "Those lines were not sent.": lambda: view.types("/exit"),
    }
    view.follows(steps)
    false_server.answers["login_socket"] += b"start_chat bob x\n"
    assert await run(view, false_server) == OK
    assert "Chat with bob ended: bob left." in view.shown


async def test_after_a_take_over_it_asks_and_can_log_in_again(false_server: FalseServer) -> None:
    view = Script("yes", "perhaps", "no")
    false_server.answers["login_socket"] += b"disconnected taken_over Elsewhere.\n"
    assert await run(view, false_server) == LOST
    assert view.questions == ["Log in again? yes/no "] * 3
    assert view.shown[:2] == ["Elsewhere.", "(prompt gone)"]
    assert false_server.logins == 2


async def test_nobody_is_asked_who_cannot_answer(false_server: FalseServer) -> None:
    view = Script(is_interactive=False)
    false_server.answers["login_socket"] += b"disconnected removed Gone.\n"
    assert await run(view, false_server) == LOST
    assert view.questions == []


AGAIN = "Password for alice (an empty line goes back to the nickname): "


async def test_after_a_wrong_password_the_password_is_asked_for_and_hidden(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] = b"PASSWORD\nAUTH_DENIED denied Wrong.\n"
    view = Script("first", "second", "third", Interrupted())
    assert await run(view, false_server) == INTERRUPTED
    assert view.questions == view.secrets == ["Password: ", AGAIN, AGAIN, AGAIN]
    assert view.shown == ["Wrong."] * 3
    assert false_server.logins == 4


async def test_an_empty_password_goes_back_to_the_nickname(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] = b"PASSWORD\nAUTH_DENIED denied Wrong.\n"
    view = Script("first", "", "bob", "", "bob", Interrupted())
    assert await run(view, false_server) == INTERRUPTED
    nickname = "Enter your nickname: "
    assert view.questions == ["Password: ", AGAIN, nickname, "Password: ", nickname, "Password: "]
    assert view.secrets == ["Password: ", AGAIN, "Password: ", "Password: "]
    assert [default for default in view.defaults if default] == ["alice", "bob"]


async def test_a_pipe_without_a_password_says_so(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] = b"PASSWORD\n"
    view = Script(EOFError(), is_interactive=False)
    assert await run(view, false_server) == LOST
    assert view.shown == ["The input ended before the login was complete."]


async def test_a_refused_nickname_is_asked_for_anew(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] = b"AUTH_DENIED bad_nickname Not you.\n"
    view = Script("not a name", "", EOFError())
    assert await run(view, false_server, nickname=None) == OK
    assert view.defaults == ["", "", ""]


async def test_a_message_comes_neutralised_and_with_its_speaker(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] += b"start_chat bob x\n:\x1b[2J\vsecond\n"
    view = Script()
    view.types_when_shown("second", "/exit")
    assert await run(view, false_server) == OK
    assert "␛[2J\nsecond" in view.shown


async def test_before_a_chat_is_left_its_messages_are_waited_for(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] += b"start_chat bob x\n"
    view = Script()
    view.types_when_shown("started", "/quit")
    view.types("/help")
    running = asyncio.create_task(run(view, false_server))
    await false_server.hears("chat_socket", b"/quit\n")
    assert view.shown[-2:] == ["(stored?)", "(QuitChat)"]
    view.types(None)
    assert await running == OK


async def test_a_face_that_could_not_finish_makes_the_exit_code_1(false_server: FalseServer) -> None:
    view = Script(is_interactive=False)
    view.finishes = False
    view.types("/exit")
    assert await run(view, false_server) == LOST


async def test_a_person_chats_on_while_the_server_looks_for_messages(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] += b"start_chat bob x\n"
    view = Script()
    view.types_when_shown("started", "/history")
    running = asyncio.create_task(run(view, false_server))
    await false_server.hears("chat_socket", b"/history bob 20\n")
    view.types("hello")
    await false_server.hears("chat_socket", b":hello\n")
    false_server.tell(b"recalled 1 0 bob alice :old news\n:new\nrecall_ended 1\n")
    view.on_show = lambda text: view.types("/exit") if text == "1 message." else None
    assert await running == OK
    shown = [text for text in view.shown if text in ("new", "old news", "1 message.")]
    assert shown == ["new", "old news", "1 message."]


async def test_leaving_does_not_wait_for_an_answer_that_does_not_come(false_server: FalseServer) -> None:
    view = Script()
    view.types("/search coffee")
    running = asyncio.create_task(run(view, false_server))
    await false_server.hears("chat_socket", b"/search coffee\n")
    view.types(None)
    assert await running == OK


async def test_a_pipe_is_read_on_when_the_answer_is_there(false_server: FalseServer) -> None:
    view = Script(is_interactive=False)
    view.types("/search coffee", "/who", None)
    running = asyncio.create_task(run(view, false_server))
    await false_server.hears("chat_socket", b"/search coffee\n")
    false_server.tell(b"ERROR no_history This server keeps no history.\n")
    assert await running == OK
    assert view.shown.index("This server keeps no history.") < view.shown.index("(ListPeople)")
    assert view.shown.count("This server keeps no history.") == 1


async def test_a_letter_is_written_and_one_that_came_has_its_time_and_day(false_server: FalseServer) -> None:
    view = Script()
    false_server.answers["login_socket"] += b"message_from carol 86400 abc 1 :long ago\vreally\n"
    running = asyncio.create_task(run(view, false_server))
    view.types("/msg Bob hello  there\nyou")
    async with asyncio.timeout(BOUND):
        while (heard := (await false_server.heard.get())[1].decode()).split(" ")[:2] != ["/msg", "bob"]:
            pass
    assert heard.endswith(" 1 :hello  there\vyou\n")
    assert "(SendLetter)" in view.shown
    assert any(text.endswith(" January 1970 —") for text in view.shown)
    assert "long ago\nreally" in view.shown
    view.types("/msg bob " + "x" * 9000, None)
    assert await running == OK
    assert any("a line may have" in text for text in view.shown)


async def test_a_reply_goes_to_whoever_wrote_last(false_server: FalseServer) -> None:
    view = Script()
    false_server.answers["login_socket"] += b"message_from carol 86400 abc 1 :are you there\n"
    running = asyncio.create_task(run(view, false_server))
    await shows(view, "are you there")
    view.types("/reply yes, I am")
    async with asyncio.timeout(BOUND):
        while (heard := (await false_server.heard.get())[1].decode()).split(" ")[:2] != ["/msg", "carol"]:
            pass
    assert heard.endswith(" 1 :yes, I am\n")
    view.types(None)
    assert await running == OK


async def shows(view: Script, text: str) -> None:
    async with asyncio.timeout(BOUND):
        while text not in view.shown:  # noqa: ASYNC110 -- a screen tells nobody
            await asyncio.sleep(0.001)


class RoomServer:
    """Answers what is said about rooms in #tea and #ops, and lets nobody into #secret."""

    def __init__(self, server: FalseServer) -> None:
        self._server = server

    async def serve(self, lines: int) -> list[str]:
        """So many lines of the chat socket, and what they are, without the streams of messages."""
        heard: list[str] = []
        async with asyncio.timeout(BOUND):
            while len(heard) < lines:
                kind, line = await self._server.heard.get()
                if kind == "chat_socket":
                    heard.append(self._answer(line.decode().rstrip("\n")))
        return heard

    def _answer(self, line: str) -> str:
        word, _, rest = line.partition(" ")
        if word == "/join" and rest.startswith("#secret"):
            self.says(b"ERROR wrong_password #secret has a password.\n")
        elif word == "/join":
            self.says(f"room_entered {rest} 2 :\n".encode())
        elif word == "/part":
            self.says(f"room_exited {rest}\n".encode())
        elif word == "/msg":
            room, stream, *_ = rest.split(" ")
            self._server.say("check_socket", f"PONG 1 1 {stream}\n".encode())
            return f"{room}{line[line.index(' :') + 1 :]}"
        return line

    def says(self, data: bytes) -> None:
        self._server.tell(data)


async def test_text_outside_a_chat_goes_to_the_current_room(false_server: FalseServer) -> None:
    view, rooms = Script(), RoomServer(false_server)
    running = asyncio.create_task(run(view, false_server))
    view.types("/join tea", "one", "/join ops", "two", "/join tea", "three", "/msg #ops aside", "four", "/part", "five")
    assert await rooms.serve(9) == [
        "/join #tea", "#tea:one", "/join #ops", "#ops:two", "#tea:three", "#ops:aside", "#tea:four", "/part #tea",
        "#ops:five",
    ]  # fmt: skip
    rooms.says(b"room_said #tea bob 9999999999 7 :hi\n")
    view.types("/part")
    assert await rooms.serve(1) == ["/part #ops"]
    view.types("six", None)
    assert await running == OK
    assert view.shown.count("What you type goes to #tea now.") == 1
    assert view.shown.count("What you type goes to #ops now.") == 1
    assert "hi" in view.shown
    assert any(text.startswith("You are not in a chat or a room") for text in view.shown)


async def test_many_lines_go_to_the_room_that_they_were_meant_for(false_server: FalseServer) -> None:
    view, rooms = Script(), RoomServer(false_server)
    running = asyncio.create_task(run(view, false_server))
    view.types("/join tea", "1\n2\n3\n4", "/join ops", "/msg #ops aside", "yes", "after")
    assert await rooms.serve(5) == ["/join #tea", "/join #ops", "#ops:aside", "#tea:1\v2\v3\v4", "#ops:after"]
    assert "Send these 4 lines to #tea as one message? yes/no" in view.shown
    view.types("1\n2\n3\n4", "/part")
    await rooms.serve(1)
    view.on_show = lambda text: view.types(None) if text == "Those lines were not sent." else None
    assert await running == OK
    assert view.shown.index("You have left #ops.") < view.shown.index("Those lines were not sent.")


async def test_a_chat_has_the_text_while_rooms_go_on_and_its_last_words_reach_no_room(
    false_server: FalseServer,
) -> None:
    view, rooms = Script(), RoomServer(false_server)
    running = asyncio.create_task(run(view, false_server))
    view.types("/join tea")
    await rooms.serve(1)
    rooms.says(b"start_chat bob x\n")
    view.types_when_shown("Chat with bob started", "to bob")
    assert await rooms.serve(1) == [":to bob"]
    false_server.say("check_socket", b"PONG 1 1 x\n")
    view.types("/join ops", "/join tea", "/join ops", "/msg #tea to all")
    assert await rooms.serve(2) == ["/join #ops", "#tea:to all"]
    rooms.says(b"room_said #tea carol 9999999999 7 :hi\nchat_ended bob left\n")
    view.types_when_shown("Chat with bob ended", "a secret")
    await shows(view, "The chat with bob is over, so that was not sent. What you type from now on goes to #ops.")
    view.types("for all", None)
    assert await rooms.serve(1) == ["#ops:for all"]
    assert await running == OK
    assert "hi" in view.shown
    assert "What you type goes to #tea when the chat with bob is over." in view.shown


async def test_who_leaves_a_chat_is_back_in_the_room(false_server: FalseServer) -> None:
    view, rooms = Script(), RoomServer(false_server)
    running = asyncio.create_task(run(view, false_server))
    view.types("/join tea")
    await rooms.serve(1)
    rooms.says(b"start_chat bob x\n")
    view.types_when_shown("Chat with bob started", "/quit")
    assert await rooms.serve(1) == ["/quit"]
    view.types_when_shown("Chat with bob ended", "hello again")
    rooms.says(b"chat_ended bob you_left\n")
    assert await rooms.serve(1) == ["#tea:hello again"]
    view.types(None)
    assert await running == OK


@pytest.mark.parametrize("is_interactive", [True, False])
async def test_what_was_meant_for_a_room_that_lets_nobody_in_reaches_no_other(
    false_server: FalseServer, is_interactive: bool
) -> None:
    view, rooms = Script(is_interactive=is_interactive), RoomServer(false_server)
    running = asyncio.create_task(run(view, false_server))
    view.types("/join ops", "/join secret wrong")
    await rooms.serve(2)
    view.types_when_shown("#secret has a password.", "for insiders")
    await shows(view, "You are no longer in #secret, so that was not sent. What you type from now on goes to #ops.")
    view.types("for all", None)
    assert await rooms.serve(1) == ["#ops:for all"]
    assert await running == OK


async def test_each_nickname_has_its_memory(false_server: FalseServer, tmp_path: Path) -> None:
    view = Script("Alice")
    view.types(None)
    asked: list[str] = []

    def memory_of(nickname: str) -> Path:
        asked.append(nickname)
        return tmp_path / nickname

    assert await run(view, false_server, None, memory_of) == OK
    assert asked == ["alice"]


async def test_what_is_typed_while_the_connection_is_lost_is_kept(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] += b"start_chat bob x\n"
    view = Script()
    lost = "Connection lost (the server closed it). Connecting again; what you type is kept."

    def answer() -> None:
        view.types("yes", "more")

    steps: dict[str, Callable[[], None]] = {
        "Chat with bob started. /quit leaves the chat.": lambda: view.types("1\n2\n3\n4"),
        "Send these 4 lines as one message? yes/no": lambda: false_server.close("login_socket"),
        lost: answer,
    }
    view.follows(steps)
    running = asyncio.create_task(run(view, false_server))
    await false_server.hears("check_socket", b"PING 0\n")
    false_server.answers["login_socket"] = b"AUTH_SUCCESS token alice\n"
    await false_server.hears("chat_socket", b"/resume x x 0 x 0\n")
    false_server.tell(b"chat_resumed bob x 0 x 0\n")
    await false_server.hears("chat_socket", b":1\v2\v3\v4\n")
    await false_server.hears("chat_socket", b":more\n")
    view.types(None)
    assert await running == OK
    assert view.shown.index("Reconnected as alice.") < view.shown.index("Chat with bob goes on.")
    assert "Those lines were not sent." not in view.shown


async def test_people_are_read_as_their_accounts_spell_them(false_server: FalseServer) -> None:
    view = Script()
    view.follows({"Online: Alice, νίκος": lambda: view.types(None)})
    lines = "name_spelled νίκοσ νίκος", "want_chat_with_you νίκοσ 9", "requests_ended νίκοσ", "online alice νίκοσ"
    said = "".join(f"{line}\n" for line in ("AUTH_SUCCESS token alice Alice", *lines))
    false_server.answers["login_socket"] = said.encode()
    assert await run(view, false_server) == OK
    assert [line for line in view.shown if not line.startswith("(")] == [
        "νίκος wants to chat with you. yes/no",
        "Online: Alice, νίκος",
    ]


class TestWhatCannotBeShown:
    """What counts as received has been shown, whatever is wrong with the view."""

    @staticmethod
    def of_bob(server: FalseServer, *texts: str) -> None:
        server.answers["login_socket"] += "".join(["start_chat bob x\n", *(f":{text}\n" for text in texts)]).encode()

    @staticmethod
    def is_acknowledged(server: FalseServer, number: int) -> bool:
        heard = [server.heard.get_nowait() for _ in range(server.heard.qsize())]
        return any(line == f"PING {number} x\n".encode() for _, line in heard)

    async def test_a_line_that_breaks_its_view_is_shown_otherwise_and_the_next_come(
        self, false_server: FalseServer
    ) -> None:
        def show(text: str) -> None:
            if text == "two":
                raise ValueError(text)
            if text == "three":
                view.types("/exit")

        self.of_bob(false_server, "one", "two", "three")
        view = Script()
        view.on_show = show
        assert await run(view, false_server) == OK
        shown = [text for text in view.shown if "two" in text]
        assert shown == ["This could not be shown properly (ValueError): Said(nickname='bob', text='two')"]
        assert view.shown.index("one") < view.shown.index(shown[0]) < view.shown.index("three")
        assert self.is_acknowledged(false_server, 3)

    async def test_a_face_that_fails_to_take_note_shows_it_all_the_same(self, false_server: FalseServer) -> None:
        def notice(event: Happening) -> None:
            if event == Said("bob", "two"):
                raise KeyError

        self.of_bob(false_server, "one", "two", "three")
        view = Script()
        view.on_notice = notice
        view.types_when_shown("three", "/exit")
        assert await run(view, false_server) == OK
        assert any("'two'" in text for text in view.shown)

    @pytest.mark.parametrize("error", [BrokenPipeError, ValueError])
    async def test_what_no_view_can_show_comes_again(self, false_server: FalseServer, error: type[Exception]) -> None:
        def show(text: str) -> None:
            if "two" in text:
                raise error

        self.of_bob(false_server, "one", "two")
        view = Script()
        view.on_show = show
        with pytest.raises(error):
            await run(view, false_server)
        assert not self.is_acknowledged(false_server, 2)

    async def test_nothing_is_acknowledged_before_it_is_on_the_screen(self, false_server: FalseServer) -> None:
        def settle() -> None:
            if "one" in view.shown:
                raise OSError("gone")

        self.of_bob(false_server, "one")
        view = Script()
        view.on_settle = settle
        with pytest.raises(OSError, match="gone"):
            await run(view, false_server)
        assert not self.is_acknowledged(false_server, 1)

    async def test_a_burst_is_acknowledged_when_some_of_it_is_on_the_screen(self, false_server: FalseServer) -> None:
        self.of_bob(false_server, *(f"{number}." for number in range(3 * MOST_UNSEEN)))
        settled: list[int] = []
        view = Script()
        view.on_settle = lambda: settled.append(len(view.shown))
        view.types_when_shown(f"{3 * MOST_UNSEEN - 1}.", "/exit")
        assert await run(view, false_server) == OK
        assert max(after - before for before, after in pairwise([0, *settled])) <= MOST_UNSEEN
        assert len(settled) < MOST_UNSEEN, "not after each line"


async def of_desk(view: Script, server: FalseServer, folder: Path) -> int:
    return await run(view, server, memory_of=lambda nickname: folder / nickname)


async def test_what_is_unread_is_said_after_the_login_and_what_is_shown_here_is_read(
    false_server: FalseServer, tmp_path: Path
) -> None:
    view = Script()
    view.types_when_shown("Unread", "/exit")
    leaving = asyncio.create_task(of_desk(view, false_server, tmp_path))
    async with asyncio.timeout(BOUND):
        await false_server.hears("chat_socket", b"/follow\n")
        false_server.tell(b"chat_held bob c\nfollowing 5 anew\nkept bob 6 9 bob abc 1 :hi\n")
        await false_server.hears("chat_socket", b"/conversations\n")
        false_server.tell(b"conversation bob 5 9 3 1 bob :hello\nconversations_ended\n")
        await false_server.hears("chat_socket", b"/read bob 6\n")
    assert await leaving == OK
    assert "Unread: bob 3. /unread shows them." in view.shown


async def test_a_line_for_a_room_does_not_reach_who_is_in_a_chat_on_another_device(
    false_server: FalseServer, tmp_path: Path
) -> None:
    view = Script()
    view.types("/join tea")

    def shown(line: str) -> None:
        if line == "(JoinRoom)":
            false_server.tell(b"chat_held bob c\n")
        elif "is on another device" in line:
            view.types("/me waves", "for bob", "/exit")

    view.on_show = view.on_sent = shown
    assert await of_desk(view, false_server, tmp_path) == OK
    assert any("so that was not sent" in text for text in view.shown)
    heard = [false_server.heard.get_nowait()[1] for _ in range(false_server.heard.qsize())]
    assert [line.partition(b" :")[2] for line in heard if line.startswith(b"/msg bob")] == [b"for bob\n"]
