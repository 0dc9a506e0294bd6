"""The way in (docs/protocol.md, section 3): who gets a token, what it is good for, and how each attempt ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from tests.stage import Stage, Wire, opened, until

WRONG = "AUTH_DENIED denied Unknown nickname or wrong password."
BAD_TOKEN = (
    "ERROR bad_token This token attaches no such socket: it is wrong, used, too old or somebody else's. Log in again."
)
TOO_SLOW = "ERROR too_slow A login has to be complete within 20 s."
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
async def locked(tmp_path: Path, password_hash: str) -> AsyncIterator[Stage]:
    """alice and carol have passwords, bob has none, dave is disabled, and nobody is called mallory."""
    accounts = [
        Account("alice", password_hash),
        Account("bob"),
        Account("carol", password_hash),
        Account("dave", password_hash, disabled=True),
    ]
    async with opened(tmp_path, accounts=accounts) as stage:
        yield stage


async def attaches(stage: Stage, token: str) -> tuple[Wire, Wire]:
    """The chat socket and the check socket, and with that the session is on."""
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears("PONG 0 0")
    return chat, check


async def tries(wire: Wire, nickname: str, password: str, answer: str) -> None:
    await wire.says(nickname)
    await wire.hears("PASSWORD")
    await wire.says(password)
    await wire.hears(answer)


# Nickname and password


async def test_the_nickname_alone_is_enough_for_an_account_without_a_password(stage: Stage) -> None:
    login = await stage.connects("duologue/1 login_socket", "alice")
    found = await login.hears_like(r"AUTH_SUCCESS (\S+) alice alice")
    assert len(found[1]) == 43  # 256 bits, six to a character


async def test_the_server_says_how_the_name_is_spelled(stage: Stage) -> None:
    login = await stage.connects("duologue/1 login_socket", "ＡLICE")
    await login.hears_like(r"AUTH_SUCCESS \S+ alice alice")


async def test_the_right_password(locked: Stage) -> None:
    await locked.enters("alice", PASSWORD)
    assert locked.present() == {"alice"}


async def test_a_wrong_password_and_then_the_right_one(locked: Stage) -> None:
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "alice", "password1", WRONG)
    await login.says("alice")
    await login.hears("PASSWORD")
    await login.says(PASSWORD)
    await login.hears_like(r"AUTH_SUCCESS \S+ alice alice")


@pytest.mark.parametrize("nickname", ["alice", "mallory", "dave"], ids=["wrong password", "unknown", "disabled"])
async def test_who_may_not_come_in_cannot_tell_why(locked: Stage, nickname: str) -> None:
    """3.2: an unknown nickname, a disabled account and a wrong password look alike."""
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, nickname, "password1", WRONG)


async def test_a_disabled_account_stays_out_with_its_password(locked: Stage) -> None:
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "dave", PASSWORD, WRONG)


async def test_a_disabled_account_without_a_password_stays_out(tmp_path: Path) -> None:
    async with opened(tmp_path, accounts=[Account("dave", disabled=True)]) as stage:
        login = await stage.connects("duologue/1 login_socket")
        await tries(login, "dave", "", WRONG)


async def test_a_lookalike_of_alice_is_nobody(locked: Stage) -> None:
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "аlice", PASSWORD, WRONG)  # the first letter is Cyrillic


async def test_the_third_refusal_closes(locked: Stage) -> None:
    """3.2, for refusals of each kind."""
    login = await locked.connects("duologue/1 login_socket")
    await login.says("no name")
    await login.hears_like("AUTH_DENIED bad_nickname .+")
    await tries(login, "mallory", "one", WRONG)
    await tries(login, "alice", "two", WRONG)
    await login.is_closed()


async def test_what_follows_the_third_refusal_is_not_looked_at(stage: Stage) -> None:
    """3.2, when all came in one go."""
    login = await stage.connects("duologue/1 login_socket", "1 1", "2 2", "3 3", "alice")
    for _ in range(3):
        await login.hears_like("AUTH_DENIED bad_nickname .+")
    await login.is_closed()


async def test_guessing_is_slow_and_locks_nobody_out(locked: Stage) -> None:
    """Three tries a minute for one account from one address; the owner comes in from another."""
    login = await locked.connects("duologue/1 login_socket")
    for _ in range(2):
        await tries(login, "alice", "guess", WRONG)
    await login.leaves()
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "alice", "guess", WRONG)
    locked.passes(1)
    await tries(login, "alice", PASSWORD, "AUTH_DENIED throttled Too many tries; the next is due in 59 s.")

    await locked.enters("alice", PASSWORD, source="127.0.0.2")
    await locked.enters("carol", PASSWORD)

    locked.passes(58)
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "alice", PASSWORD, "AUTH_DENIED throttled Too many tries; the next is due in 1 s.")
    locked.passes(1)
    await locked.enters("alice", PASSWORD)


async def test_guessing_on_many_sockets_at_once_is_no_faster(locked: Stage) -> None:
    wires = [await locked.connects("duologue/1 login_socket", "alice", "guess") for _ in range(6)]
    for wire in wires:
        await wire.hears("PASSWORD")
    answers = [(await wire.line()).split()[1] for wire in wires]
    assert sorted(answers) == ["denied"] * 3 + ["throttled"] * 3


async def test_who_got_in_has_all_tries_again(locked: Stage) -> None:
    for _ in range(4):
        login = await locked.connects("duologue/1 login_socket")
        await tries(login, "alice", "typo", WRONG)
        await login.leaves()
        await (await locked.enters("alice", PASSWORD)).vanishes()


async def test_the_password_is_nowhere_in_the_log(locked: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "alice", "hunter22222", WRONG)
    login, token = await locked.knocks("alice", PASSWORD)
    records = " ".join(str(vars(record)) for record in caplog.records)
    assert "login denied" in records
    for secret in ("hunter22222", PASSWORD, token):
        assert secret not in records


async def test_the_client_goes_while_its_password_is_checked(locked: Stage) -> None:
    alice = await locked.connects("duologue/1 login_socket", "alice", PASSWORD)
    alice.breaks()
    carol = await locked.enters("carol", PASSWORD)
    await until(lambda: locked.present() == {"carol"})
    await carol.heard_nothing()


@pytest.mark.parametrize("password", ["", "x" * 257, "\x1b[2J", "é" * 300])
async def test_what_can_be_no_password_is_a_wrong_one(locked: Stage, password: str) -> None:
    login = await locked.connects("duologue/1 login_socket")
    await tries(login, "alice", password, WRONG)


# Out of turn


@pytest.mark.parametrize("line", ["alice", "", "PING", ":hello", "/chat bob"])
async def test_the_login_socket_only_listens_after_the_login(stage: Stage, line: str) -> None:
    """3.3, before the other two sockets and after."""
    login, token = await stage.knocks("alice")
    await login.says(line)
    await login.hears_like("ERROR out_of_turn .+")
    await login.is_closed()
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    await chat.hears(BAD_TOKEN)

    bob = await stage.enters("bob")
    await bob.login.says(line)
    await bob.hears_like("ERROR out_of_turn .+")
    await bob.hears_like("disconnected protocol_error .+")
    await bob.is_out()


async def test_a_line_while_the_password_is_checked_is_out_of_turn(locked: Stage) -> None:
    login = await locked.connects("duologue/1 login_socket", "alice", PASSWORD, "alice")
    await login.hears("PASSWORD")
    await login.hears_like("ERROR out_of_turn .+")
    await login.is_closed()
    carol = await locked.enters("carol", PASSWORD)
    assert locked.present() == {"carol"}
    await carol.heard_nothing()


async def test_two_nicknames_in_a_row_are_no_password(stage: Stage) -> None:
    """Glued to one read, the second nickname of an account without a password is a line out of turn."""
    login = await stage.connects("duologue/1 login_socket", "alice", "bob")
    await login.hears_like(r"AUTH_SUCCESS \S+ alice alice")
    await login.hears_like("ERROR out_of_turn .+")
    await login.is_closed()


# The token


@pytest.mark.parametrize("first", ["chat", "check"])
async def test_the_two_sockets_attach_in_either_order(stage: Stage, first: str) -> None:
    _login, token = await stage.knocks("alice")
    second = {"chat": "check", "check": "chat"}[first]
    wires = {kind: await stage.connects(f"duologue/1 {kind}_socket {token}") for kind in (first, second)}
    await wires["check"].hears("PONG 0 0")
    assert stage.present() == {"alice"}


@pytest.mark.parametrize("kind", ["chat", "check"])
async def test_a_token_that_was_never_given(stage: Stage, kind: str) -> None:
    for token in ("x" * 43, "", "ü", "0"):
        wire = await stage.connects(f"duologue/1 {kind}_socket {token}")
        await wire.hears(BAD_TOKEN)
        await wire.is_closed()


@pytest.mark.parametrize("kind", ["chat", "check"])
async def test_a_token_attaches_each_socket_once(stage: Stage, kind: str) -> None:
    """3.4: a second one of a kind is refused, and the login goes on with the first."""
    _login, token = await stage.knocks("alice")
    await stage.connects(f"duologue/1 {kind}_socket {token}")
    again = await stage.connects(f"duologue/1 {kind}_socket {token}")
    await again.hears(BAD_TOKEN)
    await again.is_closed()
    other = {"chat": "check", "check": "chat"}[kind]
    await stage.connects(f"duologue/1 {other}_socket {token}")
    await until(lambda: stage.present() == {"alice"})


async def test_a_token_is_worth_nothing_in_and_after_its_session(stage: Stage) -> None:
    login, token = await stage.knocks("alice")
    chat, _ = await attaches(stage, token)
    await (await stage.connects(f"duologue/1 chat_socket {token}")).hears(BAD_TOKEN)
    await chat.says("/exit")
    await login.hears("disconnected bye Goodbye!")
    await (await stage.connects(f"duologue/1 check_socket {token}")).hears(BAD_TOKEN)


async def test_a_token_is_too_old_after_ten_seconds(stage: Stage) -> None:
    login, token = await stage.knocks("alice")
    stage.passes(9)
    stage.clock.now += 1  # between two sweeps: the token's own time counts
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears(BAD_TOKEN)
    stage.passes(0)
    await login.hears("ERROR too_slow The other two sockets have to attach within 10 s.")
    await login.is_closed()


async def test_two_logins_are_never_crossed(stage: Stage) -> None:
    """In the source system two clients' sockets could be confused."""
    _alice_login, alice_token = await stage.knocks("alice")
    _bob_login, bob_token = await stage.knocks("bob")
    assert alice_token != bob_token
    await stage.connects(f"duologue/1 chat_socket {alice_token}")
    await stage.connects(f"duologue/1 check_socket {bob_token}")
    await (await stage.connects("")).hears_like("ERROR unknown_first_line .+")
    assert stage.present() == set()
    await stage.connects(f"duologue/1 check_socket {alice_token}")
    await stage.connects(f"duologue/1 chat_socket {bob_token}")
    await until(lambda: stage.present() == {"alice", "bob"})


