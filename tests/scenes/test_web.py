"""The web front door of a running server (docs/web.md): login and passes, chats with other pages and native clients,
rooms, letters, lost connections; and what does not get in.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from duologue.core.names import Account
from duologue.protocols.web.codec import FRAME_LIMIT, HEAD_LIMIT, HEADERS
from duologue.server.auth.passwords import hash_password
from duologue.server.session import Hold
from tests.bound import BOUND
from tests.browser import UPGRADE, Tab, asks, enters, sends, start_chat
from tests.scenes.test_tls import Identity
from tests.stage import CAST, Stage, opened, until

PROTOCOLS = ("native", "simplechat", "web")
SECRET = "correct horse"
HASH = hash_password(SECRET)
PEOPLE = [*(Account(nickname) for nickname in CAST), Account("eve", HASH), Account("mallory", HASH, disabled=True)]


@pytest.fixture(autouse=True)
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of two files, and something beside it that is nobody's business."""
    folder = tmp_path / "page"
    (folder / "parts").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Duologue</title>")
    (folder / "parts" / "app.js").write_text("export const answer = 42\n")
    (folder / "notes.py").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr("duologue.server.server.PAGE", folder)
    return folder


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, protocols=PROTOCOLS, accounts=PEOPLE, history=True) as stage:
        yield stage


# Login


async def test_who_needs_no_password_is_in_at_once(stage: Stage) -> None:
    alice = await enters(stage, "ALICE")
    assert (alice.nickname, stage.present()) == ("alice", {"alice"})


async def test_a_password_is_asked_for_and_a_wrong_one_may_be_followed_by_the_right_one(stage: Stage) -> None:
    eve = await Tab.opens(stage)
    await eve.says("give_nickname", nickname="eve")
    await eve.hears("password_wanted")
    await eve.says("give_password", password="wrong")
    await eve.hears("login_denied", code="denied")
    await eve.logs_in("eve", SECRET)


async def test_after_three_refusals_the_socket_is_closed(stage: Stage) -> None:
    tab = await Tab.opens(stage)
    for nickname in ("no name", "no name", "no name"):
        await tab.says("give_nickname", nickname=nickname)
        await tab.hears("login_denied", code="bad_nickname")
    assert await tab.is_closed() == 1000


async def test_a_refusal_gives_the_time_to_type_again(stage: Stage) -> None:
    tab = await Tab.opens(stage)
    stage.passes(15)
    await tab.says("give_nickname", nickname="no name")
    await tab.hears("login_denied")
    stage.passes(15)
    await tab.logs_in("alice")


async def test_who_says_nothing_is_told_that_it_was_too_slow(stage: Stage) -> None:
    tab = await Tab.opens(stage)
    await until(lambda: bool(stage.server.hub.login._deadlines))
    stage.passes(21)
    await tab.hears("refused", code="too_slow")
    assert await tab.is_closed() == 1000


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("give_password", {"password": "x"}),
        ("attach_socket", {"kind": "chat_socket", "token": "x"}),
        ("list_online", {}),
    ],
)
async def test_nobody_comes_in_by_another_way(stage: Stage, kind: str, fields: dict[str, str]) -> None:
    tab = await Tab.opens(stage)
    await tab.says(kind, **fields)
    await tab.hears("refused")
    assert stage.present() == set()


async def test_a_second_nickname_before_the_answer_ends_it(stage: Stage) -> None:
    tab = await Tab.opens(stage)
    await tab.says("give_nickname", nickname="eve")
    await tab.hears("password_wanted")
    await tab.says("give_nickname", nickname="alice")
    await tab.hears("refused", code="out_of_turn")
    assert await tab.is_closed() == 1000


async def test_a_newer_login_takes_over(stage: Stage) -> None:
    older = await enters(stage, "alice")
    await enters(stage, "alice")
    await older.hears("disconnected", code="taken_over")
    assert await older.is_closed() == 1000


async def test_exit_says_goodbye(stage: Stage) -> None:
    alice = await enters(stage, "alice")
    await alice.says("exit")
    await alice.hears("disconnected", code="bye")
    assert await alice.is_closed() == 1000
    await until(lambda: not stage.present())


