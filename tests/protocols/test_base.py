"""The table of front doors: each has a port to be found at, and makes a fresh end for each socket."""

from __future__ import annotations

from dataclasses import fields

import pytest

from duologue.core.commands.chat import NoCommand
from duologue.protocols.base import FRONT_DOORS, FrontDoor
from duologue.protocols.native.codec import NativeCodec
from duologue.settings import Settings

doors = pytest.mark.parametrize("door", FRONT_DOORS.values(), ids=FRONT_DOORS.keys())


def test_what_is_served_by_default_is_there() -> None:
    assert set(Settings().protocols) <= set(FRONT_DOORS)


@doors
def test_the_port_of_a_door_can_be_set(door: FrontDoor) -> None:
    assert door.port_setting in {setting.name for setting in fields(Settings)}


def test_no_two_native_sockets_share_what_has_come_in() -> None:
    one, other = NativeCodec(), NativeCodec()
    assert [*one.receive_data(b"duologue/1 log")] == [NoCommand()]
    assert [*other.receive_data(b"duologue/1")] == [NoCommand()]
    assert [*one.receive_data(b"in_socket\n")] == [NoCommand()]
    assert (one.kind is None, other.kind is None) == (False, True)


def test_no_two_doors_are_found_at_the_same_port() -> None:
    settings = Settings()
    ports = [getattr(settings, door.port_setting) for door in FRONT_DOORS.values() if not door.recognises]
    assert len({*ports}) == len(ports)


def test_a_shared_port_is_that_of_another_door_and_each_tells_its_clients_by_their_first_bytes() -> None:
    own = {door.port_setting for door in FRONT_DOORS.values() if not door.recognises}
    shared = {door.name: door.recognises for door in FRONT_DOORS.values() if door.recognises}
    assert [name for name in shared if FRONT_DOORS[name].port_setting in own] == ["simplechat"]
    assert [recognises(b"duologue/1 login_socket\n") for recognises in shared.values()] == [False]
