"""Settings: flag, then environment, then file, then default; and one clear line for every mistake."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import pytest

from docs import make_settings
from duologue.core.limits import Limits
from duologue.settings import COMMANDS, OPTIONS, Invocation, Settings, parse

NO_ENVIRONMENT: dict[str, str] = {}


def settings(*argv: str, environ: dict[str, str] | None = None) -> Settings:
    return parse(argv, environ=environ or NO_ENVIRONMENT).settings


def refusal(capsys: pytest.CaptureFixture[str], *argv: str, environ: dict[str, str] | None = None) -> str:
    """Return the one line of complaint with which a call ends, with exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        parse(argv, environ=environ or NO_ENVIRONMENT)
    assert stopped.value.code == 2
    usage, complaint = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: server.py")
    return complaint


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "duologue.toml"


def test_the_defaults_are_those_of_a_private_try_out() -> None:
    found = settings()
    assert (found.host, found.port, found.users) == ("127.0.0.1", 12345, Path("users.csv"))
    assert (found.heartbeat, found.dead_after) == (15, 45)
    assert found.limits == Limits()
    assert (found.history, found.protocols) == (True, ("native", "simplechat", "web"))
    assert (found.keep_days, found.keep_messages) == (None, None)
    assert (found.log_level, found.log_format) == ("info", "text")
    assert (found.tls_cert, found.tls_key) == (None, None)
    assert (found.allow_plain, found.allow_passwordless) == (False, False)


def test_data_goes_to_the_users_own_folder() -> None:
    assert settings().data.name == "duologue"
    assert settings().data.is_absolute()


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("--host 0.0.0.0", "host", "0.0.0.0"),
        ("--web-port 80", "web_port", 80),
        (
            "--web-origins https://Chat.example,http://[::1]:8",
            "web_origins",
            ("https://chat.example", "http://[::1]:8"),
        ),
        (
            "--trusted-proxies 127.0.0.1,10.0.0.0/8,::1,127.0.0.1",
            "trusted_proxies",
            ("127.0.0.1/32", "10.0.0.0/8", "::1/128"),
        ),
        ("--port 0", "port", 0),
        ("--keep-days 0.5", "keep_days", 0.5),
        ("--keep-messages 1000", "keep_messages", 1000),
        ("--port 65535", "port", 65535),
        ("--users people.csv", "users", Path("people.csv")),
        ("--data ~/chat", "data", Path.home() / "chat"),
        ("--heartbeat 0.5", "heartbeat", 0.5),
        ("--dead-after 60", "dead_after", 60),
        ("--history on", "history", True),
        ("--history off", "history", False),
        ("--log-level debug", "log_level", "debug"),
        ("--log-format json", "log_format", "json"),
        ("--allow-plain", "allow_plain", True),
        ("--allow-passwordless", "allow_passwordless", True),
    ],
)
def test_each_setting_has_a_flag(words: str, name: str, value: object) -> None:
    assert getattr(settings(*words.split()), name) == value


def test_protocols_are_names_with_commas_each_taken_once() -> None:
    found = parse(["--protocols", "web, native,web"], protocols=("native", "web"), environ=NO_ENVIRONMENT)
    assert found.settings.protocols == ("web", "native")


def test_certificate_and_key_are_taken_together() -> None:
    found = settings("--tls-cert", "c.pem", "--tls-key", "k.pem")
    assert (found.tls_cert, found.tls_key) == (Path("c.pem"), Path("k.pem"))


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: limit.name)
def test_each_limit_has_a_flag(limit: object) -> None:
    name: str = limit.name  # type: ignore[attr-defined]
    assert getattr(settings("--" + name.replace("_", "-"), "7").limits, name) == 7


def test_limits_off_lifts_what_may_be_lifted_and_keeps_the_deadline_that_was_set() -> None:
    limits = settings("--limits", "off", "--login-timeout", "7", "--message-rate", "9").limits
    assert limits.message_rate == math.inf
    assert limits.login_timeout == 7
    assert settings("--limits", "on").limits == Limits()


def test_a_flag_is_stronger_than_the_environment_and_that_than_the_file(toml: Path) -> None:
    toml.write_text("port = 1\nheartbeat = 1\ndead-after = 100\n")
    environ = {"DUOLOGUE_PORT": "2", "DUOLOGUE_HEARTBEAT": "2"}
    found = settings("--config", str(toml), "--port", "3", environ=environ)
    assert (found.port, found.heartbeat, found.dead_after) == (3, 2, 100)


def test_a_switch_that_the_environment_turns_off_stays_off(toml: Path) -> None:
    toml.write_text("allow-plain = true\n")
    assert settings("--config", str(toml)).allow_plain
    assert not settings("--config", str(toml), environ={"DUOLOGUE_ALLOW_PLAIN": "false"}).allow_plain


def test_the_file_may_say_things_the_way_toml_does(toml: Path) -> None:
    toml.write_text('history = true\nlimits = false\nprotocols = ["native"]\nhost = "::1"\n', encoding="utf-8")
    found = settings("--config", str(toml))
    assert (found.history, found.protocols, found.host) == (True, ("native",), "::1")
    assert found.limits == Limits().lifted()