# Passes


async def test_a_pass_is_all_that_the_next_login_takes_and_gives_a_new_one(stage: Stage) -> None:
    first = await (await Tab.opens(stage)).logs_in("eve", SECRET)
    await first.leaves()
    second = await (await Tab.opens(stage)).shows(first.token)
    assert second.nickname == "eve"
    await (await Tab.opens(stage)).shows(second.token)


async def test_a_pass_outlives_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS, accounts=PEOPLE) as stage:
        token = (await (await Tab.opens(stage)).logs_in("eve", SECRET)).token
    async with opened(tmp_path, protocols=PROTOCOLS, accounts=PEOPLE) as stage:
        await (await Tab.opens(stage)).shows(token)
    assert (tmp_path / "data" / "web.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "now",
    [
        [Account("eve", hash_password("another"))],
        [Account("eve")],
        [Account("eve", HASH, disabled=True)],
        [Account("alice")],
    ],
    ids=["another password", "no password", "disabled", "removed"],
)
async def test_a_pass_dies_with_what_it_was_given_for(stage: Stage, now: list[Account]) -> None:
    eve = await (await Tab.opens(stage)).logs_in("eve", SECRET)
    await stage.registers(*now)
    again = await Tab.opens(stage)
    await again.says("give_pass", token=eve.token)
    await again.hears("login_denied", code="bad_pass")


async def test_a_bad_pass_counts_as_a_try_and_the_form_comes_on_the_same_socket(stage: Stage) -> None:
    tab = await Tab.opens(stage)
    for token in ("", "nonsense.nonsense"):
        await tab.says("give_pass", token=token)
        await tab.hears("login_denied", code="bad_pass")
    await tab.logs_in("alice")
    other = await Tab.opens(stage)
    for _ in range(3):
        await other.says("give_pass", token="x.y")
        await other.hears("login_denied", code="bad_pass")
    assert await other.is_closed() == 1000


# Chats


