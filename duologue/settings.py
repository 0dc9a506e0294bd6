"""Everything that an operator can set, and how it is read: flag, then environment, then TOML file, then default.

Settings are plain values. Nothing here knows what the server does with them, and no secret is among them.
"""

from __future__ import annotations

import argparse
import math
import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn, TextIO

import configargparse
from platformdirs import user_data_path

from duologue.core.limits import Limits
from duologue.core.origin import BadOrigin, origin_of
from duologue.core.proxies import BadNetwork, network_of

ENVIRONMENT_PREFIX = "DUOLOGUE_"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
HIGHEST_PORT = 65_535

DISK_RESERVE = 256 * 1024 * 1024
"""Room for a log of 16 MiB, an index that grows, and weeks of records of who has read what; and time for an operator to
come.
"""

COMMANDS: Mapping[str, str] = {
    "serve": "run the server (what happens without a command)",
    "who": "print who is connected to the running server",
    "metrics": "print the numbers of the running server, as Prometheus reads them",
    "users": "print the registered users",
    "adduser": "register NICKNAME; asks for a password unless --no-password is given",
    "passwd": "give NICKNAME a new password",
    "deluser": "remove NICKNAME",
    "check": "look whether all messages are as they were written, while the server runs or not",
    "backup": "copy all messages to FILE, while the server runs or not",
    "restore": "put the backup FILE in the place of all messages; the server must not run",
}
TAKES = {"adduser": "nickname", "passwd": "nickname", "deluser": "nickname", "backup": "file", "restore": "file"}
"""The commands that take a further word, and what it is."""

SWITCHES = {"--no-password": "adduser", "--new-store": "serve"}
"""Options of one command that are no settings: neither the environment nor the file may make accounts without a
password, or have each start begin a new store.
"""

_PRECEDENCE = f"""\
adduser takes --no-password, for an account without one. serve takes --new-store, for one start: it begins a new store
where the one that was there is gone.

Each setting is also an environment variable ({ENVIRONMENT_PREFIX}DEAD_AFTER for --dead-after) and a key of the TOML
file that --config names (dead-after = 45). A flag is stronger than the environment, and that than the file."""


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 (any free one) to {HIGHEST_PORT}: {text!r}")
    return int(text)


def _amount(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0: {text!r}")
    return number


def _whole_amount(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"must be a whole number above 0: {text!r}")
    return int(text)


def _on_off(text: str) -> bool:
    try:
        return {"on": True, "true": True, "off": False, "false": False}[text]
    except KeyError:
        raise argparse.ArgumentTypeError(f"must be on or off: {text!r}") from None


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("names no file")
    return Path(text).expanduser()


def _text(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(name.strip()) for name in text.split(",")))


def _origins(text: str) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(map(origin_of, _names(text))))
    except BadOrigin as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _proxies(text: str) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(str(network_of(name)) for name in _names(text)))
    except BadNetwork as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"must be one of {', '.join(choices)}: {text!r}")
        return text

    return read


