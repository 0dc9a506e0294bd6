"""The way in (protocol, section 3), step by step with a clock of our own and a password check that waits for us."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Hashable
from dataclasses import replace

import pytest

from duologue.core.commands.chat import SocketKind
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import LoggedIn, LoginDenied, PasswordWanted, Refused
from duologue.core.identity import Identities
from duologue.core.limits import HOUSEHOLD, Limits
from duologue.core.names import Account
from duologue.core.pace import Tries
from duologue.core.places import Places
from duologue.protocols.lines import TRIES
from duologue.server.auth.login import Login, LoginService
from duologue.server.auth.passwords import PasswordPool
from duologue.server.auth.session_tokens import KEY_BYTES, SessionTokens
from duologue.server.fair_pool import PoolFull
from duologue.server.people.guests import Guests
from duologue.server.tables import Users
from duologue.settings import Settings
from tests.bound import BOUND
from tests.server.test_session import FakeConnection
from tests.stage import Clock

ACCOUNTS = [
    Account("alice"),
    Account("bob", password_hash="hash of sesame"),
    Account("eve", password_hash="hash of sesame", disabled=True),
    Account("mallory", disabled=True),
]
FAR = "192.0.2.1"


class SlowPool(PasswordPool):
    """Finds a password right if the hash names it, and answers when it is let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.go.set()
        self.begun = asyncio.Event()
        self.asked: list[str | None] = []
        self.keys: list[tuple[Hashable, ...]] = []
        self.full = False

    async def verify(self, password_hash: str | None, password: str, *keys: Hashable) -> bool:
        if self.full:
            raise PoolFull("full")
        self.asked.append(password_hash)
        self.keys.append(keys)
        self.begun.set()
        await self.go.wait()
        return password_hash == f"hash of {password}"

    async def begins(self) -> None:
        """Wait until a check is under way."""
        async with asyncio.timeout(BOUND):
            await self.begun.wait()


def denied(connection: FakeConnection) -> str:
    """The code of the last answer, which is a refusal."""
    answer = connection.told[-1]
    assert isinstance(answer, LoginDenied)
    return answer.code