async def test_two_logins_of_one_account_have_their_own_tokens(stage: Stage) -> None:
    first_login, first = await stage.knocks("alice")
    _, second = await stage.knocks("alice")
    await attaches(stage, second)
    await attaches(stage, first)
    assert stage.present() == {"alice"}
    await first_login.says()


@pytest.mark.parametrize("kind", ["login", "chat"])
async def test_a_socket_lost_on_the_way_in_takes_the_login_with_it(stage: Stage, kind: str) -> None:
    """1.2, before the session is on."""
    login, token = await stage.knocks("alice")
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    await {"login": login, "chat": chat}[kind].leaves()
    await {"login": chat, "chat": login}[kind].is_closed()
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears(BAD_TOKEN)


# Before the session is on


async def test_commands_before_the_third_socket(stage: Stage) -> None:
    """3.5: an error, and the login can still be completed."""
    bob = await stage.enters("bob")
    login, token = await stage.knocks("alice")
    chat = await stage.connects(f"duologue/1 chat_socket {token}", "/chat bob", ":hello", "nonsense")
    for _ in range(3):
        await chat.hears_like("ERROR not_logged_in .+")
    await bob.heard_nothing()
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears("PONG 0 0")
    await chat.says("/chat bob")
    await login.hears("chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")