async def test_two_pages_talk_and_what_they_say_is_acknowledged(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    chat = await start_chat(alice, bob)
    await alice.says("say", text="hello\nyou")
    await bob.hears("said", nickname="alice", texts=["hello\nyou"])
    await bob.says("ping", received=1, stream=chat)
    await alice.skips_to("acknowledged", stored=1, delivered=1, stream=chat)
    await bob.says("quit_chat")
    await alice.skips_to("chat_ended", nickname="bob", reason="left")


async def test_a_page_and_a_native_client_talk(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await stage.enters("bob")
    await bob.says("/chat alice")
    await alice.hears("chat_requested", nickname="bob")
    await alice.says("accept_chat", nickname="bob")
    await alice.hears("requests_ended", nickname="bob")
    started = await alice.hears("chat_started", nickname="bob")
    await bob.hears("chat_requested alice 120", "requests_ended alice", f"start_chat alice {started['chat']}")
    await bob.says(":one", ":two\vlines", ":three")
    heard: list[str] = []
    while len(heard) < 3:
        heard += (await alice.hears("said", nickname="bob"))["texts"]
    assert heard == ["one", "two\nlines", "three"]
    await alice.says("ping", received=3, stream=started["chat"])
    await alice.says("say", text="tw\no")
    await bob.hears(":tw\vo")
    await bob.says("/quit")
    await alice.skips_to("chat_ended", reason="left")


async def test_a_chunk_of_many_messages_is_one_frame(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await stage.enters("bob")
    await bob.says("/chat alice")
    await alice.hears("chat_requested")
    await alice.says("accept_chat")
    await alice.skips_to("chat_started")
    await bob.says(*(f":{number}" for number in range(100)))
    assert (await alice.hears("said"))["texts"] == [str(number) for number in range(100)]


async def test_a_declined_request(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    await alice.says("ask_for_chat", nickname="bob")
    await alice.hears("request_sent", seconds=120)
    await bob.hears("chat_requested")
    await bob.says("decline_chat", nickname=None)
    await alice.hears("request_answered", nickname="bob", outcome="declined")


async def test_texts_of_attackers_arrive_as_they_are(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    await start_chat(alice, bob)
    texts = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\u202e\u0007\x1b[31m",
        "</said>&lt;",
        "😀é",
    ]
    for text in texts:
        await alice.says("say", text=text)
        await bob.skips_to("said", texts=[text])


async def test_a_cut_socket_pauses_the_chat_and_it_is_resumed(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    chat = await start_chat(alice, bob)
    await alice.says("say", text="one")
    await alice.skips_to("acknowledged", stored=1)
    alice.breaks()
    await bob.skips_to("chat_paused", nickname="alice", seconds=60)
    await bob.says("say", text="while you were away")
    again = await (await Tab.opens(stage)).shows(alice.token)
    await again.hears("chat_waits", nickname="bob", chat=chat)
    held = {"name": chat, "upto": 0}
    await again.says("resume_chat", chat=chat, sent={"name": chat, "upto": 1}, received=held)
    await again.hears("chat_resumed", had=1, taken=1, stream=chat)
    await again.hears("stream_begins", nickname="bob", stream=chat, first=1)
    await again.hears("said", nickname="bob", texts=["while you were away"])
    await bob.skips_to("partner_resumed", nickname="alice")
    await again.says("say", text="two")
    await bob.skips_to("said", texts=["two"])


async def test_a_chat_outlives_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS, history=True) as stage:
        alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
        chat = await start_chat(alice, bob)
        await alice.says("say", text="one")
        await alice.skips_to("acknowledged", stored=1)
        await alice.says("say", text="two")
    async with opened(tmp_path, protocols=PROTOCOLS, history=True) as stage:
        again = await (await Tab.opens(stage)).shows(alice.token)
        await again.hears("chat_waits", chat=chat)
        await again.says("resume_chat", chat=chat, sent={"name": chat, "upto": 1})
        had = (await again.hears("chat_resumed", chat=chat))["had"]
        other = await (await Tab.opens(stage)).shows(bob.token)
        await other.says("resume_chat", chat=chat)
        await other.skips_to("said", texts=["one", "two"][:had])


async def test_shutting_down_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS) as stage:
        alice = await enters(stage, "alice")
        await stage.server.stop()
        await alice.hears("disconnected", code="shutting_down")
        assert await alice.is_closed() == 1000


# Everything else


async def test_a_room_with_all(stage: Stage) -> None:
    alice, bob, carol = await enters(stage, "alice"), await stage.enters("bob"), await enters(stage, "carol")
    await alice.says("join_room", room="#tea")
    await alice.hears("room_entered", room="#tea", members=1, topic="")
    await bob.says("/join #tea")
    await bob.hears("room_entered #tea 2 :")
    await alice.hears("room_joined", nickname="bob")
    await carol.says("join_room", room="tea", password=None)
    await carol.hears("room_entered", members=3)
    for member in (alice, bob):
        if isinstance(member, Tab):
            await member.hears("room_joined", nickname="carol")
        else:
            await member.hears("room_joined #tea carol")
    await alice.says("send_letter", nickname="#tea", stream="alices", number=1, text="hello\nall")
    await bob.hears_like(r"room_said #tea alice \d+ \d+ :hello\vall")
    await carol.hears("room_said", room="#tea", nickname="alice", text="hello\nall")
    await alice.hears("acknowledged", stored=1, delivered=1, stream="alices")
    await carol.says("read_history", nickname="#tea", count=10)
    await carol.hears("recalled", sender="alice", recipient="#tea", text="hello\nall")
    await carol.hears("recall_ended", count=1, before=None)


async def test_a_letter_waits_and_is_acknowledged(stage: Stage) -> None:
    alice = await enters(stage, "alice")
    await alice.says("send_letter", nickname="bob", stream="letter", number=1, text="x" * 8000)
    await alice.hears("acknowledged", stored=1, delivered=0, stream="letter")
    await alice.hears("kept_for", nickname="bob", stream="letter", number=1)
    bob = await enters(stage, "bob")
    got = await bob.hears("message_from", nickname="alice", stream="letter", number=1)
    assert got["text"] == "x" * 8000
    await bob.says("ping", received=1, stream="letter")
    await alice.hears("acknowledged", stored=1, delivered=1, stream="letter")


async def test_people_are_watched_and_described(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    await bob.says("go_away", text="lunch")
    await bob.hears("you_are", state="away", text="lunch")
    await alice.says("list_people")
    await alice.hears("people_listed", people=[["alice", "online"], ["bob", "away"]], more=0)
    await alice.says("allow_asking", who="nobody")
    await alice.hears("asking_allowed", who="nobody")


async def test_who_is_silent_is_asked_and_an_answer_counts(stage: Stage) -> None:
    alice, _ = await enters(stage, "alice"), await enters(stage, "bob")
    stage.passes(16)
    await alice.hears("probe")
    await alice.says("pong")
    await until(lambda: bool(stage.server.hub.heartbeat.heard))
    stage.passes(30)
    assert stage.present() == {"alice"}


async def test_who_is_not_read_from_does_not_count_as_silent(stage: Stage) -> None:
    await enters(stage, "alice")
    socket = stage.server.hub.directory.sessions_of("alice")[0].chat_socket
    socket.hold(Hold.STORE)
    for _ in range(5):
        stage.passes(16)
    assert stage.present() == {"alice"}


async def test_a_reader_that_stops_misses_nothing(tmp_path: Path) -> None:
    free = {"message_burst": float("inf"), "message_rate": float("inf")}
    async with opened(tmp_path, protocols=PROTOCOLS, history=True, limits={"send_queue": 16_384, **free}) as stage:
        alice, bob = await enters(stage, "alice"), await stage.enters("bob")
        await bob.says("/chat alice")
        await alice.hears("chat_requested")
        await alice.says("accept_chat")
        started = await alice.skips_to("chat_started")
        alice.socket.transport.pause_reading()
        count = 8000
        client = stage.server.hub.directory.sessions_of("alice")[0]
        for first in range(0, count, 500):
            await bob.says(*(f":{number:05} {'x' * 1000}" for number in range(first, first + 500)))
        await until(lambda: stage.server.hub.backpressure.is_full(client))
        alice.socket.transport.resume_reading()
        heard: list[str] = []
        while len(heard) < count:
            found = await alice.frame()
            heard += found["texts"] if found["type"] == "said" else []
        assert [int(text[:5]) for text in heard] == list(range(count))
        await alice.says("ping", received=count, stream=started["chat"])
        await bob.check.hears_like(r"PONG \d+ \d+ .*")


# Frames that are none

BAD = [
    "nonsense",
    "[]",
    '"say"',
    "{}",
    '{"type":"say"}',
    '{"type":"say","text":1}',
    '{"type":"say","text":"x","more":1}',
    '{"type":"say","text":null}',
    '{"type":"ping","received":-1}',
    '{"type":"ping","received":true}',
    '{"type":"allow_asking","who":"me"}',
    '{"type":"say_in_room","room":"x","text":"y"}',
    '{"type":"send_letter","nickname":"bob","stream":"a b","number":1,"text":"x"}',
    "[" * 10_000,
    "9" * 10_000,
]


@pytest.mark.parametrize("frame", BAD)
async def test_a_frame_that_is_none_is_refused_and_the_session_goes_on(stage: Stage, frame: str) -> None:
    alice = await enters(stage, "alice")
    await alice.socket.send(frame)
    assert (await alice.hears("refused"))["code"] in {"bad_command", "unknown_command"}
    await alice.says("list_online")
    await alice.hears("people_online", nicknames=["alice"])


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("read_history", {"nickname": "server", "count": 5}),
        ("read_history", {"nickname": "bob"}),
        ("read_history", {"nickname": "b\0b", "count": 5}),
        ("search_history", {"words": " "}),
        ("join_room", {"room": "#x!y"}),
        ("who_is", {"nickname": "nobody"}),
    ],
)
async def test_a_refusal_says_what_it_refuses(stage: Stage, kind: str, fields: dict[str, object]) -> None:
    """3.5"""
    alice = await enters(stage, "alice")
    await alice.says(kind, **fields)
    await alice.hears("refused", of=kind)


@pytest.mark.parametrize(
    ("kind", "fields"), [("read_history", {"nickname": "bob", "count": 5}), ("search_history", {"words": "x"})]
)
async def test_so_does_one_that_comes_later(tmp_path: Path, kind: str, fields: dict[str, object]) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS) as forgetful:
        alice = await enters(forgetful, "alice")
        await alice.says(kind, **fields)
        await alice.hears("refused", code="no_history", of=kind)


async def test_so_does_one_of_a_room(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    await alice.says("join_room", room="#tea", password="green")
    await alice.skips_to("room_entered")
    await bob.says("join_room", room="#tea", password="black")
    await bob.hears("refused", code="room_locked", of="join_room")


async def test_so_does_one_of_a_chat(stage: Stage) -> None:
    alice, bob, carol = await enters(stage, "alice"), await enters(stage, "bob"), await enters(stage, "carol")
    await bob.says("allow_asking", who="known")
    await bob.hears("asking_allowed")
    await start_chat(alice, carol)
    await alice.says("ask_for_chat", nickname="bob")
    await alice.hears("refused", code="in_chat", of="ask_for_chat")


async def test_a_warning_refuses_nothing(tmp_path: Path) -> None:
    limits = {"message_burst": 1, "message_rate": 1000}
    async with opened(tmp_path, protocols=PROTOCOLS, limits=limits) as strict:
        alice = await enters(strict, "alice")
        await alice.says("list_online")
        await alice.says("list_online")
        await alice.skips_to("refused", code="slow_down", of=None)


@pytest.mark.parametrize("text", ['"\\u0000"', '"\\ud800"'])
async def test_what_is_no_text_is_refused(stage: Stage, text: str) -> None:
    alice = await enters(stage, "alice")
    await alice.socket.send(f'{{"type":"say","text":{text}}}')
    await alice.hears("refused", code="not_text")


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"binary"], 1003),
        (["x" * (FRAME_LIMIT + 1)], 1009),
    ],
)
async def test_what_no_page_sends_ends_the_socket(stage: Stage, frames: list[str | bytes], code: int) -> None:
    alice = await enters(stage, "alice")
    for frame in frames:
        await alice.socket.send(frame)
    assert await alice.is_closed() == code
    await until(lambda: not stage.present())