class Desk:
    """A `LoginService`, and everybody who came through it."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.clock = Clock()
        self.wall_clock = Clock()
        self.users = Users(ACCOUNTS)
        self.passwords = SlowPool()
        self.places = Places(1000, overdraft=0)
        self.through: list[Login] = []
        self.desk = LoginService(
            settings or Settings(),
            users=self.users,
            guests=Guests(self.users),
            passwords=self.passwords,
            session_tokens=SessionTokens(b"k" * KEY_BYTES, self.wall_clock, identity_of=Identities({}).of),
            places=self.places,
            time=self.clock,
            complete=self.through.append,
        )

    def socket(self, address: str = "127.0.0.1") -> FakeConnection:
        connection = FakeConnection(address)
        self.desk.connected(connection)
        return connection

    def passes(self, seconds: float) -> None:
        self.clock.now += seconds
        self.desk.sweep(self.clock.now)

    def token_of(self, connection: FakeConnection) -> str:
        event = connection.told[-1]
        assert isinstance(event, LoggedIn)
        return event.token

    def granted(self, nickname: str = "alice") -> tuple[FakeConnection, str]:
        connection = self.socket()
        self.desk.give_nickname(connection, nickname)
        return connection, self.token_of(connection)

    def attaches(self, kind: SocketKind, token: str) -> FakeConnection:
        connection = self.socket()
        self.desk.attach(connection, kind, token)
        return connection

    def refuses(self, kind: SocketKind, token: str) -> str:
        with pytest.raises(FatalPeerError, match="bad_token") as caught:
            self.desk.attach(self.socket(), kind, token)
        return caught.value.text

    async def tries(self, connection: FakeConnection, nickname: str, password: str) -> str:
        """The code of the answer, or "in"."""
        self.desk.give_nickname(connection, nickname)
        assert connection.told[-1] == PasswordWanted()
        self.desk.give_password(connection, password)
        await connection.until(lambda connection: connection.told[-1] != PasswordWanted())
        answer = connection.told[-1]
        return answer.code if isinstance(answer, LoginDenied) else "in"


@pytest.fixture
async def desk() -> Desk:
    return Desk()


# Passes, of a socket that is all of its client's


def whole(desk: Desk, address: str = "127.0.0.1") -> FakeConnection:
    connection = FakeConnection(address, is_all_three=True)
    desk.desk.connected(connection)
    return connection


async def test_one_socket_that_is_all_three_is_in_at_once_and_gets_a_pass(desk: Desk) -> None:
    connection = whole(desk)
    desk.desk.give_nickname(connection, "Alice")
    [login] = desk.through
    assert (login.nickname, {*login.attached.values()}) == ("alice", {connection})
    again = whole(desk)
    desk.desk.give_pass(again, desk.token_of(connection))
    assert desk.through[1].nickname == "alice"
    assert desk.token_of(again)
    desk.passes(100)
    assert (connection.closed, again.closed) == (False, False)


async def test_such_a_token_attaches_nothing(desk: Desk) -> None:
    connection = whole(desk)
    desk.desk.give_nickname(connection, "alice")
    assert desk.refuses(SocketKind.CHAT, desk.token_of(connection))


async def test_a_pass_after_a_password(desk: Desk) -> None:
    connection = whole(desk)
    assert await desk.tries(connection, "bob", "sesame") == "in"
    again = whole(desk, FAR)
    desk.desk.give_pass(again, desk.token_of(connection))
    assert desk.through[1].login_socket is again


async def test_a_bad_pass_is_a_try_and_is_counted(desk: Desk) -> None:
    connection = whole(desk)
    for count in range(1, TRIES + 1):
        desk.desk.give_pass(connection, "nonsense")
        assert denied(connection) == "bad_pass"
        assert (desk.desk.denied["bad_pass"], connection.closed) == (count, count == TRIES)


async def test_a_pass_of_an_account_without_a_password_is_no_way_in_from_elsewhere(desk: Desk) -> None:
    connection = whole(desk)
    desk.desk.give_nickname(connection, "alice")
    far = whole(desk, FAR)
    desk.desk.give_pass(far, desk.token_of(connection))
    assert denied(far) == "bad_pass"


async def test_behind_a_proxy_no_page_is_known_to_be_on_this_machine() -> None:
    desk = Desk(Settings(web_origins=("https://chat.example.org",)))
    connection = whole(desk)
    desk.desk.give_nickname(connection, "alice")
    assert connection.told == [PasswordWanted()]
    desk.granted("alice")  # over three sockets: no proxy is between
    before = Desk()
    page = whole(before)
    before.desk.give_nickname(page, "alice")
    desk.desk.give_pass(connection, before.token_of(page))
    assert denied(connection) == "bad_pass"


async def test_behind_a_proxy_the_operator_may_let_them_in() -> None:
    desk = Desk(Settings(web_origins=("https://chat.example.org",), allow_passwordless=True))
    connection = whole(desk)
    desk.desk.give_nickname(connection, "alice")
    assert isinstance(connection.told[-1], LoggedIn)


async def test_who_types_at_a_page_gets_the_time_anew_after_a_refusal(desk: Desk) -> None:
    connection = whole(desk)
    desk.passes(15)
    desk.desk.give_nickname(connection, "no name")
    desk.passes(15)
    in_time = connection.closed
    desk.passes(6)
    assert (in_time, connection.closed) == (False, True)
    assert desk.desk.denied["too_slow"] == 1


# Nickname and password


@pytest.mark.parametrize("spelling", ["alice", "ALICE", "ａlice"])
def test_a_passwordless_account_is_in_by_its_name_as_the_server_spells_it(desk: Desk, spelling: str) -> None:
    """3.1."""
    connection = desk.socket()
    desk.desk.give_nickname(connection, spelling)
    [event] = connection.told
    assert isinstance(event, LoggedIn)
    assert event.nickname == "alice"


@pytest.mark.parametrize("nickname", ["bob", "eve", "mallory", "nobody"])
def test_who_is_unknown_or_disabled_looks_like_who_has_a_password(desk: Desk, nickname: str) -> None:
    """3.2."""
    connection = desk.socket()
    desk.desk.give_nickname(connection, nickname)
    assert connection.told == [PasswordWanted()]


async def test_the_right_password_lets_in(desk: Desk) -> None:
    assert await desk.tries(desk.socket(), "Bob", "sesame") == "in"


@pytest.mark.parametrize(
    ("nickname", "password"), [("bob", "wrong"), ("eve", "sesame"), ("mallory", ""), ("nobody", "sesame")]
)
async def test_every_refusal_is_the_same_after_the_same_work(desk: Desk, nickname: str, password: str) -> None:
    """3.2."""
    connection = desk.socket()
    assert await desk.tries(connection, nickname, password) == "denied"
    assert connection.told[-1] == LoginDenied("denied", "Unknown nickname or wrong password.")
    assert len(desk.passwords.asked) == 1


async def test_from_elsewhere_a_passwordless_account_looks_like_any_other(desk: Desk) -> None:
    """Design, section 3: from loopback only."""
    assert await desk.tries(desk.socket(FAR), "alice", "") == "denied"


async def test_unless_the_operator_says_otherwise() -> None:
    desk = Desk(Settings(allow_passwordless=True))
    connection = desk.socket(FAR)
    desk.desk.give_nickname(connection, "alice")
    assert isinstance(connection.told[-1], LoggedIn)


@pytest.mark.parametrize("nickname", ["", "two words", "\x1b[2J", "x" * 33, "start_chat"])
def test_a_nickname_that_nobody_can_have_is_said_to_be_one(desk: Desk, nickname: str) -> None:
    connection = desk.socket()
    desk.desk.give_nickname(connection, nickname)
    [event] = connection.told
    assert isinstance(event, LoginDenied)
    assert event.code == "bad_nickname"
    desk.desk.give_nickname(connection, "alice")
    assert isinstance(connection.told[-1], LoggedIn), "and another may be given"


async def test_after_the_third_refusal_the_connection_is_closed(desk: Desk) -> None:
    """3.2."""
    connection = desk.socket()
    for nickname in ("", "bob", "nobody"):
        assert not connection.closed
        desk.desk.give_nickname(connection, nickname)
        if nickname:
            desk.desk.give_password(connection, "wrong")
            await connection.until(lambda connection: connection.told[-1] != PasswordWanted())
    assert connection.closed
    assert len(connection.told) == TRIES + 2


# By the nickname alone, where no password can be asked for


@pytest.mark.parametrize("nickname", ["bob", "eve", "mallory", "nobody"])
def test_whoever_would_need_a_password_is_refused_in_the_same_words(desk: Desk, nickname: str) -> None:
    connection = desk.socket()
    desk.desk.give_nickname(connection, nickname, is_all=True)
    [event] = connection.told
    assert isinstance(event, LoginDenied)
    assert event.text.startswith("Unknown nickname, or one that does not come in by itself")


def test_so_is_an_account_without_one_from_another_machine(desk: Desk) -> None:
    connection = desk.socket(FAR)
    desk.desk.give_nickname(connection, "alice", is_all=True)
    assert isinstance(connection.told[0], LoginDenied)


def test_an_operator_may_let_it_in() -> None:
    desk = Desk(Settings(allow_passwordless=True))
    connection = desk.socket(FAR)
    desk.desk.give_nickname(connection, "alice", is_all=True)
    assert isinstance(connection.told[0], LoggedIn)


def test_after_a_refusal_there_is_as_much_time_again_but_not_for_ever(desk: Desk) -> None:
    connection = desk.socket()
    for _ in range(TRIES - 1):
        desk.passes(19)
        desk.desk.give_nickname(connection, "nobody", is_all=True)
        assert not connection.closed
    desk.passes(20)
    assert connection.closed


def test_half_a_login_gives_way_to_one_that_begins_anew(desk: Desk) -> None:
    older, newer, other = desk.socket(), desk.socket(), desk.socket()
    desk.desk.give_nickname(older, "alice", is_all=True)
    half = desk.attaches(SocketKind.CHAT, desk.token_of(older))
    desk.desk.give_nickname(newer, "alice", is_all=True)
    assert (older.closed, half.closed, newer.closed) == (True, True, False)
    desk.desk.give_nickname(other, "alice")
    desk.desk.give_nickname(desk.socket(), "alice", is_all=True)
    assert (newer.closed, other.closed) == (True, False)  # a native client knows what it does


# Guessing


async def test_the_fourth_password_in_a_minute_is_not_even_looked_at(desk: Desk) -> None:
    """3.2; design, section 11."""
    connections = desk.socket(FAR), desk.socket(FAR)
    assert [await desk.tries(connections[0], "bob", "wrong") for _ in range(3)] == ["denied"] * 3
    assert await desk.tries(connections[1], "bob", "sesame") == "throttled"
    assert len(desk.passwords.asked) == 3
    event = connections[1].told[-1]
    assert isinstance(event, LoginDenied)
    assert "60 s" in event.text
    desk.clock.now += 60
    assert await desk.tries(connections[1], "bob", "sesame") == "in"


async def test_guessing_locks_neither_the_owner_out_nor_anyone_else(desk: Desk) -> None:
    """reliability.md, section 3: per account and address."""
    guesser = desk.socket(FAR)
    for _ in range(3):
        await desk.tries(guesser, "bob", "wrong")
    assert await desk.tries(desk.socket("192.0.2.2"), "bob", "sesame") == "in"
    assert await desk.tries(desk.socket(FAR), "nobody", "wrong") == "denied"


async def test_a_new_address_of_the_same_ipv6_network_is_no_new_start(desk: Desk) -> None:
    for host in range(3):
        await desk.tries(desk.socket(f"2001:db8::{host}"), "bob", "wrong")
    assert await desk.tries(desk.socket("2001:db8::abcd"), "bob", "wrong") == "throttled"


async def test_a_list_of_names_gets_no_further_than_a_household_that_mistypes(desk: Desk) -> None:
    most = int(Limits().password_tries_per_address)
    answers = [await desk.tries(desk.socket(FAR), f"nobody{number}", "wrong") for number in range(most + 5)]
    assert answers == ["denied"] * most + ["throttled"] * 5
    assert len(desk.passwords.asked) == most
    assert await desk.tries(desk.socket("192.0.2.2"), "bob", "sesame") == "in"
    desk.clock.now += 60
    assert await desk.tries(desk.socket(FAR), "bob", "sesame") == "in"


async def test_a_household_may_mistype_and_is_not_locked_out_by_a_neighbour(desk: Desk) -> None:
    """Sixteen people of one address, three tries each; all but one have used theirs up."""
    for session in range(HOUSEHOLD - 1):
        for _ in range(int(Limits().password_tries)):
            assert await desk.tries(desk.socket(FAR), f"person{session}", "typo") == "denied"
    assert await desk.tries(desk.socket(FAR), "bob", "typo") == "denied"
    assert await desk.tries(desk.socket(FAR), "bob", "sesame") == "in"


async def test_who_comes_in_has_used_no_try_of_their_address(desk: Desk) -> None:
    for _ in range(2 * int(Limits().password_tries_per_address)):
        assert await desk.tries(desk.socket(FAR), "bob", "sesame") == "in"


async def test_on_this_machine_which_may_be_everybodys_nobody_waits_for_other_names(desk: Desk) -> None:
    for number in range(2 * int(Limits().password_tries_per_address)):
        assert await desk.tries(desk.socket(), f"nobody{number}", "wrong") == "denied"


async def test_names_that_nobody_has_make_no_tries_at_others_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tries, "MOST_KEYS", 5)
    for _ in range(3):
        await desk.tries(desk.socket(), "bob", "wrong")
    for number in range(20):
        await desk.tries(desk.socket(), f"nobody{number}", "wrong")
    assert await desk.tries(desk.socket(), "bob", "sesame") == "throttled"


async def test_whoever_is_right_starts_anew(desk: Desk) -> None:
    for password in ("wrong", "wrong", "sesame"):
        await desk.tries(desk.socket(), "bob", password)
    assert [await desk.tries(desk.socket(), "bob", "wrong") for _ in range(3)] == ["denied"] * 3


async def test_too_many_checks_at_once_are_no_tries_and_no_refusals(desk: Desk) -> None:
    """3.2: busy."""
    connection = desk.socket()
    desk.passwords.full = True
    assert [await desk.tries(connection, "bob", "sesame") for _ in range(2 * TRIES)] == ["busy"] * 2 * TRIES
    desk.passwords.full = False
    assert await desk.tries(connection, "bob", "sesame") == "in"


async def waiting(desk: Desk, *, address: str = "127.0.0.1") -> FakeConnection:
    """Bob's password waits to be checked."""
    desk.passwords.go.clear()
    connection = desk.socket(address)
    desk.desk.give_nickname(connection, "bob")
    desk.desk.give_password(connection, "sesame")
    await desk.passwords.begins()
    return connection


