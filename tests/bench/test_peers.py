"""Who is measured: what a message is on each wire, and who is left out, by name and with the reason."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from bench import names, others, ours, peers
from bench.peer import Place, line
from bench.programs import Programs


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, 12345, tmp_path / "certificate.pem", ["--heartbeat", "3600"])


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    for name in ("limit", "three_sockets"):
        (tmp_path / name).touch(mode=0o755)
    return Programs(tmp_path / "load", tmp_path / "limit", tmp_path / "three_sockets", with_tls=True)


@pytest.mark.parametrize("size", [1, 16, 8000])
def test_a_message_has_one_mark_and_its_size(size: int) -> None:
    for peer in (*ours.duologue(ours.OURS), ours.limit(Path("limit")), others.NATS, others.JETSTREAM):
        message = line(peer.message, size)
        assert message.count("^") == 1
        assert message.count("x") == size - 1
        assert "{" not in message


def test_our_longest_message_is_a_line() -> None:
    server, *_ = ours.duologue(ours.OURS)
    assert len(line(server.message, server.longest)) - len(r"\n") + 1 == 8192


def test_ours_is_started_as_it_comes_but_for_the_limits_on_rates(place: Place) -> None:
    off, on, tls = (peer.command(place) for peer in ours.duologue(["server.py"]))
    assert off[0] == "server.py"
    assert off[-6:] == ["--limits", "off", "--history", "off", "--heartbeat", "3600"]
    assert on[-4:-2] == ["--history", "on"]
    assert tls[tls.index("--tls-cert") + 1] == str(place.certificate)
    assert (place.folder / "users.csv").read_text(encoding="ascii").count("\n") == ours.USERS + 1


def test_another_checkout_takes_part_wherever_ours_does() -> None:
    servers = ours.duologue(["other.py"], names.OTHER)
    assert [(peer.name, peer.like) for peer in servers] == [
        ("other", names.OURS),
        ("other, history", names.HISTORY),
        ("other, TLS", names.TLS),
    ]


def test_who_is_not_installed_is_left_out_and_named(
    place: Place, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    there, left_out = peers.found(programs, place, [])
    assert [peer.name for peer in there] == [
        names.LIMIT,
        names.LIMIT_OF_THREE,
        names.OURS,
        names.HISTORY,
        names.TLS,
    ]
    assert left_out[names.NGIRCD] == "ngircd is not installed"
    assert left_out.keys() == {names.INSPIRCD, names.INSPIRCD_TLS, names.NGIRCD, names.NATS, names.JETSTREAM}


def test_without_openssl_there_is_no_tls(place: Place, programs: Programs) -> None:
    _, left_out = peers.found(dataclasses.replace(programs, with_tls=False), place, [])
    assert "OpenSSL" in left_out[names.TLS]


@pytest.mark.parametrize(("exit_code", "is_left_out"), [(0, False), (1, True)])
def test_a_nats_server_that_cannot_sync_each_message_is_no_jetstream(
    place: Place, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exit_code: int, is_left_out: bool
) -> None:
    fake: Any = tmp_path / "nats-server"
    fake.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="ascii")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    _, left_out = peers.found(programs, place, [])
    assert (names.JETSTREAM in left_out) is is_left_out
    assert names.NATS not in left_out


def test_servers_say_their_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("inspircd", "InspIRCd-3.15.0-debian"), ("ngircd", "no version")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {text}\n", encoding="ascii")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert others.versions() == {"inspircd": "3.15.0", "ngircd": "?"}
