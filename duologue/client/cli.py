"""The command line of client.py: its options, the choice of user interface, and the exit code."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import signal
import ssl
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from duologue.client.address import DEFAULT_HOST, DEFAULT_PORT, Address
from duologue.client.conversation import INTERRUPTED, LOST, Conversation
from duologue.client.engine.memory_file import usual_place
from duologue.client.view.base import View
from duologue.logs import discard_output, open_closed_streams

ENDED_BY_SIGNAL = 128
"""Added to the number of a signal that ended the client, as shells do."""

_HIGHEST_PORT = 65535


def main(argv: Sequence[str] | None = None) -> int:
    open_closed_streams()
    options = _parser().parse_args(argv)
    address = Address(options.host, options.port, _tls(options))
    if options.gui:
        from duologue.client.window.start import run_window

        return run_window(address, options.nickname, partial(memory_place, options), has_bell=options.bell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show UTF-8 shows a ? instead of a traceback
    try:
        return asyncio.run(_converse(options, address))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output is gone
        discard_output()
        return LOST
    except OSError as error:
        discard_output()
        sys.stderr.write(f"client.py: cannot go on: {error.strerror or error}.\n")
        return LOST


def wants_plain(environ: Mapping[str, str]) -> bool:
    """Return whether either end is not a terminal, or is one that cannot move its cursor."""
    return not (sys.stdin.isatty() and sys.stdout.isatty()) or environ.get("TERM", "dumb") == "dumb"


async def _converse(options: argparse.Namespace, address: Address) -> int:
    task = asyncio.current_task()
    assert task
    ended_by: list[int] = []

    def end(number: int) -> None:
        ended_by.append(number)
        task.cancel()

    # Without this, a terminal would be left in the state for editing a line: without echo.
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    try:
        return await Conversation(
            _view(options), address, options.nickname, partial(memory_place, options, address)
        ).run()
    except asyncio.CancelledError:
        if not ended_by:
            raise
        return ENDED_BY_SIGNAL + ended_by[0]


def memory_place(options: argparse.Namespace, address: Address, nickname: str) -> Path | None:
    """Return the file that remembers the messages of `nickname`, or None if there is none."""
    if options.memory is None:
        return usual_place(address, nickname)
    return options.memory or None


def _view(options: argparse.Namespace) -> View:
    if options.plain or wants_plain(os.environ):
        from duologue.client.terminal.plain import PlainView

        return PlainView(sys.stdin, sys.stdout, sys.stderr)
    from duologue.client.terminal.app import TerminalView

    return TerminalView(has_bell=options.bell)


def _tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    if not (options.tls or options.tls_ca):
        return None
    try:
        context = ssl.create_default_context(cafile=options.tls_ca)
    except OSError as error:
        no_pem = isinstance(error, ssl.SSLError)
        reason = "it contains no certificate in PEM format" if no_pem else error.strerror
        _parser().error(f"--tls-ca {options.tls_ca}: {reason}")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= _HIGHEST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to {_HIGHEST_PORT}, and {text!r} is not")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="client.py",
        description="Chat on a Duologue server, with one other person or in rooms.",
        epilog="A password is asked for when the account has one. NO_COLOR in the environment turns colours off.",
    )
    parser.add_argument("host", nargs="?", default=DEFAULT_HOST, metavar="HOST", help="default %(default)s")
    parser.add_argument("port", nargs="?", default=DEFAULT_PORT, type=_port, metavar="PORT", help="default %(default)s")
    parser.add_argument("--nickname", metavar="NICK", help="log in as NICK instead of asking")
    view = parser.add_mutually_exclusive_group()
    view.add_argument("--plain", action="store_true", help="lines in, lines out: for pipes and screen readers")
    view.add_argument("--gui", action="store_true", help="a window on the desktop instead of the terminal")
    parser.add_argument("--tls", action="store_true", help="use TLS")
    parser.add_argument("--tls-ca", metavar="FILE", type=Path, help="use TLS and trust the certificates in FILE (PEM)")
    memory = parser.add_mutually_exclusive_group()
    memory.add_argument(
        "--memory",
        metavar="FILE",
        type=Path,
        help="keep messages that are not sent yet in FILE; by default, in one in the user's data folder",
    )
    memory.add_argument("--no-memory", dest="memory", action="store_const", const=False, help="keep them in no file")
    parser.add_argument("--no-bell", dest="bell", action="store_false", help="no bell when somebody wants to chat")
    return parser