async def test_fragments_are_put_together_and_limited_together(stage: Stage) -> None:
    alice = await enters(stage, "alice")
    await alice.socket.send(iter(['{"type":', "", '"list_online"}']))
    await alice.hears("people_online")
    await alice.socket.send(iter(["x" * 8000] * 3))
    assert await alice.is_closed() == 1009


async def test_half_characters_may_be_cut_by_a_fragment_but_not_by_the_end(stage: Stage) -> None:
    alice = await enters(stage, "alice")
    whole = '{"type":"who_is","nickname":"é"}'.encode()
    cut = whole.index("é".encode()) + 1
    for fin, opcode, data in ((False, Opcode.TEXT, whole[:cut]), (True, Opcode.CONT, whole[cut:])):
        alice.socket.transport.write(Frame(opcode, data, fin).serialize(mask=True))
    await alice.hears("refused")
    alice.socket.transport.write(Frame(Opcode.TEXT, b'"\xff"').serialize(mask=True))
    assert await alice.is_closed() == 1007


async def test_what_came_before_the_fault_counts(stage: Stage) -> None:
    alice = await enters(stage, "alice")
    await alice.says("join_room", room="#tea")
    await alice.hears("room_entered")
    bob = await stage.enters("bob")
    await bob.says("/join #tea")
    await bob.hears("room_entered #tea 2 :")
    await alice.hears("room_joined")
    part = json.dumps({"type": "part_room", "room": "#tea"}).encode()
    alice.socket.transport.write(
        Frame(Opcode.TEXT, part).serialize(mask=True) + Frame(Opcode.BINARY, b"x").serialize(mask=True)
    )
    await bob.hears("room_left #tea alice")
    await alice.hears("room_exited")
    assert await alice.is_closed() == 1003