async def test_a_ping_before_the_third_socket_is_not_answered_yet(stage: Stage) -> None:
    """3.5: the first PONG says that the session is on."""
    _login, token = await stage.knocks("alice")
    check = await stage.connects(f"duologue/1 check_socket {token}", "PING 0")
    chat = await stage.connects("nonsense")
    await chat.hears_like("ERROR unknown_first_line .+")
    assert check.reader._buffer == b""  # type: ignore[attr-defined]
    await stage.connects(f"duologue/1 chat_socket {token}")
    await check.hears("PONG 0 0")


# Deadlines


async def test_a_login_that_never_gets_further(locked: Stage) -> None:
    """3.6: each kind of half-finished, all closed at the deadline, and those who are in notice nothing."""
    bob = await locked.enters("bob")
    silent = await locked.connects()
    half_a_line = await locked.connects()
    await half_a_line.sends(b"duologue/1 log")
    no_nickname = await locked.connects("duologue/1 login_socket")
    no_password = await locked.connects("duologue/1 login_socket", "alice")
    await no_password.hears("PASSWORD")
    await bob.heard_nothing()
    locked.passes(19)
    await bob.heard_nothing()
    late = await locked.connects("duologue/1 login_socket", "alice")
    await late.hears("PASSWORD")
    locked.passes(1)
    for wire in (silent, half_a_line, no_nickname, no_password):
        await wire.hears(TOO_SLOW)
        await wire.is_closed()
    await late.says(PASSWORD)
    await late.hears_like("AUTH_SUCCESS .+")
    await bob.heard_nothing()


