"""What can go wrong for a client: one tree, so that a bot can catch all of it at once."""

from __future__ import annotations

import pytest

from duologue.client.errors import CannotConnect, ClientError, LinkLost, LoginRefused, NotConnected, PasswordNeeded


@pytest.mark.parametrize(
    "error", [CannotConnect("no"), LoginRefused("denied", "no"), PasswordNeeded(), LinkLost("no"), NotConnected()]
)
def test_every_error_is_a_client_error_with_a_text_for_people(error: ClientError) -> None:
    assert isinstance(error, ClientError)
    assert str(error)


def test_a_needed_password_is_a_refusal_with_its_code() -> None:
    error = PasswordNeeded()
    assert isinstance(error, LoginRefused)
    assert error.code == "password_needed"