async def test_whose_password_was_not_checked_by_the_deadline_hears_that_it_was_no_try(desk: Desk) -> None:
    for _ in range(2 * TRIES):
        connection = await waiting(desk)
        desk.passes(20)
        assert (denied(connection), connection.closed) == ("busy", True)
        await all_checked(desk)
    desk.passwords.go.set()
    assert await desk.tries(desk.socket(), "bob", "sesame") == "in"


async def test_who_goes_while_the_password_waits_has_used_no_try(desk: Desk) -> None:
    for _ in range(2 * TRIES):
        desk.desk.lost(await waiting(desk))
        await all_checked(desk)
    desk.passwords.go.set()
    assert await desk.tries(desk.socket(), "bob", "sesame") == "in"


async def test_what_waits_is_a_try_until_then(desk: Desk) -> None:
    """Or else many sockets at once would be many tries."""
    for _ in range(TRIES):
        await waiting(desk)
    connection = desk.socket()
    desk.desk.give_nickname(connection, "bob")
    desk.desk.give_password(connection, "sesame")
    assert denied(connection) == "throttled"


async def test_a_password_stands_in_the_queue_under_its_name_and_where_it_comes_from(desk: Desk) -> None:
    here, there = desk.socket(), desk.socket("2001:db8::7")
    here.port = 77
    await desk.tries(here, "bob", "sesame")
    await desk.tries(there, "NOBODY", "sesame")
    assert desk.passwords.keys == [
        (("from", "127.0.0.1:77"), ("name", "bob")),
        (("from", "2001:db8::"), ("name", "nobody")),
    ]