async def test_one_byte_a_second_is_too_slow(stage: Stage) -> None:
    """An absolute deadline: signs of life do not move it."""
    wire = await stage.connects()
    for byte in b"duologue/1 login_sock"[:19]:
        await wire.sends(bytes([byte]))
        stage.passes(1)
    await stage.enters("alice")
    stage.passes(1)
    await wire.hears(TOO_SLOW)
    await wire.is_closed()


@pytest.mark.parametrize("attached", [(), ("chat",), ("check",)], ids=["none", "chat", "check"])
async def test_a_login_whose_other_sockets_never_come(stage: Stage, attached: tuple[str, ...]) -> None:
    """3.4 and 3.6."""
    login, token = await stage.knocks("alice")
    wires = [await stage.connects(f"duologue/1 {kind}_socket {token}") for kind in attached]
    await stage.enters("bob")
    stage.passes(10)
    await login.hears("ERROR too_slow The other two sockets have to attach within 10 s.")
    for wire in (login, *wires):
        await wire.is_closed()
    assert stage.present() == {"bob"}
    await stage.enters("alice")


async def test_a_complete_login_has_no_deadline(stage: Stage) -> None:
    alice = await stage.enters("alice")
    stage.passes(20)
    await alice.heard_nothing()
    stage.passes(20)
    await alice.heard_nothing()


async def test_too_many_password_checks_at_once(locked: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """3.2: busy. It is nobody's fault, so it is no try and no refusal, however often it comes."""
    pool = locked.server.hub.login._passwords._pool
    monkeypatch.setattr(pool, "_most_waiting", 0)
    wire = await locked.connects("duologue/1 login_socket")
    for _ in range(5):
        await wire.says("alice")
        await wire.hears("PASSWORD")
        await wire.says(PASSWORD)
        await wire.hears_like("AUTH_DENIED busy Too many logins .*")
    monkeypatch.undo()
    await wire.says("alice")
    await wire.hears("PASSWORD")
    await wire.says(PASSWORD)
    await wire.hears_like("AUTH_SUCCESS .*")