def _about(read: Callable[[str], object] | None, help_text: str, shown: str | None = None) -> dict[str, object]:
    return {"read": read, "help": help_text, "shown": shown}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that a server runs with. Times are in seconds. Made by `parse`, or by hand in tests."""

    host: str = field(default="127.0.0.1", metadata=_about(_text, "address to listen on"))
    port: int = field(default=12345, metadata=_about(_port, "port of the native protocol; 0 takes any free one"))
    web_port: int = field(default=8080, metadata=_about(_port, "port of the page for browsers; 0 takes any free one"))
    rooms_json_port: int = field(default=55555, metadata=_about(_port, "port of the protocol rooms_json"))
    plain_lines_port: int = field(default=65432, metadata=_about(_port, "port of the protocol plain_lines"))
    nickname_lines_port: int = field(default=5555, metadata=_about(_port, "port of the protocol nickname_lines"))
    desktop_lines_port: int = field(default=5050, metadata=_about(_port, "port of the protocol desktop_lines"))
    users: Path = field(default=Path("users.csv"), metadata=_about(_path, "file of the registered users"))
    data: Path = field(
        default_factory=lambda: user_data_path("duologue"),
        metadata=_about(_path, "folder for what the server keeps", "duologue in the user's data folder"),
    )
    heartbeat: float = field(default=15.0, metadata=_about(_amount, "seconds of silence before a client is asked"))
    dead_after: float = field(
        default=45.0, metadata=_about(_amount, "seconds of silence after which a client is gone; above heartbeat")
    )
    limits: Limits = field(
        default_factory=Limits,
        metadata=_about(_on_off, "off lifts rates and counts, never sizes and deadlines", "on"),
    )
    history: bool = field(default=True, metadata=_about(_on_off, "whether messages are kept on disk, in --data"))
    disk_reserve: int = field(
        default=DISK_RESERVE,
        metadata=_about(_whole_amount, "bytes that stay free on the disk of --data: below that, no message is kept"),
    )
    keep_days: float | None = field(
        default=None, metadata=_about(_amount, "days after which a message that has arrived is deleted")
    )
    keep_messages: int | None = field(
        default=None, metadata=_about(_whole_amount, "how many messages of each two people are kept, the newest")
    )
    protocols: tuple[str, ...] = field(
        default=("native", "simplechat", "web"), metadata=_about(_names, "protocols to serve, with commas between them")
    )
    web_origins: tuple[str, ...] = field(
        default=(), metadata=_about(_origins, "origins of the page if not --host: behind a proxy, or at 0.0.0.0")
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            _proxies, "addresses or networks of proxies before the page, whose X-Forwarded-For says who comes by them"
        ),
    )
    log_level: str = field(default="info", metadata=_about(_one_of(*LOG_LEVELS), ", ".join(LOG_LEVELS)))
    log_format: str = field(
        default="text", metadata=_about(_one_of(*LOG_FORMATS), "text for people or json for programs")
    )
    tls_cert: Path | None = field(default=None, metadata=_about(_path, "PEM file of the certificate and its chain"))
    tls_key: Path | None = field(default=None, metadata=_about(_path, "PEM file of the certificate's private key"))
    allow_plain: bool = field(
        default=False, metadata=_about(None, "serve other machines without TLS: passwords and messages are readable")
    )
    allow_passwordless: bool = field(
        default=False, metadata=_about(None, "let accounts without a password log in from other machines")
    )
    allow_guests: bool = field(
        default=False, metadata=_about(None, "let guests, who have no account, come in from other machines")
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as an operator sees it. `name` is the field's; `read` is None for a switch."""

    name: str
    default: str
    help: str
    read: Callable[[str], object] | None

    @property
    def key(self) -> str:
        return self.name.replace("_", "-")

    @property
    def flag(self) -> str:
        return f"--{self.key}"

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the program: what to do, to whom or what (see TAKES), with which SWITCHES and settings."""

    command: str
    subject: str
    switches: frozenset[str]
    settings: Settings


def _shown(default: object) -> str:
    match default:
        case bool():
            return "on" if default else "off"
        case float():
            return f"{default:g}"
        case tuple():
            return ",".join(default) or "none"
        case None:
            return "none"
    return str(default)


def _option(setting: Field[Any]) -> Option:
    about = setting.metadata
    shown = about["shown"] if setting.default is MISSING else _shown(setting.default)
    return Option(setting.name, shown, about["help"], about["read"])


def _limit_option(limit: Field[Any]) -> Option:
    read = _whole_amount if limit.type == "int" else _amount
    return Option(limit.name, _shown(limit.default), limit.metadata["help"], read)


LIMIT_OPTIONS = tuple(_limit_option(limit) for limit in fields(Limits))
OPTIONS = (*(_option(setting) for setting in fields(Settings)), *LIMIT_OPTIONS)


class _TomlFile(configargparse.ConfigFileParser):  # type: ignore[misc]  # ConfigArgParse carries no types
    """Reads the file of --config for ConfigArgParse: flat keys, each of them the name of a setting."""

    keys = frozenset(option.key for option in OPTIONS)

    def parse(self, stream: TextIO) -> dict[str, str]:
        try:
            table = tomllib.loads(stream.read())
        except ValueError as error:  # of TOML or of UTF-8
            raise configargparse.ConfigFileParserException(f"{stream.name} is not valid TOML: {error}") from error
        for key in table.keys() - self.keys:
            raise configargparse.ConfigFileParserException(
                f"{stream.name}: {key!r} is not a setting; a key is a flag without its dashes in front"
            )
        return {key: _as_argument(value) for key, value in table.items()}


def _as_argument(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ",".join(map(str, value))
    return str(value)


def _open(name: str) -> TextIO:
    return Path(name).open(encoding="utf-8")


def _parser(prog: str) -> Any:
    parser = configargparse.ArgumentParser(
        prog=prog,
        usage="%(prog)s [command] [nickname or file] [settings]",
        description="commands:\n" + "\n".join(f"  {word:9}{meaning}" for word, meaning in COMMANDS.items()),
        epilog=_PRECEDENCE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        auto_env_var_prefix=ENVIRONMENT_PREFIX,
        config_file_parser_class=_TomlFile,
        config_file_open_func=_open,
        add_config_file_help=False,
        add_env_var_help=False,
    )
    parser.add_argument("--config", is_config_file=True, metavar="FILE", help="TOML file of settings")
    for option in OPTIONS:
        _add(parser, option)
    return parser


def _add(parser: Any, option: Option) -> None:
    if option.read is None:
        parser.add_argument(option.flag, action="store_true", help=option.help)
    else:
        help_text = f"{option.help} (default: {option.default})"
        parser.add_argument(option.flag, type=option.read, metavar="VALUE", help=help_text)


def parse(
    argv: Sequence[str],
    *,
    protocols: Collection[str] = ("native", "simplechat", "web"),
    prog: str = "server.py",
    environ: Mapping[str, str] = os.environ,
) -> Invocation:
    """Read one call of the server: a command, perhaps a nickname, and settings in any order.

    `protocols` are the names that --protocols may choose from. A mistake ends the program with exit code 2 and one
    line that says what is wrong, as argparse does.
    """
    parser = _parser(prog)
    switches, argv = SWITCHES.keys() & {*argv}, [word for word in argv if word not in SWITCHES]
    given, words = parser.parse_known_args(argv, env_vars=environ)
    command, subject = _command(words, switches, parser.error)
    settings = _settings(vars(given))
    for fault in _faults(settings, protocols):
        parser.error(fault)
    return Invocation(command, subject, frozenset(switches), settings)


def _command(words: Sequence[str], switches: Set[str], error: Callable[[str], NoReturn]) -> tuple[str, str]:
    for word in words:
        if word.startswith("-"):
            error(f"there is no setting {word}; --help lists them")
    command, *subjects = words or ["serve"]
    if command not in COMMANDS:
        error(f"there is no command {command!r}; the commands are {', '.join(COMMANDS)}")
    if len(subjects) != (command in TAKES):
        error(f"{command} takes {f'one {TAKES[command]}' if command in TAKES else 'no further word'}")
    for switch in switches:
        if command != SWITCHES[switch]:
            error(f"{switch} goes with {SWITCHES[switch]} only")
    return command, subjects[0] if subjects else ""


def _settings(given: dict[str, Any]) -> Settings:
    limits = Limits(**{option.name: given.pop(option.name) for option in LIMIT_OPTIONS if option.name in given})
    given.pop("config", None)
    lifted = not given.pop("limits", True)
    return Settings(**given, limits=limits.lifted() if lifted else limits)


def _faults(settings: Settings, protocols: Collection[str]) -> Iterator[str]:
    """Yield what single values cannot show: settings that contradict one another, or what this server has."""
    if settings.dead_after <= settings.heartbeat:
        yield f"--dead-after ({settings.dead_after:g}) must be above --heartbeat ({settings.heartbeat:g})"
    if (settings.tls_cert is None) != (settings.tls_key is None):
        yield "--tls-cert and --tls-key go together: give both or neither"
    for name in settings.protocols:
        if name not in protocols:
            yield f"there is no protocol {name!r}; this server has {', '.join(protocols)}"
    if "simplechat" in settings.protocols and "native" not in settings.protocols:
        yield "--protocols: simplechat shares the port of native, so name both"
