"""Three sockets live and die together (docs/protocol.md, sections 1, 3.7 and 8): how a session goes on, and how it
ends.
"""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path

import pytest

from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from tests.scenes.conftest import exits, says_and_is_heard
from tests.stage import Actor, Stage, Wire, descriptors, opened, until

SOCKETS = ("login", "chat", "check")
TAKEN_OVER = "disconnected taken_over You have logged in from somewhere else; this session is over."
DEAD = "disconnected dead Nothing was heard from you for too long."


def socket_of(actor: Actor, name: str) -> Wire:
    wire: Wire = attrgetter(name)(actor)
    return wire


async def test_a_newer_login_takes_over(stage: Stage) -> None:
    """3.7: the older session is told and closed, its partner hears of a pause, and the newer one may go on."""
    older, bob, chat = await stage.chat_between("alice", "bob")
    newer = await stage.enters("alice")
    await older.is_out_after(TAKEN_OVER)
    await bob.hears("chat_paused alice 60")
    await newer.hears(f"chat_waits bob {chat} 60")
    assert stage.present() == {"alice", "bob"}

    await newer.says(f"/resume {chat} {chat} 0 {chat} 0")
    await bob.hears(f"chat_resumed alice {chat}")
    await says_and_is_heard(newer, bob, "it is me again")


async def test_what_the_older_session_still_says_reaches_nobody(stage: Stage) -> None:
    older, bob, chat = await stage.chat_between("alice", "bob")
    newer = await stage.enters("alice")
    await bob.hears("chat_paused alice 60")
    older.chat.writer.write(b":a late line\n/quit\n")
    await newer.hears(f"chat_waits bob {chat} 60")
    await newer.heard_nothing()
    await bob.heard_nothing()


async def test_a_login_that_is_not_complete_takes_nothing_over(stage: Stage) -> None:
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await stage.knocks("alice")
    await says_and_is_heard(alice, bob, "still here")


async def test_alice_leaves(stage: Stage) -> None:
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await alice.says(":bye", "/exit")
    await alice.is_out_after("disconnected bye Goodbye!")
    await bob.hears(":bye", "chat_ended alice left")
    assert stage.present() == {"bob"}


