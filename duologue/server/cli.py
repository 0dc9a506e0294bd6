"""The program behind server.py: reads the command line, does what it says, and turns every failure
into one clear line.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from duologue import logs
from duologue.core.errors import PeerError
from duologue.logs import discard_output, open_closed_streams
from duologue.protocols.base import FRONT_DOORS
from duologue.server import admin
from duologue.server.access import AccessError, in_words
from duologue.server.exposure import ExposedError
from duologue.server.files import store_path
from duologue.server.net import control
from duologue.server.net.binding import CannotListen
from duologue.server.net.descriptors import raise_limit
from duologue.server.net.tls import CertificateError
from duologue.server.permissions import PermissionsError
from duologue.server.server import Server
from duologue.server.storage.backup import back_up, restore
from duologue.server.storage.base import StoreError
from duologue.server.storage.users_file import UsersFileError
from duologue.server.tables import Table
from duologue.settings import Invocation, Settings, parse

new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):  # where uvloop does not run, asyncio's own loop is used, only slower
    from uvloop import new_event_loop

GC_THRESHOLD = 50_000
"""New objects between two garbage collections; the server makes next to no reference cycles (decision 0028)."""

_EXPECTED = (
    AccessError,
    UsersFileError,
    ExposedError,
    PeerError,
    admin.AdminError,
    control.ControlError,
    CertificateError,
    PermissionsError,
    StoreError,
    OSError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one call of server.py; return the process's exit code: 0 done, 1 could not, 2 wrong usage."""
    open_closed_streams()
    call = parse(sys.argv[1:] if argv is None else argv, protocols=tuple(FRONT_DOORS))
    try:
        _COMMANDS[call.command](call)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output has read enough
        discard_output()
        return 1
    except _EXPECTED as error:
        discard_output()
        print(f"server.py: {_explained(error, call.settings)}", file=sys.stderr)
        return 1
    return 0


def _serve(call: Invocation) -> None:
    logs.configure(call.settings.log_level, call.settings.log_format)
    raise_limit()
    gc.set_threshold(GC_THRESHOLD)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_run(call.settings, begins_anew="--new-store" in call.switches))


async def _run(settings: Settings, *, begins_anew: bool) -> None:
    server = Server(settings, begins_anew=begins_anew)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.finish)
    had_terminal = _has_terminal()

    def hung_up() -> None:
        # SIGHUP has two meanings: the operator has changed the users file, or the terminal's window was closed.
        if had_terminal and not _has_terminal():
            server.finish()
        else:
            server.reload_soon()

    loop.add_signal_handler(signal.SIGHUP, hung_up)
    await server.start()
    gc.collect()
    gc.freeze()  # what is there now stays for good, so it need not be walked again
    try:
        await server.over
    finally:
        await server.stop()


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _who(call: Invocation) -> None:
    table = control.ask(call.settings, "who")
    nobody = f"{control.named(call.settings)} has nobody connected."
    print(Table(**table) if table["rows"] else nobody)


def _metrics(call: Invocation) -> None:
    print(control.ask(call.settings, "metrics"), end="")


def _users(call: Invocation) -> None:
    print(admin.list_users(call.settings.users))


def _add_user(call: Invocation) -> None:
    no_password = "--no-password" in call.switches
    done = admin.add_user(call.settings.users, call.subject, ask_password=admin.ask_password, no_password=no_password)
    print(done, _told(call.settings))


def _change_password(call: Invocation) -> None:
    done = admin.change_password(call.settings.users, call.subject, ask_password=admin.ask_password)
    print(done, _told(call.settings))


def _delete_user(call: Invocation) -> None:
    print(admin.delete_user(call.settings.users, call.subject), _told(call.settings))


def _check(call: Invocation) -> None:
    print(admin.check_store(store_path(call.settings)))


def _back_up(call: Invocation) -> None:
    target = Path(call.subject).resolve()
    back_up(store_path(call.settings), target)
    print(f"All messages are in {target}.")


def _restore(call: Invocation) -> None:
    replaced = restore(Path(call.subject), store_path(call.settings))
    print(f"The messages are those of {call.subject}. The ones before are in {replaced}.")


def _told(settings: Settings) -> str:
    """Tell the running server of other users; return what came of it, for the operator."""
    try:
        theirs = control.ask(settings, "users_file")
        ours = settings.users.stat()
        if theirs["file"] != [ours.st_dev, ours.st_ino]:
            name = settings.users.resolve()
            return f"{control.named(settings)} reads {theirs['path']} and not {name}: nothing has changed for it."
        return str(control.ask(settings, "reload"))
    except control.ControlError as error:
        return f"{error} So none was told: a server reads the file when it starts, and on SIGHUP."


_COMMANDS: dict[str, Callable[[Invocation], None]] = {
    "serve": _serve,
    "who": _who,
    "metrics": _metrics,
    "users": _users,
    "adduser": _add_user,
    "passwd": _change_password,
    "deluser": _delete_user,
    "check": _check,
    "backup": _back_up,
    "restore": _restore,
}


def _explained(error: Exception, settings: Settings) -> str:
    match error:
        case PeerError():
            return error.text
        case OSError():
            return _of_the_system(error, settings)
    return str(error)


def _of_the_system(error: OSError, settings: Settings) -> str:
    name = error.port_setting if isinstance(error, CannotListen) else "port"
    where = f"port {getattr(settings, name)} on {settings.host}"
    flag = f"--{name.replace('_', '-')}"
    match error:
        case socket.gaierror():
            return f"there is no host {settings.host} ({error.strerror}). Choose another with --host."
        case OSError(errno=errno.EADDRINUSE):
            return f"{where} is in use. Stop the program that has it, or choose another with {flag}."
        case OSError(errno=errno.EACCES) if error.filename is None:
            return f"{where} may not be opened by this user. Choose one above 1023 with {flag}."
        case OSError(errno=errno.EADDRNOTAVAIL):
            return f"{settings.host} is not an address of this machine. Choose another with --host."
        case OSError(filename=str(name)):
            return f"{name}: {in_words(error, Path(name))}."
    return str(error)