@pytest.mark.parametrize("full", [False, True], ids=["checked", "too many checks"])
async def test_a_socket_that_was_gone_before_the_answer_gets_none(desk: Desk, full: bool) -> None:
    desk.passwords.full = full
    desk.passwords.go.clear()
    connection = desk.socket()
    desk.desk.give_nickname(connection, "bob")
    desk.desk.give_password(connection, "sesame")
    if not full:
        await desk.passwords.begins()
    desk.desk.lost(connection)
    desk.passwords.go.set()
    await all_checked(desk)
    assert connection.closed
    assert connection.told == [PasswordWanted()]
    assert connection.told_too_late == []


async def all_checked(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        await asyncio.gather(*desk.desk._checks, return_exceptions=True)


def removed(users: Users) -> None:
    users.replace([])


def disabled(users: Users) -> None:
    users.replace([Account("alice", disabled=True), Account("bob", "hash of sesame", disabled=True)])


def given_another_password(users: Users) -> None:
    users.replace([Account("alice", "hash of another"), Account("bob", "hash of another")])


def freed_of_its_password(users: Users) -> None:
    users.replace([Account("alice", "hash of another"), Account("bob")])


def replaced(users: Users) -> None:
    users.replace([replace(account, created="2026-12-01T11:42:33Z") for account in ACCOUNTS])


goes = pytest.mark.parametrize("go", [removed, disabled, given_another_password, replaced])


@goes
async def test_an_account_removed_while_its_password_is_checked_is_not_let_in(
    desk: Desk, go: Callable[[Users], None]
) -> None:
    desk.passwords.go.clear()
    connection = desk.socket()
    desk.desk.give_nickname(connection, "bob")
    desk.desk.give_password(connection, "sesame")
    await desk.passwords.begins()
    go(desk.users)
    desk.passwords.go.set()
    await all_checked(desk)
    assert isinstance(connection.told[-1], LoginDenied)


async def test_nor_is_one_that_has_no_password_any_more(desk: Desk) -> None:
    """A session began by what was true then; the next login begins by what is true now."""
    connection = await waiting(desk)
    freed_of_its_password(desk.users)
    desk.passwords.go.set()
    await all_checked(desk)
    assert denied(connection) == "denied"


@goes
@pytest.mark.parametrize("attached", [0, 1])
def test_an_account_removed_before_its_third_socket_is_not_let_in(
    desk: Desk, go: Callable[[Users], None], attached: int
) -> None:
    """The file was reread: whoever does not belong any more must not come in by a token of before."""
    _, token = desk.granted()
    kinds = [SocketKind.CHAT, SocketKind.CHECK]
    for kind in kinds[:attached]:
        desk.attaches(kind, token)
    go(desk.users)
    desk.refuses(kinds[attached], token)
    assert desk.through == []


# Token and sockets


@pytest.mark.parametrize(
    "order",
    [(SocketKind.CHAT, SocketKind.CHECK), (SocketKind.CHECK, SocketKind.CHAT)],
    ids=["chat first", "check first"],
)
def test_three_sockets_make_a_session(desk: Desk, order: tuple[SocketKind, SocketKind]) -> None:
    """3.4, 3.5."""
    login, token = desk.granted()
    first = desk.attaches(order[0], token)
    assert desk.through == []
    second = desk.attaches(order[1], token)
    [complete] = desk.through
    assert complete.nickname == "alice"
    assert complete.login_socket is login
    assert complete.attached == {order[0]: first, order[1]: second}
    desk.passes(1000)
    assert not any(connection.closed for connection in (login, first, second)), "no deadline is left over"
    desk.refuses(SocketKind.CHAT, token)


def test_a_token_is_256_bits_that_are_never_the_same(desk: Desk) -> None:
    tokens = {desk.granted()[1] for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens)


def test_a_token_attaches_each_kind_once(desk: Desk) -> None:
    """3.4."""
    login, token = desk.granted()
    chat = desk.attaches(SocketKind.CHAT, token)
    desk.refuses(SocketKind.CHAT, token)
    assert [login.closed, chat.closed] == [False, False], "who tries it again harms nobody"
    desk.attaches(SocketKind.CHECK, token)
    assert len(desk.through) == 1


def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(desk: Desk) -> None:
    """3.4: wrong, used, too old, of a login that is gone."""
    _, used = desk.granted()
    desk.attaches(SocketKind.CHAT, used)
    gone, given_up = desk.granted()
    desk.desk.lost(gone)
    _, old = desk.granted()
    answers = {desk.refuses(SocketKind.CHAT, token) for token in ("", "wrong", used, given_up, f"{old}x", "\ud800")}
    desk.clock.now += 10
    answers.add(desk.refuses(SocketKind.CHAT, old))
    assert len(answers) == 1


def test_each_login_gets_the_sockets_that_have_its_token(desk: Desk) -> None:
    (one, token), (other, other_token) = desk.granted(), desk.granted()
    sockets = {
        login: [desk.attaches(kind, t) for kind in (SocketKind.CHAT, SocketKind.CHECK)]
        for login, t in ((one, token), (other, other_token))
    }
    assert {complete.login_socket: [*complete.attached.values()] for complete in desk.through} == sockets


def test_a_token_is_good_for_ten_seconds_and_no_longer(desk: Desk) -> None:
    """3.4."""
    _, token = desk.granted()
    desk.clock.now += 9.9
    desk.attaches(SocketKind.CHAT, token)
    desk.clock.now += 0.1
    desk.refuses(SocketKind.CHECK, token)


async def test_neither_token_nor_password_is_ever_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connection = desk.socket()
    await desk.tries(connection, "bob", "not-sesame")
    await desk.tries(connection, "bob", "sesame")
    token = desk.token_of(connection)
    desk.refuses(SocketKind.CHAT, f"{token}x")
    everything = str([record.__dict__ for record in caplog.records])
    assert caplog.records
    assert "sesame" not in everything
    assert token not in everything


@pytest.mark.parametrize("typed", ["sesame", "correct horse battery staple", "start_chat", "~guest", "x" * 300])
async def test_a_password_typed_as_a_nickname_is_not_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture, typed: str
) -> None:
    caplog.set_level(logging.DEBUG)
    connections = desk.socket(), desk.socket(), whole(desk)
    for connection in connections[:2]:
        desk.desk.give_nickname(connection, typed, is_all=connection is connections[1])
        if connection.told[-1] == PasswordWanted():
            desk.desk.give_password(connection, "x")
            await connection.until(lambda connection: connection.told[-1] != PasswordWanted())
    desk.desk.come_in(connections[2], f"alice {typed}")
    records = [record.__dict__ for record in caplog.records]
    assert len(records) == len(connections)
    assert typed not in str(records)