async def test_nothing_comes_after_the_last_line_of_a_session(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """5: `disconnected` is the last line. What was sent with it is not looked at any more."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/exit", *["/chat bob", ":hello", "/nonsense", "/who"] * 200)
    await alice.is_out_after("disconnected bye Goodbye!")
    await bob.heard_nothing()
    assert [record for record in caplog.records if record.name == "asyncio" or record.levelname == "ERROR"] == []


@pytest.mark.parametrize("word", ["/quit", "/end"])
async def test_leaving_a_chat_without_one_disconnects_nobody(stage: Stage, word: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(word)
    await alice.hears("ERROR no_chat You are in no chat. /exit leaves the app.")
    assert stage.present() == {"alice"}
    await alice.heard_nothing()


@pytest.mark.parametrize("how", ["leaves", "breaks"])
@pytest.mark.parametrize("name", SOCKETS)
async def test_one_dead_socket_ends_the_session(stage: Stage, name: str, how: str) -> None:
    """1.2, for a close and for a reset."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    wire = socket_of(alice, name)
    if how == "leaves":
        await wire.leaves()
    else:
        wire.breaks()
    await bob.hears("chat_paused alice 60")
    assert stage.present() == {"bob"}
    if name != "login":
        await alice.hears_like("disconnected .+")
    for other in {*SOCKETS} - {name}:
        await socket_of(alice, other).is_closed()


async def test_who_falls_silent_is_dead_after_45_seconds(stage: Stage) -> None:
    """8.1 and 8.2: asked after 15 s, dead after 45 s, the partner told, the row and the descriptors given back."""
    bob = await stage.enters("bob")
    before = descriptors()
    alice = await stage.enters("alice")
    await stage.start_chat(alice, bob)

    for _ in range(3):
        assert stage.present() == {"alice", "bob"}
        await bob.heard_nothing()
        stage.passes(15)
        await alice.check.hears("PING")
    stage.passes(1)
    await bob.hears("chat_paused alice 60")
    assert stage.present() == {"bob"}
    await alice.is_out_after(DEAD)
    await alice.vanishes()
    await until(lambda: descriptors() == before)


@pytest.mark.parametrize("name", SOCKETS)
async def test_any_byte_on_any_socket_is_a_sign_of_life(stage: Stage, name: str) -> None:
    """8.1. One byte is no line yet, so nothing answers it."""
    alice = await stage.enters("alice")
    heartbeat = stage.server.hub.heartbeat
    stage.passes(1)
    for _ in range(4):
        await socket_of(alice, name).sends(b" ")
        await until(lambda: bool(heartbeat.heard))
        stage.passes(40)
    assert stage.present() == {"alice"}
    stage.passes(46)
    assert stage.present() == set()


async def test_an_answered_ping_keeps_a_silent_client(stage: Stage) -> None:
    alice = await stage.enters("alice")
    for _ in range(5):
        stage.passes(15)
        await alice.check.hears("PING")
        await alice.check.says("PONG")
        await until(lambda: bool(stage.server.hub.heartbeat.heard))
    stage.passes(1)
    assert stage.present() == {"alice"}


async def test_a_client_that_speaks_is_not_asked(stage: Stage) -> None:
    alice = await stage.enters("alice")
    for _ in range(4):
        await alice.heard_nothing()
        stage.passes(14)
    await alice.check.says("PING 0")
    await alice.check.hears("PONG 0 0")


async def test_half_open_clients_are_counted_out_alone(stage: Stage) -> None:
    """The dead go in one sweep; who lives stays."""
    _alice, bob, _carol = [await stage.enters(name) for name in ("alice", "bob", "carol")]
    stage.passes(44)
    await bob.heard_nothing()
    stage.passes(2)
    assert stage.present() == {"bob"}


async def test_sessions_leave_no_descriptor_and_no_row_behind(stage: Stage) -> None:
    before = descriptors()
    for _ in range(20):
        alice, bob, _ = await stage.chat_between("alice", "bob")
        await exits(alice)
        await bob.hears("chat_ended alice left")
        await alice.vanishes()
        await bob.vanishes()
        await until(lambda: not stage.present())
    await until(lambda: descriptors() == before)


async def test_the_connection_table_says_who_is_where(stage: Stage) -> None:
    """Design, section 3: the columns and their order."""
    alice, _bob, _ = await stage.chat_between("alice", "bob")
    await stage.enters("carol")
    table = stage.server.hub.connections.connection_table
    assert [*table.columns[:6]] == [
        "clientAddress", "client_nickname", "login_socket", "chat_socket", "check_socket", "in_chat",
    ]  # fmt: skip
    assert [*table["client_nickname"]] == ["alice", "bob", "carol"]
    assert [*table["in_chat"]] == [True, True, False]
    host, port = alice.login.writer.get_extra_info("sockname")[:2]
    assert table["clientAddress"][0] == f"{host}:{port}"
    sockets = table[["login_socket", "chat_socket", "check_socket"]].to_numpy().ravel().tolist()
    assert len({*sockets}) == 9
    await alice.says("/quit")
    await alice.hears("chat_ended bob you_left")
    assert not stage.server.hub.connections.connection_table["in_chat"].any()


async def test_a_removed_and_a_disabled_user_have_to_go(stage: Stage) -> None:
    """5.3: removed. Who stays registered notices nothing but the end of a chat."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    carol, dave = await stage.enters("carol"), await stage.enters("dave")
    answer = await stage.registers(Account("bob"), Account("carol", disabled=True), Account("dave"))
    assert answer == f"The server at 127.0.0.1 port {stage.settings.port} has reread the users file."
    for gone in (alice, carol):
        await gone.is_out_after("disconnected removed Your account was removed or disabled.")
    await bob.hears("chat_ended alice removed")
    await dave.heard_nothing()
    assert stage.present() == {"bob", "dave"}
    await bob.says("/chat alice")
    await bob.hears("alice doesn't exist")


async def test_who_is_removed_while_on_the_way_in_does_not_get_in(stage: Stage) -> None:
    _login, token = await stage.knocks("alice")
    await stage.registers(Account("bob"))
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await (await stage.connects("not a first line")).hears_like("ERROR unknown_first_line .+")
    assert stage.present() == set()
    for wire in (chat, check):
        await wire.hears_like("ERROR bad_token .+")
        await wire.is_closed()


async def test_a_new_user_can_log_in_after_a_reload(stage: Stage) -> None:
    await stage.registers(Account("alice"), Account("erin"))
    await stage.enters("erin")


async def test_a_damaged_users_file_changes_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    alice = await stage.enters("alice")
    stage.settings.users.write_text("clientID\nalice\nnot a name\n", encoding="utf-8")
    answer = await stage.asks_server("reload")
    assert "keeps the users that it has" in answer
    assert "line 3" in answer
    assert "users file not reread" in caplog.text
    await alice.heard_nothing()
    await stage.enters("bob")


async def test_ten_thousand_accounts_are_reread_without_a_pause(tmp_path: Path) -> None:
    """Nothing blocks the loop: the guard behind every scene looks at this one too."""
    accounts = [Account("alice"), *(Account(f"user{number}") for number in range(10_000))]
    async with opened(tmp_path) as stage:
        alice = await stage.enters("alice")
        await stage.registers(*accounts)
        assert stage.server.hub.users.find("user9999")
        await alice.heard_nothing()


OLD, NEW = hash_password("old"), hash_password("new")


@pytest.mark.parametrize(("before", "after"), [(OLD, NEW), (None, NEW), (OLD, None)], ids=["changed", "set", "removed"])
async def test_another_password_ends_the_session_and_whoever_knows_it_goes_on(
    tmp_path: Path, before: str | None, after: str | None
) -> None:
    """3.7: somebody else may have known the one before. The chat waits."""
    async with opened(tmp_path, accounts=[Account("alice", before), Account("bob")]) as stage:
        older, bob = await stage.enters("alice", before and "old"), await stage.enters("bob")
        _, _, chat = await stage.start_chat(older, bob)
        _, token = await stage.knocks("alice", before and "old")
        await stage.registers(Account("alice", after), Account("bob"))
        await older.is_out_after("disconnected password_changed The password of your account was changed. Log in anew.")
        await bob.hears("chat_paused alice 60")
        late = await stage.connects(f"duologue/1 chat_socket {token}")
        await late.hears_like("ERROR bad_token .*")
        newer = await stage.enters("alice", after and "new")
        await newer.hears(f"chat_waits bob {chat} 60")
        await newer.says(f"/resume {chat} {chat} 0 {chat} 0")
        await bob.hears(f"chat_resumed alice {chat}")


async def test_the_same_password_ends_no_session(tmp_path: Path) -> None:
    async with opened(tmp_path, accounts=[Account("alice", OLD), Account("bob")]) as stage:
        alice = await stage.enters("alice", "old")
        await stage.registers(Account("alice", OLD), Account("bob", NEW))
        await alice.heard_nothing()
