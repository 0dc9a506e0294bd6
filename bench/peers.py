"""Which servers can be measured here, and which cannot, and why."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from bench import names
from bench.others import IRC, JETSTREAM, NATS
from bench.ours import OURS, duologue, limit, limit_of_three
from bench.peer import Peer, Place
from bench.programs import Programs


def found(programs: Programs, place: Place, other: Sequence[str]) -> tuple[list[Peer], dict[str, str]]:
    """Who can be measured here, and who cannot, and why. `other` starts a further checkout's server; empty: none."""
    peers = [limit(programs.limit), limit_of_three(programs.three_sockets), *duologue(OURS)]
    peers += [*(duologue(other, names.OTHER) if other else []), *IRC, NATS, JETSTREAM]
    left_out = {peer.name: why for peer in peers if (why := _obstacle(peer, place, programs))}
    return [peer for peer in peers if peer.name not in left_out], left_out


def _obstacle(peer: Peer, place: Place, programs: Programs) -> str:
    command = peer.command(place)
    if not shutil.which(command[0]):
        return f"{command[0]} is not installed"
    if peer.tls and not programs.with_tls:
        return "the load was built without OpenSSL; its headers are not installed"
    if peer is JETSTREAM and subprocess.run([*command, "-t"], capture_output=True, check=False).returncode:
        return "this nats-server does not know sync_interval: always; 2.10 and newer do"
    return ""