async def test_whose_account_was_tried_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connection = desk.socket()
    await desk.tries(connection, "Bob", "wrong")
    desk.desk.give_nickname(connection, "no name")
    assert [record.__dict__.get("nickname") for record in caplog.records] == ["bob", None]


# Deadlines


def test_a_socket_that_says_nothing_is_closed_at_the_deadline(desk: Desk) -> None:
    """3.6: 20 s, told why."""
    connection = desk.socket()
    desk.passes(19.9)
    assert [connection.closed, connection.told] == [False, []]
    desk.passes(0.1)
    assert connection.closed
    [event] = connection.told
    assert isinstance(event, Refused)
    assert event.code == "too_slow"


def test_talking_does_not_put_the_deadline_off(desk: Desk) -> None:
    connection = desk.socket()
    for _ in range(2):
        desk.passes(9)
        desk.desk.give_nickname(connection, "bob")
    desk.passes(2)
    assert connection.closed


@pytest.mark.parametrize("kind", [None, SocketKind.CHAT, SocketKind.CHECK])
def test_a_login_that_stays_half_finished_goes_with_all_its_sockets(desk: Desk, kind: SocketKind | None) -> None:
    login, token = desk.granted()
    connections = [login, *([desk.attaches(kind, token)] if kind else [])]
    desk.passes(9.9)
    assert not any(connection.closed for connection in connections)
    desk.passes(0.1)
    assert all(connection.closed for connection in connections)
    assert isinstance(login.told[-1], Refused)
    assert login.told[-1].code == "too_slow"
    desk.passes(100)