async def test_pings_are_answered_and_a_flood_of_them_lets_others_speak(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    pong = await alice.socket.ping()
    async with asyncio.timeout(BOUND):
        await pong
    alice.socket.transport.write(Frame(Opcode.PING, b"").serialize(mask=True) * 20_000)
    await bob.says("list_online")
    await bob.hears("people_online")
    await alice.hears("refused", code="slow_down")


async def test_who_floods_without_a_login_is_not_read_from_and_then_cut(stage: Stage) -> None:
    tab = await Tab.opens(stage)
    tab.socket.transport.pause_reading()
    bad = Frame(Opcode.TEXT, b"x").serialize(mask=True) * 200_000
    tab.socket.transport.write(bad)
    [link] = stage.server._listeners[1]._open
    await until(lambda: Hold.RATE in link._holds)
    stage.passes(stage.settings.limits.login_timeout)
    await until(lambda: not stage.server._listeners[1]._open)


# HTTP


async def test_the_page_and_its_files(stage: Stage) -> None:
    for path, kind, body in (
        ("/", "text/html", b"<!doctype"),
        ("/index.html?x=1", "text/html", b"<!doctype"),
        ("/parts/app.js", "text/javascript", b"export"),
    ):
        found = await asks(stage, path)
        assert (found.status, found.body[: len(body)]) == (200, body)
        assert found.headers["content-type"].startswith(kind)
        again = await asks(stage, path, f"If-None-Match: {found.headers['etag']}")
        assert (again.status, again.body) == (304, b"")


HOSTILE_PATHS = [
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "//secret.txt",
    "/parts/../../secret.txt",
    "/./index.html",
    "/parts\\..\\..\\secret.txt",
    "/notes.py",
    "/parts",
    "/parts/",
    "/nothing",
    "http://127.0.0.1/",
    "*",
    "/socket/",
]


@pytest.mark.parametrize("path", HOSTILE_PATHS)
async def test_no_path_leads_out_of_the_folder(stage: Stage, path: str) -> None:
    found = await asks(stage, path)
    assert found.status == 404
    assert b"secret" not in found.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"])
async def test_other_methods_are_refused(stage: Stage, method: str) -> None:
    found = await asks(stage, "/", method=method)
    assert (found.status, found.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/nothing", "/socket"])
async def test_head_is_get_without_the_body(stage: Stage, path: str) -> None:
    got, head = await asks(stage, path), await asks(stage, path, method="HEAD")
    got.headers.pop("date", None)
    assert (head.status, head.headers.get("content-type"), head.body) == (got.status, got.headers["content-type"], b"")
    if path != "/metrics":  # they count what was asked before
        assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


async def test_every_answer_has_the_headers(stage: Stage) -> None:
    long = f"X: {'x' * HEAD_LIMIT}"
    answers = [
        await asks(stage, "/"),
        await asks(stage, "/nothing"),
        await asks(stage, "/", method="POST"),
        await asks(stage, "/healthz"),
        await asks(stage, "/metrics"),
        await asks(stage, "/socket", *UPGRADE),
        await asks(stage, "/socket", f"Origin: http://127.0.0.1:{stage.ports['web']}"),
        await asks(stage, "/", long),
        await asks(stage, "/", "Content-Length: 5"),
    ]
    assert [found.status for found in answers] == [200, 404, 405, 200, 200, 403, 426, 431, 400]
    for found in answers:
        assert {name: found.headers.get(name.lower()) for name in HEADERS} == HEADERS


GARBAGE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n",
    b"duologue/1 login_socket\nalice\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET /é HTTP/1.1\r\n\r\n".encode(),
]


@pytest.mark.parametrize("data", GARBAGE)
async def test_garbage_is_refused(stage: Stage, data: bytes) -> None:
    assert (await sends(stage, data)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("data", [b"x" * 100_000, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000])
async def test_a_head_without_an_end_is_refused(stage: Stage, data: bytes) -> None:
    found = await sends(stage, data)
    assert found == b"" or found.split(b" ")[1] in (b"400", b"414", b"431")
    await until(lambda: not stage.server._listeners[1]._open)


async def test_a_slow_head_is_closed_without_a_word(stage: Stage) -> None:
    asking = asyncio.ensure_future(sends(stage, b"GET / HT"))
    await until(lambda: bool(stage.server.hub.login._deadlines))
    stage.passes(21)
    assert await asking == b""


async def test_a_second_request_after_a_sentence_is_not_answered(stage: Stage) -> None:
    found = await sends(stage, b"GET /healthz HTTP/1.1\r\n\r\n" * 2)
    assert found.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in found


# Connections that are kept

SCRIPT = b"export const answer = 42\n"


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


async def test_files_are_asked_for_one_after_the_other_or_all_at_once(stage: Stage) -> None:
    found = await sends(
        stage,
        get("/parts/app.js")
        + get("/", method="HEAD")
        + get("/parts/app.js", "If-None-Match: W/x")
        + get("/nowhere")
        + get("/"),
    )
    heads = [answer.partition(b"\r\n\r\n") for answer in found.split(b"HTTP/1.1 ")[1:]]
    assert [head[:3] for head, _, _ in heads] == [b"200", b"200", b"200", b"404"]
    assert [body for _, _, body in heads] == [SCRIPT, b"", SCRIPT, b"There is no such page.\n"]
    assert [b"Connection: close" in head for head, _, _ in heads] == [False, False, False, True]
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["web"])
    for _ in range(3):
        writer.write(get("/parts/app.js"))
        async with asyncio.timeout(BOUND):
            assert (await reader.readuntil(SCRIPT)).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_a_socket_opens_on_a_connection_that_was_kept_and_stays_open(stage: Stage) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["web"])
    stage.leaving.append(writer.close)
    async with asyncio.timeout(BOUND):
        writer.write(get("/parts/app.js"))
        await reader.readuntil(SCRIPT)
        stage.passes(4)
        writer.write(get("/socket", f"Origin: http://127.0.0.1:{stage.ports['web']}", *UPGRADE))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        stage.passes(19)  # which are those of the login, and begin with the socket
        words = json.dumps({"type": "give_nickname", "nickname": "alice"}).encode()
        writer.write(Frame(Opcode.TEXT, words).serialize(mask=True))
        await reader.readuntil(b'"logged_in"')
        assert stage.present() == {"alice"}
        stage.passes(30)
        writer.write(Frame(Opcode.PING, b"still here").serialize(mask=True))
        await reader.readuntil(b"still here")
    assert stage.present() == {"alice"}


