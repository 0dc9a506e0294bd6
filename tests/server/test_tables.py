"""The two tables: what people see in them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from duologue.core.names import Account, looks_of
from duologue.server.tables import Connections, Table, Users
from tests.examples import examples

HASH = "$argon2id$v=19$m=19456,t=2,p=1$secret"
ACCOUNTS = [Account("bob", HASH, "2026-01-02"), Account("ann"), Account("eve", None, "\x1b[31m", disabled=True)]


class TestUsers:
    def test_the_table_has_a_row_for_each_account(self) -> None:
        table = Users(ACCOUNTS).users_table
        assert list(table.columns) == ["clientID", "password_hash", "created", "disabled"]
        assert table["clientID"].tolist() == ["bob", "ann", "eve"]
        assert table["password_hash"].tolist() == [HASH, None, None]
        assert table["disabled"].tolist() == [False, False, True]

    @pytest.mark.parametrize("spelling", ["bob", "BOB", "ｂｏｂ"])
    def test_a_user_is_found_by_any_spelling(self, spelling: str) -> None:
        assert Users(ACCOUNTS).find(spelling) == ACCOUNTS[0]

    @pytest.mark.parametrize("name", ["nobody", "", "two words", "b0b", "server", "\x1b"])
    def test_nobody_is_found_by_another_name(self, name: str) -> None:
        assert Users(ACCOUNTS).find(name) is None

    def test_a_new_list_replaces_the_old_one(self) -> None:
        users = Users(ACCOUNTS)
        users.replace([Account("dan")])
        assert users.find("bob") is None
        assert users.find("dan") == Account("dan")
        assert users.users_table["clientID"].tolist() == ["dan"]

    def test_the_public_table_shows_whether_there_is_a_password_and_no_hash(self) -> None:
        public = Users(ACCOUNTS).public()
        assert public.columns == ["clientID", "password", "created", "disabled"]
        assert [row[1] for row in public.rows] == ["yes", "no", "no"]
        assert [row[3] for row in public.rows] == ["no", "no", "yes"]
        assert "secret" not in str(public)
        assert "\x1b" not in str(public)

    def test_the_public_table_spells_names_as_their_accounts_do(self) -> None:
        users = Users([Account("νίκοσ", spelling="νίκος"), Account("bob")])
        assert [row[0] for row in users.public().rows] == ["νίκος", "bob"]
        assert users.users_table["clientID"].tolist() == ["νίκοσ", "bob"]

    def test_without_accounts_the_tables_are_empty(self) -> None:
        assert Users().users_table.empty
        assert not Users()
        assert Users().public().rows == []


def add(connections: Connections, name: str = "bob", now: float = 0.0) -> int:
    return connections.add("127.0.0.1:4711", name, 10, 11, 12, now)


class TestConnections:
    def test_the_columns_are_the_source_systems_in_its_order(self) -> None:
        assert list(Connections().connection_table.columns) == [
            "clientAddress",
            "client_nickname",
            "login_socket",
            "chat_socket",
            "check_socket",
            "in_chat",
            "last_seen",
            "pinged_at",
        ]

    def test_a_client_is_a_row(self) -> None:
        connections = Connections()
        row = connections.add("127.0.0.1:4711", "bob", 10, 11, 12, 100.0)
        connections.set_in_chat(row, True)
        cells = connections.connection_table.iloc[0].tolist()[:7]
        assert cells == ["127.0.0.1:4711", "bob", 10, 11, 12, True, 100.0]
        connections.set_in_chat(row, False)
        assert connections.connection_table["in_chat"].tolist() == [False]

    def test_only_rows_in_use_are_live_and_freed_ones_are_used_again(self) -> None:
        connections = Connections()
        rows = [add(connections, name) for name in ("ann", "bob", "eve")]
        connections.remove(rows[1])
        assert connections.connection_table["client_nickname"].tolist() == ["ann", "eve"]
        assert connections.connection_table.index.tolist() == [0, 1]
        assert add(connections, "dan") == rows[1]
        assert connections.connection_table["client_nickname"].tolist() == ["ann", "dan", "eve"]
        assert connections.connection_table["in_chat"].tolist() == [False, False, False]

    def test_a_client_that_left_leaves_nothing_in_the_table(self) -> None:
        connections = Connections()
        connections.remove(add(connections))
        pd.testing.assert_frame_equal(connections.connection_table, Connections().connection_table)

    def test_a_row_is_freed_once(self) -> None:
        connections = Connections()
        row = add(connections)
        connections.remove(row)
        with pytest.raises(KeyError):
            connections.remove(row)
        assert add(connections) != add(connections)

    def test_each_of_many_clients_has_a_row(self) -> None:
        connections = Connections()
        rows = [add(connections, f"user{n}", float(n)) for n in range(2000)]
        assert len(set(rows)) == len(rows)
        table = connections.connection_table
        assert table["client_nickname"].tolist() == [f"user{n}" for n in range(2000)]
        assert table["last_seen"].tolist() == [float(n) for n in range(2000)]
        assert connections.inactive(2000.0, 1999.0) == [0]

    def test_text_is_held_as_objects_sockets_as_descriptors_and_times_as_seconds(self) -> None:
        assert Connections().connection_table.dtypes.astype(str).tolist() == [
            *["object"] * 2,
            *["int64"] * 3,
            "bool",
            *["float64"] * 2,
        ]

    def test_who_was_not_seen_for_longer_than_the_limit_is_inactive(self) -> None:
        connections = Connections()
        early, late = add(connections, "ann", 0.0), add(connections, "bob", 10.0)
        assert connections.inactive(45.0, 45.0) == []
        assert connections.inactive(45.1, 45.0) == [early]
        assert connections.inactive(99.0, 45.0) == [early, late]
        connections.seen([early], 60.0)
        assert connections.inactive(99.0, 45.0) == [late]
        connections.remove(late)
        assert connections.inactive(99.0, 45.0) == []

    def test_a_ping_is_not_life(self) -> None:
        connections = Connections()
        row = add(connections, now=0.0)
        connections.pinged([row], 50.0)
        assert connections.inactive(51.0, 45.0) == [row]

    def test_who_was_neither_seen_nor_pinged_within_a_heartbeat_is_quiet(self) -> None:
        connections = Connections()
        row = add(connections, now=0.0)
        assert connections.quiet(14.9, 15.0) == []
        assert connections.quiet(15.0, 15.0) == [row]
        connections.pinged([row], 15.0)
        assert connections.quiet(29.9, 15.0) == []
        assert connections.quiet(30.0, 15.0) == [row]
        connections.seen([row], 30.0)
        assert connections.quiet(44.9, 15.0) == []

    def test_what_comes_too_late_does_not_wake_a_freed_row(self) -> None:
        connections = Connections()
        row = add(connections)
        connections.remove(row)
        connections.seen([row], 1.0)
        connections.pinged([row], 1.0)
        connections.seen([], 1.0)
        assert connections.inactive(1e9, 45.0) == []
        assert connections.quiet(1e9, 45.0) == []

    def test_a_client_without_a_heartbeat_is_never_silent_nor_hides_who_is(self) -> None:
        connections = Connections()
        add(connections, "~guest", math.inf)
        row = add(connections, "bob", 0.0)
        assert connections.inactive(46.0, 45.0) == [row]
        assert connections.quiet(46.0, 15.0) == [row]
        assert [cells[-1] for cells in connections.public(46.0).rows] == [0.0, 46.0]
        assert connections.connection_table["last_seen"].tolist() == [math.inf, 0.0]

    def test_the_public_table_tells_how_long_nothing_was_heard(self) -> None:
        connections = Connections()
        add(connections, "ann", 0.0)
        add(connections, "bob", 9.04)
        add(connections, "eve", 11.0)
        public = connections.public(10.0)
        assert public.columns == [*connections.connection_table.columns[:6], "idle"]
        assert [row[-1] for row in public.rows] == [10.0, 1.0, 0.0]

    def test_the_public_table_spells_names_as_their_accounts_do(self) -> None:
        connections = Connections()
        add(connections, "νίκοσ")
        add(connections, "~guest")
        users = Users([Account("νίκοσ", spelling="νίκος")])
        public = connections.public(0.0, users.spelling_of)
        assert [row[1] for row in public.rows] == ["νίκος", "~guest"]


def test_a_table_is_printed_with_its_header_and_no_row_numbers() -> None:
    lines = str(Table(["client_nickname", "idle"], [["ann", 10.0], ["bob", 1.0]])).splitlines()
    assert [line.split() for line in lines] == [["client_nickname", "idle"], ["ann", "10.0"], ["bob", "1.0"]]


class ConnectionsAgree(RuleBasedStateMachine):
    """Whatever comes and goes, the frame says the same as a plain dict."""

    rows = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.connections = Connections()
        self.model: dict[int, tuple[str, float]] = {}
        self.now = 0.0

    @rule(target=rows, name=st.sampled_from("abc"))
    def login(self, name: str) -> int:
        self.now += 1
        row = add(self.connections, name, self.now)
        assert row not in self.model
        self.model[row] = (name, self.now)
        return row

    @rule(row=consumes(rows))
    def logout(self, row: int) -> None:
        self.connections.remove(row)
        del self.model[row]

    @rule(row=rows)
    def speak(self, row: int) -> None:
        self.now += 1
        self.connections.seen([row], self.now)
        self.model[row] = (self.model[row][0], self.now)

    @invariant()
    def the_frame_says_the_same(self) -> None:
        live = self.connections.connection_table
        found = list(zip(live["client_nickname"], live["last_seen"], strict=True))
        assert found == [self.model[row] for row in sorted(self.model)]
        silent = sorted(row for row, (_, seen) in self.model.items() if self.now - seen > 2)
        assert self.connections.inactive(self.now, 2) == silent


TestConnectionsAgree = ConnectionsAgree.TestCase
TestConnectionsAgree.settings = settings(max_examples=examples(25), stateful_step_count=30, deadline=None)


def test_an_account_is_spelled_as_it_spells_itself() -> None:
    users = Users([Account("νίκοσ", spelling="νίκος"), Account("bob")])
    assert [users.spelling_of(key) for key in ("νίκοσ", "bob", "nobody")] == ["νίκος", "", ""]


def test_a_guest_looks_like_no_spelling_of_an_account() -> None:
    assert looks_of("~Alice") & Users([Account("aiice", spelling="AIice")]).looks