def test_a_connection_that_is_passed_on_keeps_its_deadline(desk: Desk) -> None:
    connection, successor = desk.socket(), FakeConnection()
    desk.passes(15)
    desk.desk.passed_on(connection, successor)
    desk.passes(5)
    assert (connection.closed, successor.closed) == (False, True)


def test_where_somebody_types_it_ends_after_three_times_as_long_at_last(desk: Desk) -> None:
    """3.6: the last refusal closes, so no more than that can be had."""
    connection = whole(desk)
    accepted = desk.clock.now
    while not connection.closed and desk.clock.now < accepted + 1000:
        desk.passes(19.9)
        desk.desk.give_pass(connection, "nonsense")
    assert connection.closed
    assert desk.clock.now <= accepted + TRIES * 20


def test_one_who_is_slow_does_not_take_others_along(desk: Desk) -> None:
    slow = desk.socket()
    desk.passes(15)
    quick = desk.socket()
    desk.passes(5)
    assert (slow.closed, quick.closed) == (True, False)


@pytest.mark.parametrize("which", ["login", "chat"])
def test_one_socket_lost_on_the_way_in_ends_the_login(desk: Desk, which: str) -> None:
    login, token = desk.granted()
    chat = desk.attaches(SocketKind.CHAT, token)
    desk.desk.lost(login if which == "login" else chat)
    assert login.closed
    assert chat.closed
    desk.refuses(SocketKind.CHECK, token)
    desk.passes(1000)
    assert desk.through == []


def test_a_socket_that_was_refused_does_not_harm_the_login_whose_token_it_tried(desk: Desk) -> None:
    _, token = desk.granted()
    desk.attaches(SocketKind.CHAT, token)
    intruder = desk.socket()
    with pytest.raises(FatalPeerError):
        desk.desk.attach(intruder, SocketKind.CHAT, token)
    desk.desk.lost(intruder)
    desk.attaches(SocketKind.CHECK, token)
    assert len(desk.through) == 1


async def test_nothing_is_left_of_those_who_came_and_went(desk: Desk) -> None:
    """A server that runs for years meets many who never finish."""
    _, token = desk.granted()
    for kind in (SocketKind.CHAT, SocketKind.CHECK):
        desk.attaches(kind, token)
    half, half_token = desk.granted()
    desk.attaches(SocketKind.CHAT, half_token)
    desk.desk.lost(half)
    await desk.tries(desk.socket(), "bob", "wrong")
    await all_checked(desk)
    desk.socket()
    desk.passes(20)
    left = desk.desk._deadlines, desk.desk._logins, desk.desk._by_token, desk.desk._checks
    assert [len(table) for table in left] == [0, 0, 0, 0]
