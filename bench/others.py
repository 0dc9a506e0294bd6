"""The servers that a user would pick instead, as the benchmark meets them.

Every name is `u` and five digits, so the length of a request that holds one is known beforehand.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace

from bench import names
from bench.peer import Peer, Place

_IRC_LINE = 512
_IRC_AROUND = 80
"""At least what a server puts around the text of a PRIVMSG."""
_NATS_LONGEST = 1 << 20
_SYNCED_WINDOW = 64
"""JetStream syncs every message by itself, a thousand a second: with this window 50 pairs already have 3 s of its work
in flight, and with 1,024 it would deliver at the same rate for most of a minute after the others."""


# IRC

_INSPIRCD = """<server name="chat.example" description="measured" network="measured" id="1DU">
<admin name="nobody" nick="nobody" email="nobody@chat.example">
<bind type="clients" address="127.0.0.1" port="{port}"{tls}>
<path datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
<pid file="{folder}/pid">
<performance somaxconn="4096" softlimit="100000" netbuffersize="10240" quietbursts="yes">
<connect allow="*" localmax="100000" globalmax="100000" timeout="60" resolvehostnames="no" useident="no" fakelag="no"
 commandrate="1000000000" threshold="1000000000" recvq="10M" softsendq="100M" hardsendq="100M">
"""
_INSPIRCD_TLS = """<module name="ssl_gnutls">
<sslprofile name="measured" provider="gnutls" certfile="{certificate}" keyfile="{certificate}">
"""

_NGIRCD = """[Global]
Name = chat.example
Info = measured
Listen = 127.0.0.1
Ports = {port}
ServerUID = {user}
ServerGID = {group}
MotdPhrase = measured
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


def _inspircd(place: Place) -> list[str]:
    return _inspircd_with(_INSPIRCD.format(port=place.port, folder=place.folder, tls=""), place)


def _inspircd_tls(place: Place) -> list[str]:
    text = _INSPIRCD.format(port=place.port, folder=place.folder, tls=' sslprofile="measured"')
    return _inspircd_with(text + _INSPIRCD_TLS.format(certificate=place.certificate), place)


def _inspircd_with(text: str, place: Place) -> list[str]:
    config = place.folder / "inspircd.conf"
    config.write_text(text, encoding="ascii")
    return ["inspircd", f"--config={config}", "--nofork", "--runasroot"]


def _ngircd(place: Place) -> list[str]:
    config = place.folder / "ngircd.conf"
    config.write_text(_NGIRCD.format(port=place.port, user=os.getuid(), group=os.getgid()), encoding="ascii")
    return ["ngircd", "-n", "-f", str(config)]


def _irc(name: str, command: Callable[[Place], list[str]]) -> Peer:
    return Peer(
        name=name,
        like=name,
        command=command,
        enter=("all down connect", r"all down send NICK %u\r\nUSER %u 0 * :x\r\n", "all down expect  001 "),
        message=r"PRIVMSG %p :{text}\r\n",
        room=(r"all down send JOIN #tea\r\n", "all down expect  366 "),
        room_message=r"PRIVMSG #tea :{text}\r\n",
        longest=_IRC_LINE - _IRC_AROUND,
    )


IRC = (
    replace(_irc(names.INSPIRCD, _inspircd), all_at_once=True),
    replace(_irc(names.INSPIRCD_TLS, _inspircd_tls), all_at_once=True, tls=True),
    _irc(names.NGIRCD, _ngircd),
)


# NATS

_JETSTREAM = """listen: 127.0.0.1:{port}
jetstream {{ store_dir: "{folder}", sync_interval: always }}
"""
_STREAM = {"name": "chat", "subjects": ["m.*"], "storage": "file"}
_CONSUMER = {
    "stream_name": "chat",
    "config": {
        "deliver_subject": "d.%u",
        "filter_subject": "m.%u",
        "ack_policy": "none",
        "deliver_policy": "new",
    },
}


def _nats(place: Place) -> list[str]:
    return ["nats-server", "-a", "127.0.0.1", "-p", str(place.port)]


def _jetstream(place: Place) -> list[str]:
    config = place.folder / "nats.conf"
    config.write_text(_JETSTREAM.format(port=place.port, folder=place.folder), encoding="ascii")
    return ["nats-server", "-c", str(config)]


def _request(subject: str, payload: Mapping[str, object]) -> str:
    text = json.dumps(payload)
    return rf"PUB {subject} _I.%u {len(text.replace('%u', 'u00000'))}\r\n{text}\r\n"


NATS = Peer(
    name=names.NATS,
    like=names.NATS,
    command=_nats,
    enter=(
        "all down connect",
        r'all down send CONNECT {"verbose":false,"echo":false}\r\nSUB %u 1\r\nPING\r\n',
        "all down expect PONG",
    ),
    message=r"PUB %p {size}\r\n{text}\r\n",
    room=(r"all down send SUB tea 2\r\nPING\r\n", "all down expect PONG"),
    room_message=r"PUB tea {size}\r\n{text}\r\n",
    longest=_NATS_LONGEST,
)
JETSTREAM = Peer(
    name=names.JETSTREAM,
    like=names.JETSTREAM,
    command=_jetstream,
    enter=(
        "all down connect",
        r'all down send CONNECT {"verbose":false}\r\nSUB d.%u 1\r\nSUB _I.%u 2\r\n',
        f"all down send {_request('$JS.API.STREAM.CREATE.chat', _STREAM)}",
        "all down expect stream_create_response",
        f"all down send {_request('$JS.API.CONSUMER.CREATE.chat', _CONSUMER)}",
        "all down expect consumer_create_response",
    ),
    message=r"PUB m.%p {size}\r\n{text}\r\n",
    longest=_NATS_LONGEST,
    widest=_SYNCED_WINDOW,
)


def versions() -> dict[str, str]:
    """What the other servers that are installed here say of themselves."""
    installed = (name for name in ("inspircd", "ngircd", "nats-server") if shutil.which(name))
    return {name: _version(name) for name in installed}


def _version(name: str) -> str:
    said = subprocess.run([name, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else "?"