async def test_where_places_are_short_no_connection_is_kept(stage: Stage) -> None:
    places = stage.server._places
    places.most = 2 * places.taken + 2
    assert b"Connection: close" not in await until_idle(stage)
    places.most -= 1
    assert b"Connection: close" in await until_idle(stage)


async def until_idle(stage: Stage) -> bytes:
    """Return the whole answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["web"])
    writer.write(get("/parts/app.js"))
    async with asyncio.timeout(BOUND):
        found = await reader.readuntil(SCRIPT)
    writer.close()
    await until(lambda: not stage.server._listeners[1]._open)
    assert not stage.server.hub.kept._waiting
    return found


# Origins


def bad_origins(port: int) -> list[str | None]:
    return [
        None,
        "null",
        "",
        "http://evil.example",
        f"http://evil.example:{port}",
        f"https://127.0.0.1:{port}",
        "http://127.0.0.1",
        f"http://127.0.0.1:{port + 1}",
        f"http://127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}.evil.example",
        f"http://127.0.0.1.evil.example:{port}",
        f"http://user@127.0.0.1:{port}",
        f"HTTP://127.0.0.1:{port}",
        f"http://0.0.0.0:{port}",
        f"http://127.0.0.1:{port} http://evil.example",
    ]


async def test_a_socket_opens_for_the_own_page_only(stage: Stage) -> None:
    port = stage.ports["web"]
    for origin in bad_origins(port):
        with pytest.raises(InvalidStatus) as refused:
            await Tab.opens(stage, origin=origin)
        assert refused.value.response.status_code == 403, origin
    for origin in (f"http://127.0.0.1:{port}", f"http://localhost:{port}", f"http://[::1]:{port}"):
        await Tab.opens(stage, origin=origin)
    numbers = (await asks(stage, "/metrics")).body.decode()
    assert f'duologue_refused_total{{reason="bad_origin"}} {len(bad_origins(port))}.0' in numbers


async def test_two_origins_are_none(stage: Stage) -> None:
    own = f"Origin: http://127.0.0.1:{stage.ports['web']}"
    assert (await asks(stage, "/socket", *UPGRADE, own, own)).status == 400


async def test_a_proxy_brings_the_origins_that_the_operator_names(tmp_path: Path) -> None:
    origin = "https://chat.example.org"
    async with opened(tmp_path, protocols=PROTOCOLS, web_origins=(origin,), allow_passwordless=True) as stage:
        await (await Tab.opens(stage, origin=origin)).logs_in("alice")


async def test_an_account_without_a_password_that_comes_later_is_not_let_in_by_the_proxy(tmp_path: Path) -> None:
    """7.5"""
    origin = "https://chat.example.org"
    async with opened(tmp_path, protocols=PROTOCOLS, web_origins=(origin,), accounts=[Account("eve", HASH)]) as stage:
        said = await stage.registers(Account("eve", HASH), Account("bob"))
        assert "bob is without a password" in said
        tab = await Tab.opens(stage, origin=origin)
        await tab.says("give_nickname", nickname="bob")
        await tab.hears("password_wanted")
        await tab.says("give_password", password="")
        await tab.hears("login_denied", code="denied")
        await stage.enters("bob")
        told = await stage.registers(Account("eve", HASH))
        assert told == f"The server at 127.0.0.1 port {stage.settings.port} has reread the users file."


# Health and numbers


async def test_health_is_that_people_can_log_in_and_be_stored(stage: Stage) -> None:
    assert (await asks(stage, "/healthz")).body == b"ok\n"
    stage.server.hub.not_ready = "The store has failed."
    found = await asks(stage, "/healthz")
    assert (found.status, found.body) == (503, b"The store has failed.\n")


async def test_the_metrics_count(stage: Stage) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    await start_chat(alice, bob)
    await alice.says("say", text="one")
    await alice.skips_to("acknowledged", stored=1)
    found = await asks(stage, "/metrics")
    numbers = found.body.decode()
    for line in (
        'duologue_connections{protocol="web"} 3.0',
        "duologue_people_online 2.0",
        "duologue_chats 1.0",
        "duologue_rooms 1.0",
        "duologue_messages_total 1.0",
        "duologue_stored_seconds_count 1.0",
        "duologue_queued_bytes 0.0",
    ):
        assert line in numbers


@pytest.mark.parametrize(
    "headers", [("Host: evil.example",), ("X-Forwarded-For: 192.0.2.1",), ("Forwarded: for=192.0.2.1",)]
)
async def test_the_metrics_are_for_this_machine(stage: Stage, headers: tuple[str, ...]) -> None:
    assert (await asks(stage, "/metrics", *headers)).status == 403


async def test_behind_a_proxy_only_the_operator_reads_them(tmp_path: Path) -> None:
    """6.4"""
    origins = ("https://chat.example.org",)
    async with opened(tmp_path, protocols=PROTOCOLS, web_origins=origins, accounts=[Account("eve", HASH)]) as stage:
        assert (await asks(stage, "/metrics")).status == 403
        assert "duologue_people_online 0.0\n" in await stage.asks_server("metrics")


# TLS


async def test_over_tls(tmp_path: Path) -> None:
    identity = Identity(trustme.CA(), tmp_path / "cert.pem", tmp_path / "key.pem")
    identity.issue()
    tls = identity.client()
    async with opened(tmp_path, protocols=PROTOCOLS, tls=tls, **identity.settings) as stage:
        alice, bob = await enters(stage, "alice", tls=tls), await enters(stage, "bob", tls=tls)
        await start_chat(alice, bob)
        await alice.says("say", text="x" * 8000)
        await bob.hears("said", texts=["x" * 8000])
        assert (await asks(stage, "/healthz", tls=tls)).status == 200
        with pytest.raises(InvalidStatus):
            await Tab.opens(stage, tls=tls, origin=f"http://127.0.0.1:{stage.ports['web']}")
