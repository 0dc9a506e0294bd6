"""Checks that nothing is reachable from other machines without TLS or passwords, unless the operator has allowed it."""

from __future__ import annotations

from collections.abc import Iterable

from duologue.core.admission import is_loopback
from duologue.core.names import Account
from duologue.core.text import listed
from duologue.settings import Settings

_NAMES_SHOWN = 3
_REMEDY = "Give them one (`python server.py passwd NICK`), delete them (`deluser NICK`), or say --allow-passwordless."


class ExposedError(Exception):
    """Raised where the server would be open in a way that nobody asked for; the message names the
    flag that allows it.
    """


def check_exposure(settings: Settings, addresses: Iterable[str], accounts: Iterable[Account]) -> None:
    """Check the settings for `addresses`, on which the server is to listen. Raises ExposedError."""
    open_accounts = [account.shown for account in accounts if not account.password_hash and not account.disabled]
    if settings.web_origins and open_accounts and not settings.allow_passwordless:
        raise ExposedError(
            f"With --web-origins a proxy lets other machines in, and {_some(open_accounts)} without a password: "
            f"whoever comes by the proxy seems to be on this machine. {_REMEDY}"
        )
    outside = next((address for address in addresses if not is_loopback(address)), None)
    if outside is None:
        return
    if settings.tls_cert is None and not settings.allow_plain:
        raise ExposedError(
            f"{outside} can be reached from other machines, and without TLS anybody between could read along. "
            "Give --tls-cert and --tls-key, or say --allow-plain."
        )
    if settings.allow_guests and not settings.allow_plain:
        raise ExposedError(
            f"{outside} can be reached from other machines, and the protocols of guests know no TLS: anybody between "
            "could read along. Say --allow-plain, or leave out --allow-guests."
        )
    if open_accounts and not settings.allow_passwordless:
        raise ExposedError(
            f"{outside} can be reached from other machines, and {_some(open_accounts)} without a password. {_REMEDY}"
        )


def _some(nicknames: list[str]) -> str:
    return f"{listed(nicknames, _NAMES_SHOWN)} {'is' if len(nicknames) == 1 else 'are'}"