def test_the_environment_is_the_process_own_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOLOGUE_PORT", "4321")
    assert parse([]).settings.port == 4321


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("--port 65536", "from 0 (any free one) to 65535: '65536'"),
        ("--port -1", "--port"),
        ("--port x", "from 0 (any free one) to 65535: 'x'"),
        ("--heartbeat 0", "above 0"),
        ("--heartbeat nan", "above 0"),
        ("--dead-after inf", "above 0"),
        ("--heartbeat soon", "above 0: 'soon'"),
        ("--heartbeat 45", "--dead-after (45) must be above --heartbeat (45)"),
        ("--message-rate -1", "above 0"),
        ("--send-queue 0.5", "a whole number above 0"),
        ("--send-queue 0", "a whole number above 0"),
        ("--limits maybe", "must be on or off: 'maybe'"),
        ("--log-level loud", "must be one of debug, info, warning, error: 'loud'"),
        ("--log-format xml", "must be one of text, json: 'xml'"),
        ("--tls-cert c.pem", "--tls-cert and --tls-key go together"),
        ("--tls-key k.pem", "--tls-cert and --tls-key go together"),
        ("--protocols smoke", "there is no protocol 'smoke'; this server has native, simplechat"),
        ("--protocols simplechat", "--protocols: simplechat shares the port of native, so name both"),
        ("--protocols native,", "must not be empty"),
        ("--trusted-proxies localhost", "a proxy is an address, or a network like 10.0.0.0/8: 'localhost'"),
        ("--trusted-proxies 10.0.0.1/8", "has host bits set"),
        ("--trusted-proxies 10.0.0.1,0.0.0.0/0", "0.0.0.0/0 is everybody"),
        ("--web-origins chat.example", "an origin is like https://chat.example.org"),
        ("--web-origins https://chat.example/chat", "an origin is like https://chat.example.org"),
        ("--web-origins https://chat.example,null", "an origin is like https://chat.example.org"),
        ("--users=", "names no file"),
        ("--host=", "must not be empty"),
        ("--prot 5", "there is no setting --prot"),
        ("dance", "there is no command 'dance'; the commands are serve, who"),
        ("adduser", "adduser takes one nickname"),
        ("adduser bob carol", "adduser takes one nickname"),
        ("who bob", "who takes no further word"),
        ("deluser bob --no-password", "--no-password goes with adduser only"),
        ("who --new-store", "--new-store goes with serve only"),
        ("--config /nowhere/at/all.toml", "/nowhere/at/all.toml"),
    ],
)
def test_a_mistake_gets_one_clear_line(capsys: pytest.CaptureFixture[str], words: str, part: str) -> None:
    assert part in refusal(capsys, *words.split())


def test_a_mistake_in_the_environment_gets_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'x'" in refusal(capsys, environ={"DUOLOGUE_PORT": "x"})


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"prot = 1", "'prot' is not a setting"),
        (b"login_timeout = 1", "'login_timeout' is not a setting"),
        (b"no-password = true", "'no-password' is not a setting"),
        (b"new-store = true", "'new-store' is not a setting"),
        (b"help = true", "'help' is not a setting"),
        (b"port = ", "is not valid TOML"),
        (b"\xff", "is not valid TOML"),
        (b"port = 70000", "'70000'"),
        (b"[limits]\nlogin-timeout = 1", "must be on or off"),
    ],
)
def test_a_mistake_in_the_file_gets_one_clear_line(
    capsys: pytest.CaptureFixture[str], toml: Path, content: bytes, part: str
) -> None:
    toml.write_bytes(content)
    assert part in refusal(capsys, "--config", str(toml))


@pytest.mark.parametrize(
    ("words", "command", "subject"),
    [
        ("", "serve", ""),
        ("serve", "serve", ""),
        ("who", "who", ""),
        ("users", "users", ""),
        ("adduser bob", "adduser", "bob"),
        ("passwd bob", "passwd", "bob"),
        ("deluser bob", "deluser", "bob"),
        ("check", "check", ""),
        ("backup copy.db", "backup", "copy.db"),
        ("restore copy.db", "restore", "copy.db"),
    ],
)
@pytest.mark.parametrize("flags", ["{} --port 5", "--port 5 {}"], ids=["flags last", "flags first"])
def test_every_command_takes_the_same_flags_before_or_after(words: str, command: str, subject: str, flags: str) -> None:
    found = parse(flags.format(words).split(), environ=NO_ENVIRONMENT)
    assert found == Invocation(command, subject, frozenset(), settings=settings("--port", "5"))


def test_flags_may_stand_between_a_command_and_its_nickname() -> None:
    found = parse("adduser --users u.csv --no-password bob".split(), environ=NO_ENVIRONMENT)
    assert (found.command, found.subject, found.switches) == ("adduser", "bob", frozenset({"--no-password"}))


def test_a_new_store_is_begun_by_a_flag_of_one_start() -> None:
    assert parse("--new-store --port 5".split(), environ=NO_ENVIRONMENT).switches == {"--new-store"}
    assert parse([], environ={**NO_ENVIRONMENT, "DUOLOGUE_NEW_STORE": "1"}).switches == set()


def test_help_names_every_command_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(["--help"], environ=NO_ENVIRONMENT)
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert [word for word in (*COMMANDS, *(option.flag for option in OPTIONS)) if word not in text] == []


def test_every_field_is_an_option_with_a_meaning() -> None:
    names = {setting.name for setting in (*fields(Settings), *fields(Limits))}
    assert {option.name for option in OPTIONS} == names
    assert [option.name for option in OPTIONS if not option.help] == []


def test_the_page_of_settings_is_current() -> None:
    assert make_settings.PAGE.read_text(encoding="utf-8") == make_settings.page(), "run `make docs`"


@pytest.mark.parametrize("name", sorted({setting.name for setting in (*fields(Settings), *fields(Limits))}))
def test_the_page_of_settings_has_every_setting(name: str) -> None:
    key = name.replace("_", "-")
    row = f"| `--{key}` | `DUOLOGUE_{name.upper()}` | `{key}` |"
    assert row in make_settings.PAGE.read_text(encoding="utf-8")
